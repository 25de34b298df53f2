"""Blocks -> Python classes, with a map between nodes and lines."""
