"""What a layer is: its parameters, ports, shape rule, cost, code and help, in one `LayerSpec` a kind.

A layer's rules are pure Python over shapes; torch is asked only by the contract test, which holds every rule against
real execution. A dimension may be a plain int or a subclass of it: rules use ordinary arithmetic and comparisons, so
that code generation can run them on dimensions that remember how they were calculated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from designer.base.errors import BlockyardError
from designer.graph.block import INPUT_PORT, OUTPUT_PORT
from designer.graph.expressions import Setting, Value

if TYPE_CHECKING:
    from designer.catalogue.rules.reach import FieldRule

MOST_PARTS = 64  # ports on a card
MAX_RANK = 64  # the dimensions of a tensor that PyTorch's reductions take


class Family(StrEnum):
    """What kind of thing a layer does; decides its colour and its place in the palette."""

    IO = "io"
    BLOCK = "block"
    CONVOLUTION = "convolution"
    POOLING = "pooling"
    NORMALISATION = "normalisation"
    ACTIVATION = "activation"
    LINEAR = "linear"
    MERGE = "merge"
    SHAPE = "shape"
    CUSTOM = "custom"


class ParameterType(StrEnum):
    """The kinds of values that a parameter takes, and so the editor that it gets."""

    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    CHOICE = "choice"  # one of `choices`
    SIZE = "size"  # one int for all spatial axes, or a tuple of one a spatial axis
    SHAPE = "shape"  # a tuple of ints of any length
    FACTOR = "factor"  # one number for all spatial axes, or a tuple of one a spatial axis
    TEXT = "text"


@dataclass(frozen=True)
class Parameter:
    """One parameter of a layer, in PyTorch's spelling.

    required: PyTorch gives it no default, so code always states it. minimum, maximum: bounds of each number in it.
    choices: the values of a CHOICE; of a SIZE the words that may stand for one. axes: the number of spatial axes of a
    SIZE. passed: whether PyTorch takes it; False for a parameter of Blockyard's own that only decides derived
    arguments. None is a value where it is the default. optional: None is a value too, and PyTorch's default, which code
    leaves out. axes is 0 where the number of spatial axes follows from the tensor. least: the smallest length of a
    SHAPE. unless: the parameter that takes its place; where that is set, code leaves this one out. usual: the bounds of
    sense, where PyTorch's own are wider; beyond them it is a warning. can_be_none: None is a value that code states.
    """

    name: str
    type: ParameterType
    default: Value
    doc: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Value, ...] = ()
    required: bool = False
    axes: int = 0
    passed: bool = True
    optional: bool = False
    least: int = 1
    unless: str = ""
    usual: tuple[float | None, float | None] = (None, None)
    can_be_none: bool = False


class Tensor(NamedTuple):
    """What flows through a wire: a shape, batch first, and PyTorch's name of the element type."""

    shape: tuple[int, ...]
    dtype: str = "float32"

    @property
    def rank(self) -> int:
        """The number of dimensions, the batch among them."""
        return len(self.shape)


class Values:
    """A layer's parameters by attribute: `p.kernel_size`."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(name) from None


@dataclass(frozen=True)
class Remedy:
    """What would mend a LayerError, in words that analysis turns into a fix: one of its two forms is filled in.

    insert: a kind to put before the node, with `params`, on the wire at `port` (empty: the only input). set_param: a
    parameter of the node and its better value. also: what has to be done with it.
    """

    title: str
    insert: str = ""
    set_param: str = ""
    value: Value = None
    params: Mapping[str, Value] = field(default_factory=dict)
    port: str = ""
    also: tuple[Remedy, ...] = ()


class LayerError(BlockyardError):
    """A layer cannot take what it receives. code: the diagnostic's code, for example `window_too_large`."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        expected: str = "",
        received: str = "",
        fix: str = "",
        remedies: Sequence[Remedy] = (),
    ) -> None:
        super().__init__(message, expected=expected, fix=fix)
        self.code = code
        self.received = received
        self.remedies = tuple(remedies)


@dataclass(frozen=True)
class Doubt:
    """What PyTorch takes of a layer and is probably not meant: a diagnostic that refuses nothing.

    code: the diagnostic's code. hint: it may well be meant, and is told only who asks; else it is a warning.
    """

    code: str
    message: str
    expected: str
    received: str
    fix: str
    remedies: tuple[Remedy, ...] = ()
    hint: bool = False


class Window(NamedTuple):
    """A sliding window along one spatial axis, in elements: what the receptive field is made of."""

    kernel: int
    stride: int
    padding: int
    dilation: int = 1


class Saved(NamedTuple):
    """What torch saves of a layer for the backward pass.

    inputs, outputs: the indexes of the tensors that it saves as they are. copies: the indexes of the inputs of which it
    saves a copy. own_bytes: tensors of its own, in proportion to the batch; fixed_bytes: those of any batch.
    only_for_weights: the inputs are saved for the gradients of the weights alone, so a frozen layer saves none. view:
    the outputs share the memory of the first input. is_strided: the elements of that view do not lie in the order of
    its axes. needs_contiguous: of an input of which they do not, it makes a copy.
    """

    inputs: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()
    copies: tuple[int, ...] = ()
    own_bytes: int = 0
    fixed_bytes: int = 0
    only_for_weights: bool = False
    view: bool = False
    is_strided: bool = False
    needs_contiguous: bool = False


