"""Designs that can run and are unwise, by the code that says so, and designs like them that are sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
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


def within(name: str, *nodes: Node | str, parameters=()) -> Block:
    """A block of nodes in a row; a text is a kind."""
    row = [Node(f"n{k}", node) if isinstance(node, str) else node for k, node in enumerate(nodes)]
    row = [Node("input", "Input"), *row, Node("output", "Output")]
    wires = tuple(edge(a.id, b.id) for a, b in pairwise(row))
    return Block(name, parameters=tuple(parameters), nodes={n.id: n for n in row}, edges=wires)


def holding(design: Design, *blocks: Block) -> Design:
    """The design with blocks that stand in it."""
    for block in blocks:
        design = design.with_block(block)
    return design


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


def seeing(size: int, design: Design) -> Design:
    """The design, told how large the objects are."""
    entry = design.root.nodes["input"]
    return design.with_block(design.root.with_node(entry.with_param("object_size", size)))


DEEP = [conv(f"conv{k}", padding=1) if k % 2 else Node(f"relu{k}", "ReLU") for k in range(1, 41)]
HEAD = within("Head", fc(), SOFTMAX)

# code -> designs that have it
UNWISE: Mapping[str, list[Design]] = {
    "field_below_object": [
        seeing(6, chain(conv("a"), "ReLU", conv("b"))),
        seeing(20, chain(conv("a"), "ReLU", pool(), Node("gap", "AdaptiveAvgPool2d"), "Flatten", fc())),
        seeing(8, holding(chain("Body"), within("Body", conv("a"), "ReLU", conv("b"), "Flatten", fc()))),
    ],
    "field_exceeds_input": [
        chain(*DEEP),
        seeing(20, chain(*DEEP, "Flatten", fc())),
        holding(chain(Node("cells", "Cell", repeat=16)), within("Cell", conv(padding=1), "ReLU")),
    ],
    "cost_not_declared": [chain(Node("mine", "Mine")).with_custom(UNDECLARED)],
    "softmax_before_cross_entropy": [
        chain("Flatten", fc(), SOFTMAX),
        chain("Flatten", fc(), Node("log", "LogSoftmax", params={"dim": 1})),
        chain("Flatten", fc(), SOFTMAX, "Identity"),
        chain("Flatten", fc(), SOFTMAX, Node("off", "ReLU", when=False)),
        holding(chain("Flatten", "Head"), HEAD),
        holding(chain("Flatten", "Outer"), HEAD, within("Outer", "Head", "Identity")),
    ],
    "two_softmaxes": [
        chain("Flatten", fc(), SOFTMAX, Node("log", "LogSoftmax", params={"dim": 1})),
        chain("Flatten", SOFTMAX, "Identity", Node("again", "Softmax", params={"dim": 1}), fc()),
        holding(chain("Flatten", "Head", SOFTMAX), HEAD),
        holding(chain("Flatten", fc(), Node("twice", "Prob", repeat=2), fc("fc2")), within("Prob", SOFTMAX)),
        holding(chain("Flatten", "Head", "Late"), HEAD, within("Late", "Identity", SOFTMAX, fc())),
        chain("Flatten", fc(), Node("softmax", "Softmax", params={"dim": 1}, repeat=2), fc("fc2")),
    ],
    "dropout_before_batch_norm": [
        chain(conv(), DROPOUT, "BatchNorm2d"),
        chain(conv(), DROPOUT, "ReLU", "Identity", "BatchNorm2d", "ReLU"),
        chain("Flatten", DROPOUT, "BatchNorm1d", fc()),
        holding(chain("Dropping", "BatchNorm2d"), within("Dropping", conv(), DROPOUT)),
        holding(chain(conv(), DROPOUT, "Normed"), within("Normed", "ReLU", "BatchNorm2d", conv())),
        holding(chain(conv("c"), Node("stack", "Cell", repeat=3)), within("Cell", "BatchNorm2d", conv(), DROPOUT)),
    ],
    "missing_activation": [
        chain("Flatten", fc("fc1", 64), fc()),
        chain("Flatten", fc("fc1", 64), DROPOUT, "Identity", fc()),
        chain("Flatten", fc("fc1", 64), Node("relu", "ReLU", when=False), fc()),
        holding(chain("Flatten", "Wide", fc()), within("Wide", "Identity", fc("fc1", 64))),
        holding(chain("Flatten", fc("fc1", 64), Node("last", "Last")), within("Last", DROPOUT, fc())),
        holding(chain("Flatten", Node("stack", "Wide", repeat=3), "ReLU", fc()), within("Wide", fc("inner", 64))),
        holding(
            chain("Flatten", "Left", "Middle", "Right"),
            within("Left", fc("a", 64)),
            within("Middle", "Identity", Node("off", "ReLU", when=False)),
            within("Right", "Inner"),
            within("Inner", fc("b")),
        ),
        chain("Flatten", Node("fc", "Linear", params={"out_features": 64}, repeat=4), "ReLU", fc("fc2")),
        chain(conv("a"), conv("b"), "ReLU"),
        chain(conv("a"), "BatchNorm2d", conv("b"), "ReLU"),
    ],
    "bias_before_batch_norm": [
        chain(conv(), "BatchNorm2d", "ReLU"),
        chain(conv("a"), "BatchNorm2d", "ReLU", conv("b"), Node("bn", "BatchNorm2d"), "ReLU"),
        chain("Flatten", fc("fc1", 64), "BatchNorm1d", "ReLU", fc()),
        holding(chain(conv(), "Normed"), within("Normed", "BatchNorm2d", "ReLU")),
        holding(chain(Node("cells", "Cell", repeat=3)), within("Cell", conv(padding=1), "BatchNorm2d", "ReLU")),
        holding(chain("Body", "BatchNorm2d", "ReLU"), within("Body", "ReLU", conv())),
        holding(chain(Node("cells", "Cell", repeat=3)), within("Cell", "BatchNorm2d", "ReLU", conv(padding=1))),
    ],
    "sigmoid_chain": [
        chain(*sigmoids(*["Sigmoid"] * 5)),
        chain(*sigmoids(*["Sigmoid", "Tanh"] * 4)),
        chain(conv(), Node("act", "Tanh", repeat=5)),
        holding(chain(Node("cells", "Cell", repeat=3)), within("Cell", *sigmoids("Sigmoid", "Tanh")[:4])),
        holding(
            chain("Cell", "Sigmoid", Node("more", "Cell"), "Flatten", fc()),
            within("Cell", *sigmoids("Sigmoid", "Sigmoid")[:4]),
        ),
        holding(
            chain("Cell", "Sigmoid", Node("end", "End"), "Flatten", fc()),
            within("Cell", *sigmoids("Sigmoid", "Sigmoid")[:4]),
            within("End", "Sigmoid", "Tanh", "BatchNorm2d", "ReLU"),
        ),
        holding(chain(conv(), "Deep"), within("Deep", "BatchNorm2d", *["Sigmoid"] * 5, "BatchNorm2d")),
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
        holding(chain("Flatten", "Head", parameters=CLASSES), within("Head", fc())),
        holding(
            chain("Flatten", Node("head", "Head"), parameters=CLASSES),
            within("Head", fc(out_features=X("classes")), parameters=(BlockParameter("classes", 10),)),
        ),
    ],
}

# code -> designs that are like those and do not have it
SOUND: Mapping[str, list[Design]] = {
    "field_below_object": [
        chain(conv("a"), "ReLU", conv("b")),
        seeing(5, chain(conv("a"), "ReLU", conv("b"))),
        seeing(32, chain("Flatten", fc())),
        seeing(10, chain(conv("a"), "ReLU", pool(), conv("b", 3, dilation=2), "Flatten", fc())),
    ],
    "field_exceeds_input": [chain(*DEEP[:30]), chain(conv(), "ReLU", "Flatten", fc())],
    "cost_not_declared": [
        chain(Node("mine", "Mine")).with_custom(replace(UNDECLARED, params="0", macs="0")),
    ],
    "softmax_before_cross_entropy": [
        chain("Flatten", fc()),
        chain("Flatten", SOFTMAX, fc()),
        chain("Flatten", fc(), Node("off", "Softmax", params={"dim": 1}, when=False)),
        chain(
            "Flatten", fc(), wires="fc>softmax softmax>second", also=(SOFTMAX, Node("second", "Output"))
        ),  # scores for the loss, and probabilities beside them
        holding(chain("Flatten", "Head", fc("fc2")), HEAD),
    ],
    "two_softmaxes": [
        chain("Flatten", fc(), SOFTMAX),
        chain("Flatten", fc(), SOFTMAX, fc("fc2"), Node("log", "LogSoftmax", params={"dim": 1})),
        holding(chain("Flatten", Node("heads", "Head", repeat=3)), HEAD),
    ],
    "dropout_before_batch_norm": [
        chain(conv(), "BatchNorm2d", DROPOUT, "ReLU"),
        chain(conv(), Node("off", "Dropout", params={"p": 0.0}), "BatchNorm2d"),
        chain(conv(), Node("off", "Dropout", when=False), "BatchNorm2d"),
        chain(conv("a"), "BatchNorm2d", DROPOUT, conv("b"), Node("norm", "BatchNorm2d")),
        holding(chain("Dropping", conv("c"), "BatchNorm2d"), within("Dropping", conv(), DROPOUT)),
    ],
    "missing_activation": [
        chain("Flatten", fc("fc1", 64), "ReLU", fc()),
        chain("Flatten", fc("fc1", 64), "LayerNorm", fc()),
        chain("Flatten", fc("encoder", 2), fc("decoder", 100)),  # a bottleneck
        chain("Flatten", fc("fc1", 64), fc(), wires="fc1>side", also=(Node("side", "Output"),)),
        holding(chain("Flatten", "Wide", fc()), within("Wide", fc("fc1", 64), "ReLU")),
        holding(chain("Flatten", Node("stack", "Wide", repeat=3), fc()), within("Wide", fc("fc1", 64), "ReLU")),
        holding(chain("Flatten", "Encoder", "Decoder"), within("Encoder", fc("a", 2)), within("Decoder", fc("b"))),
        chain(conv("depthwise", groups=3, out_channels=3), conv("pointwise", 1)),
        chain(conv("reduce", 1, out_channels=2), conv("grow", out_channels=4)),  # a bottleneck
        chain(conv("down", (1, 3)), conv("across", (3, 1))),
    ],
    "bias_before_batch_norm": [
        chain(conv(bias=False), "BatchNorm2d", "ReLU"),
        chain(conv(), "ReLU", "BatchNorm2d"),
        chain(conv(), "BatchNorm2d", wires="conv>side", also=(Node("side", "Output"),)),
        chain(conv(), "GroupNorm"),
        holding(chain("Body", "BatchNorm2d"), within("Body", conv(), "ReLU")),
    ],
    "sigmoid_chain": [
        chain(*sigmoids(*["Sigmoid"] * 4)),
        chain(*sigmoids(*["ReLU"] * 9)),
        chain(*(part for k in range(6) for part in (conv(f"c{k}", 1), "BatchNorm2d", "Sigmoid"))),
        holding(
            chain(Node("cells", "Cell", repeat=9)),
            within("Cell", conv(padding=1), "BatchNorm2d", "Sigmoid"),
        ),
        holding(chain(Node("cells", "Cell", repeat=4)), within("Cell", conv(padding=1), "Sigmoid")),
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
WITHOUT_FIX = frozenset({"cost_not_declared", "field_below_object", "field_exceeds_input"})
