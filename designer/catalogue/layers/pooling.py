"""Pools: a window's largest, mean or power-mean value, and the adaptive forms that reach a given size."""

from __future__ import annotations

from collections.abc import Sequence

from designer.catalogue.briefs import brief_of
from designer.catalogue.rules import reach, saved
from designer.catalogue.rules.doubts import both, whole_numbers, without_batch
from designer.catalogue.rules.expect import (
    LAYOUTS,
    expect_float,
    expect_not_zero,
    expect_numbers,
    expect_rank,
    expect_spatial,
    is_float,
    rank_from,
)
from designer.catalogue.rules.sliding_window import per_axis, pool_shape, window_shape, windows_of
from designer.catalogue.spec import Family, LayerSpec, Parameter, ParameterType, Saved, Tensor, Values, Window

_LARGEST_KERNEL = 1 << 12
_LARGEST_OUTPUT = 1 << 12
_DOCS = "https://pytorch.org/docs/stable/generated/torch.nn.{}.html"
_CEIL_MODE = Parameter(
    "ceil_mode", ParameterType.BOOL, False, "Rounds the output size up, so that no element at the end is left out."
)
_COUNT_INCLUDE_PAD = Parameter(
    "count_include_pad", ParameterType.BOOL, True, "Counts the zeros of the padding in the mean."
)


def _window_parameters(axes: int) -> tuple[Parameter, ...]:
    def size(name: str, default: int | None, minimum: int, doc: str, required: bool = False) -> Parameter:
        return Parameter(name, ParameterType.SIZE, default, doc, minimum, _LARGEST_KERNEL, (), required, axes)

    return (
        size("kernel_size", 2, 1, "Length of the window along each spatial axis.", required=True),
        size("stride", None, 1, "Step of the window; where it is not set, the kernel_size."),
        size("padding", 0, 0, "Elements added at both ends of each spatial axis; at most half of the window."),
    )


def _stride(values: Values) -> int | tuple[int, ...]:
    return values.kernel_size if values.stride is None else values.stride


_FORMULA = (
    "Each spatial length becomes `floor((size + 2·padding − kernel_size) / stride) + 1`; with `ceil_mode` rounded up."
)


def _max_pool(axes: int) -> LayerSpec:
    kind = f"MaxPool{axes}d"
    dilation = Parameter(
        "dilation", ParameterType.SIZE, 1, "Distance between elements of the window.", 1, _LARGEST_KERNEL, axes=axes
    )
    parameters = (*_window_parameters(axes), dilation, _CEIL_MODE)

    def infer(values: Values, inputs: Sequence[Tensor]) -> Tensor:
        (x,) = inputs
        expect_spatial(x, axes)
        (expect_float if axes == 1 else expect_numbers)(x)  # torch has no MaxPool1d of integers
        lengths = pool_shape(
            x.shape[-axes:], values.kernel_size, values.stride, values.padding, values.dilation, values.ceil_mode
        )
        return Tensor((*x.shape[:-axes], *lengths), x.dtype)

    def window(values: Values) -> tuple[Window, ...]:
        return windows_of(axes, values.kernel_size, _stride(values), values.padding, values.dilation)

    return LayerSpec(
        kind=kind,
        family=Family.POOLING,
        stem="pool",
        summary="Keeps the largest value of each window.",
        help=f"""Keeps the largest value of each window, in every channel by itself.

Use it to shrink feature maps: what matters is that a pattern was found, not exactly where. It has no weights.

{_FORMULA} A dilation widens the window as in a convolution.

*Pitfall:* the stride is `kernel_size` where it is not set, not 1; and an odd size loses its last row and column.""",
        url=_DOCS.format(kind),
        infer=infer,
        parameters=parameters,
        doubts=both(without_batch(axes), whole_numbers),
        saved=saved.input_and_indices,
        window=window,
        sees=reach.windowed(window),
        module=f"nn.{kind}",
        brief=brief_of(parameters),
    )


def _average_pool(axes: int) -> LayerSpec:
    kind = f"AvgPool{axes}d"
    parameters = (*_window_parameters(axes), _CEIL_MODE, _COUNT_INCLUDE_PAD)

    def infer(values: Values, inputs: Sequence[Tensor]) -> Tensor:
        (x,) = inputs
        expect_spatial(x, axes)
        expect_numbers(x)
        if axes == 3:  # here alone torch wants the window to fit the input itself, padding or not
            window_shape(x.shape[-axes:], values.kernel_size, padding_limits=(0, 0, 0))
        lengths = pool_shape(
            x.shape[-axes:], values.kernel_size, values.stride, values.padding, ceil_mode=values.ceil_mode
        )
        return Tensor((*x.shape[:-axes], *lengths), x.dtype)

    def window(values: Values) -> tuple[Window, ...]:
        return windows_of(axes, values.kernel_size, _stride(values), values.padding)

    return LayerSpec(
        kind=kind,
        family=Family.POOLING,
        stem="pool",
        summary="Takes the mean of each window.",
        help=f"""Takes the mean of each window, in every channel by itself.

Use it to shrink feature maps gently, as LeNet did; today a max pool or a strided convolution is more usual inside.

{_FORMULA}

*Pitfall:* zeros from the padding count in the mean, which darkens the border, unless `count_include_pad` is off.""",
        url=_DOCS.format(kind),
        infer=infer,
        parameters=parameters,
        doubts=both(without_batch(axes), whole_numbers),
        saved=saved.the_input,
        window=window,
        sees=reach.windowed(window),
        module=f"nn.{kind}",
        brief=brief_of(parameters),
    )


