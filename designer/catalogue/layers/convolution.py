"""Convolutions over one to three spatial axes, and their transposed forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import gcd

from designer.base.text import Text, one_of
from designer.catalogue.briefs import brief_of
from designer.catalogue.rules import reach, saved
from designer.catalogue.rules.cost import convolution_macs, convolution_weights
from designer.catalogue.rules.doubts import without_batch
from designer.catalogue.rules.expect import expect_float, expect_spatial, product, split_spatial
from designer.catalogue.rules.reach import Reach
from designer.catalogue.rules.sliding_window import (
    Size,
    as_size,
    per_axis,
    transposed_shape,
    window_shape,
    windows_of,
)
from designer.catalogue.spec import (
    Derived,
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

_LARGEST_KERNEL = 1 << 12
_LARGEST_CHANNELS = 1 << 20
_DOCS = "https://pytorch.org/docs/stable/generated/torch.nn.{}.html"
_PLACES = {1: "a sequence or a signal", 2: "an image", 3: "a volume or a video"}


def _in_channels(axes: int) -> Derived:
    return Derived("in_channels", lambda values, inputs: inputs[0].shape[-axes - 1])


def _size(name: str, axes: int, default: int, minimum: int, doc: str, required: bool = False) -> Parameter:
    return Parameter(
        name, ParameterType.SIZE, default, doc, minimum=minimum, maximum=_LARGEST_KERNEL, required=required, axes=axes
    )


def _channels_and_window(axes: int, paddings: tuple[str, ...] = ()) -> tuple[Parameter, ...]:
    """paddings: the words that may stand for a padding."""
    named = " same keeps the size, valid adds none." if paddings else ""
    padding = _size("padding", axes, 0, 0, f"Elements added at both ends of each spatial axis.{named}")
    return (
        Parameter(
            "out_channels",
            ParameterType.INT,
            64,
            "Number of filters, and so of channels in the output.",
            minimum=1,
            maximum=_LARGEST_CHANNELS,
            required=True,
        ),
        _size("kernel_size", axes, 3, 1, "Length of the window along each spatial axis.", required=True),
        _size("stride", axes, 1, 1, "Step of the window."),
        replace(padding, choices=paddings),
    )


_GROUPS = Parameter(
    "groups",
    ParameterType.INT,
    1,
    "Splits the channels into groups that do not see each other; in_channels gives a depthwise convolution.",
    minimum=1,
    maximum=_LARGEST_CHANNELS,
)
_BIAS = Parameter("bias", ParameterType.BOOL, True, "Adds a learnable number to each output channel.")
_PADDING_MODE = Parameter(
    "padding_mode",
    ParameterType.CHOICE,
    "zeros",
    "What the padding holds: zeros, or values from the input.",
    choices=("zeros", "reflect", "replicate", "circular"),
)


def _reaches(values: Values, x: Tensor, y: Tensor, spatial: Sequence[Reach]) -> dict[int, Reach]:
    """Along the spatial axes these, and of the channels those of its own group."""
    first = x.rank - len(spatial)
    seen, group = int(x.shape[first - 1] // values.groups), int(y.shape[first - 1] // values.groups)
    channels = reach.everything(seen) if values.groups == 1 else Reach((0,) * group, (seen - 1,) * group, seen)
    return {first - 1: channels, **dict(enumerate(spatial, start=first))}


def _check_groups(values: Values, in_channels: int) -> None:
    for name, channels in (("in_channels", in_channels), ("out_channels", values.out_channels)):
        if channels % values.groups:
            groups, number = int(values.groups), int(channels)
            choices = [d for d in range(1, min(number, 1 << 12) + 1) if number % d == 0]
            shown = choices if len(choices) <= 8 else [*choices[:6], choices[-1]]
            listed = one_of(list(map(str, shown)))
            best = gcd(gcd(int(in_channels), int(values.out_channels)), groups)
            raise LayerError(
                "groups_do_not_divide",
                Text("groups={groups} does not divide {name}={number}.", groups=groups, name=name, number=number),
                expected=Text("a divisor of {name}={number}", name=name, number=number),
                received=f"groups={groups}",
                fix=Text(
                    "Use {listed}, or make {name} a multiple of {groups}.", listed=listed, name=name, groups=groups
                ),
                remedies=(Remedy(Text("Set groups to {value}", value=best), set_param="groups", value=best),),
            )


def _ends(values: Values, axes: int) -> list[tuple[int, int]]:
    """The elements added before and behind each axis."""
    before = _paddings(values, axes)
    if values.padding != "same":
        return [(padding, padding) for padding in before]
    reaches = [window.dilation * (window.kernel - 1) for window in _windows(values, axes, 0)]
    return [(padding, reach - padding) for padding, reach in zip(before, reaches, strict=True)]


def _paddings(values: Values, axes: int) -> tuple[int, ...]:
    """The elements added at the beginning of each axis; "same" adds one more at the end where the sum is odd."""
    if values.padding == "valid":
        return (0,) * axes
    if values.padding == "same":
        return tuple((window.dilation * (window.kernel - 1)) // 2 for window in _windows(values, axes, 0))
    return per_axis(values.padding, axes)


def _windows(values: Values, axes: int, padding: Size) -> tuple[Window, ...]:
    return windows_of(axes, values.kernel_size, values.stride, padding, values.dilation)


def _check_same(values: Values, axes: int) -> None:
    """A padding that keeps the size is for windows that move by one element; torch refuses other strides."""
    if all(step == 1 for step in per_axis(values.stride, axes)):
        return
    stride, better = as_size(per_axis(values.stride, axes)), as_size(_paddings(values, axes))
    raise LayerError(
        "same_padding_with_stride",
        Text('padding="same" keeps the size, and stride={stride} does not.', stride=stride),
        expected='stride=1 where padding="same"',
        received=f"stride={stride}",
        fix=Text("Use padding={better}, or stride=1.", better=better),
        remedies=(
            Remedy(Text("Set padding to {value}", value=better), set_param="padding", value=better),
            Remedy("Set stride to 1", set_param="stride", value=1),
        ),
    )


def _check_padding_mode(values: Values, spatial: Sequence[int]) -> None:
    """Reflection needs padding below the size, circular padding at most the size: F.pad's own limits."""
    spare = {"reflect": 1, "circular": 0}.get(values.padding_mode)
    if spare is None:
        return
    axes = len(spatial)
    paddings = _paddings(values, axes)
    if values.padding == "same":
        whole = (window.dilation * (window.kernel - 1) for window in _windows(values, axes, 0))
        paddings = tuple(total - first for total, first in zip(whole, paddings, strict=True))  # the larger end
    if any(padding > size - spare for padding, size in zip(paddings, spatial, strict=True)):
        better = as_size([min(padding, size - spare) for padding, size in zip(paddings, spatial, strict=True)])
        raise LayerError(
            "padding_too_large",
            Text(
                "padding={paddings} asks for more values than the input has to {padding_mode}.",
                paddings=as_size(paddings),
                padding_mode=values.padding_mode,
            ),
            expected=Text("at most padding={better}", better=better),
            received=Text("an input of {spatial}", spatial="×".join(str(int(size)) for size in spatial)),
            fix=Text('Use padding={better} or padding_mode="zeros".', better=better),
            remedies=(
                Remedy("Set padding_mode to zeros", set_param="padding_mode", value="zeros"),
                Remedy(Text("Set padding to {value}", value=better), set_param="padding", value=better),
            ),
        )


