"""Layers that trade channels for places and back, and that enlarge feature maps without weights."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from designer.base.text import Text
from designer.catalogue.briefs import brief_of
from designer.catalogue.emit import source_of
from designer.catalogue.rules import reach
from designer.catalogue.rules.doubts import ADD_CHANNELS, unbatched, unusual_rank
from designer.catalogue.rules.expect import LAYOUTS, expect_float, expect_rank, rank_from, shape_text
from designer.catalogue.rules.scaling import scaled
from designer.catalogue.rules.sliding_window import as_size
from designer.catalogue.spec import (
    Doubt,
    Family,
    LayerError,
    LayerSpec,
    Parameter,
    ParameterType,
    Remedy,
    Tensor,
    Values,
    Window,
)

_DOCS = "https://pytorch.org/docs/stable/generated/torch.nn.{}.html"
_RANKS = {"nearest": (3, 4, 5), "linear": (3,), "bilinear": (4,), "bicubic": (4,), "trilinear": (5,)}
_MODE_OF_RANK = {3: "linear", 4: "bilinear", 5: "trilinear"}
_TAPS = {"nearest": 1, "bicubic": 4}  # elements of the input that one of the output sees along an axis; else two
_UPSAMPLE = (
    Parameter(
        "scale_factor",
        ParameterType.FACTOR,
        2,
        "How many times as long each spatial axis becomes, or each of them; `size` goes before it.",
        1 / (1 << 12),
        1 << 12,
        required=True,
        optional=True,
        unless="size",
    ),
    Parameter("size", ParameterType.SIZE, None, "Or the length of each spatial axis of the output.", 1, 1 << 16),
    Parameter(
        "mode",
        ParameterType.CHOICE,
        "nearest",
        "Repeats the nearest element, or interpolates over one, two or three spatial axes.",
        choices=tuple(_RANKS),
    ),
    Parameter(
        "align_corners",
        ParameterType.BOOL,
        None,
        "Lays the outermost elements on each other; only where it interpolates.",
    ),
)


def _upsample(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    expect_rank(x, (3, 4, 5), "(N, C, L), (N, C, H, W) or (N, C, D, H, W)", "Move it before the Flatten.")
    expect_float(x)
    _check_mode(values, x)
    spatial = x.shape[2:]
    if values.size is not None:
        return Tensor((*x.shape[:2], *_one_an_axis("size", values.size, x)), x.dtype)
    if values.scale_factor is None:
        raise LayerError(
            "no_target_size",
            "neither scale_factor nor size is set.",
            expected="one of the two",
            received="neither",
            fix="Use scale_factor=2.",
            remedies=(Remedy("Set scale_factor to 2", set_param="scale_factor", value=2),),
        )
    factors = _one_an_axis("scale_factor", values.scale_factor, x)
    lengths = tuple(scaled(length, factor) for length, factor in zip(spatial, factors, strict=True))
    if any(length < 1 for length in lengths):
        raise LayerError(
            "scaled_to_nothing",
            Text("scale_factor={factor} leaves nothing of {shape}.", factor=_plain(factors), shape=shape_text(x.shape)),
            expected="an output of at least one element an axis",
            received=shape_text(x.shape),
            fix="Use scale_factor=1 or more.",
            remedies=(Remedy("Set scale_factor to 1", set_param="scale_factor", value=1),),
        )
    return Tensor((*x.shape[:2], *lengths), x.dtype)


def _plain(numbers: Sequence[float]) -> str:
    plain = [int(number) if isinstance(number, int) else number for number in numbers]
    return source_of(tuple(plain) if len(set(plain)) > 1 else plain[0])


def _one_an_axis(name: str, value: float | tuple[float, ...], x: Tensor) -> tuple[Any, ...]:
    """A number for each spatial axis, of one for all or of a tuple of one each."""
    count = x.rank - 2
    numbers = value if isinstance(value, tuple) else (value,) * count
    if len(numbers) == count:
        return numbers
    better = 2 if name == "scale_factor" else as_size(x.shape[2:])
    raise LayerError(
        "wrong_number_of_sizes",
        Text(
            "{name}={size} does not fit the {count} spatial axes of {shape}.",
            name=name,
            size=source_of(tuple(number + 0 for number in numbers)),
            count=count,
            shape=shape_text(x.shape),
        ),
        expected=Text("{count} numbers, or one for all axes", count=count),
        received=f"{len(numbers)}",
        fix=Text("Use for example {name}={better}.", name=name, better=better),
        remedies=(Remedy(Text("Set {name} to {value}", name=name, value=better), set_param=name, value=better),),
    )


def _two_targets(values: Values, inputs: Sequence[Tensor]) -> list[Doubt]:
    if values.size is None or values.scale_factor in (None, _UPSAMPLE[0].default):
        return []
    (x,) = inputs
    size, factor = (_plain(_one_an_axis(name, getattr(values, name), x)) for name in ("size", "scale_factor"))
    return [
        Doubt(
            "two_target_sizes",
            Text("size={size} decides, and scale_factor={factor} does nothing.", size=size, factor=factor),
            expected="one of the two",
            received=f"scale_factor={factor}, size={size}",
            fix="Clear one of them.",
            remedies=(
                Remedy("Clear scale_factor", set_param="scale_factor", value=None),
                Remedy("Clear size", set_param="size", value=None),
            ),
        )
    ]


def _check_mode(values: Values, x: Tensor) -> None:
    if x.rank not in _RANKS[values.mode]:
        better = _MODE_OF_RANK[x.rank]
        raise LayerError(
            "mode_does_not_fit",
            Text('mode="{mode}" does not fit a {rank}-d tensor.', mode=values.mode, rank=x.rank),
            expected=Text('"nearest" or "{better}"', better=better),
            received=f'mode="{values.mode}"',
            fix=Text('Use mode="{better}".', better=better),
            remedies=(Remedy(Text("Set mode to {value}", value=better), set_param="mode", value=better),),
        )
    if values.mode == "nearest" and values.align_corners is not None:
        raise LayerError(
            "mode_does_not_fit",
            'align_corners is set, but mode="nearest" does not interpolate.',
            expected="align_corners only where the mode interpolates",
            received=f"align_corners={values.align_corners}",
            fix="Clear align_corners.",
            remedies=(Remedy("Clear align_corners", set_param="align_corners", value=None),),
        )


def _upsample_reaches(values: Values, x: Tensor, y: Tensor) -> dict[int, reach.Reach]:
    """Where each element of the output looks. Source: ATen's UpSample.h."""
    given = values.scale_factor if isinstance(values.scale_factor, tuple) else (values.scale_factor,) * (x.rank - 2)
    taps = _TAPS.get(values.mode, 2)
    found = {}
    for axis, scale in enumerate(given, start=2):
        size, length = int(x.shape[axis]), int(y.shape[axis])
        factor = (
            Fraction(size, length)
            if scale is None or values.size is not None
            else 1 / Fraction(scale).limit_denominator(1 << 10)
        )
        shift = Fraction(0)
        if values.align_corners:
            factor = Fraction(size - 1, length - 1) if length > 1 else Fraction(0)
        elif taps > 1:
            shift = factor / 2 - Fraction(1, 2)
        found[axis] = reach.resized(factor, taps, shift)
    return found


