"""How far a class states its network in general: the names that it takes as they are, and the loops that it writes out.

A class says how its network follows from its arguments. What has no such form it says for the values at hand: an
argument is then fixed, and no longer one, and copies stand one by one where a loop would have to build unlike ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from designer.catalogue.emit import source_of
from designer.codegen.dims import names_in
from designer.codegen.growth import LoopVariable
from designer.codegen.trace import Step, Trace
from designer.graph.expressions import Value


class FixedVariable(NamedTuple):
    """A parameter of a block that its class has not, as what follows from it has no general form; and its value."""

    block: str
    name: str
    value: Value

    @property
    def text(self) -> str:
        """It as in the class's docstring: `k=0`."""
        return f"{self.name}={source_of(self.value)}"


class UnstatedError(Exception):
    """A node has no general form. names: what it follows from; unrolled: or else, the nodes to write copy by copy."""

    def __init__(self, names: Iterable[str], unrolled: Iterable[str] = ()) -> None:
        super().__init__()
        self.names = frozenset(names)
        self.unrolled = frozenset(unrolled)


@dataclass(frozen=True)
class Plan:
    """own: the names of the arguments that a class may have. fixed: those that are none. unrolled: ids of nodes."""

    own: frozenset[str]
    fixed: frozenset[str] = frozenset()
    unrolled: frozenset[str] = frozenset()

    @property
    def open(self) -> frozenset[str]:
        """The names that are still arguments."""
        return self.own - self.fixed

    def without(self, fault: UnstatedError) -> Plan | None:
        """The plan that gives up what `fault` is about, or all that there is; None where nothing is left."""
        if fault.names & self.open:
            return replace(self, fixed=self.fixed | (fault.names & self.open))
        if fault.unrolled - self.unrolled:
            return replace(self, unrolled=self.unrolled | fault.unrolled)
        return replace(self, fixed=self.own) if self.open else None


class Origins:
    """Which arguments of a class its loops' variables follow from."""

    def __init__(self, trace: Trace) -> None:
        self._direct: dict[str, frozenset[str]] = {}
        for step in trace.steps:
            for variable in step.loop:
                self._add(variable, step.repeat.source, step.when.source)
        for stages in trace.stages.values():
            if stages.carried:
                self._add(stages.carried)

    def _add(self, variable: LoopVariable, *others: str) -> None:
        before = self._direct.get(variable.name, frozenset())
        self._direct[variable.name] = before.union(*map(names_in, (variable.initial, variable.update, *others)))

    def of(self, sources: Iterable[str]) -> frozenset[str]:
        """The names that some sources follow from."""
        found: set[str] = set()
        waiting = [name for source in sources for name in names_in(source)]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self._direct.get(name, ())
        return frozenset(found)


def deciding(steps: Iterable[Step]) -> list[str]:
    """The sources of what decides how often some nodes are there."""
    return [symbol.source for step in steps for symbol in (step.when, step.repeat) if not symbol.constant]
