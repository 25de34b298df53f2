"""The body of a constructor: each node's module, with a condition for `when` and a loop or a generator for `repeat`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from designer.codegen import layout
from designer.codegen.arguments import names_in
from designer.codegen.calls import Calls
from designer.codegen.dims import names_in as names_in_source
from designer.codegen.growth import LoopVariable
from designer.codegen.plan import UnstatedError, deciding
from designer.codegen.stages import Stages
from designer.codegen.trace import Step, Trace
from designer.graph.names import RESERVED


@dataclass(frozen=True)
class Statement:
    """A statement of a body. head: whether more indented ones follow, so that its text ends with a colon.

    variable: of a loop, where the statement does nothing but start or move it. rows: the nodes of the items of the
    tuple that it sets. inside: the nodes whose values it works out on the way to that of `node`, in this order.
    """

    text: str
    node: str
    level: int = 0
    head: bool = False
    variable: str = ""
    rows: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """It as a statement that can be read by itself."""
        return f"{self.text} pass" if self.head else self.text


class Attributes:
    """The names of attributes that are not the nodes' own: flags, and parameters that `forward` reads."""

    def __init__(self, trace: Trace) -> None:
        self._taken = {step.node.name for step in trace.steps} | RESERVED
        self._names: dict[str, str] = {}

    def name(self, wanted: str) -> str:
        """An attribute's name, `wanted` where no node has it; the same each time."""
        if wanted not in self._names:
            name = wanted
            while name in self._taken:
                name += "_"
            self._taken.add(name)
            self._names[wanted] = name
        return self._names[wanted]

    def flag(self, step: Step) -> str:
        """What tells `forward` whether an optional node is there."""
        return self.name(f"use_{step.node.name}")

    def parameter(self, step: Step, name: str) -> str:
        """What tells `forward` a parameter of a layer that is no module."""
        return self.name(f"{step.node.name}_{name}")


def needs_flag(step: Step, chain: bool) -> bool:
    """Whether `forward` has to ask if a node is there; elsewhere nn.Identity stands in for it."""
    return step.optional and not chain and not (step.is_module and len(step.sources) == len(step.ports) == 1)


def body(trace: Trace, attributes: Attributes, calls: Calls) -> list[Statement]:
    """The statements that construct the modules of a trace, without loop variables that nothing reads."""
    needed: set[str] = set()
    if not trace.has_loops:
        return list(_all(trace, attributes, calls, needed))
    while True:
        found = [s for s in _all(trace, attributes, calls, needed) if not s.variable or s.variable in needed]
        # What a variable's own statements say of it is no use of it.
        read = {name for s in found for name in names_in(layout.parsed(s.source)) if name != s.variable}
        if read <= needed:
            return found
        needed |= read


def _all(trace: Trace, attributes: Attributes, calls: Calls, needed: Collection[str]) -> Iterator[Statement]:
    staged = {key for stages in trace.stages.values() for key in stages.keys}
    for step in trace.steps:
        if stages := trace.stages.get(step.node.id):
            yield from _stages(stages, calls)
        elif not step.fixed_out and step.node.id not in staged:
            yield from _node(step, attributes, calls, trace.is_chain, needed)


def _stages(stages: Stages, calls: Calls) -> Iterator[Statement]:
    key, carried = stages.keys[0], stages.carried
    yield Statement(f"{stages.name} = {stages.table}", key, rows=stages.keys)
    if carried and carried.initial != carried.name:
        yield Statement(f"{carried.name} = {carried.initial}", key, variable=carried.name)
    yield Statement(f"{stages.head}:", key, head=True)
    name = f'f"{stages.stem}{{{stages.index}}}"'
    yield Statement(f"self.add_module({name}, {calls.row(stages.steps[0], stages)})", key, 1)
    if carried:
        yield Statement(carried.step, key, 1, variable=carried.name)


def _node(
    step: Step, attributes: Attributes, calls: Calls, chain: bool, needed: Collection[str]
) -> Iterator[Statement]:
    if step.is_unfit or step.is_uneven:
        raise UnstatedError(calls.origins.of(deciding([step])), [step.node.id])
    key, name = step.node.id, f"self.{step.node.name}"
    flag = needs_flag(step, chain)
    level = 1 if step.optional else 0
    if flag:
        yield Statement(f"self.{attributes.flag(step)} = {step.when.source}", key)
    if step.spec and step.spec.state:
        if flag:
            yield Statement(f"if self.{attributes.flag(step)}:", key, head=True)
        yield Statement(f"{name} = {calls.made(step)}", key, level)
        return
    if not step.is_module:
        for parameter, symbol in step.values.items():
            if not symbol.constant:
                yield Statement(f"self.{attributes.parameter(step, parameter)} = {symbol.source}", key)
        return
    made = "" if step.copies else calls.made(step)
    loop = [variable for variable in step.loop if variable.name in needed]
    if loop:
        yield Statement(f"{name} = nn.Sequential()", key)
        for variable in loop:
            yield Statement(f"{variable.name} = {variable.initial}", key, variable=variable.name)
    elif step.optional and not flag and not chain:
        yield Statement(f"{name}: nn.Module = nn.Identity()", key)
    if step.optional:
        yield Statement(f"if {f'self.{attributes.flag(step)}' if flag else step.when.source}:", key, head=True)
    if loop:
        yield Statement(f"for _ in range({step.repeat.source}):", key, level, head=True)
        yield Statement(f"{name}.append({made})", key, level + 1)
        yield from _steps(loop, key, level + 1)
    elif step.copies:
        yield Statement(f"{name} = nn.Sequential({', '.join(_in_a_row(calls.copies(step)))})", key, level)
    elif step.repeated:
        yield Statement(f"{name} = nn.Sequential(*({made} for _ in range({step.repeat.source})))", key, level)
    else:
        yield Statement(f"{name} = {made}", key, level)


def _steps(loop: Sequence[LoopVariable], key: str, level: int) -> Iterator[Statement]:
    """The statements that move a loop's variables on: one for all where one of them reads another's value before."""
    moved: set[str] = set()
    for variable in loop:
        if moved & names_in_source(variable.update):
            targets, updates = zip(*((v.name, v.update) for v in loop), strict=True)
            yield Statement(f"{', '.join(targets)} = {', '.join(updates)}", key, level)
            return
        moved.add(variable.name)
    for variable in loop:
        yield Statement(variable.step, key, level, variable=variable.name)


def _in_a_row(calls: Sequence[str]) -> Iterator[str]:
    """Calls as arguments, those that are alike as one."""
    for call, alike in groupby(calls):
        count = len(list(alike))
        yield f"*({call} for _ in range({count}))" if count > 1 else call
