"""Random designs, by a seed: nested blocks, parameters, `repeat`, `when`, merges, recurrence, attention, 1-d to 3-d.

A design is drawn with little regard for shapes. What analysis refuses is then taken out, node by node, so that nearly
every draw ends as a design that stands for a network, with odd shapes that nobody would have thought of.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from designer.analysis.analyser import Analyser
from designer.analysis.facts import Analysis, BlockFacts
from designer.catalogue.registry import spec_of
from designer.catalogue.spec import ParameterType
from designer.graph.block import INPUT, OUTPUT, Block, BlockParameter, Edge, Endpoint, Node
from designer.graph.design import Design
from designer.graph.expressions import Expression as X

_MOST_REPAIRS = 60
_BATCH = 2  # one example alone may have no variance
_SHAPES = [(6,), (4, 9), (5, 6), (3, 8, 9), (4, 7, 7), (2, 5, 6, 5), (1,), (1, 1), (2, 1, 6), (6, 6)]
_SPATIAL = """
Conv ConvTranspose MaxPool AvgPool LPPool AdaptiveAvgPool AdaptiveMaxPool BatchNorm InstanceNorm ZeroPad
ReflectionPad ReplicationPad CircularPad ConstantPad Dropout
""".split()  # noqa: SIM905
_ANY = """
ReLU GELU Sigmoid Tanh LeakyReLU ELU PReLU Softplus SiLU Identity Dropout Softmax GLU LayerNorm RMSNorm
GroupNorm LocalResponseNorm Linear Linear Flatten Unflatten Reshape Permute Transpose Transpose Squeeze
Unsqueeze Slice Select Chunk Split Mean Sum Max Min Upsample PixelShuffle PixelUnshuffle ChannelShuffle
""".split()  # noqa: SIM905
_SEQUENCE = ("LSTM", "GRU", "RNN", "MultiheadAttention", "TransformerEncoderLayer", "PositionalEmbedding", "ClassToken")
_MERGES = (
    "Add",
    "Add",
    "Multiply",
    "Subtract",
    "Maximum",
    "Minimum",
    "Concat",
    "Concat",
    "Stack",
    "MatMul",
    "Bilinear",
)
_NAMES = ("width", "depth", "wide", "k", "ratio", "channels", "in_height", "x", "stage", "count")
_NUMBERS = (
    "{0}",
    "{0} + 1",
    "2 * {0}",
    "{0} * {1}",
    "max({0}, {1})",
    "{0} // 2 + 1",
    "{0} if {1} > 2 else 3",
    "min({0}, 4)",
    "in_channels",
    "2 * in_channels",
    "in_channels + {0}",
    "abs({0} - {1}) + 1",
    "({0}, {1})[0]",
    "{0} % 3 + 1",
    "{0} ** 2",
    "in_channels // 2",
)
_COUNTS = ("{0}", "{0} - 1", "{0} // 2", "{0} % 3", "{0} if {1} > 1 else 0", "min({0}, 3)", "{0} - {1}")
_CONDITIONS = ("{0} > 2", "{0} != {1}", "not {0}", "in_channels != {0}", "in_channels > 3", "{0} % 2 == 0 or {1} > 2",
               "{0} == 1 and {1} < 4", "{0} == True", "1 < {0} < 4", "in_channels == 2 * {0}", "{0}")  # fmt: skip


class _Drawing:
    """One block as it is drawn."""

    def __init__(
        self, rng: random.Random, name: str, inner: Sequence[Block], shapes: Sequence[tuple[int, ...]]
    ) -> None:
        self.rng, self.name, self.inner = rng, name, inner
        self.is_main = bool(shapes)
        self.rank = len(shapes[0]) + 1 if shapes else rng.choice([2, 3, 3, 4, 4, 4, 5])
        self.nodes: dict[str, Node] = {}
        self.edges: list[Edge] = []
        count = rng.choice([0, 1, 1, 2, 3])
        self.parameters = tuple(
            BlockParameter(key, rng.choice([1, 2, 3, 4, 6, True, False]))
            for key in rng.sample(_NAMES, count)
        )  # fmt: skip
        self.ends: list[Endpoint] = []
        for number in range(len(shapes) or rng.choice([1, 1, 1, 1, 2])):
            params: dict[str, Any] = {}
            if shapes:
                params = {"shape": shapes[number]}
                if rng.random() < 0.06:
                    params["dtype"] = "int64"
            self.ends += self.add(INPUT, (), params, name=rng.choice(["", "", "x", "image"]) if not number else "")
        if any(node.params.get("dtype") == "int64" for node in self.nodes.values()) and rng.random() < 0.9:
            params = {"num_embeddings": 11, "embedding_dim": rng.choice([4, 6])}
            self.ends += self.add("Embedding", [self.ends[0]], params)

    def setting(self, forms: Sequence[str], values: Sequence[Any]) -> Any:
        """A value, or an expression over the block's parameters."""
        rng = self.rng
        known = [parameter.name for parameter in self.parameters]
        forms = [form for form in forms if (known or "{" not in form) and not (self.is_main and "in_channels" in form)]
        if not forms or rng.random() < 0.6:
            return rng.choice(values)
        return X(rng.choice(forms).format(*(rng.choice(known) for _ in range(2)) if known else ("", "")))

    def number(self) -> Any:
        return self.setting(_NUMBERS, [1, 2, 3, 4, 6])

    def add(self, kind: str, sources: Sequence[Endpoint], params: dict[str, Any], **about: Any) -> list[Endpoint]:
        """A node with wires from `sources`. Returns its outputs."""
        key = f"n{len(self.nodes)}"
        names = {node.name for node in self.nodes.values()}
        wanted = about.pop("name", "")
        name = wanted if wanted and wanted not in names else self.rng.choice([f"{kind.lower()}{len(self.nodes)}", key])
        node = self.nodes[key] = Node(key, kind, name if name not in names else key, params, **about)
        spec, inner = spec_of(kind), next((block for block in self.inner if block.name == kind), None)
        if spec and spec.variadic:
            ports = [f"x{number}" for number in range(1, len(sources) + 1)]
        else:
            ports = list(spec.inputs) if spec else [entry.id for entry in inner.inputs]
        self.edges += [Edge(source, Endpoint(key, port)) for source, port in zip(sources, ports, strict=False)]
        leaving = spec.output_ports(node.params) if spec else [end.id for end in inner.outputs]
        return [Endpoint(key, port) for port in leaving]

    def around(self, *, repeats: bool) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        if repeats and self.rng.random() < 0.25:
            fields["repeat"] = self.setting(_COUNTS, [2, 2, 3, 4, 0])
        if self.rng.random() < 0.2:
            fields["when"] = self.setting(_CONDITIONS, [True, False])
        return fields

    def step(self) -> None:
        rng, at = self.rng, self.ends[-1] if self.rng.random() < 0.85 else self.rng.choice(self.ends)
        choice = rng.random()
        if choice < 0.25 and self.inner:
            block = rng.choice(self.inner)
            given = rng.sample(block.parameters, rng.randint(0, len(block.parameters)))
            params = {
                parameter.name: self.setting(_CONDITIONS, [True, False])
                if isinstance(parameter.default, bool)
                else self.number()
                for parameter in given
            }
            sources = [at, *(rng.choice(self.ends) for _ in block.inputs[1:])]
            found = self.add(block.name, sources, params, **self.around(repeats=len(block.inputs) == 1))
        elif choice < 0.4 and len(self.ends) > 1:
            kind = rng.choice(_MERGES)
            others = [
                rng.choice(self.ends) for _ in range(1 if kind in ("MatMul", "Bilinear") else rng.choice([1, 1, 2]))
            ]
            found = self.add(kind, [at, *others], self.params(kind), **self.around(repeats=False))
        else:
            axes = self.rank - 2
            choice = rng.random()
            if choice < 0.5 and 1 <= axes <= 3:
                kind = f"{rng.choice(_SPATIAL)}{axes}d"
            elif choice < 0.62 and self.rank == 3:
                kind = rng.choice(_SEQUENCE)
            else:
                kind = rng.choice(_ANY)
            sources = [at] * len(spec_of(kind).inputs)
            found = self.add(kind, sources, self.params(kind), **self.around(repeats=rng.random() < 0.6))
        self.ends += found[:2]
        self.rank += {"Unsqueeze": 1, "Unflatten": 1, "Stack": 1, "Squeeze": -1, "Select": -1}.get(
            kind_of(self, found), 0
        )
        if kind_of(self, found) == "Flatten":
            self.rank = 2

    def params(self, kind: str) -> dict[str, Any]:
        """Parameters of a layer, most of which fit."""
        rng, params = self.rng, {}
        axes = int(kind[-2]) if kind[-2:-1].isdigit() and kind.endswith("d") else 0
        for parameter in spec_of(kind).parameters:
            name = parameter.name
            match name:
                case "out_channels" | "out_features" | "hidden_size" | "dim_feedforward":
                    params[name] = self.number()
                case "kernel_size":
                    params[name] = rng.choice([1, 2, 3, 3, (2,) * axes, tuple(rng.choice([1, 3]) for _ in range(axes))])
                    if rng.random() < 0.1:
                        params[name] = self.setting(("{0}", "2 * {0} + 1", "({0}, 1, 1)"), [1, 3])
                case "stride" if rng.random() < 0.35:
                    params[name] = self.setting(("{0}",), [1, 2])
                case "padding" if "Pad" not in kind and rng.random() < 0.5:
                    params[name] = self.setting(
                        ("{0}", "{0} // 2"),
                        [0, 1, 1] + (["same"] if kind.startswith("Conv") and "T" not in kind else []),
                    )
                case "dilation" if rng.random() < 0.1:
                    params[name] = 2
                case "padding" if "Pad" in kind:
                    params[name] = rng.choice([1, 0, tuple(rng.choice([0, 1]) for _ in range(2 * axes))])
                case "padding_mode" if rng.random() < 0.1:
                    params[name] = rng.choice(["zeros", "reflect", "replicate", "circular"])
                case "groups" if rng.random() < 0.15 or kind == "ChannelShuffle":
                    params[name] = self.setting(("in_channels", "{0}"), [1, 2])
                case "num_groups" | "num_heads" | "nhead":
                    params[name] = self.setting(("in_channels", "{0}"), [1, 2])
                case "num_layers":
                    params[name] = rng.choice([1, 1, 2])
                case _ if parameter.type is ParameterType.BOOL and rng.random() < 0.4:
                    params[name] = self.setting(("{0} > 2", "{0} == 2"), [True, False])
                case "num_dims":
                    params[name] = rng.choice([1, 1, 2])
                case "output_size":
                    params[name] = self.setting(("{0}",), [1, 2, (2,) * axes])
                case "dim" if kind in ("Mean", "Sum", "Max", "Min"):
                    params[name] = rng.choice([(2,), (1,), (-1,), (1, 2), tuple(range(2, self.rank)) or (1,)])
                case "dim" | "dim0" | "dim1" | "index" if rng.random() < 0.7:
                    params[name] = self.setting(("{0}",), [1, 1, -1, 2])
                case "dims":
                    rest = list(range(1, self.rank))
                    rng.shuffle(rest)
                    params[name] = (0, *rest)
                case "unflattened_size":
                    params[name] = rng.choice([(-1, 1), (2, -1), (1, -1), (2, 3)])
                case "shape":
                    params[name] = rng.choice([(-1,), (1, -1), (2, -1), (-1, 2)])
                case "chunks" | "upscale_factor" | "downscale_factor":
                    params[name] = 2
                case "split_size":
                    params[name] = rng.choice([(1, 1), (2, 2), (1, 2, 3), (3, 3), (2, 1)])
                case "scale_factor":
                    params[name] = self.setting(("{0}",), [2, 1, 3])
                case "p" if rng.random() < 0.3:
                    params[name] = X("1 / 4") if rng.random() < 0.5 else 0.25
                case "length" | "size" if kind != "Upsample" and rng.random() < 0.6:
                    params[name] = self.setting(("{0}",), [1, 2])
        return params

    def block(self, steps: int) -> Block:
        for _ in range(steps):
            self.step()
        ends = [self.ends[-1]]
        if self.rng.random() < 0.12:
            ends.append(self.rng.choice(self.ends))
        for end in ends:
            self.add(OUTPUT, [end], {})
        return Block(self.name, parameters=self.parameters, nodes=self.nodes, edges=tuple(self.edges))


