"""The analyser: a design -> facts and diagnostics. It collects every fault and never stops at the first.

It remembers: a block under the same parameters and inputs is worked out once, and after an edit only the nodes that
changed and what lies downstream of them are worked out again. Call `analyse` anew with each design.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from designer.analysis import wiring
from designer.analysis.activations import Kept, Sweep
from designer.analysis.checks import run_checks
from designer.analysis.facts import Analysis, BlockFacts, NodeFacts
from designer.analysis.limits import MAX_WORK
from designer.analysis.node import analyse_node
from designer.base.errors import BlockyardError
from designer.catalogue.registry import spec_of
from designer.catalogue.spec import Tensor
from designer.catalogue.validate import check_value
from designer.graph.block import Block
from designer.graph.design import Design
from designer.graph.expressions import Value, evaluate

_NOTHING = Kept()
_MAX_REMEMBERED = 20_000  # blocks under given parameters and inputs

_Key = tuple[str, tuple[tuple[str, str], ...], tuple[Tensor | None, ...]]


@dataclass(frozen=True, eq=False)
class _Stamp:
    """Stays the same object as long as a block and all blocks inside it do.

    inside: for each kind in it that is no layer, the block's stamp, or what else decides how its nodes are seen.
    """

    block: Block
    inside: Mapping[str, object]
    height: int  # levels of blocks from here down


class Analyser:
    """Works out designs, and keeps what the next one can use again. One an open design; not for several threads."""

    def __init__(self) -> None:
        self._design = Design("", {})
        self._batch = 1
        self._stamps: dict[str, _Stamp] = {}
        self._known: dict[_Key, tuple[_Stamp, BlockFacts]] = {}
        self._work = 0
        self._limit = 0

    def analyse(self, design: Design, batch: int = 1) -> Analysis:
        """The facts and diagnostics of `design` for a batch of `batch` examples."""
        if batch != self._batch or len(self._known) > _MAX_REMEMBERED:
            self._known.clear()
        self._design, self._batch, self._work = design, batch, 0
        self._limit = MAX_WORK + sum(len(block.nodes) for block in design.blocks.values())
        self._stamp_blocks()
        root = self._block_facts(design.root, design.root.defaults, ())
        if self._work > self._limit:
            self._known.clear()  # what was left out here may have room next time
        return Analysis(design, root, batch)

    @property
    def design(self) -> Design:
        """The design that is being worked out."""
        return self._design

    @property
    def batch(self) -> int:
        """The number of examples in the batch."""
        return self._batch

    def is_main(self, block: Block) -> bool:
        """Whether `block` is the outermost one, whose Input nodes have shapes of their own."""
        return block.name == self._design.main

    def levels(self, block: Block) -> int:
        """How many levels of blocks there are from `block` down, itself among them."""
        return self._stamps[block.name].height

    def spend(self) -> bool:
        """Count one copy of a layer or a block. Returns False where the design has become too large to work out."""
        self._work += 1
        return self._work <= self._limit

    def block_facts(
        self, block: Block, values: Mapping[str, Value], inputs: tuple[Tensor | None, ...]
    ) -> BlockFacts | None:
        """The facts of a block under parameters and inputs; None where the design is too large to work them out."""
        return self._block_facts(block, values, inputs) if self._work <= self._limit else None

    def _block_facts(self, block: Block, values: Mapping[str, Value], inputs: tuple[Tensor | None, ...]) -> BlockFacts:
        # True == 1 == 1.0, but they are different parameters: their spelling is the key.
        key: _Key = (block.name, tuple((name, repr(value)) for name, value in values.items()), inputs)
        stamp = self._stamps[block.name]
        before = self._known.get(key)
        if before and before[0] is stamp:
            return before[1]
        self.spend()
        facts = self._sweep(block, values, inputs, before)
        self._known[key] = (stamp, facts)
        return facts

    def _stamp_blocks(self) -> None:
        """Give each block a stamp, the one that it had where nothing in it has changed."""
        design, stamps = self._design, {}
        sound = design.uses.subgraph(set(design.blocks) - design.recursive)
        names = frozenset((*design.blocks, *design.customs))
        for name in (*reversed(sound.order), *design.recursive):
            block = design.blocks[name]
            inside: dict[str, object] = {}
            for kind in block.kinds:
                if kind in design.customs:
                    inside[kind] = design.customs[kind]
                elif kind in design.recursive:
                    inside[kind] = design.blocks[kind]  # refused where it stands, with its ports and parameters
                elif kind in design.blocks:
                    inside[kind] = stamps[kind]
                elif spec_of(kind) is None:
                    inside[kind] = names  # an unknown kind: the message names one that is like it
            before = self._stamps.get(name)
            if before and before.block is block and before.inside == inside:
                stamps[name] = before
            else:
                heights = [inner.height for inner in inside.values() if isinstance(inner, _Stamp)]
                stamps[name] = _Stamp(block, inside, 1 + max(heights, default=0))
        self._stamps = stamps

    def _sweep(
        self,
        block: Block,
        values: Mapping[str, Value],
        inputs: tuple[Tensor | None, ...],
        known: tuple[_Stamp, BlockFacts] | None,
    ) -> BlockFacts:
        scope = _scope(values, self._entering(block, values) if self.is_main(block) else inputs)
        before = known[1].nodes if known else {}
        is_as_before = known is not None and known[1].scope == scope
        dirty = self._dirty(block, *known) if is_as_before else set(block.nodes)
        facts: dict[str, NodeFacts] = {}
        for key in block.order:
            old = before.get(key)
            if old is not None and key not in dirty:
                facts[key] = old
                continue
            facts[key] = new = analyse_node(self, block, block.nodes[key], scope, inputs, facts)
            same = old is not None and (new.outputs, new.ports) == (old.outputs, old.ports)
            if not same or str(new.node) != str(old.node):  # what is said of a successor may name this node
                dirty.update(block.graph.succ[key])
        if len(facts) < len(block.nodes):
            cyclic = [key for key in block.nodes if key not in facts]
            facts.update({key: analyse_node(self, block, block.nodes[key], scope, inputs, facts) for key in cyclic})
            wiring.mark_cycles(block, facts)
        facts = {key: facts[key] for key in block.nodes}
        sweep = Sweep(block, facts)
        for key, node in facts.items():
            kept = sweep.kept.get(key, _NOTHING)
            if kept[0] != node.totals[2] or kept[1] != node.totals[3]:
                facts[key] = node.keeping(kept)
        outputs = tuple(facts[node.id].inputs[0] if facts[node.id].inputs else None for node in block.outputs)
        earlier = known[1].known_fields if known else None
        found = BlockFacts(block, scope, inputs, outputs, facts, part=sweep.part, earlier=earlier)
        found.remarks.update(run_checks(found, self.is_main(block)))
        return found

    def _entering(self, block: Block, values: Mapping[str, Value]) -> tuple[Tensor | None, ...]:
        """The tensor that the first Input of the outermost block says, as far as it can be worked out."""
        for entry in block.inputs[:1]:
            spec = spec_of(entry.kind)
            try:
                shape = evaluate(entry.params.get("shape", spec.parameter("shape").default), values)
                return (Tensor((self._batch, *check_value(spec.parameter("shape"), shape))),)
            except BlockyardError:
                break  # told at the Input
        return ()

    def _dirty(self, block: Block, stamp: _Stamp, before: BlockFacts) -> set[str]:
        """The nodes that are not as they were: changed, wired anew, or of a block that has changed inside."""
        old, inside = before.block, self._stamps[block.name].inside
        kinds = {kind for kind in block.kinds if inside.get(kind) != stamp.inside.get(kind)}
        dirty = {key for key, node in block.nodes.items() if node is not old.nodes.get(key) or node.kind in kinds}
        if block.edges is not old.edges:
            dirty |= {key for key in block.nodes if block.incoming[key] != old.incoming.get(key)}
            # which of several parts are taken, one of them may lack
            dirty |= {key for key, known in before.nodes.items() if len(known.ports) > 1 and key in block.nodes}
        if block.edges is not old.edges or bool(block.outputs) != bool(old.outputs):
            dirty |= {key for key in block.nodes if not block.incoming[key]}  # idle, or an open end?
        dirty |= {key for key, known in before.nodes.items() if known.is_open and key in block.nodes}
        if [node.id for node in block.inputs] != [node.id for node in old.inputs]:
            dirty |= {node.id for node in block.inputs}  # each takes what arrives at its place among them
        if len(old.order) < len(old.nodes):
            dirty |= set(block.nodes) - set(old.order)  # of what was on a cycle or behind it, nothing was known
        return dirty


def _scope(values: Mapping[str, Value], inputs: tuple[Tensor | None, ...]) -> dict[str, Value]:
    """What expressions in a block may name: its parameters, and the channels that its first input brings."""
    scope = dict(values)
    if inputs and inputs[0] is not None and inputs[0].rank >= 2:
        scope.setdefault("in_channels", inputs[0].shape[1])
    return scope
