"""Graph + catalogue -> facts and diagnostics, whole or incrementally."""