def kind_of(drawing: _Drawing, found: Sequence[Endpoint]) -> str:
    """The kind of the node that was drawn last."""
    return drawing.nodes[found[0].node].kind if found else ""


def drawn(seed: int) -> Design:
    """A design as it is drawn, with whatever faults it has."""
    rng = random.Random(seed)
    blocks: list[Block] = []
    for level in range(rng.choice([0, 1, 1, 2, 2, 3])):
        name = rng.choice(["Block", "Stage", "Body", "Unit", "channels"]) + str(level)
        blocks.append(_Drawing(rng, name, blocks, ()).block(rng.randint(1, 4)))
    shape = rng.choice(_SHAPES)
    shapes = [shape, shape] if rng.random() < 0.1 else [shape]
    main = _Drawing(rng, "Net", blocks, shapes).block(rng.randint(2, 7))
    return Design("Net", {block.name: block for block in (*blocks, main)})


def sound(seed: int) -> tuple[Design, Analysis, set[str]] | None:
    """A design that analysis takes, what it says of it, and the codes of what was taken out; None where nothing helps.

    For two examples, unless an axis of theirs is mixed with that of the batch: such a network is one for one example.
    """
    design, analyser = drawn(seed), Analyser()
    refused: set[str] = set()
    for _ in range(_MOST_REPAIRS):
        analysis = analyser.analyse(design)
        if analysis.ok:
            of_two = Analyser().analyse(design, _BATCH)
            return design, of_two if _scales(analysis.root, of_two.root) else analysis, refused
        first = analysis.diagnostics[0]
        refused.add(first.code)
        mended = _without(design, first.path)
        if mended is None:
            return None
        design = mended
    return None


