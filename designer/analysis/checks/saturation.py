"""Chains of sigmoids and tanhs, through all blocks: hardly a gradient comes back through many of them.

Each block is summed up once: the chain that each of its outputs ends, from within or from each of its inputs. So a
chain is followed over borders and copies without going through any block twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from designer.analysis import fixes
from designer.analysis.diagnostics import Diagnostic, Severity
from designer.analysis.facts import BlockFacts, NodeFacts
from designer.base.text import Text
from designer.catalogue.registry import registry
from designer.catalogue.spec import Family
from designer.graph.block import INPUT

MOST_SIGMOIDS = 5  # in a row of layers; the first convolutional networks had four
_SATURATING = frozenset({"Sigmoid", "Tanh"})
_NORMALISATIONS = frozenset(kind for kind, spec in registry().items() if spec.family is Family.NORMALISATION)


class _Chain(NamedTuple):
    """Saturating layers one behind the other, the last link first.

    length: how many activations they stand for. key: of the last link, a layer in `block`, or an instance in which the
    chain `inside` goes on.
    """

    length: int = 0
    block: str = ""
    key: str = ""
    inside: _Chain | None = None
    before: _Chain | None = None

    def then(self, block: str, key: str, length: int, inside: _Chain | None = None) -> _Chain:
        """This chain with one more link."""
        return _Chain(self.length + length, block, key, inside, self) if length else self

    @property
    def last(self) -> tuple[str, ...]:
        """The path to its last layer."""
        return (self.key, *(self.inside.last if self.inside else ()))

    def places(self) -> Iterator[tuple[str, str]]:
        """The block and the id of each layer in it, as drawn."""
        waiting: list[_Chain | None] = [self]
        seen: set[int] = set()
        while waiting:
            link = waiting.pop()
            while link is not None and link.key and id(link) not in seen:
                seen.add(id(link))
                if link.inside:
                    waiting.append(link.inside)
                else:
                    yield link.block, link.key
                link = link.before


@dataclass(frozen=True)
class _Ways:
    """The chains that arrive somewhere. inside: one that begins in the block; through: from each of its inputs."""

    inside: _Chain | None = None
    through: Mapping[int, _Chain] = field(default_factory=dict)

    def then(self, block: str, key: str, length: int, inside: _Chain | None = None) -> _Ways:
        """All of them with one more link."""
        own = self.inside.then(block, key, length, inside) if self.inside else None
        return _Ways(own, {i: chain.then(block, key, length, inside) for i, chain in self.through.items()})


def _meeting(ways: Iterable[_Ways]) -> _Ways:
    """Where tensors meet, the way with the fewest counts: a gate beside a shortcut holds no gradient back."""
    ways = list(ways)
    if len(ways) == 1:
        return ways[0]
    through: dict[int, _Chain] = {}
    for way in ways:
        for index, chain in way.through.items():
            through[index] = _shorter(through.get(index), chain)
    own = [way.inside for way in ways if way.inside]
    return _Ways(min(own, key=_length, default=None), through)


def _length(chain: _Chain | None) -> int:
    return chain.length if chain else -1


def _shorter(one: _Chain | None, other: _Chain) -> _Chain:
    return other if one is None or other.length < one.length else one


@dataclass(frozen=True)
class _Sum:
    """A block summed up. outputs: the chains that arrive at each. longest: the longest that begins in the block.

    entering: the longest that each input goes on with, where nothing from within the block comes beside it.
    """

    outputs: tuple[_Ways, ...]
    longest: _Chain
    entering: Mapping[int, _Chain]


def sigmoid_chain(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """Many sigmoids or tanhs one behind the other, without a normalisation or a way around them."""
    if not is_main or facts.kinds.isdisjoint(_SATURATING):
        return
    chain = _sum(facts, is_main).longest
    if chain.length < MOST_SIGMOIDS:
        return
    key, *inside = chain.last
    last = facts.nodes[key]
    for inner in inside:
        last = last.inside.nodes[inner]
    node = last.node
    yield (
        key,
        Diagnostic(
            "sigmoid_chain",
            Severity.INFO,
            Text(
                "{node}: it ends a chain of {length:,} sigmoids or tanhs; hardly a gradient comes back through it.",
                node=node,
                length=chain.length,
            ),
            expected=Text("fewer than {limit} in a chain without normalisation", limit=MOST_SIGMOIDS),
            received=Text("{length:,} in a chain", length=chain.length),
            advice="Use ReLU in hidden layers.",
            fixes=(fixes.set_kind("Use ReLU for all of them", chain.places(), "ReLU"),),
            path=tuple(inside),
        ),
    )


class _Following:
    """The way of chains through one block."""

    def __init__(self, facts: BlockFacts, is_main: bool) -> None:
        self.facts = facts
        self.block = facts.block.name
        self.is_main = is_main
        self.longest = _Chain()
        self.entering: dict[int, _Chain] = {}

    def run(self) -> _Sum:
        block = self.facts.block
        entries = {} if self.is_main else {node.id: index for index, node in enumerate(block.inputs)}
        found: dict[str, tuple[_Ways, ...]] = {}  # one a port
        for key in block.order:
            node = self.facts.nodes[key]
            if node.node.kind == INPUT:
                index = entries.get(key)
                found[key] = (_Ways(_Chain()) if index is None else _Ways(None, {index: _Chain()}),)
                continue
            arriving = [self._at(found, key, source) for source in node.sources if source in found]
            found[key] = self._behind(key, node, arriving or [_Ways(_Chain())])
        ends = self.facts.block.outputs if block.outputs else ()
        outputs = tuple(found[end.id][0] if end.id in found else _Ways(_Chain()) for end in ends)
        return _Sum(outputs, self.longest, self.entering)

    def _at(self, found: Mapping[str, tuple[_Ways, ...]], key: str, source: str) -> _Ways:
        ways = found[source]
        if len(ways) == 1:
            return ways[0]
        ports = self.facts.nodes[source].ports
        wires = self.facts.block.incoming[key].values()
        index = next((ports.index(e.port) for e in wires if e.node == source and e.port in ports), 0)
        return ways[min(index, len(ways) - 1)]

    def _behind(self, key: str, node: NodeFacts, arriving: list[_Ways]) -> tuple[_Ways, ...]:
        if not node.is_there:
            return (arriving[0],)
        if node.copies:
            return self._behind_block(key, node, arriving)
        if node.node.kind in _NORMALISATIONS:
            return (_Ways(_Chain()),)
        ways = _meeting(arriving)
        if node.node.kind in _SATURATING and key in self.facts.block.live:
            ways = ways.then(self.block, key, node.repeat)
            self._note(ways)
        return (ways,)

    def _note(self, ways: _Ways) -> None:
        if ways.inside is None and ways.through:
            index, chain = min(ways.through.items(), key=lambda item: item[1].length)
            self.entering[index] = max(self.entering.get(index), chain, key=_length)
        elif ways.inside is not None and not ways.through:
            self.longest = max(self.longest, ways.inside, key=_length)
        elif ways.inside is not None:
            self.longest = max(self.longest, min(ways.inside, *ways.through.values(), key=_length), key=_length)

    def _behind_block(self, key: str, node: NodeFacts, arriving: list[_Ways]) -> tuple[_Ways, ...]:
        ways = tuple(arriving)
        for copy in node.copies:
            inner = _sum(copy, False)
            self._note(_Ways(_Chain().then(self.block, key, inner.longest.length, inner.longest)))
            for index, chain in inner.entering.items():
                if index < len(ways):
                    self._note(ways[index].then(self.block, key, chain.length, chain))
            ways = tuple(self._through(key, ways, leaving) for leaving in inner.outputs) or (_Ways(_Chain()),)
        return ways

    def _through(self, key: str, arriving: tuple[_Ways, ...], leaving: _Ways) -> _Ways:
        ways = [
            arriving[index].then(self.block, key, chain.length, chain)
            for index, chain in leaving.through.items()
            if index < len(arriving)
        ]
        if leaving.inside is not None:
            ways.append(_Ways(_Chain().then(self.block, key, leaving.inside.length, leaving.inside)))
        return _meeting(ways) if ways else _Ways(_Chain())


def _sum(facts: BlockFacts, is_main: bool) -> _Sum:
    if _Sum not in facts.memo:
        facts.memo[_Sum] = _Following(facts, is_main).run()
    return facts.memo[_Sum]
