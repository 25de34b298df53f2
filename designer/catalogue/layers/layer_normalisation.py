"""Normalisations over the last axes of each example: by layer, and by root mean square."""

from __future__ import annotations

from collections.abc import Sequence

from designer.base.text import Text
from designer.catalogue.briefs import brief_of
from designer.catalogue.rules import saved
from designer.catalogue.rules.cost import affine_weights
from designer.catalogue.rules.expect import expect_float, expect_rank, product, rank_from, shape_text
from designer.catalogue.spec import (
    MAX_RANK,
    Derived,
    Doubt,
    Family,
    LayerSpec,
    Parameter,
    ParameterType,
    Remedy,
    Saved,
    Tensor,
    Values,
)

_DOCS = "https://pytorch.org/docs/stable/generated/torch.nn.{}.html"
_EPS = Parameter(
    "eps", ParameterType.FLOAT, 1e-5, "Added to the variance, against a division by zero.", usual=(1e-12, 1)
)
_NUM_DIMS = Parameter(
    "num_dims",
    ParameterType.INT,
    1,
    "How many of the last axes are normalised together; normalized_shape follows from them.",
    minimum=1,
    maximum=MAX_RANK,
    passed=False,
)
_LAYER_NORM = (
    _NUM_DIMS,
    _EPS,
    Parameter("elementwise_affine", ParameterType.BOOL, True, "Learns a scale and a shift for each element."),
    Parameter("bias", ParameterType.BOOL, True, "Learns the shift too, not the scale alone."),
)


def _normalized(values: Values, inputs: Sequence[Tensor]) -> tuple[int, ...]:
    (x,) = inputs
    return x.shape[max(0, x.rank - values.num_dims) :]


def _keep(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    expect_rank(x, rank_from(1), "(N, …, features)", "Check the layers before it.")
    expect_float(x)
    return x


def _doubts(values: Values, inputs: Sequence[Tensor]) -> list[Doubt]:
    (x,) = inputs
    count = int(values.num_dims)
    if count < x.rank:
        return []
    remedies = (Remedy("Set num_dims to 1", set_param="num_dims", value=1),) if x.rank > 1 else ()
    return [
        Doubt(
            "too_many_axes",
            Text(
                "num_dims={count} reaches over all {rank} axes of {shape}, the batch too: examples depend on each "
                "other, and the layer is bound to this number of them.",
                count=count,
                rank=x.rank,
                shape=shape_text(x.shape),
            ),
            expected=Text("at most {limit}", limit=max(1, x.rank - 1)),
            received=f"num_dims={count}",
            fix="Use num_dims=1 for the last axis.",
            remedies=remedies,
        )
    ]


def _normalized_shape(values: Values, inputs: Sequence[Tensor]) -> int | tuple[int, ...]:
    sizes = _normalized(values, inputs)
    return sizes[0] if len(sizes) == 1 else sizes


def _layer_norm_weights(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
    affine = values.elementwise_affine
    return affine_weights(_normalized(values, inputs), affine, affine and values.bias)


_RMS_NORM = (
    _NUM_DIMS,
    Parameter(
        "eps",
        ParameterType.FLOAT,
        None,
        "Added to the mean square, against a division by zero; where it is not set, the smallest step of the type.",
        usual=(1e-12, 1),
    ),
    Parameter("elementwise_affine", ParameterType.BOOL, True, "Learns a scale for each element."),
)


def _rms_norm_weights(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
    return affine_weights(_normalized(values, inputs), values.elementwise_affine, False)


def _layer_norm_saved(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
    return Saved(inputs=(0,), own_bytes=2 * _statistics_bytes(values, inputs[0]))


def _rms_norm_saved(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
    normed = saved.size_bytes(inputs[0]) if values.elementwise_affine else 0
    return Saved(inputs=(0,), own_bytes=_statistics_bytes(values, inputs[0]) + normed)


def _statistics_bytes(values: Values, x: Tensor) -> int:
    """Of one number for each group of elements that is normalised together."""
    return int(product(x.shape) // product(_normalized(values, (x,)))) * saved.FLOAT_BYTES


SPECS = (
    LayerSpec(
        kind="LayerNorm",
        family=Family.NORMALISATION,
        stem="norm",
        summary="Normalises the last axes of each example by themselves.",
        help="""Brings the last `num_dims` axes of each example to mean 0 and variance 1, then scales and shifts each
element.

Use it in transformers, on the features of each token. It treats every example alike, whatever the batch.

The shape stays as it is; `normalized_shape` is the length of the last axes.

*Pitfall:* on an image `(N, C, H, W)` the last axis is the width, not the channels; take `num_dims=3`, or GroupNorm.""",
        url=_DOCS.format("LayerNorm"),
        infer=_keep,
        parameters=_LAYER_NORM,
        doubts=_doubts,
        weights=_layer_norm_weights,
        saved=_layer_norm_saved,
        module="nn.LayerNorm",
        derived=(Derived("normalized_shape", _normalized_shape),),
        positional=("normalized_shape",),
        brief=brief_of(_LAYER_NORM),
    ),
    LayerSpec(
        kind="RMSNorm",
        family=Family.NORMALISATION,
        stem="norm",
        summary="Scales the last axes of each example to a root mean square of 1.",
        help="""Divides the last `num_dims` axes of each example by the root of their mean square, then scales each
element.

Use it in place of LayerNorm in large transformers: it is cheaper, since it subtracts no mean, and works as well.

The shape stays as it is; `normalized_shape` is the length of the last axes.

*Pitfall:* on an image `(N, C, H, W)` the last axis is the width, not the channels.""",
        url=_DOCS.format("RMSNorm"),
        infer=_keep,
        parameters=_RMS_NORM,
        doubts=_doubts,
        weights=_rms_norm_weights,
        saved=_rms_norm_saved,
        module="nn.RMSNorm",
        derived=(Derived("normalized_shape", _normalized_shape),),
        positional=("normalized_shape",),
        brief=brief_of(_RMS_NORM),
    ),
)
