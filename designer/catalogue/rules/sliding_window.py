"""The arithmetic of windows that slide over spatial axes: convolutions, pools and their transposed form.

All functions work on one axis or on a list of axes, in elements. Dimensions may be a subclass of int that remembers how
it was calculated, so results come from `+ - * //` and comparisons alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from designer.base.text import Text, one_of
from designer.catalogue.spec import LayerError, Remedy, Window

Size = int | tuple[int, ...]  # one number for all axes, or one an axis


def per_axis(size: Size, axes: int) -> tuple[int, ...]:
    """A SIZE as one number an axis: 3 -> (3, 3) for two axes. Source: torch.nn.modules.utils._ntuple."""
    return tuple(size) if isinstance(size, tuple) else (size,) * axes


def as_size(numbers: Sequence[int]) -> Size:
    """One number where all axes agree, else a tuple: the shortest way to write a SIZE."""
    plain = tuple(int(number) for number in numbers)
    return plain[0] if len(set(plain)) == 1 else plain


def _length(size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> int:
    room = size + 2 * padding - dilation * (kernel - 1) - 1  # how far the window can travel
    if not ceil_mode:
        return room // stride + 1
    length = (room + stride - 1) // stride + 1
    # The last window must start inside the input or its left padding.
    return length - 1 if (length - 1) * stride >= size + padding else length


def window_length(
    size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1, ceil_mode: bool = False
) -> int:
    """Output length of a sliding window along one axis.

    size: input length in elements. Returns floor((size + 2·padding − dilation·(kernel − 1) − 1) / stride) + 1; with
    `ceil_mode` rounded up, less the window that would start in the right padding. Raises LayerError `window_too_large`
    where the window exceeds the padded input. Source: PyTorch Conv2d and MaxPool2d docs.
    """
    return window_shape((size,), kernel, stride, padding, dilation, ceil_mode)[0]


def window_shape(
    spatial: Sequence[int],
    kernel: Size,
    stride: Size = 1,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    padding_limits: Sequence[int] | None = None,
) -> tuple[int, ...]:
    """Output lengths of a sliding window along all spatial axes: `window_length` on each.

    spatial: input lengths, for example (H, W). padding_limits: the largest legal padding of each axis, if there is one.
    Raises LayerError `window_too_large`, whose remedies are whole values of `kernel_size` and, within the limits,
    `padding`.
    """
    axes = len(spatial)
    windows = windows_of(axes, kernel, stride, padding, dilation)
    lengths = tuple(
        _length(size, window.kernel, window.stride, window.padding, window.dilation, ceil_mode)
        for size, window in zip(spatial, windows, strict=True)
    )
    if any(length < 1 for length in lengths):
        raise _too_large(spatial, windows, padding_limits)
    return lengths


def pool_shape(
    spatial: Sequence[int],
    kernel: Size,
    stride: Size | None,
    padding: Size,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> tuple[int, ...]:
    """Output lengths of a pool along all spatial axes: as `window_shape`, with the rules that pools have of their own.

    stride: None stands for `kernel`. Raises LayerError `padding_too_large` too, where the padding is more than half of
    the kernel, whatever the dilation. Source: PyTorch MaxPool2d docs.
    """
    axes = len(spatial)
    step = kernel if stride is None else stride
    windows = windows_of(axes, kernel, step, padding, dilation)
    limits = [window.kernel // 2 for window in windows]
    if any(window.padding > limit for window, limit in zip(windows, limits, strict=True)):
        better = as_size([min(window.padding, limit) for window, limit in zip(windows, limits, strict=True)])
        given = as_size([window.padding for window in windows])
        raise LayerError(
            "padding_too_large",
            Text(
                "padding={given} is more than half of the window, so that some windows would hold padding alone.",
                given=given,
            ),
            expected=Text("at most {limit}", limit=_times(limits)),
            received=f"padding={given}",
            fix=Text("Use padding={value}.", value=better),
            remedies=(Remedy(Text("Set padding to {value}", value=better), set_param="padding", value=better),),
        )
    return window_shape(spatial, kernel, step, padding, dilation, ceil_mode, limits)


def _times(numbers: Sequence[int]) -> str:
    return "×".join(str(int(number)) for number in numbers)


def _too_large(spatial: Sequence[int], windows: Sequence[Window], padding_limits: Sequence[int] | None) -> LayerError:
    padded = [size + 2 * window.padding for size, window in zip(spatial, windows, strict=True)]
    extents = [window.dilation * (window.kernel - 1) + 1 for window in windows]
    kernels = [
        min(window.kernel, (room - 1) // window.dilation + 1) for window, room in zip(windows, padded, strict=True)
    ]
    paddings = [
        max(window.padding, (extent - size + 1) // 2)
        for size, window, extent in zip(spatial, windows, extents, strict=True)
    ]
    kernel, padding = as_size(kernels), as_size(paddings)
    remedies = [Remedy(Text("Set kernel_size to {value}", value=kernel), set_param="kernel_size", value=kernel)]
    choice = f"kernel_size={kernel}"
    if padding_limits is None or all(p <= limit for p, limit in zip(paddings, padding_limits, strict=True)):
        remedies.insert(0, Remedy(Text("Set padding to {value}", value=padding), set_param="padding", value=padding))
        choice = one_of([f"padding={padding}", choice])
    room = Text("{size} with its padding", size=_times(padded))
    is_padded = any(window.padding for window in windows)
    return LayerError(
        "window_too_large",
        Text(
            "the window of {window} exceeds the input of {input}.",
            window=_times(extents),
            input=room if is_padded else _times(padded),
        ),
        expected=Text("a window of at most {padded}", padded=_times(padded)),
        received=Text("an input of {spatial}", spatial=_times(spatial)),
        fix=Text("Use {choice}, or shrink the input less in the layers before.", choice=choice),
        remedies=remedies,
    )


def transposed_shape(
    spatial: Sequence[int], kernel: Size, stride: Size, padding: Size, output_padding: Size, dilation: Size
) -> tuple[int, ...]:
    """Output lengths of a transposed convolution along all spatial axes.

    Each is (size − 1)·stride − 2·padding + dilation·(kernel − 1) + output_padding + 1. Raises LayerError
    `padding_too_large` where nothing would be left, `output_padding_too_large` where output_padding reaches both stride
    and dilation. Source: PyTorch ConvTranspose2d docs.
    """
    axes = len(spatial)
    windows = windows_of(axes, kernel, stride, padding, dilation)
    extras = per_axis(output_padding, axes)
    limits = [max(window.stride, window.dilation) - 1 for window in windows]
    if any(extra > limit for extra, limit in zip(extras, limits, strict=True)):
        better = as_size([min(extra, limit) for extra, limit in zip(extras, limits, strict=True)])
        raise LayerError(
            "output_padding_too_large",
            Text("output_padding={extras} is not smaller than the stride or the dilation.", extras=as_size(extras)),
            expected=Text("at most {limit}", limit=_times(limits)),
            received=f"output_padding={as_size(extras)}",
            fix=Text("Use output_padding={value}.", value=better),
            remedies=(
                Remedy(Text("Set output_padding to {value}", value=better), set_param="output_padding", value=better),
            ),
        )
    lengths = tuple(
        (size - 1) * window.stride - 2 * window.padding + window.dilation * (window.kernel - 1) + extra + 1
        for size, window, extra in zip(spatial, windows, extras, strict=True)
    )
    if any(length < 1 for length in lengths):
        whole = [length + 2 * window.padding for length, window in zip(lengths, windows, strict=True)]
        better = as_size([min(w.padding, (length - 1) // 2) for w, length in zip(windows, whole, strict=True)])
        raise LayerError(
            "padding_too_large",
            Text(
                "padding={padding} takes away all of the output of {whole}.",
                padding=as_size([w.padding for w in windows]),
                whole=_times(whole),
            ),
            expected="an output of at least one element",
            received=Text("an input of {spatial}", spatial=_times(spatial)),
            fix=Text("Use padding={value}.", value=better),
            remedies=(Remedy(Text("Set padding to {value}", value=better), set_param="padding", value=better),),
        )
    return lengths


def windows_of(axes: int, kernel: Size, stride: Size, padding: Size, dilation: Size = 1) -> tuple[Window, ...]:
    """The Window of each spatial axis, from parameters as PyTorch takes them."""
    sizes = (per_axis(size, axes) for size in (kernel, stride, padding, dilation))
    return tuple(Window(*axis) for axis in zip(*sizes, strict=True))
