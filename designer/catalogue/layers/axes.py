"""Functions that arrange axes: give them another order, add and take away, cut along them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from designer.base.text import Text
from designer.catalogue.briefs import brief_of
from designer.catalogue.emit import items
from designer.catalogue.rules import reach, saved
from designer.catalogue.rules.doubts import over_batch
from designer.catalogue.rules.expect import axis_parameter, expect_rank, product, rank_from, resolve_axis, shape_text
from designer.catalogue.rules.reach import Field, FieldRule, Reach
from designer.catalogue.spec import (
    MAX_RANK,
    Doubt,
    DoubtRule,
    Family,
    LayerError,
    LayerSpec,
    Parameter,
    ParameterType,
    Remedy,
    SavedRule,
    ShapeRule,
    Tensor,
    Values,
)

Source = Callable[[Mapping[str, str], Sequence[str]], str]  # from parameters' sources and inputs' names to source
_LARGEST = 1 << 20
_LAST = Remedy("Set dim to -1", set_param="dim", value=-1)


def _reshape(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    expect_rank(x, rank_from(1), "(N, …)", "Check the layers before it.")
    length, sizes = product(x.shape[1:]), tuple(values.shape)
    free = [index for index, size in enumerate(sizes) if size == -1]
    known = product([size for size in sizes if size != -1])
    if len(free) > 1 or known < 1 or length % known or (not free and known != length):
        raise LayerError(
            "reshape_mismatch",
            Text(
                "an example of {shape} cannot become {sizes}.", shape=shape_text(x.shape[1:]), sizes=shape_text(sizes)
            ),
            expected=Text("sizes whose product is {length}, of which one may be -1", length=int(length)),
            received=shape_text(sizes),
            fix="Use -1 for the size that should be worked out.",
            remedies=(Remedy("Set shape to (-1,)", set_param="shape", value=(-1,)),),
        )
    return Tensor((x.shape[0], *(length // known if size == -1 else size for size in sizes)), x.dtype)


def _reshape_source(params: Mapping[str, str], inputs: Sequence[str]) -> str:
    sizes = [f"{inputs[0]}.shape[0]", items(params["shape"])]
    return f"{inputs[0]}.reshape({', '.join(filter(None, sizes))})"


def _permute(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    order = [dim + x.rank if dim < 0 else dim for dim in values.dims]
    if sorted(order) != list(range(x.rank)):
        better = (0, *range(x.rank - 1, 0, -1))
        raise LayerError(
            "not_a_permutation",
            Text(
                "dims={dims} does not name each axis of {shape} once.",
                dims=shape_text(values.dims),
                shape=shape_text(x.shape),
            ),
            expected=Text("the numbers from 0 to {rank} in any order", rank=x.rank - 1),
            received=shape_text(values.dims),
            fix=Text("Use for example {better}.", better=shape_text(better)),
            remedies=(Remedy(Text("Set dims to {value}", value=shape_text(better)), set_param="dims", value=better),),
        )
    return Tensor(tuple(x.shape[axis] for axis in order), x.dtype)


def _permute_source(params: Mapping[str, str], inputs: Sequence[str]) -> str:
    return f"{inputs[0]}.permute({items(params['dims'])})"


def _transpose(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    first, second = resolve_axis(values.dim0, x.rank, "dim0"), resolve_axis(values.dim1, x.rank, "dim1")
    shape = list(x.shape)
    shape[first], shape[second] = shape[second], shape[first]
    return Tensor(tuple(shape), x.dtype)


def _squeeze(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    if x.rank == 0 and -1 <= values.dim <= 0:  # torch lets a single number pass
        return x
    axis = resolve_axis(values.dim, x.rank, "dim")
    return x if x.shape[axis] != 1 else Tensor((*x.shape[:axis], *x.shape[axis + 1 :]), x.dtype)


def _over_batch(effect: str, *remedies: Remedy) -> DoubtRule:
    """Doubts of a method along `dim`. effect: what it does to the batch, in words."""

    def doubts(values: Values, inputs: Sequence[Tensor]) -> list[Doubt]:
        dim = int(values.dim)
        return over_batch(inputs[0], [dim], f"dim={dim}", Text(effect), *remedies)

    return doubts


def _unsqueeze(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    axis = resolve_axis(values.dim, x.rank + 1, "dim")
    return Tensor((*x.shape[:axis], 1, *x.shape[axis:]), x.dtype)


def _slice(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    axis = resolve_axis(values.dim, x.rank, "dim")
    size = x.shape[axis]
    start = values.start + size if values.start < 0 else values.start
    if start < 0 or start + values.length > size:
        room = int(size - start)
        better = ("length", room) if start >= 0 and room >= 1 else ("start", 0)
        raise LayerError(
            "slice_out_of_range",
            Text(
                "axis {axis} of {shape} has no {length} elements from {start} on.",
                axis=axis,
                shape=shape_text(x.shape),
                length=int(values.length),
                start=int(values.start),
            ),
            expected=Text("a slice of {size} elements", size=int(size)),
            received=f"start={int(values.start)}, length={int(values.length)}",
            fix=Text("Use {name}={value}.", name=better[0], value=better[1]),
            remedies=(
                Remedy(
                    Text("Set {name} to {value}", name=better[0], value=better[1]),
                    set_param=better[0],
                    value=better[1],
                ),
            ),
        )
    return Tensor((*x.shape[:axis], values.length, *x.shape[axis + 1 :]), x.dtype)


def _select(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    expect_rank(x, rank_from(1), "a tensor of one axis or more", "Check the layers before it.")
    axis = resolve_axis(values.dim, x.rank, "dim")
    size = x.shape[axis]
    if not -size <= values.index < size:
        raise LayerError(
            "index_out_of_range",
            Text(
                "axis {axis} of {shape} has no element {index}.",
                axis=axis,
                shape=shape_text(x.shape),
                index=int(values.index),
            ),
            expected=Text("{first} to {last}", first=-int(size), last=int(size) - 1),
            received=f"index={int(values.index)}",
            fix="Use index=-1 for the last one.",
            remedies=(Remedy("Set index to -1", set_param="index", value=-1),),
        )
    return Tensor((*x.shape[:axis], *x.shape[axis + 1 :]), x.dtype)


def _permute_sees(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor], port: int) -> Sequence[Field]:
    (x,) = inputs
    return [reach.moved(x, outputs[port], [dim + x.rank if dim < 0 else dim for dim in values.dims])]


def _transpose_sees(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor], port: int) -> Sequence[Field]:
    (x,) = inputs
    first, second = resolve_axis(values.dim0, x.rank, "dim0"), resolve_axis(values.dim1, x.rank, "dim1")
    return [reach.moved(x, outputs[port], [{first: second, second: first}.get(k, k) for k in range(x.rank)])]


def _slice_sees(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor], port: int) -> Sequence[Field]:
    (x,) = inputs
    axis = resolve_axis(values.dim, x.rank, "dim")
    start = int(values.start) + int(x.shape[axis]) * (values.start < 0)
    return [reach.along(x, outputs[port], {axis: Reach((start,), (start,), 1)})]


def _select_sees(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor], port: int) -> Sequence[Field]:
    (x,) = inputs
    axis = resolve_axis(values.dim, x.rank, "dim")
    index = int(values.index) + int(x.shape[axis]) * (values.index < 0)
    kept = [k for k in range(x.rank) if k != axis]
    return [reach.moved(x, outputs[port], kept, {axis: reach.constant(index, index)})]


def _method(
    kind: str,
    summary: str,
    text: str,
    infer: ShapeRule,
    parameters: tuple[Parameter, ...],
    name: str = "",
    source: Source | None = None,
    doubts: DoubtRule = lambda values, inputs: (),
    saves: SavedRule = saved.a_view,
    sees: FieldRule = reach.regroups,
) -> LayerSpec:
    """A method of the tensor. source: how it is written, where its arguments are not the parameters in order."""
    name = name or kind.lower()

    def call(params: Mapping[str, str], inputs: Sequence[str]) -> str:
        return f"{inputs[0]}.{name}({', '.join(params[parameter.name] for parameter in parameters)})"

    return LayerSpec(
        kind=kind,
        family=Family.SHAPE,
        stem=kind.lower(),
        summary=summary,
        help=text,
        url=f"https://pytorch.org/docs/stable/generated/torch.{name}.html",
        infer=infer,
        parameters=parameters,
        doubts=doubts,
        saved=saves,
        sees=sees,
        function=source or call,
        brief=brief_of(parameters),
    )


SPECS = (
    _method(
        "Reshape",
        "Gives each example another shape.",
        """Lays the elements of each example out anew, in their order; one size may be -1: what is left.

