"""What analysis knows: facts of a node, of a block, and of a whole design."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

from designer.analysis import field as fields
from designer.analysis import seeing
from designer.analysis.activations import Kept, Part
from designer.analysis.diagnostics import Diagnostic, Severity
from designer.analysis.field import Axes, Seen
from designer.analysis.fix_reach import with_reach, written_at
from designer.analysis.totals import Totals
from designer.analysis.unread import unread_operations
from designer.catalogue.rules.reach import Field
from designer.catalogue.spec import LayerSpec, Tensor, Values, Window
from designer.graph.block import INPUT, OUTPUT, Block, Node
from designer.graph.copies import places
from designer.graph.design import Design
from designer.graph.expressions import Value

MAX_DIAGNOSTICS = 500  # of a whole design; a person reads the first few
_GRAVITY = {severity: rank for rank, severity in enumerate(Severity)}


_NOTHING = Totals()
_KEEPS_NOTHING = Part()


@dataclass(frozen=True)
class NodeFacts:
    """What is known of one node.

    inputs, outputs: one tensor a port, None where it is unknown. values: the parameters worked out. totals: over all
    copies. copies: what is inside, one a copy, for a block. sources: the nodes behind `inputs`, None where a port is
    open. ports: its output ports, one for each of `outputs`. spec: of a layer, what its kind is. places: at which of
    its source's outputs each input is wired. parts: of a layer, what each copy keeps for the backward pass. steps: of a
    layer with several copies, what arrives at each and what leaves it.
    """

    node: Node
    inputs: tuple[Tensor | None, ...] = ()
    outputs: tuple[Tensor | None, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict)
    totals: Totals = _NOTHING
    active: bool = True
    repeat: int = 1
    copies: tuple[BlockFacts, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    sources: tuple[str | None, ...] = ()
    ports: tuple[str, ...] = ()
    spec: LayerSpec | None = None
    places: tuple[int, ...] = ()
    parts: tuple[Part, ...] = ()
    steps: tuple[tuple[tuple[Tensor, ...], tuple[Tensor, ...]], ...] = ()

    def keeping(self, kept: Kept) -> NodeFacts:
        """The same, with what it keeps for the backward pass among its totals."""
        facts = object.__new__(NodeFacts)  # as `replace` does, in a tenth of the time
        vars(facts).update(vars(self), totals=Totals(self.totals.params, self.totals.macs, *kept))
        return facts

    @property
    def inside(self) -> BlockFacts | None:
        """The facts of the block that this node is an instance of; of its first copy."""
        return self.copies[0] if self.copies else None

    @property
    def is_there(self) -> bool:
        """Whether it stands for at least one copy; where not, its first input passes through."""
        return self.active and self.repeat > 0

    @property
    def is_open(self) -> bool:
        """Whether a wire lacks at one of its inputs."""
        return bool(self.diagnostics) and any(d.code == "unconnected_input" for d in self.diagnostics)

    @cached_property
    def windows(self) -> Sequence[Window] | None:
        """The sliding windows of a layer, None where it has none."""
        return self.spec.window(Values(self.values)) if self.spec and not self.copies else None

    @cached_property
    def looks(self) -> tuple[tuple[Mapping[int, Field] | None, ...], ...]:
        """How each output of a layer's copies looks at the copy's inputs."""
        return seeing.looks_of(self)

    @property
    def output(self) -> Tensor | None:
        """The tensor at the first output port."""
        return self.outputs[0] if self.outputs else None

    @cached_property
    def worst(self) -> Severity | None:
        """The gravest severity of its own rules' diagnostics, here or inside."""
        return _worst([d.severity for d in self.diagnostics] + [inner.worst for inner in self.copies])


