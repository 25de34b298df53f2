"""A custom layer as the texts of a form, and back: what each cell means, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QCoreApplication

from designer.base.errors import BlockyardError
from designer.base.text import Text
from designer.catalogue.custom.source import read_class
from designer.catalogue.spec import ParameterType
from designer.graph.custom import CustomLayer, CustomParameter, CustomPort
from designer.graph.expressions import Expression, Value, from_text, to_text
from designer.graph.names import fresh

translate = QCoreApplication.translate

Row = tuple[str, ...]
TEMPLATE_NAME = "ChannelScale"
_TEMPLATE = '''class {name}(nn.Module):
    """Multiplies each channel with a number that is learnt."""

    def __init__(self, channels: int, start: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((channels, 1, 1), start))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight
'''
_CLASS = re.compile(r"^class\s+([A-Za-z_]\w*)", re.MULTILINE)
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_LIMITS = re.compile(rf"\s*({_NUMBER})?\s*(?:\.\.\.?|…|–|to)\s*({_NUMBER})?\s*")
_FROM_INPUT = {"in_channels": "C", "channels": "C", "num_channels": "C", "in_features": "C", "num_features": "C"}


@dataclass(frozen=True)
class CustomForm:
    """The texts of the editor. Rows: inputs (name, axes); outputs (name, shape, type); parameters (name, type, default,
    limits, words); derived (name, expression)."""

    source: str
    summary: str
    inputs: tuple[Row, ...]
    outputs: tuple[Row, ...]
    parameters: tuple[Row, ...]
    derived: tuple[Row, ...]
    params: str
    macs: str


def new_layer(taken: Iterable[str]) -> CustomLayer:
    """A small custom layer that works, to begin with."""
    used = set(taken)
    name = TEMPLATE_NAME if TEMPLATE_NAME not in used else fresh(TEMPLATE_NAME, used)
    return CustomLayer(
        name,
        "Multiplies each channel with a number that is learnt.",
        _TEMPLATE.format(name=name),
        parameters=(CustomParameter("start", "float", 1.0, "What the numbers begin with."),),
        derived=(("channels", "C"),),
        params="C",
        macs="0",
    )


def form_of(layer: CustomLayer) -> CustomForm:
    """The texts of a custom layer."""
    return CustomForm(
        source=layer.source,
        summary=layer.summary,
        inputs=tuple((port.name, port.shape) for port in layer.inputs),
        outputs=tuple((port.name, port.shape, port.dtype) for port in layer.outputs),
        parameters=tuple(_parameter_row(parameter) for parameter in layer.parameters),
        derived=layer.derived,
        params=layer.params,
        macs=layer.macs,
    )


def layer_of(form: CustomForm, before: CustomLayer) -> tuple[CustomLayer, list[BlockyardError]]:
    """The custom layer that the texts say, and which of them cannot be read. before: the layer that is edited."""
    errors: list[BlockyardError] = []
    parameters = []
    for row in form.parameters:
        try:
            parameters.append(_parameter(row, before))
        except BlockyardError as error:
            message = Text("{name}: {message}", name=row[0], message=error.message)
            errors.append(BlockyardError(message, expected=error.expected, fix=error.fix))
    layer = replace(
        before,
        name=class_name(form.source) or before.name,
        summary=form.summary.strip(),
        source=form.source,
        parameters=tuple(parameters),
        inputs=tuple(CustomPort(name, shape) for name, shape in form.inputs),
        outputs=tuple(CustomPort(name, shape, dtype) for name, shape, dtype in form.outputs),
        derived=tuple((name, source) for name, source in form.derived),
        params=form.params.strip(),
        macs=form.macs.strip(),
    )
    return layer, errors


def class_name(source: str) -> str:
    """The name of the class in a source, as far as one can tell; empty where there is none."""
    found = _CLASS.search(source)
    return found[1] if found else ""


def rows_from_class(form: CustomForm) -> CustomForm:
    """The form with what the class's constructor takes and nobody declared; what it takes no longer is left out.

    Raises BlockyardError where the source cannot be read.
    """
    read = read_class(form.source)
    known = {row[0] for row in (*form.parameters, *form.derived)}
    parameters = [row for row in form.parameters if row[0] in read.arguments or read.open_ended]
    derived = [row for row in form.derived if row[0] in read.arguments or read.open_ended]
    for name, default in read.arguments.items():
        if name in known:
            continue
        if default is None and name in _FROM_INPUT:
            derived.append((name, _FROM_INPUT[name]))
        else:
            value = _default_of(default)
            parameters.append((name, _type_of(value), to_text(value), "", ""))
    return replace(form, parameters=tuple(parameters), derived=tuple(derived))


def _default_of(source: str | None) -> Value:
    try:
        value = from_text(source or "1")
    except BlockyardError:
        return 1
    return 1 if isinstance(value, Expression) or value is None else value


def _type_of(value: Value) -> str:
    kinds = {bool: "bool", int: "int", float: "float", str: "text"}
    return kinds.get(type(value), "shape")


def _parameter_row(parameter: CustomParameter) -> Row:
    default = parameter.default
    text = default if isinstance(default, str) and parameter.type != ParameterType.CHOICE else to_text(default)
    if parameter.choices:
        limits = ", ".join(to_text(choice) for choice in parameter.choices)
    elif parameter.minimum is None and parameter.maximum is None:
        limits = ""
    else:
        limits = f"{_number(parameter.minimum)} … {_number(parameter.maximum)}".strip()
    return parameter.name, parameter.type, text, limits, parameter.doc


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)


def _parameter(row: Sequence[str], before: CustomLayer) -> CustomParameter:
    name, kind, default, limits, doc = row
    known = next((parameter for parameter in before.parameters if parameter.name == name), None)
    low: float | None = None
    high: float | None = None
    choices: tuple[Value, ...] = ()
    if kind == ParameterType.CHOICE:
        choices = tuple(_value(text) for text in _parts(limits))
    elif limits.strip():
        low, high = _bounds(limits)
    value = default if kind == ParameterType.TEXT else _value(default)
    axes = known.axes if known is not None and kind == ParameterType.SIZE else 0
    return CustomParameter(name, kind, value, doc, low, high, choices, axes)


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r",(?![^(]*\))", text) if part.strip()]


def _bounds(text: str) -> tuple[float | None, float | None]:
    found = _LIMITS.fullmatch(text)
    if found is None:
        raise BlockyardError(
            translate("CustomForm", "'{0}' cannot be read as limits.").format(text[:40]),
            expected=translate("CustomForm", "for example 1 … 64, or 0 …"),
        )
    low, high = (None if part is None else from_text(part) for part in found.groups())
    return low, high


def _value(text: str) -> Value:
    """What a cell says: a literal, or a bare word, which is text."""
    text = text.strip()
    try:
        value = from_text(text)
    except BlockyardError as error:
        raise _no_value(text) from error
    if isinstance(value, Expression):
        if text.isidentifier():
            return text
        raise _no_value(text)
    return value


def _no_value(text: str) -> BlockyardError:
    said = translate("CustomForm", "'{0}' is no value.").format(text[:40])
    return BlockyardError(said, expected=translate("CustomForm", "such as 3, 0.5, True, (1, 2)"))
