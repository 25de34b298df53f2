"""Functions with several outputs: a tensor cut into parts along an axis."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from designer.base.text import Text
from designer.catalogue.briefs import brief_of
from designer.catalogue.rules import reach, saved
from designer.catalogue.rules.doubts import over_batch
from designer.catalogue.rules.expect import axis_parameter, resolve_axis, shape_text
from designer.catalogue.spec import (
    MOST_PARTS,
    Doubt,
    Family,
    LayerError,
    LayerSpec,
    Parameter,
    ParameterType,
    Remedy,
    Tensor,
    Values,
)

_DIM = axis_parameter("dim", 1, "The axis to cut, by default the channels.")
_CHUNK = (Parameter("chunks", ParameterType.INT, 2, "Number of parts.", 1, MOST_PARTS, required=True), _DIM)
_SPLIT = (
    Parameter(
        "split_size",
        ParameterType.SHAPE,
        (32, 32),
        "Length of each part along the axis.",
        1,
        1 << 20,
        required=True,
    ),
    _DIM,
)


def _cut(x: Tensor, axis: int, lengths: Sequence[int]) -> tuple[Tensor, ...]:
    return tuple(Tensor((*x.shape[:axis], length, *x.shape[axis + 1 :]), x.dtype) for length in lengths)


def _chunk(values: Values, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
    (x,) = inputs
    axis = resolve_axis(values.dim, x.rank, "dim")
    size, chunks = x.shape[axis], values.chunks
    if size % chunks == 0:
        return _cut(x, axis, [size // chunks for _ in range(chunks)])
    length = (size + chunks - 1) // chunks
    whole = size // length  # how many parts of that length there are
    rest = [size - length * whole] if size % length else []
    return _cut(x, axis, [*(length for _ in range(whole)), *rest])


def _chunk_doubts(values: Values, inputs: Sequence[Tensor]) -> list[Doubt]:
    (x,) = inputs
    count, chunks = len(_chunk(values, inputs)), int(values.chunks)
    found = _over_batch(values, inputs)
    if count < chunks:
        found.append(
            Doubt(
                "too_many_parts",
                Text(
                    "axis {axis} of {shape} gives {count} parts, not {chunks}.",
                    axis=resolve_axis(values.dim, x.rank, "dim"),
                    shape=shape_text(x.shape),
                    count=count,
                    chunks=chunks,
                ),
                expected=Text("at most chunks={count}, or a longer axis", count=count),
                received=f"chunks={chunks}",
                fix=Text("Use chunks={count}, or Split.", count=count),
                remedies=(Remedy(Text("Set chunks to {value}", value=count), set_param="chunks", value=count),),
            )
        )
    return found


def _over_batch(values: Values, inputs: Sequence[Tensor]) -> list[Doubt]:
    dim = int(values.dim)
    return over_batch(inputs[0], [dim], f"dim={dim}", Text("each part holds other examples"))


def _chunk_source(params: Mapping[str, str], inputs: Sequence[str]) -> str:
    only = "[0]" if params["chunks"] == "1" else ""
    return f"{inputs[0]}.chunk({params['chunks']}, dim={params['dim']}){only}"


def _split_source(params: Mapping[str, str], inputs: Sequence[str]) -> str:
    lengths = ast.parse(params["split_size"], mode="eval").body
    only = "[0]" if isinstance(lengths, ast.Tuple) and len(lengths.elts) == 1 else ""
    return f"{inputs[0]}.split({params['split_size']}, dim={params['dim']}){only}"


def _split(values: Values, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
    (x,) = inputs
    axis = resolve_axis(values.dim, x.rank, "dim")
    size, lengths = x.shape[axis], tuple(values.split_size)
    if sum(lengths) != size:
        last = int(size) - sum(map(int, lengths[:-1]))
        better = (*map(int, lengths[:-1]), last)
        raise LayerError(
            "parts_do_not_add_up",
            Text(
                "split_size={lengths} does not add up to the {size} of axis {axis}.",
                lengths=shape_text(lengths),
                size=int(size),
                axis=axis,
            ),
            expected=Text("lengths whose sum is {size}", size=int(size)),
            received=Text("a sum of {sum}", sum=int(sum(lengths))),
            fix=Text("Use {better}.", better=shape_text(better))
            if last > 0
            else "Use smaller lengths, or another axis.",
            remedies=(
                Remedy(
                    Text("Set split_size to {value}", value=shape_text(better)), set_param="split_size", value=better
                ),
            )
            if last > 0
            else (),
        )
    return _cut(x, axis, lengths)


def _sees(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor], port: int) -> Sequence[reach.Field]:
    (x,) = inputs
    axis = resolve_axis(values.dim, x.rank, "dim")
    start = sum(int(part.shape[axis]) for part in outputs[:port])
    return [reach.along(x, outputs[port], {axis: reach.Reach((start,), (start,), 1)})]


SPECS = (
    LayerSpec(
        kind="Chunk",
        family=Family.SHAPE,
        stem="chunk",
        summary="Cuts a tensor into equal parts, each an output of its own.",
        help="""Cuts the axis `dim` into `chunks` parts of equal length; where it does not divide, the last is shorter.

Use it to send halves of the channels different ways, as ShuffleNet and gated units do.

`(N, C, H, W)` becomes `chunks` times `(N, C / chunks, H, W)` with `dim=1`; of 9 channels 4 chunks are but three of 3.

*Pitfall:* `chunks` decides how many outputs there are: it takes a number, not an expression.""",
        url="https://pytorch.org/docs/stable/generated/torch.chunk.html",
        infer=_chunk,
        parameters=_CHUNK,
        doubts=_chunk_doubts,
        parts="chunks",
        function=_chunk_source,
        saved=saved.strided_view,
        sees=_sees,
        brief=brief_of(_CHUNK),
    ),
    LayerSpec(
        kind="Split",
        family=Family.SHAPE,
        stem="split",
        summary="Cuts a tensor into parts of given lengths, each an output of its own.",
        help="""Cuts the axis `dim` into parts, each as long as `split_size` says.

Use it where parts of the channels mean different things: boxes and scores of a detector, for example.

The lengths must add up to the length of the axis; all else stays.

*Pitfall:* the number of lengths decides how many outputs there are: write them out, not as an expression.""",
        url="https://pytorch.org/docs/stable/generated/torch.split.html",
        infer=_split,
        parameters=_SPLIT,
        doubts=_over_batch,
        parts="split_size",
        function=_split_source,
        saved=saved.strided_view,
        sees=_sees,
        brief=brief_of(_SPLIT),
    ),
)