ShapeRule = Callable[[Values, Sequence[Tensor]], Tensor | tuple[Tensor, ...]]
DoubtRule = Callable[[Values, Sequence[Tensor]], Sequence[Doubt]]
CostRule = Callable[[Values, Sequence[Tensor], Sequence[Tensor]], int]
SavedRule = Callable[[Values, Sequence[Tensor], Sequence[Tensor]], Saved]


def _nothing(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
    return 0


_SAVES_NOTHING = Saved()


@dataclass(frozen=True)
class Derived:
    """A constructor argument that nobody chooses: it follows from the incoming tensors, such as `in_channels`, or from
    the layout that Blockyard has throughout, such as `batch_first`.

    default: PyTorch's own, which code leaves out; None where it has none.
    """

    name: str
    of: Callable[[Values, Sequence[Tensor]], int | tuple[int, ...]]
    default: int | None = None


@dataclass(frozen=True)
class LayerSpec:
    """Everything that Blockyard knows of one kind of layer.

    kind: PyTorch's class name where there is one. stem: the stem of new nodes' names (`conv` -> conv1, conv2). infer:
    parameters and incoming tensors -> outgoing tensor (a tuple of them where there are several outputs); raises
    LayerError. weights: the number of learnable parameters. macs: multiply-accumulates as FlopCounterMode counts them
    (FLOPs = 2 × MACs; additions of a bias, activations and pooling count nothing). saved: what the backward pass needs
    of it. window: the sliding windows, one a spatial axis, None where it has none. sees: what each output sees of each
    input, None where that is not known; by default, element by element at the same place. module: the class that code
    constructs; lazy: PyTorch's other class for the same, which takes all `derived` arguments from its first input;
    derived: its arguments that follow from the input; positional: the arguments that code writes without their names,
    in PyTorch's order, always stated. call: further arguments that code gives the module with its inputs. contiguous:
    whether it refuses inputs whose elements do not lie in the order of their axes. unpack: the left side of the
    assignment, from one name an output, where the module returns more than its outputs or nests them. function: or, for
    a layer that is no module, the expression that code writes, from the parameters' sources and the inputs' names.
    state: the source of the learnable tensor that code keeps for it, from its parameters' and derived arguments'
    sources; `function` then gets its name before the inputs'. parts: the parameter that says how many outputs there
    are, at ports part1, part2, …: a number, or a tuple with an item for each. It takes no expression, since wires are
    drawn to its ports. brief: the card's line. fault: what is wrong with the kind itself, so that none of its nodes can
    work. unstated: the costs that nobody knows, `params` and `macs`, which count as 0. doubts: what is accepted and
    probably not meant, asked where `infer` has accepted it.
    """

    kind: str
    family: Family
    stem: str
    summary: str
    help: str
    url: str
    infer: ShapeRule
    parameters: tuple[Parameter, ...] = ()
    inputs: tuple[str, ...] = (INPUT_PORT,)
    outputs: tuple[str, ...] = (OUTPUT_PORT,)
    parts: str = ""
    variadic: bool = False  # takes any number of inputs from two up, at ports x1, x2, …
    weights: CostRule = _nothing
    macs: CostRule = _nothing
    saved: SavedRule = lambda values, inputs, outputs: _SAVES_NOTHING
    window: Callable[[Values], Sequence[Window] | None] = lambda values: None
    sees: FieldRule | None = None
    module: str = ""
    lazy: str = ""
    lazy_switches: tuple[str, ...] = ()
    derived: tuple[Derived, ...] = ()
    positional: tuple[str, ...] = ()
    call: str = ""
    contiguous: Callable[[Sequence[Tensor]], bool] = lambda inputs: False
    unpack: Callable[[Sequence[str]], str] | None = None
    function: Callable[[Mapping[str, str], Sequence[str]], str] | None = None
    state: Callable[[Mapping[str, str]], str] | None = None
    brief: Callable[[Mapping[str, str]], str] = lambda texts: ""
    fault: LayerError | None = None
    unstated: tuple[str, ...] = ()
    doubts: DoubtRule = lambda values, inputs: ()

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name, or None."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)

    def input_ports(self, wired: Sequence[str] = ()) -> tuple[str, ...]:
        """The names of the input ports; a variadic layer always has one free port behind those that are wired."""
        if not self.variadic:
            return self.inputs
        highest = max((variadic_index(port) for port in wired), default=0)
        return tuple(f"x{index}" for index in range(1, max(2, highest + 1) + 1))

    def output_ports(self, params: Mapping[str, Setting]) -> tuple[str, ...]:
        """The names of the output ports of a node with these parameters, which may be those at their default."""
        if not self.parts:
            return self.outputs
        default = self.parameter(self.parts).default
        for setting in (params.get(self.parts, default), default):
            count = len(setting) if isinstance(setting, tuple | list) else setting
            if isinstance(count, int) and 1 <= count <= MOST_PARTS:
                return tuple(f"part{number}" for number in range(1, count + 1))
        return self.outputs


def variadic_index(port: str) -> int:
    """The position of a variadic input port: `x3` -> 3; 0 where it is not one."""
    return int(port[1:]) if port.startswith("x") and port[1:].isdecimal() and len(port) < 6 else 0
