"""What is declared of a custom layer, held against its source and against itself: every fault, in words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from designer.base.errors import BlockyardError
from designer.base.text import Text
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
_COSTS = {"params": Text("parameter count"), "macs": Text("MACs")}
_PARAMETER, _PORT = Text("parameter"), Text("port")


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
            Text("A custom layer cannot be called '{layer}'.", layer=layer.name[:60]),
            expected="letters, digits and underscores, a letter first; no word that Python, torch or the code keeps",
            fix="Rename the class.",
        )
    elif layer.name in taken:
        yield BlockyardError(
            Text("There is a layer or a block called '{layer}' already.", layer=layer.name),
            expected="a name of its own",
            fix="Rename the class.",
        )


def _of_names_inside(layer: CustomLayer) -> Iterator[BlockyardError]:
    for words in (layer.summary, *(parameter.doc for parameter in layer.parameters)):
        if len(words) > MAX_TEXT:
            yield BlockyardError(
                Text("A text has {count:,} characters.", count=len(words)),
                expected=Text("at most {limit:,}", limit=MAX_TEXT),
            )
    inputs, outputs = len(layer.inputs), len(layer.outputs)
    for count, told in (
        (inputs, Text("It has {count} inputs.", count=inputs)),
        (outputs, Text("It has {count} outputs.", count=outputs)),
    ):
        if not 1 <= count <= MAX_PORTS:
            yield BlockyardError(told, expected=Text("1 to {limit}", limit=MAX_PORTS))
    named = [
        *((_PARAMETER, p.name) for p in layer.parameters),
        *((_PARAMETER, name) for name, _ in layer.derived),
        *((_PORT, port.name) for port in (*layer.inputs, *layer.outputs)),
    ]
    if len(named) > 2 * MAX_PORTS + MAX_PARAMETERS:
        yield BlockyardError(
            Text("It has {count} parameters and ports.", count=len(named)),
            expected=Text("at most {limit}", limit=MAX_PARAMETERS),
        )
        return
    seen: set[str] = set()
    for what, name in named:
        if (
            not (is_parameter_name(name) if what is _PARAMETER else is_identifier(name) and name[0] != "_")
            or len(name) > MAX_CLASS_NAME
        ):
            yield BlockyardError(
                Text("A {what} cannot be called '{name}'.", what=what, name=name[:60]),
                expected="letters, digits and underscores, a letter first; no word that Python or the code keeps",
                fix="Rename it, in the class too.",
            )
        if name in seen:
            yield BlockyardError(
                Text("The name '{name}' stands for two things.", name=name), expected="names that differ"
            )
        seen.add(name)
    for port in layer.inputs:
        for name in _axes(port.shape):
            if name in seen:
                yield BlockyardError(
                    Text("The axis {name} of {port} has the name of a parameter or a port.", name=name, port=port.name),
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
                Text("{name}: '{type}' is no type of a parameter.", name=own.name, type=own.type[:40]),
                expected=Text("one of {known}", known=known),
            )
            continue
        if not 0 <= own.axes <= MAX_AXES:
            yield BlockyardError(
                Text("{name}: it has {axes} axes.", name=own.name, axes=own.axes),
                expected=Text("1 to {limit}", limit=MAX_AXES),
            )
        elif parameter.type is ParameterType.CHOICE and not parameter.choices:
            yield BlockyardError(
                Text("{name}: a choice needs choices.", name=own.name), expected="values with commas between"
            )
        elif own.minimum is not None and own.maximum is not None and own.minimum > own.maximum:
            yield BlockyardError(
                Text("{name}: its minimum lies above its maximum.", name=own.name), fix="Exchange them."
            )
        else:
            try:
                check_value(parameter, own.default)
            except BlockyardError as error:
                yield BlockyardError(
                    Text("The default {message}", message=error.message),
                    expected=error.expected,
                    fix="Give another default.",
                )


def _of_rules(layer: CustomLayer) -> Iterator[BlockyardError]:
    own = {parameter.name for parameter in layer.parameters}
    known = own | {port.name for port in layer.inputs}
    for port in layer.inputs:
        try:
            known |= set(shapes.axes(port.shape)) - {shapes.REST}
        except BlockyardError as error:
            yield _at(Text("input {port}", port=port.name), error)
    rests = any(shapes.REST in _axes(port.shape) for port in layer.inputs)
    for port in layer.outputs:
        yield from _unknown(Text("output {port}", port=port.name), port.shape, known, shapes.names_read)
        if not rests and shapes.REST in _items(port.shape):
            yield BlockyardError(
                Text(
                    "output {port}: ... stands for the axes that an input leaves open, and none does.", port=port.name
                ),
                expected="... at an input too",
            )
        if port.dtype and port.dtype not in DTYPES:
            yield BlockyardError(
                Text("output {port}: '{dtype}' is no type.", port=port.name, dtype=port.dtype[:40]),
                expected=", ".join(DTYPES),
            )
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
            Text("{what}: '{strange}' is neither a parameter nor an axis of an input.", what=what, strange=strange[0]),
            expected=Text("one of these: {known}", known=", ".join(sorted(known))),
        )


def _at(what: str, error: BlockyardError) -> BlockyardError:
    return BlockyardError(
        Text("{what}: {message}", what=what, message=error.message), expected=error.expected, fix=error.fix
    )


def _of_class(layer: CustomLayer, read: ClassSource) -> Iterator[BlockyardError]:
    if read.name != layer.name:
        yield BlockyardError(
            Text("The class is called {read}, and the layer {layer}.", read=read.name, layer=layer.name),
            expected="one name",
            fix="Rename one.",
        )
    given = [*(parameter.name for parameter in layer.parameters), *(name for name, _ in layer.derived)]
    for name in given:
        if name not in read.arguments and not read.open_ended:
            yield BlockyardError(
                Text("__init__ takes no '{name}'.", name=name),
                expected=", ".join(read.arguments) or "no arguments at all",
                fix=Text("Add it to __init__(self, …), or remove {name} from the parameters.", name=name),
            )
    for name, default in read.arguments.items():
        if default is None and name not in given:
            yield BlockyardError(
                Text("__init__ needs '{name}', which nothing gives it.", name=name),
                expected="a parameter, or one that follows from the input",
                fix=Text("Declare {name}, or give it a default.", name=name),
            )
    if not read.least <= len(layer.inputs) <= read.most:
        count = len(layer.inputs)
        takes = Text("{least} or more tensors", least=read.least) if read.least != read.most else _tensors(read.least)
        yield BlockyardError(
            Text("forward takes {takes}, and there are {count} inputs.", takes=takes, count=count)
            if count != 1
            else Text("forward takes {takes}, and there is 1 input.", takes=takes),
            expected="as many inputs as forward takes",
            fix="Add or remove inputs.",
        )


def _tensors(count: int) -> Text:
    return Text("1 tensor") if count == 1 else Text("{count} tensors", count=count)