@dataclass(frozen=True)
class BlockFacts:
    """What is known of a block under certain parameters and inputs.

    nodes: by id, all of them. remarks: what checks over the whole block say, by node id; "" stands for the block. They
    look at the facts that they are then added to. What is said of a layer inside an instance stands at the instance,
    with the path from there. memo: what checks have found out about it, to be found again when the block stands
    somewhere else. part: what it keeps for the backward pass, as seen from outside. earlier: what its nodes saw
    before the last edit, of which most is as it was.
    """

    block: Block
    scope: Mapping[str, Value]
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor | None, ...]
    nodes: Mapping[str, NodeFacts]
    remarks: dict[str, tuple[Diagnostic, ...]] = field(default_factory=dict)
    memo: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)
    part: Part = _KEEPS_NOTHING
    earlier: seeing.Earlier | None = field(default=None, compare=False, repr=False)

    @cached_property
    def instances(self) -> tuple[str, ...]:
        """The ids of the blocks in it that are part of the network, in topological order."""
        if not any(node.copies for node in self.nodes.values()):
            return ()
        live = self.block.live
        return tuple(key for key in self.block.order if key in live and self.nodes[key].copies)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of all nodes in it, those inside its blocks too."""
        inner = {id(copy): copy for key in self.instances for copy in self.nodes[key].copies}
        return self.block.kinds.union(*(copy.kinds for copy in inner.values()))

    @cached_property
    def num_layers(self) -> int:
        """How many layers the network has of it, each copy counted."""
        there = [node for node in self.nodes.values() if node.is_there and node.node.kind not in (INPUT, OUTPUT)]
        layers = sum(node.repeat for node in there if node.spec)
        return layers + sum(copy.num_layers for node in there for copy in node.copies)

    @cached_property
    def totals(self) -> Totals:
        """Sums over the nodes that are part of the network: from which a path leads to an Output."""
        live, unread = self.block.live, unread_operations(self.block, self.nodes)
        return Totals.of(facts.totals for key, facts in self.nodes.items() if key in live and key not in unread)

    @cached_property
    def seen(self) -> Mapping[str, seeing.Sights]:
        """What the outputs of each node see of the block's inputs."""
        return {**dict.fromkeys(self.nodes, (None,)), **dict(seeing.sweep(self))}

    @cached_property
    def fields(self) -> Mapping[str, Axes]:
        """The receptive field of each node, seen from the block's input; () where it is unknown."""
        return {key: fields.axes_of_seen(sights[0] if sights else None) for key, sights in self.seen.items()}

    @property
    def known_fields(self) -> seeing.Earlier | None:
        """The nodes and what they see as somebody has asked for it, here or before the last edit."""
        found = vars(self).get("seen")
        return self.earlier if found is None else (self.nodes, found)

    def each_field(self) -> Iterator[tuple[str, Axes]]:
        """The ids and receptive fields, in topological order: for who need not know all of them."""
        found = vars(self).get("seen")
        for key, sights in seeing.sweep(self) if found is None else found.items():
            yield key, fields.axes_of_seen(sights[0] if sights else None)

    @cached_property
    def sights(self) -> seeing.Sights:
        """What the tensors at the block's outputs see of its inputs."""
        return tuple(self.seen[node.id][0] for node in self.block.outputs)

    @cached_property
    def worst(self) -> Severity | None:
        """The gravest severity in it, None where nothing is to be said."""
        remarks = [d.severity for found in self.remarks.values() for d in found]
        return _worst(remarks + [facts.worst for facts in self.nodes.values() if facts.diagnostics or facts.copies])

    def severity(self, key: str) -> Severity | None:
        """The gravest severity at one node, inside it too."""
        return _worst([d.severity for d in self.remarks.get(key, ())] + [self.nodes[key].worst])

    def diagnostics(self, key: str) -> tuple[Diagnostic, ...]:
        """What is to be said of one node itself."""
        return (*self.nodes[key].diagnostics, *self.remarks.get(key, ()))

    def order(self) -> Iterator[str]:
        """The ids of the layers and blocks in topological order, Input and Output nodes left out."""
        return (key for key in self.block.order if self.block.nodes[key].kind not in (INPUT, OUTPUT))


class Row(NamedTuple):
    """One line of a summary. path: names, dotted. receptive_field: elements an axis in the design's input.

    field: the same with its stride and its padding.
    """

    path: str
    facts: NodeFacts
    receptive_field: tuple[int, ...] | None
    field: Axes = ()