def _convolution(axes: int) -> LayerSpec:
    kind = f"Conv{axes}d"
    parameters = (
        *_channels_and_window(axes, ("same", "valid")),
        _size("dilation", axes, 1, 1, "Distance between the elements that the window takes."),
        _GROUPS,
        _BIAS,
        _PADDING_MODE,
    )

    def infer(values: Values, inputs: Sequence[Tensor]) -> Tensor:
        (x,) = inputs
        expect_spatial(x, axes)
        expect_float(x)
        batch, in_channels, spatial = split_spatial(x.shape, axes)
        _check_groups(values, in_channels)
        if values.padding == "same":
            _check_same(values, axes)
        _check_padding_mode(values, spatial)
        if values.padding == "same":
            return Tensor((*batch, values.out_channels, *spatial), x.dtype)
        padding = _paddings(values, axes)
        lengths = window_shape(spatial, values.kernel_size, values.stride, padding, values.dilation)
        return Tensor((*batch, values.out_channels, *lengths), x.dtype)

    def weights(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
        _, in_channels, _ = split_spatial(inputs[0].shape, axes)
        return convolution_weights(
            in_channels, values.out_channels, values.kernel_size, values.groups, values.bias, axes
        )

    def macs(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
        batch, in_channels, _ = split_spatial(inputs[0].shape, axes)
        places = outputs[0].shape[-axes:]
        return convolution_macs(
            product(batch), in_channels, values.out_channels, values.kernel_size, values.groups, places
        )

    def keeps(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
        (x,) = inputs
        ends = _ends(values, axes)
        if values.padding_mode == "zeros" and all(before == behind for before, behind in ends):
            return Saved(inputs=(0,), only_for_weights=True)
        # It pads before it convolves, and saves what is padded; two of the ways to pad save what they pad, too. Zeros
        # at both ends are the convolution's own affair, save for the one more that "same" has at one of them.
        if values.padding_mode == "zeros":
            ends = [(0, behind - before) for before, behind in ends]
        batch, channels, spatial = split_spatial(x.shape, axes)
        padded = [size + before + behind for size, (before, behind) in zip(spatial, ends, strict=True)]
        own_bytes = int(product(batch) * channels * product(padded)) * saved.FLOAT_BYTES
        return Saved(inputs=(0,) if values.padding_mode in ("reflect", "replicate") else (), own_bytes=own_bytes)

    def window(values: Values) -> tuple[Window, ...]:
        return _windows(values, axes, _paddings(values, axes))

    def reaches(values: Values, x: Tensor, y: Tensor) -> dict[int, Reach]:
        return _reaches(values, x, y, [reach.sliding(each) for each in window(values)])

    return LayerSpec(
        kind=kind,
        family=Family.CONVOLUTION,
        stem="conv",
        summary=f"Slides learnable filters over {_PLACES[axes]}.",
        help=f"""Slides `out_channels` learnable filters over {_PLACES[axes]}; each sees all input channels, in a
small window.

Use it to find local patterns: the same filter looks everywhere, so it needs few weights. `stride=2` halves the size.

Each spatial length becomes `floor((size + 2·padding − dilation·(kernel_size − 1) − 1) / stride) + 1`, so
`padding = (kernel_size − 1) / 2` keeps it where the stride is 1 and the kernel odd; `padding = "same"` keeps it with
any kernel, and `"valid"` is no padding.

*Pitfall:* before a batch normalisation the bias is wasted, as the normalisation subtracts it again.""",
        url=_DOCS.format(kind),
        infer=infer,
        parameters=parameters,
        doubts=without_batch(axes),
        weights=weights,
        macs=macs,
        saved=keeps,
        window=window,
        sees=reach.of_one(reaches),
        module=f"nn.{kind}",
        lazy=f"nn.Lazy{kind}",
        derived=(_in_channels(axes),),
        positional=("in_channels", "out_channels"),
        brief=brief_of(parameters),
    )


def _transposed(axes: int) -> LayerSpec:
    kind = f"ConvTranspose{axes}d"
    parameters = (
        *_channels_and_window(axes),
        _size("output_padding", axes, 0, 0, "Elements added at one end of the output, to choose among possible sizes."),
        _GROUPS,
        _BIAS,
        _size("dilation", axes, 1, 1, "Distance between the elements that the window reaches."),
    )

    def infer(values: Values, inputs: Sequence[Tensor]) -> Tensor:
        (x,) = inputs
        expect_spatial(x, axes)
        expect_float(x)
        batch, in_channels, spatial = split_spatial(x.shape, axes)
        _check_groups(values, in_channels)
        lengths = transposed_shape(
            spatial, values.kernel_size, values.stride, values.padding, values.output_padding, values.dilation
        )
        return Tensor((*batch, values.out_channels, *lengths), x.dtype)

    def weights(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
        _, in_channels, _ = split_spatial(inputs[0].shape, axes)
        return convolution_weights(
            in_channels, values.out_channels, values.kernel_size, values.groups, values.bias, axes
        )

    def macs(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
        batch, in_channels, spatial = split_spatial(inputs[0].shape, axes)
        return convolution_macs(
            product(batch), in_channels, values.out_channels, values.kernel_size, values.groups, spatial
        )

    def window(values: Values) -> tuple[Window, ...]:
        return windows_of(axes, values.kernel_size, values.stride, values.padding, values.dilation)

    def reaches(values: Values, x: Tensor, y: Tensor) -> dict[int, Reach]:
        return _reaches(values, x, y, [reach.transposed(each) for each in window(values)])

    return LayerSpec(
        kind=kind,
        family=Family.CONVOLUTION,
        stem="upconv",
        summary=f"Enlarges {_PLACES[axes]} with learnable filters.",
        help=f"""Spreads each element of {_PLACES[axes]} over a window of the output, with learnable filters: a
convolution backwards.

Use it to grow small feature maps again, in segmentation networks, decoders and generators. `stride=2` doubles the size.

Each spatial length becomes `(size − 1)·stride − 2·padding + dilation·(kernel_size − 1) + output_padding + 1`.

*Pitfall:* a `kernel_size` that is no multiple of the `stride` leaves a checkerboard pattern in the output.""",
        url=_DOCS.format(kind),
        infer=infer,
        parameters=parameters,
        doubts=without_batch(axes),
        weights=weights,
        macs=macs,
        saved=saved.input_for_weights,
        window=window,
        sees=reach.of_one(reaches),
        module=f"nn.{kind}",
        lazy=f"nn.Lazy{kind}",
        derived=(_in_channels(axes),),
        positional=("in_channels", "out_channels"),
        brief=brief_of(parameters),
    )


SPECS = (
    *(_convolution(axes) for axes in (2, 1, 3)),
    *(_transposed(axes) for axes in (2, 1, 3)),
)
