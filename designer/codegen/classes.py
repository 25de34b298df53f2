"""One block -> one class: its constructor, and its `forward` where it is more than a chain."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from designer.catalogue.emit import constructor, expression, source_of
from designer.catalogue.spec import Tensor, Values
from designer.codegen import symbols, wrap
from designer.codegen.dims import Dim
from designer.codegen.symbols import Symbol
from designer.codegen.trace import Step, Tensors, Trace, Tracer, axis_name, block_scope
from designer.graph.block import Block, Endpoint
from designer.graph.names import fresh

Range = tuple[int, int]  # first and last line, counted from 1
INDENT = wrap.STEP


@dataclass(frozen=True)
class Argument:
    """A constructor argument that follows from an incoming tensor: one of its lengths, or the product of all."""

    name: str
    index: int  # of the tensor
    axis: int | None  # None: the product

    def of(self, tensors: Sequence[Tensor]) -> int:
        """Its value for an instance that receives `tensors`."""
        shape = tensors[self.index].shape
        if self.axis is not None:
            return shape[self.axis]
        product = 1
        for length in shape[1:]:
            product = product * length
        return product


@dataclass
class ClassCode:
    """The source of one class. ranges: the lines of each node, relative to the class's first line as 1."""

    block: Block
    arguments: tuple[Argument, ...]
    lines: list[str]
    uses_tensor: bool
    ranges: dict[str, tuple[Range, ...]] = field(default_factory=dict)


class _Writer:
    """Lines of a class body, and which of them belong to which node.

    merged: products of lengths that have one name, `in_features` for `in_channels * in_height * in_width`.
    """

    def __init__(self, merged: Mapping[str, str]) -> None:
        self.lines: list[str] = []
        self.ranges: dict[str, tuple[Range, ...]] = {}
        self._merged = merged

    def statement(self, text: str, indent: str) -> list[str]:
        """One statement, laid out."""
        for product, name in self._merged.items():
            text = text.replace(product, name)
        return wrap.statement(text, indent)

    def put(self, *lines: str, node: str = "") -> None:
        first = len(self.lines) + 1
        self.lines += lines
        if node and lines:
            self.ranges[node] = (*self.ranges.get(node, ()), (first, len(self.lines)))


def write_class(tracer: Tracer, block: Block, written: Mapping[str, ClassCode]) -> ClassCode:
    """The class of `block`. written: the classes of the blocks inside it, by name."""
    is_main = block.name == tracer.design.main
    candidates, tensors = ((), ()) if is_main else _own_tensors(block, tracer.entered[block.name][1])
    values = block.defaults if is_main else _entered_values(tracer, block)
    names = {name: Symbol(value, name) for name, value in values.items()}
    trace = tracer.trace(block, block_scope(names, tensors), tensors, own=True)
    chain = _is_chain(trace)
    draft = _Writer({})
    _write_constructor(draft, trace, written, chain)
    arguments, merged = _used_arguments("\n".join(draft.lines), candidates, tensors)
    writer = _Writer(merged)
    _write_constructor(writer, trace, written, chain)
    constructor = len(writer.lines)
    if not chain:
        _write_forward(writer, trace)
    signature = _signature(block, arguments)
    outside = tracer.trace(block, block_scope(names, tensors), tensors)  # lengths in closed form, without loops
    about = _docstring(trace, arguments, outside.outputs, tensors or _entering(tracer, block), is_main)
    base = "nn.Sequential" if chain else "nn.Module"
    head = [f"class {block.name}({base}):", *about, "", *signature, f"{INDENT * 2}super().__init__()"]
    body = writer.lines if chain else [*writer.lines[:constructor], "", *writer.lines[constructor:]]
    result = ClassCode(block, arguments, [*head, *body], not chain)
    for node, ranges in writer.ranges.items():
        result.ranges[node] = tuple(
            (first + len(head) + gap, last + len(head) + gap)
            for first, last in ranges
            for gap in [1 if not chain and first > constructor else 0]
        )
    return result


def _own_tensors(block: Block, entered: Tensors) -> tuple[tuple[Argument, ...], Tensors]:
    """The tensors that enter a block, in the names of its own class."""
    arguments, tensors = [], []
    taken = set(block.defaults)
    for index, (entry, tensor) in enumerate(zip(block.inputs, entered, strict=True)):
        shape = [tensor.shape[0]]
        for axis in range(1, tensor.rank):
            stem = axis_name(tensor.rank, axis)
            name = f"in_{stem}" if index == 0 else f"{entry.name}_{stem}"
            name = name if name not in taken else f"input_{stem}"
            taken.add(name)
            shape.append(Dim(int(tensor.shape[axis]), name))
            arguments.append(Argument(name, index, axis))
        tensors.append(Tensor(tuple(shape), tensor.dtype))
    return tuple(arguments), tuple(tensors)


