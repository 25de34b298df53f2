"""The body of a constructor: each node's module, with a condition for `when` and a loop or a generator for `repeat`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from designer.catalogue.emit import constructor, source_of
from designer.catalogue.spec import Values
from designer.codegen import layout, symbols
from designer.codegen.arguments import Argument, names_in
from designer.codegen.trace import Step, Trace
from designer.graph.names import RESERVED

ClassOf = Callable[[Step], tuple[str, tuple[Argument, ...]]]  # the class of a step's block: its name, its arguments


@dataclass(frozen=True)
class Statement:
    """A statement of a body. head: whether more indented ones follow, so that its text ends with a colon.

    variable: of a loop, where the statement does nothing but start or move it.
    """

    text: str
    node: str
    level: int = 0
    head: bool = False
    variable: str = ""

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


def body(trace: Trace, attributes: Attributes, class_of: ClassOf) -> list[Statement]:
    """The statements that construct the modules of a trace, without loop variables that nothing reads."""
    found = [
        statement
        for step in trace.steps
        if not step.fixed_out
        for statement in _node(step, attributes, class_of, trace.is_chain)
    ]
    needed: set[str] = set()
    for _ in range(len(found) + 1):
        kept = [s for s in found if not s.variable or s.variable in needed]
        # What a variable's own statements say of it is no use of it.
        read = {name for s in kept for name in names_in(layout.parsed(s.source)) if name != s.variable}
        if read == needed:
            break
        needed = read
    return kept


def _node(step: Step, attributes: Attributes, class_of: ClassOf, chain: bool) -> Iterator[Statement]:
    key, name = step.node.id, f"self.{step.node.name}"
    flag = needs_flag(step, chain)
    level = 1 if step.optional else 0
    if flag:
        yield Statement(f"self.{attributes.flag(step)} = {step.when.source}", key)
    if step.spec and step.spec.state:
        if flag:
            yield Statement(f"if self.{attributes.flag(step)}:", key, head=True)
        yield Statement(f"{name} = {_made(step, class_of)}", key, level)
        return
    if not step.is_module:
        for parameter, symbol in step.values.items():
            if not symbol.constant:
                yield Statement(f"self.{attributes.parameter(step, parameter)} = {symbol.source}", key)
        return
    made = _made(step, class_of)
    if step.loop:
        yield Statement(f"{name} = nn.Sequential()", key)
        for variable in step.loop:
            yield Statement(f"{variable.name} = {variable.initial}", key, variable=variable.name)
    elif step.optional and not flag and not chain:
        yield Statement(f"{name} = nn.Identity()", key)
    if step.optional:
        yield Statement(f"if {f'self.{attributes.flag(step)}' if flag else step.when.source}:", key, head=True)
    if step.loop:
        yield Statement(f"for _ in range({step.repeat.source}):", key, level, head=True)
        yield Statement(f"{name}.append({made})", key, level + 1)
        for variable in step.loop:
            yield Statement(f"{variable.name} = {variable.update}", key, level + 1, variable=variable.name)
    elif step.repeated:
        yield Statement(f"{name} = nn.Sequential(*({made} for _ in range({step.repeat.source})))", key, level)
    else:
        yield Statement(f"{name} = {made}", key, level)


def _made(step: Step, class_of: ClassOf) -> str:
    if step.inner is not None:
        name, arguments = class_of(step)
        given = [source_of(argument.of(step.inputs)) for argument in arguments]
        given += [f"{key}={step.values[key].source}" for key in step.inner.defaults if key in step.node.params]
        return f"{name}({', '.join(given)})"
    numbers = Values({name: symbols.number(symbol) for name, symbol in step.values.items()})
    sources = {name: symbol.source for name, symbol in step.values.items()}
    derived = {argument.name: source_of(argument.of(numbers, step.inputs)) for argument in step.spec.derived}
    return constructor(step.spec, sources, derived)
