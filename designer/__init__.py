"""Blockyard: design neural networks block by block, see every shape, train them, take the code away."""

__version__ = "0.1.0"