@dataclass(frozen=True)
class Analysis:
    """The facts and diagnostics of a whole design, for one batch size."""

    design: Design
    root: BlockFacts
    batch: int

    @property
    def totals(self) -> Totals:
        """Sums over the whole design."""
        return self.root.totals

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings may be there."""
        return self.root.worst != Severity.ERROR

    @property
    def input_shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shapes that enter the design, batch first."""
        entries = (self.root.nodes[node.id].output for node in self.root.block.inputs)
        return tuple(tensor.shape for tensor in entries if tensor)

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All problems, errors first, each with its path from the outermost block; at most MAX_DIAGNOSTICS."""
        found: dict[Severity, list[Diagnostic]] = {severity: [] for severity in Severity}
        seen: set[tuple[str, str, str]] = set()
        for diagnostic, where in _walk(self.root, (), (), set()):
            # A fault drawn once shows in every instance of its block: say it once, where it comes first.
            # One of a value that was handed in shows where that was written.
            key = (written_at(diagnostic, self) or where, diagnostic.code, diagnostic.message)
            if key not in seen and len(found[diagnostic.severity]) < MAX_DIAGNOSTICS:
                seen.add(key)
                found[diagnostic.severity].append(diagnostic)
        counts = places(self.design) if seen else Counter()
        told = [diagnostic for same in found.values() for diagnostic in same][:MAX_DIAGNOSTICS]
        return tuple(with_reach(diagnostic, self, counts) for diagnostic in told)

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that everyone is told: all but the hints."""
        return tuple(d for d in self.diagnostics if d.severity != Severity.HINT)

    def inside(self, path: tuple[str, ...]) -> BlockFacts | None:
        """The facts of the block behind `path`, a chain of node ids from the outermost block; None if there is none.

        What the blocks around it say of its nodes is among its remarks.
        """
        if path not in self._opened:
            self._opened[path] = self._open(path)
        return self._opened[path]

    @cached_property
    def _opened(self) -> dict[tuple[str, ...], BlockFacts | None]:
        return {}

    def _open(self, path: tuple[str, ...]) -> BlockFacts | None:
        facts: BlockFacts | None = self.root
        said: list[Diagnostic] = []  # from around the block that is reached, each with its path from there
        for key in path:
            node = facts.nodes.get(key) if facts else None
            if node is None:
                return None
            nearer = [replace(d, path=d.path[1:]) for d in said if d.path[0] == key]
            said = [d for d in (*nearer, *facts.remarks.get(key, ())) if d.path]
            facts = node.inside
        if facts is None or not said:
            return facts
        remarks = dict(facts.remarks)
        for diagnostic in said:
            key, *rest = diagnostic.path
            remarks[key] = (*remarks.get(key, ()), replace(diagnostic, path=tuple(rest)))
        return replace(facts, remarks=remarks)

    def names(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """The names of the nodes along a path of ids."""
        found: list[str] = []
        facts: BlockFacts | None = self.root
        for key in path:
            node = facts.nodes.get(key) if facts else None
            if node is None:
                break
            found.append(node.node.name)
            facts = node.inside
        return tuple(found)

    def receptive_field(self, path: tuple[str, ...]) -> tuple[int, ...] | None:
        """The receptive field of a node in elements of the design's input, one number a spatial axis."""
        return fields.sizes(self.seen(path))

    def field(self, path: tuple[str, ...]) -> Axes:
        """The receptive field of a node with its stride and its padding; () where it is not known."""
        return fields.axes_of_seen(self.seen(path))

    def seen(self, path: tuple[str, ...]) -> Seen | None:
        """What the first output of a node sees of the design's inputs; None where it is not known."""
        facts: BlockFacts | None = self.root
        outer: Sequence[Seen | None] | None = None
        for key in path:
            node = facts.nodes.get(key) if facts else None
            if node is None:
                return None
            if key == path[-1]:
                sights = facts.seen[key]
                return seeing.from_outside(outer, sights[0] if sights else None)
            outer = [seeing.from_outside(outer, seen) for seen in seeing.arriving(node, facts.seen)]
            facts = node.inside
        return None

    def rows(self, depth: int = 1) -> Iterator[Row]:
        """The layers and blocks in topological order; blocks opened down to `depth` levels, each copy by itself."""
        yield from self._rows(self.root, "", None, depth)

    def _rows(self, block: BlockFacts, prefix: str, outer: Sequence[Seen | None] | None, depth: int) -> Iterator[Row]:
        for key in block.order():
            facts = block.nodes[key]
            path = prefix + facts.node.name
            if depth <= 1 or not facts.copies:
                sights = block.seen[key]
                seen = seeing.from_outside(outer, sights[0] if sights else None)
                yield Row(path, facts, fields.sizes(seen), fields.axes_of_seen(seen))
                continue
            entry: Sequence[Seen | None] = [
                seeing.from_outside(outer, seen) for seen in seeing.arriving(facts, block.seen)
            ]
            for number, inner in enumerate(facts.copies):
                name = f"{path}.{number}." if len(facts.copies) > 1 else f"{path}."
                yield from self._rows(inner, name, entry, depth - 1)
                entry = [seeing.through(entry, seen) for seen in inner.sights]


def _worst(severities: Iterable[Severity | None]) -> Severity | None:
    return min((s for s in severities if s), key=_GRAVITY.__getitem__, default=None)


def _names(node: NodeFacts, path: tuple[str, ...]) -> Iterator[str]:
    """The names of the nodes along a path of ids that begins inside `node`."""
    for key in path:
        node = node.inside.nodes[key]
        yield node.node.name


def _walk(
    facts: BlockFacts, path: tuple[str, ...], names: tuple[str, ...], walked: set[int]
) -> Iterator[tuple[Diagnostic, str]]:
    """Each diagnostic with its path filled in, and the place where it was drawn; each BlockFacts once."""
    for diagnostic in facts.remarks.get("", ()):
        yield replace(diagnostic, path=path, label=".".join(names) or facts.block.name), facts.block.name
    for key, node in facts.nodes.items():
        if key not in facts.remarks and not node.worst:
            continue  # of a thousand nodes few have something said of them
        here, label = (*path, key), (*names, node.node.name)
        for diagnostic in facts.diagnostics(key):
            inside, drawn = _names(node, diagnostic.path), ".".join((facts.block.name, key, *diagnostic.path))
            full = (*here, *diagnostic.path)
            yield replace(diagnostic, path=full, label=".".join((*label, *inside))), drawn
        for inner in node.copies:
            if inner.worst and id(inner) not in walked:
                walked.add(id(inner))
                yield from _walk(inner, here, label, walked)
