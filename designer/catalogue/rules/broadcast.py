"""How several tensors meet: broadcasting for elementwise merges, joining along an axis, and what to say if they cannot.

Source: https://pytorch.org/docs/stable/notes/broadcasting.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from designer.base.text import Text, all_of
from designer.catalogue.rules.expect import expect_rank, is_float, rank_from, resolve_axis, shape_text
from designer.catalogue.rules.sliding_window import as_size
from designer.catalogue.spec import LayerError, Remedy, Tensor

_AXIS_WORDS = {
    2: (Text("batch"), Text("features")),
    3: (Text("batch"), Text("channels"), Text("length")),
    4: (Text("batch"), Text("channels"), Text("height"), Text("width")),
}


def broadcast(inputs: Sequence[Tensor], verb: str) -> tuple[int, ...]:
    """The shape of an elementwise merge: axes are aligned at the right, and an axis of length 1 stretches.

    inputs: tensors of any shapes. verb: what the layer does, for the message. Raises LayerError
    `merge_mismatch`, whose remedies are projections and paddings where they would make the shapes agree.
    """
    shape: tuple[int, ...] = ()
    for tensor in inputs:
        shape = _broadcast_two(shape, tensor.shape, inputs, verb)
    return shape


def _broadcast_two(
    left: tuple[int, ...], right: tuple[int, ...], inputs: Sequence[Tensor], verb: str, offers: bool = True
) -> tuple[int, ...]:
    longer, shorter = (left, right) if len(left) >= len(right) else (right, left)
    lead = len(longer) - len(shorter)
    shape = list(longer[:lead])
    for axis, (a, b) in enumerate(zip(longer[lead:], shorter, strict=True), lead):
        if a != b and a != 1 and b != 1:
            message = Text(
                "cannot {verb} {inputs}: {axis} differs.",
                verb=verb,
                inputs=_listed(inputs),
                axis=_axis_name(axis, inputs),
            )
            raise _mismatch(inputs, message, "equal shapes", offers=offers)
        shape.append(b if a == 1 else a)
    return tuple(shape)


def concatenate(inputs: Sequence[Tensor], dim: int) -> tuple[int, ...]:
    """The shape of tensors joined along axis `dim`: that axis is their sum, all others must agree.

    Raises LayerError `merge_mismatch`, or `axis_out_of_range`. Source: torch.cat docs.
    """
    first = inputs[0]
    axis = resolve_axis(dim, first.rank, "dim")
    for tensor in inputs[1:]:
        if tensor.rank != first.rank:
            raise _mismatch(
                inputs,
                Text("cannot join {inputs}: they differ in rank.", inputs=_listed(inputs)),
                "tensors of equal rank",
            )
        for index, (a, b) in enumerate(zip(first.shape, tensor.shape, strict=True)):
            if a != b and index != axis:
                message = Text(
                    "cannot join {inputs} along dim={dim}: {axis} differs.",
                    inputs=_listed(inputs),
                    dim=int(dim),
                    axis=_axis_name(index, inputs),
                )
                raise _mismatch(
                    inputs, message, Text("shapes that agree on every axis but {axis}", axis=axis), join=axis
                )
    total = first.shape[axis]
    for tensor in inputs[1:]:
        total = total + tensor.shape[axis]
    return (*first.shape[:axis], total, *first.shape[axis + 1 :])


def stack(inputs: Sequence[Tensor], dim: int) -> tuple[int, ...]:
    """The shape of equal tensors along a new axis `dim`. Raises LayerError as `concatenate`. Source: torch.stack."""
    first = inputs[0].shape
    axis = resolve_axis(dim, len(first) + 1, "dim")
    if any(tensor.shape != first for tensor in inputs[1:]):
        raise _mismatch(
            inputs, Text("cannot stack {inputs}: they differ in shape.", inputs=_listed(inputs)), "equal shapes"
        )
    return (*first[:axis], len(inputs), *first[axis:])


def multiply_matrices(left: Tensor, right: Tensor) -> tuple[int, ...]:
    """The shape of a product of matrices: (…, L, K) and (…, K, M) give (…, L, M), the axes before broadcast.

    A vector is one row on the left and one column on the right, and its axis is not in the result. Raises LayerError
    `wrong_rank` where one is a single number, `merge_mismatch`. Source: torch.matmul docs.
    """
    for tensor in (left, right):
        expect_rank(tensor, rank_from(1), "(N, …, rows, columns)", "Unsqueeze it first.")
    inputs = (left, right)
    inner = right.shape[-2] if right.rank > 1 else right.shape[-1]
    if left.shape[-1] != inner:
        columns, rows = int(left.shape[-1]), int(inner)
        message = Text(
            "cannot multiply {inputs}: the first has {columns} columns, the second {rows} rows.",
            inputs=_listed(inputs),
            columns=columns,
            rows=rows,
        )
        raise LayerError(
            "merge_mismatch",
            message,
            expected=Text("{columns} rows in the second", columns=columns),
            received=_listed(inputs),
            fix="Transpose one of them, or change the layers before them so that the shapes agree.",
        )
    shape: tuple[int, ...] = ()
    for tensor in inputs:
        shape = _broadcast_two(shape, tensor.shape[:-2], inputs, Text("multiply"), offers=False)
    return (*shape, *left.shape[-2:-1], *(right.shape[-1:] if right.rank > 1 else ()))


def _listed(inputs: Sequence[Tensor]) -> str:
    return all_of([shape_text(tensor.shape) for tensor in inputs])


def _axis_name(axis: int, inputs: Sequence[Tensor]) -> str:
    words = _AXIS_WORDS.get(inputs[0].rank)
    same = all(tensor.rank == inputs[0].rank for tensor in inputs)
    if not words or not same:
        return Text("axis {axis}", axis=axis)
    return Text("axis {axis} ({what})", axis=axis, what=words[axis])


def _mismatch(
    inputs: Sequence[Tensor], message: str, expected: str, join: int | None = None, offers: bool = True
) -> LayerError:
    remedies = _remedies(inputs, join) if offers else ()
    return LayerError(
        "merge_mismatch",
        message,
        expected=expected,
        received=_listed(inputs),
        fix=Text("{title}.", title=remedies[0].title)
        if remedies
        else "Change the layers before it so that the shapes agree.",
        remedies=remedies,
    )


def _remedies(inputs: Sequence[Tensor], join: int | None) -> tuple[Remedy, ...]:
    """Layers before some of the inputs that make all agree, each way in one remedy. join: the axis of Concat."""
    ranks = {tensor.rank for tensor in inputs}
    agree = len({tensor.shape[:1] for tensor in inputs}) == 1 and all(is_float(tensor.dtype) for tensor in inputs)
    if not agree or join not in (None, 1):
        return ()
    if ranks == {2} and join is None:
        return tuple(
            Remedy(
                Text("Insert a Linear with out_features={size} before x{index}", size=int(other.shape[1]), index=index),
                insert="Linear",
                params={"out_features": int(other.shape[1])},
                port=f"x{index}",
            )
            for index, other in enumerate(reversed(inputs), 1)
            if len(inputs) == 2
        )
    ways = (_projections(inputs, join), _paddings(inputs, join)) if ranks == {4} else ()
    return tuple(replace(way[0], title=_titled(way), also=tuple(way[1:])) for way in ways if way)


def _titled(remedies: Sequence[Remedy]) -> str:
    first = remedies[0]
    places = all_of([remedy.port for remedy in remedies])
    several = Text("Insert {kind} layers before {places}", kind=first.insert, places=places)
    return several if len(remedies) > 1 else first.title


def _projections(inputs: Sequence[Tensor], join: int | None) -> list[Remedy]:
    """A convolution before each image that is too wide or too long, of 1×1 where its stride gives the size."""
    target = min(inputs, key=lambda tensor: (tensor.shape[2] * tensor.shape[3], -tensor.shape[1]))
    remedies = []
    for index, tensor in enumerate(inputs, 1):
        channels = tensor.shape[1] if join == 1 else target.shape[1]
        if (tensor.shape[1], *tensor.shape[2:]) == (channels, *target.shape[2:]):
            continue
        axes = [(int(size), int(wanted)) for size, wanted in zip(tensor.shape[2:], target.shape[2:], strict=True)]
        if any(size < wanted for size, wanted in axes):
            return []
        stride = max(-(-size // wanted) for size, wanted in axes)
        if all((size - 1) // stride + 1 == wanted for size, wanted in axes):
            kernel, step, what = 1, stride, Text("1×1 projection")
        else:  # the shortest step that does not pass over the end, and the window that it leaves room for
            step = as_size([size // wanted for size, wanted in axes])
            kernel = as_size([size - size // wanted * wanted + 1 for size, wanted in axes])
            what = Text("projection")
        params = {"out_channels": int(channels), "kernel_size": kernel, **({"stride": step} if step != 1 else {})}
        settings = ", ".join(f"{name}={value}" for name, value in params.items())
        title = Text(
            "Insert a {what} before x{index}: Conv2d with {settings}", what=what, index=index, settings=settings
        )
        remedies.append(Remedy(title, insert="Conv2d", params=params, port=f"x{index}"))
    return remedies


def _paddings(inputs: Sequence[Tensor], join: int | None) -> list[Remedy]:
    """Zeros around each image that is smaller, where all have as many channels and lack at most half of their size."""
    if join is None and len({tensor.shape[1] for tensor in inputs}) > 1:
        return []
    height, width = (max(tensor.shape[axis] for tensor in inputs) for axis in (2, 3))
    remedies = []
    for index, tensor in enumerate(inputs, 1):
        down, across = int(height - tensor.shape[2]), int(width - tensor.shape[3])
        if 2 * down > tensor.shape[2] or 2 * across > tensor.shape[3]:
            return []
        if down or across:
            padding = as_size([across // 2, across - across // 2, down // 2, down - down // 2])
            title = Text("Pad x{index} with zeros: ZeroPad2d with padding={padding}", index=index, padding=padding)
            remedies.append(Remedy(title, insert="ZeroPad2d", params={"padding": padding}, port=f"x{index}"))
    return remedies
