"""Functions that make one number of many along axes: mean, sum, largest, smallest."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence

from designer.base.text import Text
from designer.catalogue.briefs import brief_of
from designer.catalogue.rules import reach, saved
from designer.catalogue.rules.doubts import over_batch
from designer.catalogue.rules.expect import expect_float, is_float, shape_text
from designer.catalogue.spec import (
    MAX_RANK,
    Doubt,
    Family,
    LayerError,
    LayerSpec,
    Parameter,
    ParameterType,
    Remedy,
    SavedRule,
    Tensor,
    Values,
)

_PARAMETERS = (
    Parameter(
        "dim",
        ParameterType.SHAPE,
        (2, 3),
        "The axes that are drawn together; 0 is the batch, and () are all.",
        -MAX_RANK,
        MAX_RANK - 1,
        required=True,
        least=0,
    ),
    Parameter("keepdim", ParameterType.BOOL, False, "Keeps each of the axes, with length 1."),
)


def _axes(values: Values, x: Tensor) -> set[int]:
    """The axes to draw together. Raises LayerError where they are not there, or twice there."""
    rank = max(x.rank, 1)  # a single number has an axis 0 too, for torch
    axes = [dim + rank if dim < 0 else dim for dim in values.dim] or list(range(x.rank))
    if all(0 <= axis < rank for axis in axes) and len(set(axes)) == len(axes):
        return set(axes)
    better = tuple(range(min(2, rank - 1), rank))
    raise LayerError(
        "wrong_axes",
        Text(
            "dim={dim} does not name different axes of {shape}.",
            dim=shape_text(values.dim),
            shape=shape_text(x.shape),
        ),
        expected=Text("different numbers from 0 to {last}", last=rank - 1),
        received=shape_text(values.dim),
        fix=Text("Use for example dim={better}.", better=shape_text(better)),
        remedies=(Remedy(Text("Set dim to {value}", value=shape_text(better)), set_param="dim", value=better),),
    )


def _doubts(values: Values, inputs: Sequence[Tensor]) -> list[Doubt]:
    (x,) = inputs
    better = tuple(range(1, x.rank))
    remedies = (Remedy(Text("Set dim to {value}", value=shape_text(better)), set_param="dim", value=better),)
    effect = Text("the examples are drawn together into one")
    given = f"dim={shape_text(tuple(map(int, values.dim)))}"
    return over_batch(x, sorted(_axes(values, x)), given, effect, *(remedies if better else ()))


def _reduced(values: Values, x: Tensor) -> tuple[int, ...]:
    axes = _axes(values, x)
    kept = [(index, length) for index, length in enumerate(x.shape) if values.keepdim or index not in axes]
    return tuple(1 if index in axes else length for index, length in kept)


def _keep(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    return Tensor(_reduced(values, inputs[0]), inputs[0].dtype)


def _real(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    expect_float(inputs[0])
    return _keep(values, inputs)


def _sum(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    dtype = inputs[0].dtype
    return Tensor(_reduced(values, inputs[0]), dtype if is_float(dtype) else "int64")


def _source(method: str) -> Callable[[Mapping[str, str], Sequence[str]], str]:
    def source(params: Mapping[str, str], inputs: Sequence[str]) -> str:
        tree = ast.parse(params["dim"], mode="eval").body
        single = isinstance(tree, ast.Tuple) and len(tree.elts) == 1
        dim = ast.unparse(tree.elts[0]) if single else params["dim"]
        keepdim = "" if params["keepdim"] == "False" else f", keepdim={params['keepdim']}"
        return f"{inputs[0]}.{method}(dim={dim}{keepdim})"

    return source


def _sees(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor], port: int) -> Sequence[reach.Field]:
    (x,) = inputs
    drawn = _axes(values, x)
    kept = [axis for axis in range(x.rank) if values.keepdim or axis not in drawn]
    axes = [None if axis in drawn else axis for axis in kept]
    return [
        reach.moved(x, outputs[port], axes, {axis: reach.everything(x.shape[axis]) for axis in drawn if axis < x.rank})
    ]


def _reduction(
    kind: str,
    method: str,
    summary: str,
    first: str,
    use: str,
    pitfall: str,
    infer: Callable[[Values, Sequence[Tensor]], Tensor],
    saves: SavedRule = saved.nothing,
) -> LayerSpec:
    return LayerSpec(
        kind=kind,
        family=Family.POOLING,
        stem=kind.lower(),
        summary=summary,
        help=f"""{first}

{use}

`(N, C, H, W)` becomes `(N, C)` with `dim=(2, 3)`, and `(N, C, 1, 1)` with `keepdim`.

*Pitfall:* {pitfall}""",
        url=f"https://pytorch.org/docs/stable/generated/torch.{method}.html",
        infer=infer,
        parameters=_PARAMETERS,
        doubts=_doubts,
        saved=saves,
        sees=_sees,
        function=_source(method),
        brief=brief_of(_PARAMETERS),
    )


SPECS = (
    _reduction(
        "Mean",
        "mean",
        "Takes the mean over axes.",
        "Takes the mean over the axes of `dim`.",
        "Use it as a global pool before the last Linear, or over the elements of a sequence.",
        "over a padded sequence it counts the padding.",
        _real,
    ),
    _reduction(
        "Sum",
        "sum",
        "Adds up over axes.",
        "Adds up all elements along the axes of `dim`.",
        "Use it for weighted sums, behind a multiplication with weights.",
        "its size grows with the number of elements; a mean does not.",
        _sum,
    ),
    _reduction(
        "Max",
        "amax",
        "Keeps the largest value over axes.",
        "Keeps the largest element along the axes of `dim`.",
        "Use it as a global max pool: whether a pattern is there at all.",
        "where several elements are largest, they share the gradient.",
        _keep,
        saved.input_and_output,
    ),
    _reduction(
        "Min",
        "amin",
        "Keeps the smallest value over axes.",
        "Keeps the smallest element along the axes of `dim`.",
        "Use it where the weakest answer decides.",
        "where several elements are smallest, they share the gradient.",
        _keep,
        saved.input_and_output,
    ),
)
