"""The analyser: a design -> facts and diagnostics. It collects every fault and never stops at the first.

It remembers: a block under the same parameters and inputs is worked out once, and after an edit only the nodes that
changed and what lies downstream of them are worked out again. Call `analyse` anew with each design.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from designer.analysis import wiring
from designer.analysis.checks import run_checks
from designer.analysis.facts import Analysis, BlockFacts, NodeFacts
from designer.analysis.node import analyse_node
from designer.catalogue.spec import Tensor
from designer.graph.block import Block
from designer.graph.design import Design
from designer.graph.expressions import Value

MAX_DEPTH = 40  # levels of blocks in blocks
_MAX_REMEMBERED = 20_000  # blocks under given parameters and inputs

_Key = tuple[str, tuple[tuple[str, str, Value], ...], tuple[Tensor | None, ...]]


class Analyser:
    """Works out designs, and keeps what the next one can use again. One an open design; not for several threads."""

    def __init__(self) -> None:
        self._design = Design("", {})
        self._batch = 1
        self._stamps: dict[str, tuple[Block, frozenset[object], object]] = {}
        self._known: dict[_Key, tuple[object, BlockFacts]] = {}
        self._changed: frozenset[str] = frozenset()
        self._depth = 0

    def analyse(self, design: Design, batch: int = 1) -> Analysis:
        """The facts and diagnostics of `design` for a batch of `batch` examples."""
        if batch != self._batch or len(self._known) > _MAX_REMEMBERED:
            self._known.clear()
        self._design, self._batch, self._depth = design, batch, 0
        self._stamp_blocks()
        root = self.block_facts(design.root, design.root.defaults, ())
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

    def block_facts(
        self, block: Block, values: Mapping[str, Value], inputs: tuple[Tensor | None, ...]
    ) -> BlockFacts | None:
        """The facts of a block under parameters and inputs; None where blocks are nested too deep."""
        # True == 1 == 1.0, but they are different parameters: the type is part of the key.
        key: _Key = (
            block.name,
            tuple((name, type(value).__name__, value) for name, value in values.items()),
            inputs,
        )
        stamp = self._stamps[block.name][2] if block.name in self._stamps else None
        before = self._known.get(key)
        if before and stamp is not None and before[0] is stamp:
            return before[1]
        if self._depth >= MAX_DEPTH:
            return None
        self._depth += 1
        facts = self._sweep(block, values, inputs, before[1] if before else None)
        self._depth -= 1
        self._known[key] = (stamp, facts)
        return facts

    def _stamp_blocks(self) -> None:
        """Give each block a stamp that stays the same as long as it and all blocks inside it do."""
        design, stamps, changed = self._design, {}, set()
        for block in (*design.inner_blocks(), design.root):
            inside = frozenset(stamps[kind][2] for kind in block.kinds if kind in stamps)
            before = self._stamps.get(block.name)
            same = before is not None and before[0] is block and before[1] == inside
            stamps[block.name] = before if before and same else (block, inside, object())
            if not same:
                changed.add(block.name)
        changed |= set(self._stamps) - set(stamps)
        self._stamps, self._changed = stamps, frozenset(changed)

    def _sweep(
        self,
        block: Block,
        values: Mapping[str, Value],
        inputs: tuple[Tensor | None, ...],
        before: BlockFacts | None,
    ) -> BlockFacts:
        scope = _scope(values, inputs)
        dirty = self._dirty(block, before)
        order = block.order
        facts: dict[str, NodeFacts] = {}
        for key in order:
            old = before.nodes.get(key) if before else None
            if old is not None and key not in dirty:
                facts[key] = old
                continue
            facts[key] = new = analyse_node(self, block, block.nodes[key], scope, inputs, facts)
            if old is None or new.outputs != old.outputs or new.field != old.field:
                dirty.update(block.graph.successors(key))
        if len(order) < len(block.nodes):
            facts.update(wiring.cyclic_nodes(block, facts))
        facts = {key: facts[key] for key in block.nodes}
        outputs = tuple(facts[node.id].inputs[0] if facts[node.id].inputs else None for node in block.outputs)
        found = BlockFacts(block, scope, inputs, outputs, facts)
        return replace(found, remarks=run_checks(found, self.is_main(block)))

    def _dirty(self, block: Block, before: BlockFacts | None) -> set[str]:
        if before is None:
            return set(block.nodes)
        old = before.block
        dirty = {
            key for key, node in block.nodes.items() if node is not old.nodes.get(key) or node.kind in self._changed
        }
        if block.edges is not old.edges:
            dirty |= {key for key in block.nodes if block.incoming[key] != old.incoming.get(key)}
        return dirty


def _scope(values: Mapping[str, Value], inputs: tuple[Tensor | None, ...]) -> dict[str, Value]:
    """What expressions in a block may name: its parameters, and the channels that its first input brings."""
    scope = dict(values)
    if inputs and inputs[0] is not None and inputs[0].rank >= 2:
        scope.setdefault("in_channels", inputs[0].shape[1])
    return scope