Use it to cut a feature map into heads or patches, or to make a sequence of it.

`(N, …)` becomes `(N, *shape)`; the batch stays, and the number of elements too.

*Pitfall:* it changes no order: to swap axes, use Permute or Transpose.""",
        _reshape,
        (
            Parameter(
                "shape",
                ParameterType.SHAPE,
                (-1,),
                "Shape of one example, without the batch.",
                -1,
                _LARGEST,
                required=True,
                least=0,
            ),
        ),
        source=_reshape_source,
        saves=saved.reshaped,
    ),
    _method(
        "Permute",
        "Gives the axes another order.",
        """Puts the axes into the order that `dims` says; 0 is the batch.

Use it between channels first and channels last: `(0, 2, 3, 1)` takes `(N, C, H, W)` to `(N, H, W, C)`.

Axis i of the result is axis `dims[i]` of the input.

*Pitfall:* keep 0 in front, or examples are mixed up with something else.""",
        _permute,
        (
            Parameter(
                "dims",
                ParameterType.SHAPE,
                (0, 2, 1),
                "The axes in their new order.",
                -MAX_RANK,
                MAX_RANK - 1,
                (),
                True,
            ),
        ),
        source=_permute_source,
        saves=saved.strided_view,
        sees=_permute_sees,
    ),
    _method(
        "Transpose",
        "Swaps two axes.",
        """Swaps the axes `dim0` and `dim1`.

