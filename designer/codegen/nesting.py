"""Which values of a `forward` need no name, because they go straight into the one call that reads them.

`relu1 = self.relu1(self.bn1(self.conv1(x)))` says as much as three lines. What is read twice keeps its name, and so
does what ends a phrase of a longer chain: a layer with the normalisation, activation and dropout that belong to it.
Values are worked out in the order of the steps, nested or not, so that random numbers and hooks come in the same order.
Only kinds, wires and conditions decide, so that the edit of a parameter leaves the lines as they are.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping, Sequence

from designer.catalogue.emit import expression
from designer.catalogue.spec import Family
from designer.codegen.constructor import needs_flag
from designer.codegen.trace import Step, Trace
from designer.graph.block import Endpoint

_LONGEST = 3  # calls in one another
_FOLLOWING = {Family.NORMALISATION, Family.ACTIVATION}
_LAYERS = {Family.CONVOLUTION, Family.LINEAR, Family.MERGE}


def nested(trace: Trace) -> set[str]:
    """The ids of the nodes whose values stand inside the call that reads them."""
    used = trace.used
    steps = [s for s in trace.steps if not s.fixed_out and (s.is_module or not used.isdisjoint(s.ends))]
    wires = _Wires(trace, steps)
    inside: set[str] = set()
    alone: set[str] = set()
    for chain in _chains(steps, wires):
        for phrase in _phrases(chain):
            inside.update(step.node.id for step in phrase[:-1])
            if len(phrase) == 1 and phrase[0].is_module:
                alone.add(phrase[0].node.id)
    for place, step in enumerate(steps):
        if len(wires.sources[step.node.id]) == 2 and not needs_flag(step, False) and _is_sum(step):
            # `bn2 + self.shortcut(x)`: one call an operand, the last of them first, as they are next to the sum.
            for end in reversed(wires.sources[step.node.id]):
                operand = steps[place - 1] if place else None
                if operand and operand.ends == (end,) and operand.node.id in alone and wires.has_one_reader(operand):
                    inside.add(operand.node.id)
                    place -= 1
    return inside


class _Wires:
    """Who reads what, with nodes that are never there passed over."""

    def __init__(self, trace: Trace, steps: Sequence[Step]) -> None:
        passed: dict[Endpoint, Endpoint] = {}
        for step in trace.steps:
            if step.fixed_out:
                passed.update(dict.fromkeys(step.ends, passed.get(step.sources[0], step.sources[0])))
        self.sources: Mapping[str, Sequence[Endpoint]] = {
            step.node.id: tuple(passed.get(source, source) for source in step.sources) for step in steps
        }
        self._readers = Counter(end for ends in self.sources.values() for end in ends)
        self._results = {passed.get(end, end) for end in trace.results}

    def has_one_reader(self, step: Step) -> bool:
        """Whether its value may go without a name: one call reads it, and nothing else."""
        return (
            len(step.ends) == 1
            and self._readers[step.ends[0]] == 1
            and step.ends[0] not in self._results
            and not step.unpacked
            and not needs_flag(step, False)
        )


def _chains(steps: Sequence[Step], wires: _Wires) -> list[list[Step]]:
    """The steps in chains of modules each of which takes the one before it and nothing else."""
    chains: list[list[Step]] = []
    for step in steps:
        before = chains[-1][-1] if chains else None
        if (
            before
            and step.is_module
            and not needs_flag(step, False)
            and wires.sources[step.node.id] == before.ends
            and wires.has_one_reader(before)
        ):
            chains[-1].append(step)
        else:
            chains.append([step])
    return chains


def _phrases(chain: Sequence[Step]) -> list[list[Step]]:
    """A chain cut into what is written on one line each."""
    if len(chain) <= _LONGEST:
        return [list(chain)]
    parts: list[list[Step]] = []
    for step in chain:
        if parts and _belongs_to_the_one_before(step) and len(parts[-1]) < _LONGEST:
            parts[-1].append(step)
        else:
            parts.append([step])
    phrases = [parts[0]]
    for part in parts[1:]:
        joined = [*phrases[-1], *part]
        if len(joined) <= _LONGEST and sum(map(_is_layer, joined)) < 2:
            phrases[-1] = joined
        else:
            phrases.append(part)
    return phrases


def _belongs_to_the_one_before(step: Step) -> bool:
    return bool(step.spec) and (step.spec.family in _FOLLOWING or "Dropout" in step.spec.kind)


def _is_layer(step: Step) -> bool:
    """Whether it is what a line is about."""
    return step.inner is not None or (step.spec.family in _LAYERS and not _belongs_to_the_one_before(step))


def _is_sum(step: Step) -> bool:
    """Whether code writes it as an operation between its two inputs."""
    if step.is_module or not step.spec or step.spec.state:
        return False
    tree = ast.parse(expression(step.spec, {n: s.source for n, s in step.values.items()}, ["a", "b"]), mode="eval").body
    return isinstance(tree, ast.BinOp) and isinstance(tree.left, ast.Name) and isinstance(tree.right, ast.Name)
