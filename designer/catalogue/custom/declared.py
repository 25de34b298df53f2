"""What is declared of a custom layer, held against its source and against itself: every fault, in words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from designer.base.errors import BlockyardError
from designer.catalogue.custom import shapes
from designer.catalogue.custom.source import ClassSource, SourceError, read_class
from designer.catalogue.spec import Parameter, ParameterType
from designer.catalogue.validate import check_value
from designer.graph.custom import MAX_CLASS_NAME, MAX_TEXT, CustomLayer, CustomParameter
from designer.graph.expressions import names_in
from designer.graph.names import is_block_name, is_identifier, is_parameter_name

MAX_PARAMETERS = 64
MAX_PORTS = 16
MAX_AXES = 3  # spatial ones, of a SIZE
DTYPES = ("float32", "int64", "bool")
_COSTS = {"params": "parameter count", "macs": "MACs"}


def faults(layer: CustomLayer, taken: Collection[str] = ()) -> list[BlockyardError]:
    """Everything that is wrong with a custom layer, the gravest first. taken: names that it must not have."""
    found = list(_of_name(layer, taken))
    read: ClassSource | None = None
    try:
        read = read_class(layer.source)
    except SourceError as error:
        found.append(error)
    found += _of_names_inside(layer)
    found += _of_parameters(layer)
    found += _of_rules(layer)
    if read is not None:
        found += _of_class(layer, read)
    return found


def _of_name(layer: CustomLayer, taken: Collection[str]) -> Iterator[BlockyardError]:
    if not is_block_name(layer.name) or len(layer.name) > MAX_CLASS_NAME:
        yield BlockyardError(
            f"A custom layer cannot be called '{layer.name[:60]}'.",
            expected="letters, digits and underscores, a letter first; no word that Python, torch or the code keeps",
            fix="Rename the class.",
        )
    elif layer.name in taken:
        yield BlockyardError(
            f"There is a layer or a block called '{layer.name}' already.",
            expected="a name of its own",
            fix="Rename the class.",
        )


def _of_names_inside(layer: CustomLayer) -> Iterator[BlockyardError]:
    for words in (layer.summary, *(parameter.doc for parameter in layer.parameters)):
        if len(words) > MAX_TEXT:
            yield BlockyardError(f"A text has {len(words):,} characters.", expected=f"at most {MAX_TEXT:,}")
    for what, ports in (("input", layer.inputs), ("output", layer.outputs)):
        if not 1 <= len(ports) <= MAX_PORTS:
            yield BlockyardError(f"It has {len(ports)} {what}s.", expected=f"1 to {MAX_PORTS}")
    named = [
        *(("parameter", p.name) for p in layer.parameters),
        *(("parameter", name) for name, _ in layer.derived),
        *(("port", port.name) for port in (*layer.inputs, *layer.outputs)),
    ]
    if len(named) > 2 * MAX_PORTS + MAX_PARAMETERS:
        yield BlockyardError(f"It has {len(named)} parameters and ports.", expected=f"at most {MAX_PARAMETERS}")
        return
    seen: set[str] = set()
    for what, name in named:
        if (
            not (is_parameter_name(name) if what == "parameter" else is_identifier(name) and name[0] != "_")
            or len(name) > MAX_CLASS_NAME
        ):
            yield BlockyardError(
                f"A {what} cannot be called '{name[:60]}'.",
                expected="letters, digits and underscores, a letter first; no word that Python or the code keeps",
                fix="Rename it, in the class too.",
            )
        if name in seen:
            yield BlockyardError(f"The name '{name}' stands for two things.", expected="names that differ")
        seen.add(name)
    for port in layer.inputs:
        for name in _axes(port.shape):
            if name in seen:
                yield BlockyardError(
                    f"The axis {name} of {port.name} has the name of a parameter or a port.",
                    expected="names that differ",
                    fix="Use another letter for the axis.",
                )


def _axes(text: str) -> tuple[str, ...]:
    try:
        return shapes.axes(text)
    except BlockyardError:
        return ()  # told where the rules are looked at


def parameter_of(own: CustomParameter, *, required: bool = False) -> Parameter:
    """A declared parameter as the catalogue has it. Raises ValueError where its type is none."""
    kind = ParameterType(own.type)
    axes = (own.axes or 2) if kind is ParameterType.SIZE else 0
    return Parameter(
        own.name, kind, own.default, own.doc, own.minimum, own.maximum, own.choices, required=required, axes=axes
    )


def _of_parameters(layer: CustomLayer) -> Iterator[BlockyardError]:
    for own in layer.parameters:
        try:
            parameter = parameter_of(own)
        except ValueError:
            known = ", ".join(ParameterType)
            yield BlockyardError(
                f"{own.name}: '{own.type[:40]}' is no type of a parameter.", expected=f"one of {known}"
            )
            continue
        if not 0 <= own.axes <= MAX_AXES:
            yield BlockyardError(f"{own.name}: it has {own.axes} axes.", expected=f"1 to {MAX_AXES}")
        elif parameter.type is ParameterType.CHOICE and not parameter.choices:
            yield BlockyardError(f"{own.name}: a choice needs choices.", expected="values with commas between")
        elif own.minimum is not None and own.maximum is not None and own.minimum > own.maximum:
            yield BlockyardError(f"{own.name}: its minimum lies above its maximum.", fix="Exchange them.")
        else:
            try:
                check_value(parameter, own.default)
            except BlockyardError as error:
                yield BlockyardError(
                    f"The default {error.message}", expected=error.expected, fix="Give another default."
                )


def _of_rules(layer: CustomLayer) -> Iterator[BlockyardError]:
    own = {parameter.name for parameter in layer.parameters}
    known = own | {port.name for port in layer.inputs}
    for port in layer.inputs:
        try:
            known |= set(shapes.axes(port.shape)) - {shapes.REST}
        except BlockyardError as error:
            yield _at(f"input {port.name}", error)
    rests = any(shapes.REST in _axes(port.shape) for port in layer.inputs)
    for port in layer.outputs:
        yield from _unknown(f"output {port.name}", port.shape, known, shapes.names_read)
        if not rests and shapes.REST in _items(port.shape):
            yield BlockyardError(
                f"output {port.name}: ... stands for the axes that an input leaves open, and none does.",
                expected="... at an input too",
            )
        if port.dtype and port.dtype not in DTYPES:
            yield BlockyardError(f"output {port.name}: '{port.dtype[:40]}' is no type.", expected=", ".join(DTYPES))
    for name, source in layer.derived:
        yield from _unknown(name, source, known, names_in)
    known |= {port.name for port in layer.outputs}
    for field, words in _COSTS.items():
        if source := getattr(layer, field):
            yield from _unknown(words, source, known, names_in)


def _items(text: str) -> tuple[str, ...]:
    try:
        return shapes.items(text)
    except BlockyardError:
        return ()


def _unknown(
    what: str, text: str, known: Collection[str], read: Callable[[str], Collection[str]]
) -> Iterator[BlockyardError]:
    try:
        strange = sorted(set(read(text)) - set(known))
    except BlockyardError as error:
        yield _at(what, error)
        return
    if strange:
        yield BlockyardError(
            f"{what}: '{strange[0]}' is neither a parameter nor an axis of an input.",
            expected=f"one of these: {', '.join(sorted(known))}",
        )


def _at(what: str, error: BlockyardError) -> BlockyardError:
    return BlockyardError(f"{what}: {error.message}", expected=error.expected, fix=error.fix)


def _of_class(layer: CustomLayer, read: ClassSource) -> Iterator[BlockyardError]:
    if read.name != layer.name:
        yield BlockyardError(
            f"The class is called {read.name}, and the layer {layer.name}.", expected="one name", fix="Rename one."
        )
    given = [*(parameter.name for parameter in layer.parameters), *(name for name, _ in layer.derived)]
    for name in given:
        if name not in read.arguments and not read.open_ended:
            yield BlockyardError(
                f"__init__ takes no '{name}'.",
                expected=", ".join(read.arguments) or "no arguments at all",
                fix=f"Add it to __init__(self, …), or remove {name} from the parameters.",
            )
    for name, default in read.arguments.items():
        if default is None and name not in given:
            yield BlockyardError(
                f"__init__ needs '{name}', which nothing gives it.",
                expected="a parameter, or one that follows from the input",
                fix=f"Declare {name}, or give it a default.",
            )
    if not read.least <= len(layer.inputs) <= read.most:
        takes = f"{read.least} or more tensors" if read.least != read.most else _counted(read.least, "tensor")
        there = _counted(len(layer.inputs), "input")
        yield BlockyardError(
            f"forward takes {takes}, and there {'is' if len(layer.inputs) == 1 else 'are'} {there}.",
            expected="as many inputs as forward takes",
            fix="Add or remove inputs.",
        )


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