Use it between a convolution's `(N, C, L)` and the `(N, L, C)` of recurrent layers and attention.

The two lengths change places; all else stays.

*Pitfall:* 0 is the batch: leave it where it is.""",
        _transpose,
        (axis_parameter("dim0", 1, "The one axis."), axis_parameter("dim1", 2, "The other axis.")),
        saves=saved.strided_view,
        sees=_transpose_sees,
    ),
    _method(
        "Squeeze",
        "Takes away an axis of length 1.",
        """Takes the axis `dim` away, if its length is 1.

Use it behind a pool or a layer that leaves an axis of one element.

`(N, C, 1)` becomes `(N, C)` with `dim=2`; where the length is not 1, the shape stays.

*Pitfall:* an axis that is sometimes longer than 1 stays then, and the layers behind it see another rank.""",
        _squeeze,
        (axis_parameter("dim", -1, "The axis to take away."),),
        doubts=_over_batch("it goes where there is one example, and stays elsewhere", _LAST),
    ),
    _method(
        "Unsqueeze",
        "Adds an axis of length 1.",
        """Adds an axis of length 1 at the place `dim`.

Use it to give a signal its channel axis, or to make shapes fit for broadcasting.

`(N, L)` becomes `(N, 1, L)` with `dim=1`.

*Pitfall:* `dim` counts in the result: -1 puts the new axis last.""",
        _unsqueeze,
        (axis_parameter("dim", 1, "Where the new axis stands."),),
    ),
    _method(
        "Slice",
        "Keeps a run of elements along an axis.",
        """Keeps `length` elements of the axis `dim`, from `start` on.

Use it to crop feature maps, or to take some channels only.

The axis has `length` elements afterwards; a negative `start` counts from the end.

*Pitfall:* what is cut off is lost; Split gives all parts.""",
        _slice,
        (
            axis_parameter("dim", 1, "The axis to cut."),
            Parameter("start", ParameterType.INT, 0, "The first element.", -_LARGEST, _LARGEST, required=True),
            Parameter("length", ParameterType.INT, 1, "The number of elements.", 1, _LARGEST, required=True),
        ),
        "narrow",
        doubts=_over_batch("the other examples are lost"),
        saves=saved.strided_view,
        sees=_slice_sees,
    ),
    _method(
        "Select",
        "Takes one element of an axis, and the axis away.",
        """Takes the element `index` of the axis `dim`; the axis is gone afterwards.

Use it for the last step of a recurrent layer, `dim=1, index=-1`, or for the class token of a transformer, `index=0`.

`(N, L, F)` becomes `(N, F)` with `dim=1`.

*Pitfall:* the last step of a bidirectional layer has seen the whole sequence forwards, but one element backwards.""",
        _select,
        (
            axis_parameter("dim", 1, "The axis."),
            Parameter("index", ParameterType.INT, -1, "Which element.", -_LARGEST, _LARGEST, required=True),
        ),
        doubts=_over_batch("the other examples are lost, and so is the axis"),
        saves=saved.strided_view,
        sees=_select_sees,
    ),
)