def _entered_values(tracer: Tracer, block: Block) -> dict[str, object]:
    scope = tracer.entered[block.name][0]
    return {name: scope[name].value for name in block.defaults}


def _entering(tracer: Tracer, block: Block) -> Tensors:
    """The tensors at the Input nodes of the outermost block."""
    scope = {name: Symbol(value, name) for name, value in block.defaults.items()}
    shapes = [symbols.number(symbols.symbolic(node.params.get("shape", (1, 28, 28)), scope)) for node in block.inputs]
    return tuple(Tensor((1, *shape)) for shape in shapes)


def _is_module(step: Step) -> bool:
    return step.inner is not None or bool(step.spec and step.spec.module)


def _is_chain(trace: Trace) -> bool:
    """Whether tensors go through one module after the other: then nn.Sequential runs it without a `forward`."""
    if len(trace.block.inputs) != 1 or len(trace.block.outputs) != 1:
        return False
    at = Endpoint(trace.block.inputs[0].id, "output")
    for step in trace.steps:
        if not _is_module(step) or step.sources != (at,) or len(step.outputs) != 1:
            return False
        port = step.inner.outputs[0].id if step.inner else step.spec.outputs[0]
        at = Endpoint(step.node.id, port)
    return trace.results == (at,)


# -- the constructor --------------------------------------------------------------------------------------------------


def _construction(step: Step, written: Mapping[str, ClassCode]) -> str:
    if step.inner is not None:
        arguments = [source_of(argument.of(step.inputs)) for argument in written[step.inner.name].arguments]
        arguments += [f"{name}={step.values[name].source}" for name in step.inner.defaults if name in step.node.params]
        return f"{step.inner.name}({', '.join(arguments)})"
    numbers = Values({name: symbols.number(symbol) for name, symbol in step.values.items()})
    sources = {name: symbol.source for name, symbol in step.values.items()}
    derived = {argument.name: source_of(argument.of(numbers, step.inputs)) for argument in step.spec.derived}
    return constructor(step.spec, sources, derived)


def _write_constructor(writer: _Writer, trace: Trace, written: Mapping[str, ClassCode], chain: bool) -> None:
    for step in trace.steps:
        if step.fixed_out:
            continue
        name, key = f"self.{step.node.name}", step.node.id
        indent = INDENT * 2
        if not _is_module(step):
            if step.optional:
                writer.put(*writer.statement(f"{_flag(step)} = {step.when.source}", indent), node=key)
            continue
        made = _construction(step, written)
        lines: list[str] = []
        if step.repeated and step.loop:
            lines += [f"{indent}{name} = nn.Sequential()"]
        elif step.optional and not chain:
            lines += [f"{indent}{name} = nn.Identity()"]
        if step.optional:
            lines += [f"{indent}if {step.when.source}:"]
            indent += INDENT
        if step.repeated:
            lines += _copies(writer, step, name, made, indent)
        else:
            lines += writer.statement(f"{name} = {made}", indent)
        writer.put(*lines, node=key)


def _copies(writer: _Writer, step: Step, name: str, made: str, indent: str) -> list[str]:
    count = step.repeat.source
    if not step.loop:
        return writer.statement(f"{name} = nn.Sequential(*({made} for _ in range({count})))", indent)
    starts = [line for v in step.loop for line in writer.statement(f"{v.name} = {v.initial}", indent)]
    updates = [line for v in step.loop for line in writer.statement(f"{v.name} = {v.update}", indent + INDENT)]
    return [
        *starts,
        f"{indent}for _ in range({count}):",
        *writer.statement(f"{name}.append({made})", indent + INDENT),
        *updates,
    ]


def _flag(step: Step) -> str:
    return f"self.use_{step.node.name}"


# -- forward ----------------------------------------------------------------------------------------------------------


def _write_forward(writer: _Writer, trace: Trace) -> None:
    block, indent = trace.block, INDENT * 2
    taken = {step.node.name for step in trace.steps}
    variables: dict[Endpoint, str] = {}
    for node in block.inputs:
        wanted = "x" if len(block.inputs) == 1 else node.name
        name = wanted if wanted not in taken else fresh(wanted, taken)
        taken.add(name)
        variables[Endpoint(node.id, "output")] = name
    arguments = ", ".join(f"{variables[Endpoint(node.id, 'output')]}: Tensor" for node in block.inputs)
    returned = "Tensor" if len(block.outputs) == 1 else f"tuple[{', '.join(['Tensor'] * len(block.outputs))}]"
    text = f"def forward(self, {arguments}) -> {returned}:"
    writer.put(*_header(text, INDENT))
    for step in trace.steps:
        values = [variables[source] for source in step.sources]
        out_ports = [node.id for node in step.inner.outputs] if step.inner else list(step.spec.outputs)
        if step.fixed_out:
            variables.update({Endpoint(step.node.id, port): values[0] for port in out_ports})
            continue
        name = step.node.name
        targets = [name] if len(out_ports) == 1 else [f"{name}_{port}" for port in out_ports]
        variables.update({Endpoint(step.node.id, port): t for port, t in zip(out_ports, targets, strict=True)})
        last = step is trace.steps[-1] and trace.results == (Endpoint(step.node.id, out_ports[0]),)
        computed = f"self.{name}({', '.join(values)})" if _is_module(step) else _expression(step, values)
        if last:
            writer.put(*writer.statement(f"return {computed}", indent), node=step.node.id)
            return
        writer.put(*writer.statement(f"{', '.join(targets)} = {computed}", indent), node=step.node.id)
    writer.put(f"{indent}return {', '.join(variables[end] for end in trace.results)}")