def _power_pool_saved(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
    # The powers, and of the mean, its sign, its size and its root one tensor each.
    return Saved(inputs=(0,), own_bytes=saved.size_bytes(inputs[0]) + 4 * saved.size_bytes(outputs[0]))


def _power_pool(axes: int) -> LayerSpec:
    kind = f"LPPool{axes}d"
    # torch multiplies by the kernel_size of the one-dimensional form, which therefore cannot be a tuple.
    kernel = ParameterType.INT if axes == 1 else ParameterType.SIZE
    parameters = (
        Parameter("norm_type", ParameterType.FLOAT, 2.0, "The power p.", required=True, usual=(1, 100)),
        Parameter(
            "kernel_size",
            kernel,
            2,
            "Length of the window along each spatial axis.",
            1,
            _LARGEST_KERNEL,
            (),
            True,
            axes,
        ),
        _window_parameters(axes)[1],
        _CEIL_MODE,
    )

    def infer(values: Values, inputs: Sequence[Tensor]) -> Tensor:
        (x,) = inputs
        expect_spatial(x, axes)
        expect_numbers(x)
        expect_not_zero("norm_type", values.norm_type, 2.0)
        no_padding = (0,) * axes
        if axes == 3:  # it is made of AvgPool3d
            window_shape(x.shape[-axes:], values.kernel_size, padding_limits=no_padding)
        lengths = window_shape(
            x.shape[-axes:], values.kernel_size, _stride(values), 0, 1, values.ceil_mode, padding_limits=no_padding
        )
        return Tensor((*x.shape[:-axes], *lengths), x.dtype if is_float(x.dtype) else "float32")

    def window(values: Values) -> tuple[Window, ...]:
        return windows_of(axes, values.kernel_size, _stride(values), 0)

    return LayerSpec(
        kind=kind,
        family=Family.POOLING,
        stem="pool",
        summary="Takes the power mean of each window, up to a factor.",
        help="""Computes `(Σ xᵖ)^(1/p)` of each window, in every channel by itself; p is `norm_type`.

Use it between mean and maximum: with `norm_type=1` it is a sum, and the larger it is, the nearer to the maximum.

Each spatial length becomes `floor((size − kernel_size) / stride) + 1`; with `ceil_mode` rounded up.

*Pitfall:* where a sum is zero or negative the gradient is missing; put it behind a ReLU.""",
        url=_DOCS.format(kind),
        infer=infer,
        parameters=parameters,
        doubts=both(without_batch(axes), whole_numbers),
        saved=_power_pool_saved,
        window=window,
        sees=reach.windowed(window),
        module=f"nn.{kind}",
        positional=("norm_type",),
        brief=brief_of(parameters),
    )


def _adaptive_pool(axes: int, name: str, verb: str) -> LayerSpec:
    kind = f"Adaptive{name}Pool{axes}d"
    parameters = (
        Parameter(
            "output_size",
            ParameterType.SIZE,
            1,
            "Length of each spatial axis of the output.",
            minimum=1,
            maximum=_LARGEST_OUTPUT,
            required=True,
            axes=axes,
        ),
    )

    def infer(values: Values, inputs: Sequence[Tensor]) -> Tensor:
        (x,) = inputs
        if name == "Avg" and axes > 1 and set(per_axis(values.output_size, axes)) == {1}:
            # torch then takes a mean over the last axes, whatever stands before them; a tuple wants something there
            least = axes + isinstance(values.output_size, tuple)
            expect_rank(x, rank_from(least), LAYOUTS[axes], "Check the layers before it.")
        else:
            expect_spatial(x, axes)
        expect_float(x)
        return Tensor((*x.shape[:-axes], *per_axis(values.output_size, axes)), x.dtype)

    def mean_saved(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
        is_mean = set(per_axis(values.output_size, axes)) == {1}  # which torch computes as one, and saves nothing
        return Saved() if is_mean else Saved(inputs=(0,))

    return LayerSpec(
        kind=kind,
        family=Family.POOLING,
        stem="pool",
        summary=f"{verb}, with windows that reach a given output size.",
        help=f"""{verb}, choosing the windows so that the output has the size that you ask for.

Use it before the last Linear: with `output_size=1` each channel becomes one number, whatever the size of the input.

Each spatial length becomes `output_size`; batch and channels stay.

*Pitfall:* an `output_size` above the input's size repeats values rather than adding detail.""",
        url=_DOCS.format(kind),
        infer=infer,
        parameters=parameters,
        doubts=without_batch(axes),
        saved=saved.input_and_indices if name == "Max" else mean_saved,
        sees=reach.of_one(
            lambda values, x, y: {
                axis: reach.adaptive(x.shape[axis], y.shape[axis]) for axis in range(x.rank - axes, x.rank)
            }
        ),
        module=f"nn.{kind}",
        positional=("output_size",),
        brief=brief_of(parameters),
    )


SPECS = (
    *(_max_pool(axes) for axes in (2, 1, 3)),
    *(_average_pool(axes) for axes in (2, 1, 3)),
    *(_adaptive_pool(axes, "Avg", "Takes means") for axes in (2, 1, 3)),
    *(_adaptive_pool(axes, "Max", "Keeps the largest values") for axes in (2, 1, 3)),
    *(_power_pool(axes) for axes in (2, 1, 3)),
)