def _factor(name: str, doc: str) -> tuple[Parameter, ...]:
    return (Parameter(name, ParameterType.INT, 2, doc, 1, 1 << 12, required=True),)


_UPSCALE = _factor("upscale_factor", "How many times as long height and width become.")
_DOWNSCALE = _factor("downscale_factor", "By how much height and width are divided.")
_GROUPS = (
    Parameter("groups", ParameterType.INT, 2, "Number of groups that are mixed; it divides C.", 1, 1 << 20, (), True),
)


def _indivisible(name: str, factor: int, what: str, length: int, divisor: int, better: int) -> LayerError:
    return LayerError(
        "factor_does_not_divide",
        Text(
            "{name}={factor} needs {what} to be a multiple of {divisor}, and it is {length}.",
            name=name,
            factor=int(factor),
            what=what,
            divisor=int(divisor),
            length=int(length),
        ),
        expected=Text("a multiple of {divisor}", divisor=int(divisor)),
        received=Text("{what} {length}", what=what, length=int(length)),
        fix=Text("Use {name}={better}, or change the layers before it.", name=name, better=better),
        remedies=(Remedy(Text("Set {name} to {value}", name=name, value=better), set_param=name, value=better),),
    )


def _of_images(values: Values, inputs: Sequence[Tensor]) -> list[Doubt]:
    """The last three axes are those of an image, whatever stands before them."""
    (x,) = inputs
    if x.rank == 3:
        fix = "Insert Unsqueeze with dim=1, which adds an axis of channels behind the batch."
        return [unbatched(x, LAYOUTS[2], Text("channels"), fix, ADD_CHANNELS)]
    return [] if x.rank == 4 else [unusual_rank(x, LAYOUTS[2], Text("it works on the last three axes alone"))]


