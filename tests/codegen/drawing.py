"""Nodes for the tests of generated code."""

from __future__ import annotations

from designer.graph.block import BlockParameter, Node

OUT = Node("output", "Output")
IN = Node("input", "Input")
P = BlockParameter


def image(key: str = "input", shape=(3, 16, 16), name: str = "") -> Node:
    """An Input."""
    return Node(key, "Input", name=name, params={"shape": shape})


def conv(key: str = "conv", name: str = "", **settings) -> Node:
    """A 3×3 convolution to 8 channels; `repeat` and `when` go to the node."""
    outer = {field: settings.pop(field) for field in ("repeat", "when") if field in settings}
    return Node(key, "Conv2d", name=name, params={"out_channels": 8, "kernel_size": 3, **settings}, **outer)


def linear(key: str = "fc", features=10, **settings) -> Node:
    """A Linear layer."""
    return Node(key, "Linear", params={"out_features": features}, **settings)


def relu(key: str = "relu", **settings) -> Node:
    """A ReLU."""
    return Node(key, "ReLU", **settings)


FLATTEN = Node("flatten", "Flatten")
