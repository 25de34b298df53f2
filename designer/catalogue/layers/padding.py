"""Padding layers: elements added around the spatial axes, with zeros, a number or values of the input."""

from __future__ import annotations

from collections.abc import Sequence

from designer.base.text import Text
from designer.catalogue.briefs import brief_of
from designer.catalogue.rules import reach, saved
from designer.catalogue.rules.doubts import without_batch
from designer.catalogue.rules.expect import LAYOUTS, expect_rank, expect_spatial, rank_from
from designer.catalogue.rules.sliding_window import Size, as_size, per_axis
from designer.catalogue.spec import (
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

_LARGEST = 1 << 12
_ENDS = {1: "(left, right)", 2: "(left, right, top, bottom)", 3: "(left, right, top, bottom, front, back)"}
_VALUE = Parameter("value", ParameterType.FLOAT, 0.0, "What the padding holds.", required=True)


def _ends(padding: Size, axes: int) -> list[tuple[int, int]]:
    """The elements added before and behind each spatial axis, in the order of the shape; torch starts at the last."""
    flat = per_axis(padding, 2 * axes)
    return [(flat[2 * axis], flat[2 * axis + 1]) for axis in reversed(range(axes))]


def _check_source(values: Values, spatial: Sequence[int], spare: int) -> None:
    """What is padded with values of the input cannot ask for more than `size − spare` of them."""
    axes = len(spatial)
    limits = [size - spare for size in reversed(spatial) for _ in range(2)]
    given = per_axis(values.padding, 2 * axes)
    if any(padding > limit for padding, limit in zip(given, limits, strict=True)):
        better = as_size([min(padding, limit) for padding, limit in zip(given, limits, strict=True)])
        raise LayerError(
            "padding_too_large",
            Text("padding={given} asks for more values than the input has.", given=as_size(given)),
            expected=Text("at most {limit}", limit=as_size(limits)),
            received=Text("an input of {spatial}", spatial="×".join(str(int(size)) for size in spatial)),
            fix=Text("Use padding={value}.", value=better),
            remedies=(Remedy(Text("Set padding to {value}", value=better), set_param="padding", value=better),),
        )


def _check_rest(values: Values, spatial: Sequence[int], ends: Sequence[tuple[int, int]]) -> None:
    """A negative padding cannot take away more than there is, and something has to be left."""
    for size, (before, behind) in zip(spatial, ends, strict=True):
        if size + before + behind < 1 or size + min(before, 0) + min(behind, 0) < 0:
            break
    else:
        return
    given = per_axis(values.padding, 2 * len(spatial))
    better = as_size([max(padding, 0) for padding in given])
    raise LayerError(
        "padding_too_large",
        Text("padding={given} takes away more than there is of an axis.", given=as_size(given)),
        expected="an output of at least one element an axis",
        received=Text("an input of {spatial}", spatial="×".join(str(int(size)) for size in spatial)),
        fix=Text("Use padding={value}.", value=better),
        remedies=(Remedy(Text("Set padding to {value}", value=better), set_param="padding", value=better),),
    )


def _padding(name: str, axes: int, holds: str, use: str, pitfall: str, spare: int | None = None) -> LayerSpec:
    """One padding layer. spare: by how much the padding has to stay below the size; None: not at all."""
    kind = f"{name}Pad{axes}d"
    parameters: tuple[Parameter, ...] = (
        Parameter(
            "padding",
            ParameterType.SIZE,
            1,
            f"Elements added at all ends, or at each: {_ENDS[axes]}; a negative number takes elements away.",
            -_LARGEST,
            _LARGEST,
            required=True,
            axes=2 * axes,
        ),
    )
    if name == "Constant":
        parameters += (_VALUE,)

    def infer(values: Values, inputs: Sequence[Tensor]) -> Tensor:
        (x,) = inputs
        if name in ("Constant", "Zero"):
            expect_rank(x, rank_from(axes), LAYOUTS[axes], "Check the layers before it.")
        else:
            expect_spatial(x, axes)
        spatial = x.shape[-axes:]
        if spare is not None:
            _check_source(values, spatial, spare)
        ends = _ends(values.padding, axes)
        _check_rest(values, spatial, ends)
        lengths = tuple(size + before + behind for size, (before, behind) in zip(spatial, ends, strict=True))
        return Tensor((*x.shape[:-axes], *lengths), x.dtype)

    def window(values: Values) -> tuple[Window, ...]:
        return tuple(Window(1, 1, before) for before, _ in _ends(values.padding, axes))

    return LayerSpec(
        kind=kind,
        family=Family.SHAPE,
        stem="pad",
        summary=f"Adds {holds} around the spatial axes.",
        help=f"""Adds elements at the ends of each spatial axis of `{LAYOUTS[axes]}`: {holds}.

{use}

Each spatial length grows by what is added at both of its ends, in PyTorch's order {_ENDS[axes]}: the last axis first.

*Pitfall:* {pitfall}""",
        url=f"https://pytorch.org/docs/stable/generated/torch.nn.{kind}.html",
        infer=infer,
        parameters=parameters,
        doubts=without_batch(axes),
        saved=saved.the_input if name in ("Reflection", "Replication") else saved.nothing,
        window=window,
        sees=reach.windowed(window),
        module=f"nn.{kind}",
        positional=tuple(parameter.name for parameter in parameters),
        brief=brief_of(parameters),
    )


_KINDS = (
    (
        "Zero",
        "zeros",
        "Use it where a convolution's own `padding` does not do: with other amounts at both ends.",
        "zeros darken the border, which a network can learn to see.",
        None,
    ),
    (
        "Constant",
        "a number",
        "Use it where zero is a value like any other, for example to pad with what means nothing.",
        "pad with what the data would look like there, or the border stands out.",
        None,
    ),
    (
        "Reflection",
        "the input mirrored at its border",
        "Use it in generators and image filters: it leaves no visible border.",
        "the padding must be smaller than the input.",
        1,
    ),
    (
        "Replication",
        "the outermost values repeated",
        "Use it in image filters and for signals, where the border goes on as it ended.",
        "wide paddings draw stripes.",
        None,
    ),
    (
        "Circular",
        "values from the other end",
        "Use it for what is periodic: panoramas, angles, grids on a globe.",
        "for ordinary images it joins what does not belong together.",
        0,
    ),
)

SPECS = tuple(
    _padding(name, axes, holds, use, pitfall, spare)
    for name, holds, use, pitfall, spare in _KINDS
    for axes in (2, 1, 3)
)