def _expression(step: Step, values: list[str]) -> str:
    computed = expression(step.spec, {name: symbol.source for name, symbol in step.values.items()}, values)
    return f"{computed} if {_flag(step)} else {values[0]}" if step.optional else computed


# -- signature and docstring ------------------------------------------------------------------------------------------


def _used_arguments(
    text: str, candidates: tuple[Argument, ...], tensors: Tensors
) -> tuple[tuple[Argument, ...], dict[str, str]]:
    """The candidates that a constructor names, and the products that become one argument.

    Where the lengths of a tensor occur only multiplied with each other, `in_features` says it all.
    """
    merged: dict[str, str] = {}
    for index, tensor in enumerate(tensors):
        own = [argument for argument in candidates if argument.index == index]
        product = " * ".join(argument.name for argument in own)
        if tensor.rank < 3 or product not in text:
            continue
        name = own[0].name.replace("channels", "features")
        without = text.replace(product, name)
        if any(_names(without, argument.name) for argument in own) or _names(text, name):
            continue
        text, merged[product] = without, name
        candidates = (*(c for c in candidates if c.index != index), Argument(name, index, None))
    return tuple(argument for argument in candidates if _names(text, argument.name)), merged


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w.]){name}\b(?!=)", text) is not None


def _signature(block: Block, arguments: tuple[Argument, ...]) -> list[str]:
    given = [f"{argument.name}: int" for argument in arguments]
    given += [
        f"{parameter.name}: {_annotation(parameter.default)} = {source_of(parameter.default)}"
        for parameter in block.parameters
    ]
    return _header(f"def __init__({', '.join(['self', *given])}) -> None:", INDENT)


def _annotation(value: object) -> str:
    if value is None:
        return "int | None"
    if isinstance(value, tuple):
        inner = {_annotation(item) for item in value}
        return f"tuple[{inner.pop()}, ...]" if len(inner) == 1 else "tuple"
    return type(value).__name__


def _header(text: str, indent: str) -> list[str]:
    """A `def` line, its arguments broken as the formatter does it."""
    if len(indent) + len(text) <= wrap.WIDTH:
        return [indent + text]
    name, rest = text.split("(", 1)
    inside, tail = rest.rsplit(")", 1)
    if len(indent) + len(INDENT) + len(inside) <= wrap.WIDTH:
        return [f"{indent}{name}(", indent + INDENT + inside, f"{indent}){tail}"]
    parts = re.split(r", (?=\w+:)", inside)
    return [f"{indent}{name}(", *(f"{indent}{INDENT}{part}," for part in parts), f"{indent}){tail}"]


def _docstring(
    trace: Trace, arguments: tuple[Argument, ...], outputs: Tensors, inputs: Tensors, is_main: bool
) -> list[str]:
    block = trace.block
    title = (block.title or block.name).rstrip(".") + "."
    paragraphs = [title, block.description]
    if block.source:
        paragraphs.append(f"Source: {block.source}")
    docs = [f"{INDENT}{argument.name}: {_about(argument)}" for argument in arguments]
    docs += [f"{INDENT}{parameter.name}: {parameter.doc}" for parameter in block.parameters if parameter.doc]
    if docs:
        paragraphs.append("Args:\n" + "\n".join(docs))
    paragraphs.append(f"Shape:\n{INDENT}{_shapes(inputs)} -> {_shapes(outputs)}")
    return wrap.docstring(paragraphs, INDENT)


def _about(argument: Argument) -> str:
    if argument.axis is None:
        return "channels × height × width of the input."
    return f"{argument.name.removeprefix('in_')} of the input."


def _shapes(tensors: Tensors) -> str:
    return ", ".join(_shape(tensor) for tensor in tensors)


def _shape(tensor: Tensor) -> str:
    lengths = [source_of(length) for length in tensor.shape[1:]]
    for name, short in (("in_height", "H"), ("in_width", "W"), ("in_length", "L")):
        lengths = [re.sub(rf"\b{name}\b", short, length) for length in lengths]
    lengths = [length if len(length) <= 48 else "…" for length in lengths]
    return f"({', '.join(['N', *lengths])})"
