"""Softmaxes along an axis, and the gate that halves one."""

from __future__ import annotations

from collections.abc import Sequence

from designer.base.text import Text
from designer.catalogue.layers.activation import activation
from designer.catalogue.rules import reach, saved
from designer.catalogue.rules.doubts import over_batch, without_batch
from designer.catalogue.rules.expect import axis_parameter, expect_float, expect_spatial, resolve_axis, shape_text
from designer.catalogue.spec import Doubt, LayerError, Remedy, Tensor, Values, Window

_DIM = (axis_parameter("dim", 1, "The axis along which the results sum to one."),)
_HALVED = (axis_parameter("dim", -1, "The axis that is cut into values and gates.", required=False),)


def _along_dim(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    expect_float(inputs[0])
    resolve_axis(values.dim, max(inputs[0].rank, 1), "dim")  # a single number has an axis 0 too, for torch
    return inputs[0]


def _over_batch(values: Values, inputs: Sequence[Tensor]) -> list[Doubt]:
    dim = int(values.dim)
    last = Remedy("Set dim to -1", set_param="dim", value=-1)
    effect = Text("the examples of a batch compete with each other")
    return over_batch(inputs[0], [dim], f"dim={dim}", effect, *([last] if inputs[0].rank > 1 else []))


def _halves_batch(values: Values, inputs: Sequence[Tensor]) -> list[Doubt]:
    dim = int(values.dim)
    return over_batch(inputs[0], [dim], f"dim={dim}", Text("one half of the examples gates the other"))


def _over_channels(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    expect_spatial(inputs[0], 2)
    expect_float(inputs[0])
    return inputs[0]


def _glu(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    expect_float(x)
    axis = resolve_axis(values.dim, x.rank, "dim")
    if x.shape[axis] % 2:
        even = next((index for index, length in enumerate(x.shape) if index and length % 2 == 0), None)
        remedies = (
            () if even is None else (Remedy(Text("Set dim to {value}", value=even), set_param="dim", value=even),)
        )
        raise LayerError(
            "length_not_even",
            Text("axis {axis} of {shape} cannot be halved.", axis=axis, shape=shape_text(x.shape)),
            expected="an even length",
            received=str(int(x.shape[axis])),
            fix="Give the layer before it an even number of outputs.",
            remedies=remedies,
        )
    return Tensor((*x.shape[:axis], x.shape[axis] // 2, *x.shape[axis + 1 :]), x.dtype)


def _along(values: Values, x: Tensor, y: Tensor) -> dict[int, reach.Reach]:
    if not x.rank:
        return {}
    axis = resolve_axis(values.dim, x.rank, "dim")
    return {axis: reach.everything(x.shape[axis])}


_sees_dim = reach.of_one(_along)


def _both_halves(values: Values, x: Tensor, y: Tensor) -> dict[int, reach.Reach]:
    axis = resolve_axis(values.dim, x.rank, "dim")
    return {axis: reach.sliding(Window(2, 1, 0, int(y.shape[axis])))}


SPECS = (
    activation(
        "Softmax",
        "Turns scores into probabilities along an axis.",
        "Use it to read probabilities from a trained network, or within attention.",
        "Computes `exp(x) / Σ exp(x)`, the sum running along the axis `dim`.",
        "before a cross-entropy loss it is one too many: PyTorch's loss contains it already.",
        _along_dim,
        _DIM,
        doubts=_over_batch,
        saves=saved.the_output,
        sees=_sees_dim,
    ),
    activation(
        "LogSoftmax",
        "Turns scores into logarithms of probabilities along an axis.",
        "Use it before a negative log-likelihood loss; it is more exact than the logarithm of a softmax.",
        "Computes `x − log Σ exp(x)`, the sum running along the axis `dim`.",
        "before a cross-entropy loss it changes nothing, as the loss contains it already.",
        _along_dim,
        _DIM,
        doubts=_over_batch,
        saves=saved.the_output,
        sees=_sees_dim,
    ),
    activation(
        "Softmin",
        "Turns distances into probabilities along an axis: the smallest gets the most.",
        "Use it where a small number means a good match.",
        "Computes `exp(−x) / Σ exp(−x)`, the sum running along the axis `dim`.",
        "before a cross-entropy loss it is one too many, as a softmax is.",
        _along_dim,
        _DIM,
        doubts=_over_batch,
        saves=saved.the_output,
        sees=_sees_dim,
    ),
    activation(
        "Softmax2d",
        "Turns scores into probabilities over the channels, at each place of an image.",
        "Use it to read class probabilities a pixel from a trained segmentation network.",
        "Computes `exp(x) / Σ exp(x)`, the sum running over the channels of `(N, C, H, W)`.",
        "before a cross-entropy loss it is one too many, as the loss contains it already.",
        _over_channels,
        doubts=without_batch(2),
        saves=saved.the_output,
        sees=reach.of_one(lambda values, x, y: {x.rank - 3: reach.everything(x.shape[-3])}),
    ),
    activation(
        "GLU",
        "Halves an axis and lets one half gate the other.",
        "Use it in gated convolutions and feed-forward layers, behind twice as many channels as wanted.",
        "Splits `x` along `dim` into halves `a` and `b` and computes `a · sigmoid(b)`.",
        "alone among activations it changes the shape: the axis `dim` has half its length afterwards.",
        _glu,
        _HALVED,
        keeps_shape=False,
        doubts=_halves_batch,
        sees=reach.of_one(_both_halves),
    ),
)
