"""Normalisations: by batch, by layer, by group, and across neighbouring channels.

All of them leave the shape alone. Their statistics reach over whole maps, but by convention they do not count for the
receptive field: when evaluating, a batch normalisation works element by element.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

from designer.catalogue.briefs import brief_of
from designer.catalogue.rules.cost import affine_weights
from designer.catalogue.rules.expect import LAYOUTS, expect_float, expect_rank, is_float, shape_text
from designer.catalogue.spec import (
    Derived,
    Family,
    LayerError,
    LayerSpec,
    Parameter,
    ParameterType,
    Remedy,
    Tensor,
    Values,
)

_DOCS = "https://pytorch.org/docs/stable/generated/torch.nn.{}.html"


_EPS = Parameter("eps", ParameterType.FLOAT, 1e-5, "Added to the variance, against a division by zero.", 1e-12, 1)
_AFFINE = Parameter("affine", ParameterType.BOOL, True, "Learns a scale and a shift for each channel.")
_BATCH_NORM = (
    _EPS,
    Parameter("momentum", ParameterType.FLOAT, 0.1, "Weight of a new batch in the running statistics.", 0, 1),
    _AFFINE,
    Parameter(
        "track_running_stats",
        ParameterType.BOOL,
        True,
        "Keeps running statistics for evaluation; without them each batch is normalised by itself.",
    ),
)


def _batch_norm(axes: int, ranks: tuple[int, ...], layout: str, other: str) -> LayerSpec:
    kind = f"BatchNorm{axes}d"

    def infer(values: Values, inputs: Sequence[Tensor]) -> Tensor:
        (x,) = inputs
        expect_rank(x, ranks, layout, other)
        expect_float(x)
        return x

    def weights(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
        return affine_weights(inputs[0].shape[1:2], values.affine, values.affine)

    return LayerSpec(
        kind=kind,
        family=Family.NORMALISATION,
        stem="bn",
        summary="Normalises each channel over the batch.",
        help=f"""Brings each channel to mean 0 and variance 1 over the batch, then scales and shifts it by learnable
numbers.

Use it between a convolution and its activation: deep networks train faster and bear larger learning rates.

The shape stays as it is: `{layout}`. When evaluating, running statistics take the place of the batch's own.

