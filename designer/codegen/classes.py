"""One block -> one class: its constructor, and its `forward` where it is more than a chain.

A block that is entered in ways that one class cannot serve, such as a head that flattens images here and gets flat
features there, has a class for each.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from designer.catalogue.emit import source_of
from designer.codegen import arguments as args
from designer.codegen import constructor, docs, forward, layout, wrap
from designer.codegen.arguments import Argument
from designer.codegen.calls import Calls
from designer.codegen.constructor import Attributes, Statement
from designer.codegen.dims import UNSTATED
from designer.codegen.growth import Tensors
from designer.codegen.plan import FixedVariable, Origins, Plan, UnstatedError, deciding
from designer.codegen.symbols import Symbol, constant
from designer.codegen.trace import Entrance, Step, Trace, Tracer, block_scope
from designer.graph.block import Block, BlockParameter
from designer.graph.expressions import Expression, Value
from designer.graph.expressions import names_in as names_in_expression

Range = tuple[int, int]  # first and last line, counted from 1
Written = Mapping[Hashable, "ClassCode"]  # by the key of an Entrance
INDENT = layout.STEP


@dataclass
class ClassCode:
    """The source of one class. ranges: the lines of each node, in their order, relative to the class's first as 1.

    parameters: the names of the block's parameters that it takes. fixed: the names of arguments that it might have had,
    had they not to be what they are here: parameters, and `candidates` that follow from what arrives. uses: the classes
    that it constructs. fixed_variables: the parameters among `fixed`.
    """

    block: Block
    name: str
    arguments: tuple[Argument, ...]
    parameters: tuple[str, ...]
    fixed: frozenset[str]
    candidates: tuple[Argument, ...]
    lines: list[str]
    uses: tuple[ClassCode, ...] = ()
    fixed_variables: tuple[FixedVariable, ...] = ()
    ranges: dict[str, tuple[Range, ...]] = field(default_factory=dict)

    def held(self, values: Mapping[str, Symbol], tensors: Tensors) -> Iterator[str]:
        """The sources of what has to be as it is here, for an instance with these parameters and inputs."""
        yield from (symbol.source for name, symbol in values.items() if name in self.fixed)
        yield from (repr(one.of(tensors)) for one in self.candidates if one.name in self.fixed)

    def takes(self, names: Collection[str]) -> bool:
        """Whether all of some parameters are arguments of the class."""
        return set(names) <= set(self.parameters)


@dataclass(frozen=True)
class Draft:
    """What a class says, before it has a name and a layout. Entrances with the same draft share their class."""

    plan: Plan
    trace: Trace
    parameters: tuple[BlockParameter, ...]
    constructor: tuple[Statement, ...]
    forward: tuple[Statement, ...]
    candidates: tuple[Argument, ...]
    tensors: Tensors
    uses: tuple[ClassCode, ...]

    @property
    def key(self) -> Hashable:
        """What two drafts of one class have in common: what they say, and the axes that their arguments stand for."""
        if not self.candidates:
            return self.plan.fixed, self.constructor, self.forward
        read = {name for statement in self.constructor for name in args.names_in(layout.parsed(statement.source))}
        axes = tuple(argument for argument in self.candidates if argument.name in read)
        ranks = tuple(self.tensors[index].rank for index in sorted({argument.index for argument in axes}))
        return self.plan.fixed, self.constructor, self.forward, axes, ranks if len(axes) > 1 else ()


def own_tensors(entrance: Entrance) -> tuple[tuple[Argument, ...], Tensors]:
    """The arguments that a class might have, and what arrives in their names."""
    return args.own_tensors(entrance.block, entrance.tensors) if entrance.tensors else ((), ())


def own_trace(tracer: Tracer, entrance: Entrance) -> Trace:
    """A block gone through in the names of its own class."""
    _, tensors = own_tensors(entrance)
    return tracer.own_trace(entrance.block, _scope(entrance, tensors), tensors)


def _scope(entrance: Entrance, tensors: Tensors, fixed: Collection[str] = ()) -> dict[str, Symbol]:
    values = entrance.values.items()
    given = {name: constant(value) if name in fixed else Symbol(value, name) for name, value in values}
    return block_scope(given, tensors)


def draft(tracer: Tracer, entrance: Entrance, written: Written, lazy: bool = False) -> Draft:
    """What the class for one entrance says, as general as it can. written: the classes of the blocks inside it.

    Raises one of UNFIT where the block does not fit.
    """
    candidates, _ = own_tensors(entrance)
    plan = Plan(frozenset(entrance.values).union(argument.name for argument in candidates))
    while True:
        try:
            return _drafted(tracer, entrance, written, lazy, plan)
        except UnstatedError as fault:
            wider = plan.without(fault)
            if wider is None:
                raise
            plan = wider


def _drafted(tracer: Tracer, entrance: Entrance, written: Written, lazy: bool, plan: Plan) -> Draft:
    """The draft that keeps to a plan. Raises UnstatedError where it gives up too little."""
    candidates, tensors = own_tensors(entrance)
    tensors = args.fixed(tensors, plan.fixed)
    scope = _scope(entrance, tensors, plan.fixed)

    used: dict[int, ClassCode] = {}

    def class_of(step: Step) -> ClassCode:
        codes = {id(code): code for e in tracer.entrances(step) if (code := written.get(e.key))}
        if len(codes) != 1:  # the copies differ in kind; or it is not there, and would not fit
            raise UnstatedError(calls.origins.of(deciding([step])), [step.node.id])
        used.update(codes)
        return next(iter(codes.values()))

    written_out: set[str] = set()
    while True:
        trace = tracer.staged(entrance.block, scope, tensors, written_out, plan.unrolled)
        calls = Calls(class_of, plan, Origins(trace), lazy)
        uneven = [key for key, stages in trace.stages.items() if calls.uneven(stages)]
        if not uneven:
            break
        written_out.update(uneven)
    attributes = Attributes(trace)
    built = tuple(constructor.body(trace, attributes, calls))
    if any(UNSTATED in statement.text for statement in built):
        raise UnstatedError(
            calls.origins.of(deciding(trace.steps)), [step.node.id for step in trace.steps if step.loop]
        )
    run = () if trace.is_chain else tuple(forward.body(trace, attributes))
    parameters = tuple(parameter for parameter in entrance.block.parameters if parameter.name not in plan.fixed)
    if lazy:
        parameters = _without_idle(parameters, entrance.block, built)
    candidates = tuple(argument for argument in candidates if argument.name not in plan.fixed)
    return Draft(plan, trace, parameters, built, run, candidates, tensors, tuple(used.values()))


def write_class(tracer: Tracer, entrance: Entrance, made: Draft, name: str) -> ClassCode:
    """The class of a draft, laid out."""
    block, trace = entrance.block, made.trace
    given, merged = args.in_use(
        (s.source for s in made.constructor), made.candidates, made.tensors, {*block.defaults, *block.kinds}
    )
    outside = trace
    if trace.has_loops:  # closed forms in their place
        outside = tracer.trace(block, _scope(entrance, made.tensors, made.plan.fixed), made.tensors)
    fixed = tuple(FixedVariable(block.name, *item) for item in entrance.values.items() if item[0] in made.plan.fixed)
    lines = [
        f"class {name}({'nn.Sequential' if trace.is_chain else 'nn.Module'}):",
        *docs.of_class(block, (*given, *made.parameters), fixed, trace.inputs, outside.outputs, INDENT),
        "",
        *wrap.header("__init__", ["self", *_parameters(made.parameters, given)], "None", INDENT),
        f"{INDENT * 2}super().__init__()",
    ]
    names = tuple(parameter.name for parameter in made.parameters)
    candidates, _ = own_tensors(entrance)
    code = ClassCode(block, name, given, names, made.plan.fixed, candidates, lines, made.uses, fixed)
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
        inner = " | ".join(dict.fromkeys(map(_annotation, value)))
        return f"tuple[{inner}, ...]" if value else "tuple[()]"
    return type(value).__name__
