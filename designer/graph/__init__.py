"""Blocks as data: nodes, ports, edges, parameters, expressions, and the reversible changes that edit them."""