*Pitfall:* with very small batches the statistics are poor, and one example alone has none; GroupNorm does without.""",
        url=_DOCS.format(kind),
        infer=infer,
        parameters=_BATCH_NORM,
        weights=weights,
        module=f"nn.{kind}",
        derived=(Derived("num_features", lambda values, inputs: inputs[0].shape[1]),),
        positional=("num_features",),
        brief=brief_of(_BATCH_NORM),
    )


_LAYER_NORM = (
    Parameter(
        "num_dims",
        ParameterType.INT,
        1,
        "How many of the last axes are normalised together; normalized_shape follows from them.",
        minimum=1,
        maximum=7,
        passed=False,
    ),
    _EPS,
    Parameter("elementwise_affine", ParameterType.BOOL, True, "Learns a scale and a shift for each element."),
    Parameter("bias", ParameterType.BOOL, True, "Learns the shift too, not the scale alone."),
)


def _normalized(values: Values, inputs: Sequence[Tensor]) -> tuple[int, ...]:
    (x,) = inputs
    return x.shape[x.rank - values.num_dims :]


def _layer_norm(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    if values.num_dims >= x.rank:
        raise LayerError(
            "too_many_axes",
            f"num_dims={int(values.num_dims)} leaves no axis for the batch of a {x.rank}-d tensor.",
            expected=f"at most {x.rank - 1}",
            received=shape_text(x.shape),
            fix="Use num_dims=1 for the last axis.",
            remedies=(Remedy("Set num_dims to 1", set_param="num_dims", value=1),) if x.rank > 1 else (),
        )
    expect_float(x)
    return x


def _normalized_shape(values: Values, inputs: Sequence[Tensor]) -> int | tuple[int, ...]:
    sizes = _normalized(values, inputs)
    return sizes[0] if len(sizes) == 1 else sizes


def _layer_norm_weights(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
    affine = values.elementwise_affine
    return affine_weights(_normalized(values, inputs), affine, affine and values.bias)


_GROUP_NORM = (
    Parameter(
        "num_groups",
        ParameterType.INT,
        8,
        "Number of groups into which the channels are split; it must divide their number.",
        minimum=1,
        maximum=1 << 20,
        required=True,
    ),
    _EPS,
    _AFFINE,
)


def _group_norm(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    expect_rank(x, range(2, 9), "(N, C, …)", "Check the layers before it.")
    expect_float(x)
    channels, groups = x.shape[1], values.num_groups
    if channels % groups:
        best = gcd(int(groups), int(channels))
        raise LayerError(
            "groups_do_not_divide",
            f"num_groups={int(groups)} does not divide num_channels={int(channels)}.",
            expected=f"a divisor of {int(channels)}",
            received=f"num_groups={int(groups)}",
            fix=f"Use {best}, or make num_channels a multiple of {int(groups)}.",
            remedies=(Remedy(f"Set num_groups to {best}", set_param="num_groups", value=best),),
        )
    return x


def _group_norm_weights(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
    return affine_weights(inputs[0].shape[1:2], values.affine, values.affine)


_LOCAL_RESPONSE = (
    Parameter(
        "size",
        ParameterType.INT,
        5,
        "Number of neighbouring channels that take part.",
        minimum=1,
        maximum=1 << 12,
        required=True,
    ),
    Parameter("alpha", ParameterType.FLOAT, 1e-4, "Weight of the neighbours.", 0, 1000),
    Parameter("beta", ParameterType.FLOAT, 0.75, "Exponent of the sum.", 0, 100),
    Parameter("k", ParameterType.FLOAT, 1.0, "Added to the sum, against a division by zero.", 0, 1000),
)


def _local_response(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    expect_rank(x, range(3, 9), "(N, C, L) or (N, C, H, W)", "Move it before the Flatten.")
    return x if is_float(x.dtype) else Tensor(x.shape, "float32")


SPECS = (
    _batch_norm(2, (4,), LAYOUTS[2], "Use BatchNorm1d for vectors and sequences."),
    _batch_norm(1, (2, 3), "(N, C) or (N, C, L)", "Use BatchNorm2d for images."),
    _batch_norm(3, (5,), LAYOUTS[3], "Use BatchNorm2d for images, BatchNorm1d for vectors and sequences."),
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
        infer=_layer_norm,
        parameters=_LAYER_NORM,
        weights=_layer_norm_weights,
        module="nn.LayerNorm",
        derived=(Derived("normalized_shape", _normalized_shape),),
        positional=("normalized_shape",),
        brief=brief_of(_LAYER_NORM),
    ),
    LayerSpec(
        kind="GroupNorm",
        family=Family.NORMALISATION,
        stem="norm",
        summary="Normalises groups of channels of each example by themselves.",
        help="""Brings each of `num_groups` groups of channels to mean 0 and variance 1, in every example by itself.

Use it in place of a batch normalisation where batches are small, as in detection and segmentation.

The shape stays as it is: `(N, C, …)`. One group is a layer normalisation, C groups an instance normalisation.

*Pitfall:* `num_groups` must divide the number of channels.""",
        url=_DOCS.format("GroupNorm"),
        infer=_group_norm,
        parameters=_GROUP_NORM,
        weights=_group_norm_weights,
        module="nn.GroupNorm",
        derived=(Derived("num_channels", lambda values, inputs: inputs[0].shape[1]),),
        positional=("num_groups", "num_channels"),
        brief=brief_of(_GROUP_NORM),
    ),
    LayerSpec(
        kind="LocalResponseNorm",
        family=Family.NORMALISATION,
        stem="norm",
        summary="Damps an element where neighbouring channels are strong.",
        help="""Divides each element by `(k + alpha / size · Σ x²) ** beta`, the sum running over `size` neighbouring
channels.

Use it to rebuild AlexNet or VGG A-LRN; later networks use a batch normalisation.

The shape stays as it is: `(N, C, L)` or `(N, C, H, W)`.

*Pitfall:* AlexNet's paper has `k=2` and does not divide alpha by `size`, so its alpha is smaller than PyTorch's.""",
        url=_DOCS.format("LocalResponseNorm"),
        infer=_local_response,
        parameters=_LOCAL_RESPONSE,
        module="nn.LocalResponseNorm",
        positional=("size",),
        brief=brief_of(_LOCAL_RESPONSE),
    ),
)
