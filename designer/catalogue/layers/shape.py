"""Layers that only arrange elements anew, and the one that does nothing."""

from __future__ import annotations

from collections.abc import Sequence

from designer.base.text import Text
from designer.catalogue.briefs import brief_of
from designer.catalogue.rules import reach, saved
from designer.catalogue.rules.expect import axis_parameter, product, resolve_axis, shape_text
from designer.catalogue.spec import (
    Family,
    LayerError,
    LayerSpec,
    Parameter,
    ParameterType,
    Remedy,
    Tensor,
    Values,
)

_FLATTEN = (
    axis_parameter("start_dim", 1, "First axis to merge; 1 leaves the batch alone.", required=False),
    axis_parameter("end_dim", -1, "Last axis to merge.", required=False),
)
_UNFLATTEN = (
    axis_parameter("dim", 1, "The axis to split."),
    Parameter(
        "unflattened_size",
        ParameterType.SHAPE,
        (16, 5, 5),
        "The axes that it becomes; their product is its length. One of them may be -1: what is left.",
        minimum=-1,
        maximum=1 << 20,
        required=True,
    ),
)


def _flatten(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    rank = max(x.rank, 1)  # a single number becomes a vector of one
    start, end = resolve_axis(values.start_dim, rank, "start_dim"), resolve_axis(values.end_dim, rank, "end_dim")
    if start > end:
        raise LayerError(
            "axes_out_of_order",
            Text(
                "start_dim={start_dim} comes after end_dim={end_dim} in a {rank}-d tensor.",
                start_dim=int(values.start_dim),
                end_dim=int(values.end_dim),
                rank=x.rank,
            ),
            expected="a start_dim that is not behind end_dim",
            received=shape_text(x.shape),
            fix="Use start_dim=1 and end_dim=-1 to keep the batch and merge the rest.",
            remedies=(Remedy("Set end_dim to -1", set_param="end_dim", value=-1),),
        )
    return Tensor((*x.shape[:start], product(x.shape[start : end + 1]), *x.shape[end + 1 :]), x.dtype)


def _unflatten(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    axis = resolve_axis(values.dim, x.rank, "dim")
    length, sizes = x.shape[axis], tuple(values.unflattened_size)
    free = [index for index, size in enumerate(sizes) if size == -1]
    known = product([size for size in sizes if size != -1])
    if len(free) > 1 or known < 1 or length % known or (not free and known != length):
        raise LayerError(
            "unflatten_mismatch",
            Text(
                "axis {axis} of {shape} cannot be split into {sizes}.",
                axis=axis,
                shape=shape_text(x.shape),
                sizes=shape_text(sizes),
            ),
            expected=Text("sizes whose product is {length}, of which one may be -1", length=int(length)),
            received=shape_text(sizes),
            fix=Text("Use ({length}, 1, 1), or -1 for the size that should be worked out.", length=int(length)),
            remedies=(
                Remedy(
                    Text("Set unflattened_size to ({length}, 1, 1)", length=int(length)),
                    set_param="unflattened_size",
                    value=(int(length), 1, 1),
                ),
            ),
        )
    split = tuple(length // known if size == -1 else size for size in sizes)
    return Tensor((*x.shape[:axis], *split, *x.shape[axis + 1 :]), x.dtype)


def _identity(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    return inputs[0]


SPECS = (
    LayerSpec(
        kind="Flatten",
        family=Family.SHAPE,
        stem="flatten",
        summary="Merges several axes into one.",
        help="""Merges the axes from `start_dim` to `end_dim` into one; by default all but the batch.

Use it between the last feature map and the first Linear.

`(N, C, H, W)` becomes `(N, C·H·W)`.

*Pitfall:* the length depends on the size of the input image; a global pool before it removes that dependence.""",
        url="https://pytorch.org/docs/stable/generated/torch.nn.Flatten.html",
        infer=_flatten,
        parameters=_FLATTEN,
        saved=saved.reshaped,
        sees=reach.regroups,
        module="nn.Flatten",
        brief=brief_of(_FLATTEN),
    ),
    LayerSpec(
        kind="Unflatten",
        family=Family.SHAPE,
        stem="unflatten",
        summary="Splits one axis into several.",
        help="""Splits the axis `dim` into several axes: the inverse of Flatten.

Use it where a decoder or a generator goes from a vector back to an image.

`(N, F)` becomes `(N, C, H, W)` where `unflattened_size=(C, H, W)` and `C·H·W = F`.

*Pitfall:* the elements keep their order, so split them as they were merged.""",
        url="https://pytorch.org/docs/stable/generated/torch.nn.Unflatten.html",
        infer=_unflatten,
        parameters=_UNFLATTEN,
        saved=saved.a_view,
        sees=reach.regroups,
        module="nn.Unflatten",
        brief=brief_of(_UNFLATTEN),
    ),
    LayerSpec(
        kind="Identity",
        family=Family.SHAPE,
        stem="identity",
        summary="Passes its input through.",
        help="""Passes its input through unchanged.

Use it as a place holder: for a path without layers, or where a layer may come later.

The shape stays as it is.

*Pitfall:* none, save that it does nothing.""",
        url="https://pytorch.org/docs/stable/generated/torch.nn.Identity.html",
        infer=_identity,
        saved=saved.a_view,
        module="nn.Identity",
    ),
)
