"""Designs that can run and are unwise, by the code that says so, and designs like them that are sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from designer.graph.block import Block, Node, edge
from designer.graph.design import Design

IMAGE = (3, 32, 32)


def chain(*nodes: Node | str, shape: Sequence[int] = IMAGE, wires: str = "", parameters=(), also=()) -> Design:
    """Nodes in a row between an Input and an Output; a text is a kind. wires: further ones, as `a>b.port a>c`.

    parameters: the design's variables. also: nodes that stand beside the row.
    """
    row = [Node(f"n{k}", node) if isinstance(node, str) else node for k, node in enumerate(nodes)]
    row = [Node("input", "Input", params={"shape": tuple(shape)}), *row, Node("output", "Output")]
    edges = [edge(a.id, b.id, target_port="x1" if b.kind in ("Add", "Multiply") else "input") for a, b in pairwise(row)]
    for wire in wires.split():
        source, target = wire.split(">")
        key, _, port = target.partition(".")
        edges.append(edge(source, key, target_port=port or "input"))
    block = Block("Net", parameters=tuple(parameters), nodes={n.id: n for n in [*row, *also]}, edges=tuple(edges))
    return Design("Net", {"Net": block})


def conv(key: str = "conv", kernel_size: int = 3, **params) -> Node:
    return Node(key, "Conv2d", params={"out_channels": 8, "kernel_size": kernel_size, **params})


def pool(key: str = "pool", kernel_size: int = 2, **params) -> Node:
    return Node(key, "MaxPool2d", params={"kernel_size": kernel_size, **params})


def fc(key: str = "fc", out_features=10, **others) -> Node:
    return Node(key, "Linear", params={"out_features": out_features}, **others)


SOFTMAX = Node("softmax", "Softmax", params={"dim": 1})
DROPOUT = Node("dropout", "Dropout", params={"p": 0.5})


def sigmoids(*kinds: str) -> list[Node | str]:
    """A convolution before each activation, and a head."""
    row: list[Node | str] = []
    for number, kind in enumerate(kinds):
        row += [conv(f"conv{number}", 1), Node(f"act{number}", kind)]
    return [*row, "Flatten", fc()]


# code -> designs that have it
UNWISE: Mapping[str, list[Design]] = {
    "softmax_before_cross_entropy": [
        chain("Flatten", fc(), SOFTMAX),
        chain("Flatten", fc(), Node("log", "LogSoftmax", params={"dim": 1})),
        chain("Flatten", fc(), SOFTMAX, "Identity"),
        chain("Flatten", fc(), SOFTMAX, Node("off", "ReLU", when=False)),
    ],
    "two_softmaxes": [
        chain("Flatten", fc(), SOFTMAX, Node("log", "LogSoftmax", params={"dim": 1})),
        chain("Flatten", SOFTMAX, "Identity", Node("again", "Softmax", params={"dim": 1}), fc()),
    ],
    "dropout_before_batch_norm": [
        chain(conv(), DROPOUT, "BatchNorm2d"),
        chain(conv(), DROPOUT, "ReLU", "Identity", "BatchNorm2d", "ReLU"),
        chain("Flatten", DROPOUT, "BatchNorm1d", fc()),
    ],
    "missing_activation": [
        chain("Flatten", fc("fc1", 64), fc()),
        chain("Flatten", fc("fc1", 64), DROPOUT, "Identity", fc()),
        chain("Flatten", fc("fc1", 64), Node("relu", "ReLU", when=False), fc()),
    ],
    "sigmoid_chain": [
        chain(*sigmoids(*["Sigmoid"] * 5)),
        chain(*sigmoids(*["Sigmoid", "Tanh"] * 4)),
        chain(conv(), Node("act", "Tanh", repeat=5)),
    ],
}

# code -> designs that are like those and do not have it
SOUND: Mapping[str, list[Design]] = {
    "softmax_before_cross_entropy": [
        chain("Flatten", fc()),
        chain("Flatten", SOFTMAX, fc()),
        chain("Flatten", fc(), Node("off", "Softmax", params={"dim": 1}, when=False)),
        chain(
            "Flatten", fc(), wires="fc>softmax softmax>second", also=(SOFTMAX, Node("second", "Output"))
        ),  # scores for the loss, and probabilities beside them
    ],
    "two_softmaxes": [
        chain("Flatten", fc(), SOFTMAX),
        chain("Flatten", fc(), SOFTMAX, fc("fc2"), Node("log", "LogSoftmax", params={"dim": 1})),
    ],
    "dropout_before_batch_norm": [
        chain(conv(), "BatchNorm2d", DROPOUT, "ReLU"),
        chain(conv(), Node("off", "Dropout", params={"p": 0.0}), "BatchNorm2d"),
        chain(conv(), Node("off", "Dropout", when=False), "BatchNorm2d"),
        chain(conv("a"), "BatchNorm2d", DROPOUT, conv("b"), Node("norm", "BatchNorm2d")),
    ],
    "missing_activation": [
        chain("Flatten", fc("fc1", 64), "ReLU", fc()),
        chain("Flatten", fc("fc1", 64), "LayerNorm", fc()),
        chain("Flatten", fc("encoder", 2), fc("decoder", 100)),  # a bottleneck
        chain("Flatten", fc("fc1", 64), fc(), wires="fc1>side", also=(Node("side", "Output"),)),
    ],
    "sigmoid_chain": [
        chain(*sigmoids(*["Sigmoid"] * 4)),
        chain(*sigmoids(*["ReLU"] * 9)),
        chain(*(part for k in range(6) for part in (conv(f"c{k}", 1), "BatchNorm2d", "Sigmoid"))),
        chain(  # gates beside a shortcut
            conv(),
            *(Node(f"{part}{k}", kind) for k in range(6) for part, kind in (("gate", "Sigmoid"), ("mul", "Multiply"))),
            wires=" ".join(f"{'conv' if k == 0 else f'mul{k - 1}'}>mul{k}.x2" for k in range(6)),
        ),
    ],
}

# codes without a fix
WITHOUT_FIX = frozenset()
