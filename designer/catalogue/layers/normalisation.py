"""Normalisations of channels: by batch, by example, by group, and across neighbouring ones.

All of them leave the shape alone. Their statistics reach over whole maps, but by convention they do not count for the
receptive field: when evaluating, a batch normalisation works element by element.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import gcd

from designer.base.text import Text
from designer.catalogue.briefs import brief_of
from designer.catalogue.rules import reach, saved
from designer.catalogue.rules.cost import affine_weights
from designer.catalogue.rules.doubts import without_batch
from designer.catalogue.rules.expect import (
    LAYOUTS,
    expect_float,
    expect_rank,
    expect_spatial,
    is_float,
    product,
    rank_from,
    shape_text,
)
from designer.catalogue.spec import (
    Derived,
    Doubt,
    Family,
    LayerError,
    LayerSpec,
    Parameter,
    ParameterType,
    Remedy,
    Saved,
    Tensor,
    Values,
    Window,
)

_DOCS = "https://pytorch.org/docs/stable/generated/torch.nn.{}.html"


_EPS = Parameter(
    "eps", ParameterType.FLOAT, 1e-5, "Added to the variance, against a division by zero.", usual=(1e-12, 1)
)
_AFFINE = Parameter("affine", ParameterType.BOOL, True, "Learns a scale and a shift for each channel.")
_BATCH_NORM = (
    replace(_EPS, minimum=1e-30),  # here alone PyTorch wants it above zero
    Parameter(
        "momentum",
        ParameterType.FLOAT,
        0.1,
        "Weight of a new batch in the running statistics; None weighs all batches alike.",
        usual=(0, 1),
        can_be_none=True,
    ),
    _AFFINE,
    Parameter(
        "track_running_stats",
        ParameterType.BOOL,
        True,
        "Keeps running statistics for evaluation; without them each batch is normalised by itself.",
    ),
)


_KEEP_STATISTICS = (
    "Set track_running_stats to True, so that single examples can be evaluated.",
    (Remedy("Set track_running_stats to True", set_param="track_running_stats", value=True),),
)
_LARGER_MAPS = "Remove it, or move it to where the feature maps are larger."


def _no_variance(what: str, x: Tensor, fix: str, remedies: Sequence[Remedy] = ()) -> LayerError:
    """What PyTorch refuses: a single element to be normalised, in the whole batch. what: of which part, in words."""
    return LayerError(
        "too_few_elements",
        Text("{what} of {shape} has one element, which has no variance.", what=what, shape=shape_text(x.shape)),
        expected="two elements or more that are normalised together",
        received=shape_text(x.shape),
        fix=fix,
        remedies=remedies,
    )


def _one_element(what: str, effect: str, fix: str, *remedies: Remedy) -> Doubt:
    """What is normalised is a single element, which has no variance. what: of which, effect: what follows, in words."""
    return Doubt(
        "too_few_elements",
        Text("{what}: {effect}.", what=what, effect=effect),
        expected="two elements or more that are normalised together",
        received="one element",
        fix=fix,
        remedies=remedies,
    )


def _batch_norm(axes: int, ranks: tuple[int, ...], layout: str, other: str) -> LayerSpec:
    kind = f"BatchNorm{axes}d"

    def infer(values: Values, inputs: Sequence[Tensor]) -> Tensor:
        (x,) = inputs
        expect_rank(x, ranks, layout, other)
        expect_float(x)
        if not values.track_running_stats and x.shape[0] * product(x.shape[2:]) == 1:
            raise _no_variance(Text("each channel"), x, *_KEEP_STATISTICS)
        return x

    def doubts(values: Values, inputs: Sequence[Tensor]) -> list[Doubt]:
        (x,) = inputs
        if values.track_running_stats or product(x.shape[2:]) > 1:
            return []
        what = Text("each channel of an example of {shape} is one element", shape=shape_text(x.shape[1:]))
        effect = Text("without running statistics PyTorch refuses a batch of one example, when evaluating too")
        return [_one_element(what, effect, _KEEP_STATISTICS[0], *_KEEP_STATISTICS[1])]

    def weights(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
        return affine_weights(inputs[0].shape[1:2], values.affine, values.affine)

    def keeps(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
        figures = 4 if values.track_running_stats else 2  # mean and deviation of the batch, and the running ones
        return Saved(inputs=(0,), fixed_bytes=figures * int(inputs[0].shape[1]) * saved.FLOAT_BYTES)

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
        doubts=doubts,
        weights=weights,
        saved=keeps,
        module=f"nn.{kind}",
        lazy=f"nn.Lazy{kind}",
        derived=(Derived("num_features", lambda values, inputs: inputs[0].shape[1]),),
        positional=("num_features",),
        brief=brief_of(_BATCH_NORM),
    )


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
    expect_rank(x, rank_from(2), "(N, C, …)", "Check the layers before it.")
    expect_float(x)
    channels, groups = x.shape[1], values.num_groups
    if channels % groups:
        best = gcd(int(groups), int(channels))
        raise LayerError(
            "groups_do_not_divide",
            Text(
                "num_groups={groups} does not divide num_channels={channels}.",
                groups=int(groups),
                channels=int(channels),
            ),
            expected=Text("a divisor of {number}", number=int(channels)),
            received=f"num_groups={int(groups)}",
            fix=Text("Use {best}, or make num_channels a multiple of {groups}.", best=best, groups=int(groups)),
            remedies=(Remedy(Text("Set num_groups to {value}", value=best), set_param="num_groups", value=best),),
        )
    if x.shape[0] == 1 and _is_one_a_group(values, x):
        raise _no_variance(Text("each group"), x, _FEWER_GROUPS, _fewer_groups(x))
    return x


_FEWER_GROUPS = "Use fewer groups, or move it to where the feature maps are larger."


def _is_one_a_group(values: Values, x: Tensor) -> bool:
    return bool(x.shape[1] // values.num_groups * product(x.shape[2:]) == 1)


def _fewer_groups(x: Tensor) -> tuple[Remedy, ...]:
    channels = int(x.shape[1])
    return (Remedy("Set num_groups to 1", set_param="num_groups", value=1),) if channels > 1 else ()


def _group_norm_doubts(values: Values, inputs: Sequence[Tensor]) -> list[Doubt]:
    (x,) = inputs
    if not _is_one_a_group(values, x):
        return []
    return [
        _one_element(
            Text("each of the {groups} groups is one element", groups=int(values.num_groups)),
            Text("its result is zero whatever arrives, and PyTorch refuses a batch of one example"),
            _FEWER_GROUPS,
            *_fewer_groups(x),
        )
    ]


def _group_norm_weights(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
    return affine_weights(inputs[0].shape[1:2], values.affine, values.affine)


def _group_norm_saved(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
    return Saved(inputs=(0,), own_bytes=2 * int(inputs[0].shape[0] * values.num_groups) * saved.FLOAT_BYTES)


_INSTANCE_NORM = (
    _EPS,
    _BATCH_NORM[1],
    Parameter("affine", ParameterType.BOOL, False, "Learns a scale and a shift for each channel."),
    Parameter(
        "track_running_stats",
        ParameterType.BOOL,
        False,
        "Keeps running statistics and uses them when evaluating, in place of the example's own.",
    ),
)


def _instance_norm(axes: int) -> LayerSpec:
    kind = f"InstanceNorm{axes}d"

    def infer(values: Values, inputs: Sequence[Tensor]) -> Tensor:
        (x,) = inputs
        expect_spatial(x, axes)
        expect_float(x)
        if product(x.shape[-axes:]) == 1:
            raise _no_variance(Text("each channel"), x, _LARGER_MAPS)
        return x

    def weights(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
        return affine_weights([inputs[0].shape[-axes - 1]], values.affine, values.affine)

    def keeps(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
        # Mean and deviation; the scale and the running statistics are repeated for each example.
        figures = 2 + bool(values.affine) + 2 * bool(values.track_running_stats)
        return Saved(inputs=(0,), own_bytes=figures * int(product(inputs[0].shape[:-axes])) * saved.FLOAT_BYTES)

    return LayerSpec(
        kind=kind,
        family=Family.NORMALISATION,
        stem="norm",
        summary="Normalises each channel of each example by itself.",
        help=f"""Brings each channel of each example to mean 0 and variance 1.