def _pixel_shuffle(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    expect_rank(x, rank_from(3), "(N, C, H, W)", "Move it before the Flatten.")
    *batch, channels, height, width = x.shape
    factor = values.upscale_factor
    if channels % (factor * factor):
        best = max(r for r in range(1, int(factor)) if channels % (r * r) == 0)
        raise _indivisible("upscale_factor", factor, Text("the number of channels"), channels, factor * factor, best)
    return Tensor((*batch, channels // (factor * factor), height * factor, width * factor), x.dtype)


def _pixel_unshuffle(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    expect_rank(x, rank_from(3), "(N, C, H, W)", "Move it before the Flatten.")
    *batch, channels, height, width = x.shape
    factor = values.downscale_factor
    for name, length in (("the height", height), ("the width", width)):
        if length % factor:
            best = max(r for r in range(1, int(factor)) if height % r == 0 and width % r == 0)
            raise _indivisible("downscale_factor", factor, name, length, factor, best)
    return Tensor((*batch, channels * factor * factor, height // factor, width // factor), x.dtype)


def _channel_shuffle(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    expect_rank(x, rank_from(3), "(N, C, …) with at least one spatial axis", "Move it before the Flatten.")
    if x.shape[1] % values.groups:
        best = max(g for g in range(1, min(int(values.groups), int(x.shape[1])) + 1) if x.shape[1] % g == 0)
        raise _indivisible("groups", values.groups, Text("the number of channels"), x.shape[1], values.groups, best)
    return x


def _pixel_shuffle_reaches(values: Values, x: Tensor, y: Tensor) -> dict[int, reach.Reach]:
    finer = reach.resized(Fraction(1, int(values.upscale_factor)), 1, Fraction(0))
    return {x.rank - 3: reach.everything(x.shape[-3]), x.rank - 2: finer, x.rank - 1: finer}


def _pixel_unshuffle_reaches(values: Values, x: Tensor, y: Tensor) -> dict[int, reach.Reach]:
    coarser = reach.sliding(Window(values.downscale_factor, values.downscale_factor, 0))
    return {x.rank - 3: reach.everything(x.shape[-3]), x.rank - 2: coarser, x.rank - 1: coarser}


SPECS = (
    LayerSpec(
        kind="Upsample",
        family=Family.SHAPE,
        stem="upsample",
        summary="Enlarges feature maps by repeating or interpolating.",
        help="""Enlarges every spatial axis, by repeating the nearest element or by interpolating between neighbours.

Use it before a convolution in decoders and generators: unlike a transposed convolution it leaves no checkerboard.

Each spatial length becomes `length · scale_factor`, or what `size` says.

*Pitfall:* it adds no detail and has no weights: what comes out must be learnt by the layers behind it.""",
        url=_DOCS.format("Upsample"),
        infer=_upsample,
        parameters=_UPSAMPLE,
        doubts=_two_targets,
        sees=reach.of_one(_upsample_reaches),
        module="nn.Upsample",
        brief=brief_of(_UPSAMPLE),
    ),
    LayerSpec(
        kind="PixelShuffle",
        family=Family.SHAPE,
        stem="shuffle",
        summary="Turns channels into height and width.",
        help="""Lays the values of `upscale_factor²` channels side by side, as a finer grid.

Use it at the end of super-resolution networks: all layers before it work at the small size, which is cheap.

`(N, C·r², H, W)` becomes `(N, C, H·r, W·r)`, where r is `upscale_factor`.

*Pitfall:* the channels must be a multiple of r²; the convolution before it has to make that many.""",
        url=_DOCS.format("PixelShuffle"),
        infer=_pixel_shuffle,
        parameters=_UPSCALE,
        doubts=_of_images,
        sees=reach.of_one(_pixel_shuffle_reaches),
        module="nn.PixelShuffle",
        positional=("upscale_factor",),
        brief=brief_of(_UPSCALE),
    ),
    LayerSpec(
        kind="PixelUnshuffle",
        family=Family.SHAPE,
        stem="unshuffle",
        summary="Turns height and width into channels: the inverse of PixelShuffle.",
        help="""Puts the values of each square of `downscale_factor²` places into channels.

Use it to shrink an image without losing anything, at the start of a network on large images.

`(N, C, H·r, W·r)` becomes `(N, C·r², H, W)`, where r is `downscale_factor`.

*Pitfall:* height and width must be multiples of r.""",
        url=_DOCS.format("PixelUnshuffle"),
        infer=_pixel_unshuffle,
        parameters=_DOWNSCALE,
        doubts=_of_images,
        sees=reach.of_one(_pixel_unshuffle_reaches),
        module="nn.PixelUnshuffle",
        positional=("downscale_factor",),
        brief=brief_of(_DOWNSCALE),
    ),
    LayerSpec(
        kind="ChannelShuffle",
        family=Family.SHAPE,
        stem="shuffle",
        summary="Mixes the channels of several groups.",
        help="""Deals the channels of `groups` groups out like cards, so that each group gets some of every other.

Use it between grouped convolutions, as ShuffleNet does: without it the groups would never hear of each other.

The shape stays as it is: `(N, C, …)`.

*Pitfall:* `groups` is that of the convolutions around it, and must divide the channels.""",
        url=_DOCS.format("ChannelShuffle"),
        infer=_channel_shuffle,
        parameters=_GROUPS,
        sees=reach.of_one(lambda values, x, y: {1: reach.everything(x.shape[1])}),
        module="nn.ChannelShuffle",
        positional=("groups",),
        brief=brief_of(_GROUPS),
    ),
)