def _scales(one: BlockFacts, two: BlockFacts) -> bool:
    """Whether a block does to each of two examples what it does to one."""
    for key, node in one.nodes.items():
        other = two.nodes[key]
        if len(node.copies) != len(other.copies) or other.worst != node.worst or node.totals[0] != other.totals[0]:
            return False
        takes_the_batch = node.spec and node.spec.kind.startswith("InstanceNorm") and node.inputs[0] is not None
        if takes_the_batch and node.inputs[0].rank < int(node.spec.kind[-2]) + 2:
            return False  # it takes the first axis for channels
        for tensor, twice in zip(node.outputs, other.outputs, strict=True):
            if tensor and (
                twice is None or twice.shape != (*(_BATCH * n for n in tensor.shape[:1]), *tensor.shape[1:])
            ):
                return False
        if not all(_scales(*pair) for pair in zip(node.copies, other.copies, strict=True)):
            return False
    return True


def _without(design: Design, path: Sequence[str]) -> Design | None:
    """The design without the node at a path: what read it reads what it read. None where that node has to be."""
    block = design.root
    for key in path[:-1]:
        block = design.blocks[block.nodes[key].kind]
    node = block.nodes.get(path[-1]) if path else None
    if node is None:
        return None
    if node.kind in (INPUT, OUTPUT):
        return None
    if not (node.repeat == 1 and node.when is True) and len(node.id) % 2:
        return design.with_block(block.with_node(replace(node, repeat=1, when=True)))
    sources = block.incoming[node.id]
    if not sources:
        return None
    first = next(iter(sources.values()))
    edges = tuple(
        Edge(first if edge.source.node == node.id else edge.source, edge.target)
        for edge in block.edges
        if edge.target.node != node.id
    )
    return design.with_block(replace(block.without_nodes([node.id]), edges=edges))
