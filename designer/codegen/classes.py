"""One block -> one class: its constructor, and its `forward` where it is more than a chain.

A block that is entered in ways that one class cannot serve, such as a head that flattens images here and gets flat
features there, has a class for each.
"""

from __future__ import annotations

import ast
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from designer.base.errors import DesignError
from designer.base.text import Text
from designer.catalogue.emit import source_of
from designer.codegen import arguments as args
from designer.codegen import constructor, docs, forward, layout, wrap
from designer.codegen.arguments import Argument
from designer.codegen.calls import Calls
from designer.codegen.constructor import Attributes, Statement
from designer.codegen.dims import UNSTATED
from designer.codegen.growth import Tensors
from designer.codegen.symbols import Symbol
from designer.codegen.trace import Entrance, Step, Trace, Tracer, block_scope
from designer.graph.block import Block, BlockParameter
from designer.graph.expressions import Expression, Value
from designer.graph.expressions import names_in as names_in_expression

Range = tuple[int, int]  # first and last line, counted from 1
Written = Mapping[Hashable, "ClassCode"]  # by the key of an Entrance
INDENT = layout.STEP


@dataclass
class ClassCode:
    """The source of one class. ranges: the lines of each node, in their order, relative to the class's first as 1."""

    block: Block
    name: str
    arguments: tuple[Argument, ...]
    lines: list[str]
    uses_tensor: bool
    ranges: dict[str, tuple[Range, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """What a class says, before it has a name and a layout. Entrances with the same draft share their class."""

    trace: Trace
    parameters: tuple[BlockParameter, ...]
    constructor: tuple[Statement, ...]
    forward: tuple[Statement, ...]
    candidates: tuple[Argument, ...]
    tensors: Tensors

    @property
    def key(self) -> Hashable:
        """What two drafts of one class have in common."""
        return self.constructor, self.forward


def own_tensors(entrance: Entrance) -> tuple[tuple[Argument, ...], Tensors]:
    """The arguments that a class might have, and what arrives in their names."""
    return args.own_tensors(entrance.block, entrance.tensors) if entrance.tensors else ((), ())


def own_trace(tracer: Tracer, entrance: Entrance) -> Trace:
    """A block gone through in the names of its own class."""
    _, tensors = own_tensors(entrance)
    return tracer.trace(entrance.block, _scope(entrance, tensors), tensors, own=True)


def _scope(entrance: Entrance, tensors: Tensors) -> dict[str, Symbol]:
    return block_scope({name: Symbol(value, name) for name, value in entrance.values.items()}, tensors)


def draft(tracer: Tracer, entrance: Entrance, written: Written, lazy: bool = False) -> Draft:
    """What the class for one entrance says. written: the classes of the blocks inside it. Raises LayerError."""
    candidates, tensors = own_tensors(entrance)

    def class_of(step: Step) -> tuple[str, tuple[Argument, ...]]:
        codes = {id(code): code for e in tracer.entrances(step) if (code := written.get(e.key))}
        if len(codes) != 1:
            said = (
                Text("{node}: its copies differ in kind from each other.", node=step.node)
                if codes
                else Text("{node}: it would not fit where it stands.", node=step.node)
            )
            raise DesignError(
                Text("No code yet: {said}", said=said),
                expected="a block that one class can express",
                fix="Draw the copies one by one." if codes else "Change its condition, or what comes before it.",
            )
        (code,) = codes.values()
        return code.name, code.arguments

    calls = Calls(class_of, lazy)
    written_out: set[str] = set()
    trace = tracer.staged(entrance.block, _scope(entrance, tensors), tensors)
    while uneven := [key for key, stages in trace.stages.items() if calls.uneven(stages)]:
        written_out.update(uneven)
        trace = tracer.staged(entrance.block, _scope(entrance, tensors), tensors, written_out)
    attributes = Attributes(trace)
    built = tuple(constructor.body(trace, attributes, calls))
    for statement in built:
        if UNSTATED in statement.text:
            said = Text(
                "{node}: the lengths that it receives follow from the variables in a way that code cannot state.",
                node=trace.block.nodes[statement.node],
            )
            raise DesignError(
                Text("No code yet: {said}", said=said),
                expected="repeated nodes that keep a length, add to it or halve it, and few conditions in a row",
                fix="Give a repeat or a when before it a value instead of an expression, or pool to a fixed size.",
            )
    run = () if trace.is_chain else tuple(forward.body(trace, attributes))
    parameters = entrance.block.parameters
    if lazy:
        parameters = _without_idle(parameters, entrance.block, built)
    return Draft(trace, parameters, built, run, candidates, tensors)


def write_class(tracer: Tracer, entrance: Entrance, made: Draft, name: str) -> ClassCode:
    """The class of a draft, laid out."""
    block, trace = entrance.block, made.trace
    given, merged = args.in_use(
        (s.source for s in made.constructor), made.candidates, made.tensors, {*block.defaults, *block.kinds}
    )
    outside = tracer.trace(block, _scope(entrance, made.tensors), made.tensors)  # closed forms in the place of loops
    lines = [
        f"class {name}({'nn.Sequential' if trace.is_chain else 'nn.Module'}):",
        *docs.of_class(block, (*given, *made.parameters), trace.inputs, outside.outputs, INDENT),
        "",
        *wrap.header("__init__", ["self", *_parameters(made.parameters, given)], "None", INDENT),
        f"{INDENT * 2}super().__init__()",
    ]
    code = ClassCode(block, name, given, lines, not trace.is_chain)
    _put(code, made.constructor, merged)
    if not trace.is_chain:
        names, returned = forward.signature(trace)
        code.lines += ["", *wrap.header("forward", ["self", *names], returned, INDENT)]
        _put(code, made.forward, {})
    code.ranges = {key: code.ranges[key] for step in trace.steps if (key := step.node.id) in code.ranges}
    return code


def _put(code: ClassCode, statements: Sequence[Statement], merged: Mapping[str, str]) -> None:
    for statement in statements:
        tree = args.replaced(layout.parsed(statement.source), merged)
        indent = INDENT * (2 + statement.level)
        if statement.rows:
            head, *rows, tail = layout.table(tree, indent)
            for node, lines in zip((statement.node, *statement.rows, statement.node), (head, *rows, tail), strict=True):
                _append(code, lines, [node])
        else:
            _append(code, layout.statement(tree, indent), [*statement.inside, statement.node])


def _append(code: ClassCode, lines: Sequence[str], nodes: Sequence[str]) -> None:
    above = len(code.lines)
    code.lines += lines
    for node in filter(None, nodes):
        ranges, first = code.ranges.get(node, ()), above + 1
        if ranges and ranges[-1][1] == above:
            first, ranges = ranges[-1][0], ranges[:-1]
        code.ranges[node] = (*ranges, (first, len(code.lines)))


def _without_idle(
    parameters: Sequence[BlockParameter], block: Block, built: Sequence[Statement]
) -> tuple[BlockParameter, ...]:
    """The parameters without those that only the shape of what arrives follows from, which lazy layers see for
    themselves: the channels of the images."""
    shapes = [setting for node in block.inputs for setting in node.params.values() if isinstance(setting, Expression)]
    arriving = {name for shape in shapes for name in names_in_expression(shape.source)}
    read = {name for statement in built for name in args.names_in(layout.parsed(statement.source))}
    return tuple(p for p in parameters if p.name in read or p.name not in arriving)


def _parameters(parameters: Sequence[BlockParameter], given: Sequence[Argument]) -> list[str]:
    own = [f"{p.name}: {_annotation(p.default)} = {_default(p.default)}" for p in parameters]
    return [*(f"{argument.name}: int" for argument in given), *own]


def _default(value: Value) -> str:
    return layout.flat(ast.parse(source_of(value), mode="eval").body)


def _annotation(value: object) -> str:
    if value is None:
        return "int | None"
    if isinstance(value, tuple):
        inner = {_annotation(item) for item in value}
        return f"tuple[{inner.pop()}, ...]" if len(inner) == 1 else "tuple"
    return type(value).__name__
