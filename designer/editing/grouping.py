"""A selection made a block of its own. The network stays as it is: shapes, parameters and results are the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from designer.analysis.ports import input_ports
from designer.base.text import Text
from designer.catalogue.registry import name_in_use, spec_of
from designer.editing.errors import EditError
from designer.editing.substituting import names_read, with_substituted
from designer.graph.block import INPUT, INPUT_PORT, OUTPUT, OUTPUT_PORT, Block, BlockParameter, Edge, Endpoint, Node
from designer.graph.design import Design
from designer.graph.expressions import Expression, Setting
from designer.graph.names import fresh, fresh_node_id, is_block_name, stem_of_class

IN_CHANNELS = "in_channels"  # what expressions in a block may read although nobody set it
_STEP_X, _STEP_Y = 208.0, 80.0  # pixels from the nodes of a new block to its Inputs and Outputs, and between those


def group(
    design: Design, block_name: str, node_ids: Collection[str], name: str = "", channels: int = 1
) -> tuple[Design, str]:
    """The design with some nodes made a block, an instance of it in their place; and the instance's id.

    The block's ports follow from the wires that are cut; where none is cut, from the ends that are open. Parameters
    that the nodes read become the block's own. Inputs and Outputs stay outside. name: of the block, a fresh one where
    it is empty; channels: what the open block's first input brings, where that is known.

    Raises EditError: nothing to group, a name that cannot be, or a way that leaves the nodes and comes back to them.
    """
    block = design.blocks[block_name]
    chosen = {key for key in node_ids if key in block.nodes and block.nodes[key].kind not in (INPUT, OUTPUT)}
    if not chosen:
        raise EditError("There is nothing to group.", expected="layers or blocks", fix="Select some nodes.")
    _check_closed(block, chosen)
    name = _block_name(design, name)
    inner = _Inside(design, block, [node for key, node in block.nodes.items() if key in chosen])
    parameters, values, inside_names = _parameters(block, inner, channels)
    new_id = fresh_node_id(block.without_nodes(chosen), stem_of_class(name))
    instance = Node(new_id, name, params=values, position=_middle(inner.nodes))
    body = [with_substituted(node, inside_names) for node in inner.nodes]
    boxed = Block(
        name,
        parameters=parameters,
        nodes={node.id: node for node in (*inner.inputs, *body, *inner.outputs)},
        edges=tuple(inner.edges),
        routes=block.routes,
        is_downward=block.is_downward,
    )
    outside: dict[str, Node] = {}
    for key, node in block.nodes.items():
        if key not in chosen:
            outside[key] = node
        elif new_id not in outside:
            outside[new_id] = instance
    design = design.with_block(boxed)
    return design.with_block(replace(block, nodes=outside, edges=tuple(inner.edges_around(new_id)))), new_id


def _check_closed(block: Block, chosen: Collection[str]) -> None:
    after = block.graph.descendants(*chosen)
    between = [key for key in after if any(there in chosen for there in block.graph.succ[key])]
    if between:
        names = sorted(block.nodes[key].name for key in between)
        raise EditError(
            Text("A way leads out of the selection and back into it, through '{names}'.", names=names[0]),
            expected="nodes with nothing else between them: a block is entered once and left once",
            fix=Text("Select {names} as well.", names=", ".join(names[:3])),
        )


def _block_name(design: Design, name: str) -> str:
    name = name.strip()
    if not name:
        number = 1
        while name_in_use(design, f"Block{number}"):
            number += 1
        return f"Block{number}"
    if not is_block_name(name):
        raise EditError(
            Text("'{name}' cannot be the name of a block.", name=name[:60]),
            expected="letters, digits and underscores, a letter first: it names a class",
            fix="Choose another name.",
        )
    if what := name_in_use(design, name):
        raise EditError(
            Text("There is {what} called '{name}'.", what=what, name=name),
            expected="a name of its own",
            fix="Choose another name.",
        )
    return name


class _Inside:
    """The nodes of a new block with its Inputs and Outputs, and the wires within it and around it."""

    def __init__(self, design: Design, block: Block, nodes: list[Node]) -> None:
        self.block = block
        self.nodes = nodes
        self.inputs: list[Node] = []
        self.outputs: list[Node] = []
        self.edges: list[Edge] = []
        self._ids = {node.id for node in nodes}
        self._taken = self._ids | {node.name for node in nodes}
        self._entries: dict[Endpoint, str] = {}  # what feeds the block from outside -> the port where it enters
        self._exits: dict[Endpoint, str] = {}
        self._find_ports(design)

    def _find_ports(self, design: Design) -> None:
        rank = {key: index for index, key in enumerate(dict.fromkeys((*self.block.order, *self.block.nodes)))}
        ordered = sorted(self.nodes, key=lambda node: rank[node.id])
        incoming = self.block.incoming
        entering: dict[Endpoint, list[Endpoint]] = {}
        for node in ordered:
            for port, source in incoming[node.id].items():
                if source.node not in self._ids:
                    entering.setdefault(source, []).append(Endpoint(node.id, port))
        open_ends: list[Endpoint] = []
        if not entering:
            for node in ordered:
                names = () if incoming[node.id] else input_ports(design, self.block, node)
                open_ends += [Endpoint(node.id, names[0])] if names else []
        leaving: dict[Endpoint, None] = {}
        for node in ordered:
            for wire in self.block.edges:
                if wire.source.node == node.id and wire.target.node not in self._ids:
                    leaving[wire.source] = None
        if not leaving or not self.block.outputs:
            fed = {wire.source.node for wire in self.block.edges}
            ends = [node for node in ordered if node.id not in fed]
            if self.block.outputs:  # what nothing needs so far does not come to matter where it cannot be worked out
                whole = self._whole(design, ordered, bool(entering))
                ends = [node for node in ends if node.id in whole] or ends
            for node in ends:
                leaving.update(dict.fromkeys(_outputs(design, self.block, node)))
        ways_in = [*entering.items(), *((None, [end]) for end in open_ends)]
        self._make_inputs(ways_in)
        self.edges += [e for e in self.block.edges if e.source.node in self._ids and e.target.node in self._ids]
        self._make_outputs(list(leaving))

    def _whole(self, design: Design, ordered: list[Node], is_entered: bool) -> set[str]:
        """The nodes at which no wire lacks, neither at one of those in the selection before them."""
        whole: set[str] = set()
        for node in ordered:
            wired = self.block.incoming[node.id]
            spec = spec_of(node.kind, design)
            if spec and spec.variadic:
                is_wired = len(wired) > 1
            else:
                is_wired = all(port in wired for port in input_ports(design, self.block, node))
            before = {source.node for source in wired.values()} & self._ids
            if (is_wired or not (wired or is_entered)) and before <= whole:
                whole.add(node.id)
        return whole

    def _make_inputs(self, ways_in: list[tuple[Endpoint | None, list[Endpoint]]]) -> None:
        left = min(node.position[0] for node in self.nodes) - _STEP_X
        for source, targets in ways_in:
            port = self._name("input", len(ways_in))
            height = self.block.nodes[targets[0].node].position[1]
            self.inputs.append(Node(port, INPUT, position=(left, _free(height, self.inputs))))
            self.edges += [Edge(Endpoint(port, OUTPUT_PORT), target) for target in targets]
            if source is not None:
                self._entries[source] = port

    def _make_outputs(self, leaving: list[Endpoint]) -> None:
        right = max(node.position[0] for node in self.nodes) + _STEP_X
        for source in leaving:
            port = self._name("output", len(leaving))
            height = self.block.nodes[source.node].position[1]
            self.outputs.append(Node(port, OUTPUT, position=(right, _free(height, self.outputs))))
            self.edges.append(Edge(source, Endpoint(port, INPUT_PORT)))
            self._exits[source] = port

    def _name(self, stem: str, count: int) -> str:
        name = stem if count == 1 and stem not in self._taken else fresh(stem, self._taken)
        self._taken.add(name)
        return name

    @property
    def first_source(self) -> Endpoint | None:
        """What feeds the first input."""
        return next(iter(self._entries), None)

    def edges_around(self, instance: str) -> Iterable[Edge]:
        """The wires of the block around, with the instance in the place of the nodes."""
        seen = set()
        for wire in self.block.edges:
            if wire.target.node in self._ids:
                if wire.source.node not in self._ids and wire.source not in seen:
                    seen.add(wire.source)
                    yield Edge(wire.source, Endpoint(instance, self._entries[wire.source]))
            elif wire.source.node in self._ids:
                yield Edge(Endpoint(instance, self._exits[wire.source]), wire.target)
            else:
                yield wire


def _outputs(design: Design, block: Block, node: Node) -> list[Endpoint]:
    spec, inner = spec_of(node.kind, design), design.blocks.get(node.kind)
    names = spec.outputs if spec else [leaving.id for leaving in inner.outputs] if inner else [OUTPUT_PORT]
    return [Endpoint(node.id, name) for name in names]


def _free(height: float, others: Iterable[Node]) -> float:
    taken = [other.position[1] for other in others]
    while any(abs(height - other) < _STEP_Y for other in taken):
        height += _STEP_Y
    return height


def _middle(nodes: list[Node]) -> tuple[float, float]:
    x = sum(node.position[0] for node in nodes) / len(nodes)
    y = sum(node.position[1] for node in nodes) / len(nodes)
    return 8.0 * round(x / 8), 8.0 * round(y / 8)


def _parameters(
    block: Block, inner: _Inside, channels: int
) -> tuple[tuple[BlockParameter, ...], dict[str, Setting], dict[str, Setting]]:
    """What the new block takes, what its instance sets it to, and what names inside it are called from now on."""
    known = {parameter.name: parameter for parameter in block.parameters}
    taken = {*known, *names_read(inner.nodes), *(node.kind for node in inner.nodes)}
    parameters, values, inside = [], {}, {}
    for name in names_read(inner.nodes):
        if name in known:
            parameters.append(known[name])
            values[name] = Expression(name)
        elif name == IN_CHANNELS and not is_entry(block, inner.first_source):
            own = "entry_channels" if "entry_channels" not in taken else fresh("entry_channels", taken)
            parameters.append(BlockParameter(own, channels, "channels at the input of the block around"))
            values[own] = Expression(IN_CHANNELS)
            inside[IN_CHANNELS] = Expression(own)
    return tuple(parameters), values, inside


def is_entry(block: Block, source: Endpoint | None) -> bool:
    """Whether a tensor is the one that enters a block first, whose channels its expressions may read."""
    return bool(block.inputs) and source == Endpoint(block.inputs[0].id, OUTPUT_PORT)
