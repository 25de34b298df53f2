"""Designs that can run and are unwise, by the code that says so, and designs like them that are sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from designer.graph.block import Block, BlockParameter, Node, edge
from designer.graph.custom import CustomLayer
from designer.graph.design import Design
from designer.graph.expressions import Expression as X

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
CLASSES = (BlockParameter("num_classes", 7),)
DROPOUT = Node("dropout", "Dropout", params={"p": 0.5})


def sigmoids(*kinds: str) -> list[Node | str]:
    """A convolution before each activation, and a head."""
    row: list[Node | str] = []
    for number, kind in enumerate(kinds):
        row += [conv(f"conv{number}", 1), Node(f"act{number}", kind)]
    return [*row, "Flatten", fc()]


UNDECLARED = CustomLayer("Mine", source="class Mine(nn.Module):\n    def forward(self, x):\n        return x\n")


# code -> designs that have it
UNWISE: Mapping[str, list[Design]] = {
    "cost_not_declared": [chain(Node("mine", "Mine")).with_custom(UNDECLARED)],
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
    "odd_size_lost": [
        chain(pool(), shape=(3, 15, 32)),
        chain(pool(kernel_size=5), shape=(3, 33, 29)),
        chain(conv(kernel_size=16, stride=16), shape=(3, 40, 40)),
        chain(Node("pool", "AvgPool1d", params={"kernel_size": 2}), shape=(3, 9)),
    ],
    "map_too_small_early": [
        chain(pool(kernel_size=32), conv(padding=1)),
        chain(conv(kernel_size=32), "ReLU", pool(kernel_size=3, padding=1, stride=1), conv("b", padding=1)),
        chain(Node("pool", "AdaptiveAvgPool2d", params={"output_size": 1}), conv(padding=1), "Flatten", fc()),
    ],
    "head_not_matching": [
        chain("Flatten", fc(out_features=10), parameters=CLASSES),
        chain("Flatten", fc(out_features=10), "ReLU", DROPOUT, parameters=CLASSES),
        chain(conv(), Node("pool", "AdaptiveAvgPool2d", params={"output_size": 1}), "Flatten", parameters=CLASSES),
        chain("Flatten", parameters=CLASSES),
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
    "odd_size_lost": [
        chain(pool()),
        chain(pool(), shape=(3, 109, 109)),  # one of many
        chain(Node("pool", "AvgPool2d", params={"kernel_size": 3}), "Flatten", fc(), shape=(3, 7, 7)),  # for the head
        chain(pool(ceil_mode=True), shape=(3, 15, 15)),
        chain(pool(kernel_size=3, stride=2), shape=(3, 12, 12)),  # windows that overlap
        chain(conv(kernel_size=1, stride=2), shape=(3, 15, 15)),  # a projection
        chain(conv(kernel_size=7, stride=2, padding=3), shape=(3, 224, 224)),
    ],
    "map_too_small_early": [
        chain(pool(kernel_size=16), conv(padding=1)),
        chain(pool(kernel_size=32), conv(kernel_size=1)),
        chain(pool(kernel_size=32), Node("up", "ConvTranspose2d", params={"out_channels": 8, "kernel_size": 4})),
        chain(pool(kernel_size=32), Node("again", "AdaptiveAvgPool2d", params={"output_size": 1})),
    ],
    "head_not_matching": [
        chain("Flatten", fc(out_features=7), parameters=CLASSES),
        chain("Flatten", fc(out_features=X("num_classes")), parameters=CLASSES),
        chain(conv(kernel_size=1, out_channels=7), parameters=CLASSES),  # one class a pixel
        chain("Flatten", fc(out_features=10)),
        chain("Flatten", fc(out_features=10), parameters=(BlockParameter("width", 7),)),
    ],
}

# codes without a fix
WITHOUT_FIX = frozenset({"map_too_small_early", "cost_not_declared"})
