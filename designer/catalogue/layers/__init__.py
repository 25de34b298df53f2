"""One module a family of layers; each ends in its LayerSpecs."""
