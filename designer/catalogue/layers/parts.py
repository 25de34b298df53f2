"""Functions with several outputs: a tensor cut into parts along an axis."""

from __future__ import annotations

from collections.abc import Sequence

from designer.base.text import Text
from designer.catalogue.briefs import brief_of
from designer.catalogue.rules.expect import resolve_axis, shape_text
from designer.catalogue.spec import Family, LayerError, LayerSpec, Parameter, ParameterType, Remedy, Tensor, Values

_DIM = Parameter("dim", ParameterType.INT, 1, "The axis to cut, by default the channels.", -8, 7, required=True)
_CHUNK = (Parameter("chunks", ParameterType.INT, 2, "Number of parts.", 2, 16, required=True), _DIM)
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
    rest = size - length * (chunks - 1)
    if rest < 1:
        best = next(n for n in range(int(chunks) - 1, 0, -1) if size - (size + n - 1) // n * (n - 1) >= 1)
        raise LayerError(
            "too_many_parts",
            Text(
                "axis {axis} of {shape} has too few elements for {chunks} equal parts.",
                axis=axis,
                shape=shape_text(x.shape),
                chunks=int(chunks),
            ),
            expected=Text("a divisor of {number}", number=int(size)),
            received=f"chunks={int(chunks)}",
            fix=Text("Use chunks={best}, or Split.", best=best) if best > 1 else "Choose a longer axis.",
            remedies=(Remedy(Text("Set chunks to {value}", value=best), set_param="chunks", value=best),)
            if best > 1
            else (),
        )
    return _cut(x, axis, [*(length for _ in range(chunks - 1)), rest])


def _split(values: Values, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
    (x,) = inputs
    axis = resolve_axis(values.dim, x.rank, "dim")
    size, lengths = x.shape[axis], tuple(values.split_size)
    if len(lengths) < 2:
        raise LayerError(
            "too_few_parts",
            Text("split_size={lengths} leaves the tensor in one piece.", lengths=shape_text(lengths)),
            expected="two lengths or more",
            received=shape_text(lengths),
            fix="Add a length, or use Slice.",
        )
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


SPECS = (
    LayerSpec(
        kind="Chunk",
        family=Family.SHAPE,
        stem="chunk",
        summary="Cuts a tensor into equal parts, each an output of its own.",
        help="""Cuts the axis `dim` into `chunks` parts of equal length; where it does not divide, the last is shorter.

Use it to send halves of the channels different ways, as ShuffleNet and gated units do.

`(N, C, H, W)` becomes `chunks` times `(N, C / chunks, H, W)` with `dim=1`.

*Pitfall:* `chunks` decides how many outputs there are: it takes a number, not an expression.""",
        url="https://pytorch.org/docs/stable/generated/torch.chunk.html",
        infer=_chunk,
        parameters=_CHUNK,
        parts="chunks",
        function=lambda params, inputs: f"{inputs[0]}.chunk({params['chunks']}, dim={params['dim']})",
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
        parts="split_size",
        function=lambda params, inputs: f"{inputs[0]}.split({params['split_size']}, dim={params['dim']})",
        brief=brief_of(_SPLIT),
    ),
)
