"""Custom layers: a person's class and what they declare of it -> a LayerSpec like any other. The class is never run."""