Use it where the contrast of a single example shall not matter, as in style transfer and other generators.

The shape stays as it is: `{LAYOUTS[axes]}`. It treats every example alike, whatever the batch.

*Pitfall:* unlike a batch normalisation it learns no scale and shift unless `affine` is on.""",
        url=_DOCS.format(kind),
        infer=infer,
        parameters=_INSTANCE_NORM,
        doubts=without_batch(axes),
        weights=weights,
        saved=keeps,
        module=f"nn.{kind}",
        lazy=f"nn.Lazy{kind}",
        lazy_switches=("affine", "track_running_stats"),
        derived=(Derived("num_features", lambda values, inputs: inputs[0].shape[-axes - 1]),),
        positional=("num_features",),
        brief=brief_of(_INSTANCE_NORM),
    )


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
    Parameter("alpha", ParameterType.FLOAT, 1e-4, "Weight of the neighbours.", usual=(0, 1000)),
    Parameter("beta", ParameterType.FLOAT, 0.75, "Exponent of the sum.", usual=(0, 100)),
    Parameter("k", ParameterType.FLOAT, 1.0, "Added to the sum, against a division by zero.", usual=(0, 1000)),
)


def _local_response(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    expect_rank(x, rank_from(3), "(N, C, L) or (N, C, H, W)", "Move it before the Flatten.")
    return x if is_float(x.dtype) else Tensor(x.shape, "float32")


def _local_response_saved(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
    (x,) = inputs
    channels = int(x.shape[1])  # the squares are padded by a window's reach; then their means, and their power
    squares = saved.size_bytes(x) * (channels + int(values.size) - 1) // channels
    return Saved(
        inputs=(0,), own_bytes=squares + 2 * saved.size_bytes(x), needs_contiguous=_is_local_response_viewed(inputs)
    )


def _is_local_response_viewed(inputs: Sequence[Tensor]) -> bool:
    """Whether PyTorch sees all axes behind the first spatial one as one, which it does only where they lie in order."""
    return inputs[0].rank > 4


SPECS = (
    _batch_norm(2, (4,), LAYOUTS[2], "Use BatchNorm1d for vectors and sequences."),
    _batch_norm(1, (2, 3), "(N, C) or (N, C, L)", "Use BatchNorm2d for images."),
    _batch_norm(3, (5,), LAYOUTS[3], "Use BatchNorm2d for images, BatchNorm1d for vectors and sequences."),
    *(_instance_norm(axes) for axes in (2, 1, 3)),
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
        doubts=_group_norm_doubts,
        weights=_group_norm_weights,
        saved=_group_norm_saved,
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
        saved=_local_response_saved,
        sees=reach.of_one(lambda values, x, y: {1: reach.sliding(Window(values.size, 1, values.size // 2))}),
        module="nn.LocalResponseNorm",
        contiguous=_is_local_response_viewed,
        positional=("size",),
        brief=brief_of(_LOCAL_RESPONSE),
    ),
)
