"""A custom layer: a person's own Python class, with what they declare of it. Immutable: nothing but text and values.

The class is never run here, nor anywhere before the person trusts it. What its texts mean (axes, shape rules, types of
parameters) is for `catalogue.custom` to read; a design can hold one that is wrong, and says so on its nodes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from designer.graph.block import INPUT_PORT, OUTPUT_PORT
from designer.graph.expressions import Value

MAX_LAYERS = 100  # of a design
MAX_TEXT = 2_000  # characters of a summary, of words about a parameter
MAX_CLASS_NAME = 100  # characters
MAX_SOURCES = 1 << 18  # characters of all its sources together


@dataclass(frozen=True)
class CustomParameter:
    """An argument of the class's constructor that an instance may set.

    type: one of catalogue.spec.ParameterType. The others mean what they mean in catalogue.spec.Parameter.
    """

    name: str
    type: str
    default: Value = field(compare=False)
    doc: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Value, ...] = field(default=(), compare=False)
    axes: int = 0
    _spelling: str = field(init=False, repr=False, default="")

    def __post_init__(self) -> None:
        # 1, 1.0 and True are equal, and yet different defaults: their spelling is compared.
        object.__setattr__(self, "_spelling", repr((self.default, self.choices)))


@dataclass(frozen=True)
class CustomPort:
    """A port. shape: of an input its axes, `N, C, H, W`; of an output its rule, `N, 2 * C, H // stride, W // stride`.

    dtype: of an output's elements; empty for that of the first input.
    """

    name: str
    shape: str
    dtype: str = ""


@dataclass(frozen=True)
class CustomLayer:
    """A layer whose kind is the name of its class.

    source: the class as its author wrote it, imports before it. derived: constructor arguments that follow from the
    inputs, with their expressions, such as in_channels from `C`. params, macs: expressions for the learnable numbers
    and the multiply-accumulates, empty where nobody knows.
    """

    name: str
    summary: str = ""
    source: str = ""
    parameters: tuple[CustomParameter, ...] = ()
    inputs: tuple[CustomPort, ...] = (CustomPort(INPUT_PORT, "N, C, H, W"),)
    outputs: tuple[CustomPort, ...] = (CustomPort(OUTPUT_PORT, "N, C, H, W"),)
    derived: tuple[tuple[str, str], ...] = ()
    params: str = ""
    macs: str = ""
