"""How several tensors meet: broadcasting for elementwise merges, joining along an axis, and what to say if they cannot.

Source: https://pytorch.org/docs/stable/notes/broadcasting.html
"""

from __future__ import annotations

from collections.abc import Sequence

from designer.catalogue.rules.expect import expect_rank, resolve_axis, shape_text
from designer.catalogue.spec import LayerError, Remedy, Tensor

_AXIS_WORDS = {
    2: ("batch", "features"),
    3: ("batch", "channels", "length"),
    4: ("batch", "channels", "height", "width"),
}


def broadcast(inputs: Sequence[Tensor], verb: str) -> tuple[int, ...]:
    """The shape of an elementwise merge: axes are aligned at the right, and an axis of length 1 stretches.

    inputs: tensors of any shapes. verb: what the layer does ("add"), for the message. Raises LayerError
    `merge_mismatch` with a 1×1 projection among its remedies where one would make the shapes agree.
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
            message = f"cannot {verb} {_listed(inputs)}: {_axis_name(axis, inputs)} differs."
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
            raise _mismatch(inputs, f"cannot join {_listed(inputs)}: they differ in rank.", "tensors of equal rank")
        for index, (a, b) in enumerate(zip(first.shape, tensor.shape, strict=True)):
            if a != b and index != axis:
                message = f"cannot join {_listed(inputs)} along dim={int(dim)}: {_axis_name(index, inputs)} differs."
                raise _mismatch(inputs, message, f"shapes that agree on every axis but {axis}", join=axis)
    total = first.shape[axis]
    for tensor in inputs[1:]:
        total = total + tensor.shape[axis]
    return (*first.shape[:axis], total, *first.shape[axis + 1 :])


def stack(inputs: Sequence[Tensor], dim: int) -> tuple[int, ...]:
    """The shape of equal tensors along a new axis `dim`. Raises LayerError as `concatenate`. Source: torch.stack."""
    first = inputs[0].shape
    axis = resolve_axis(dim, len(first) + 1, "dim")
    if any(tensor.shape != first for tensor in inputs[1:]):
        raise _mismatch(inputs, f"cannot stack {_listed(inputs)}: they differ in shape.", "equal shapes")
    return (*first[:axis], len(inputs), *first[axis:])


def multiply_matrices(left: Tensor, right: Tensor) -> tuple[int, ...]:
    """The shape of a product of matrices: (…, L, K) and (…, K, M) give (…, L, M), the axes before broadcast.

    Raises LayerError `wrong_rank` where one is not a matrix, `merge_mismatch`. Source: torch.matmul docs.
    """
    for tensor in (left, right):
        expect_rank(tensor, range(2, 9), "(N, …, rows, columns)", "Unsqueeze it first.")
    inputs = (left, right)
    if left.shape[-1] != right.shape[-2]:
        columns, rows = int(left.shape[-1]), int(right.shape[-2])
        message = f"cannot multiply {_listed(inputs)}: the first has {columns} columns, the second {rows} rows."
        raise LayerError(
            "merge_mismatch",
            message,
            expected=f"{columns} rows in the second",
            received=_listed(inputs),
            fix="Transpose one of them, or change the layers before them so that the shapes agree.",
        )
    shape: tuple[int, ...] = ()
    for tensor in inputs:
        shape = _broadcast_two(shape, tensor.shape[:-2], inputs, "multiply", offers=False)
    return (*shape, left.shape[-2], right.shape[-1])


def _listed(inputs: Sequence[Tensor]) -> str:
    texts = [shape_text(tensor.shape) for tensor in inputs]
    return ", ".join(texts[:-1]) + " and " + texts[-1]


def _axis_name(axis: int, inputs: Sequence[Tensor]) -> str:
    words = _AXIS_WORDS.get(inputs[0].rank)
    same = all(tensor.rank == inputs[0].rank for tensor in inputs)
    return f"axis {axis} ({words[axis]})" if words and same else f"axis {axis}"


def _mismatch(
    inputs: Sequence[Tensor], message: str, expected: str, join: int | None = None, offers: bool = True
) -> LayerError:
    remedies = _projections(inputs, join) if offers else ()
    return LayerError(
        "merge_mismatch",
        message,
        expected=expected,
        received=_listed(inputs),
        fix=f"{remedies[0].title}." if remedies else "Change the layers before it so that the shapes agree.",
        remedies=remedies,
    )


def _projections(inputs: Sequence[Tensor], join: int | None) -> tuple[Remedy, ...]:
    """A 1×1 convolution before each input that is too wide or too long, where that makes all images agree."""
    if any(tensor.rank != 4 or tensor.shape[0] != inputs[0].shape[0] for tensor in inputs) or join not in (None, 1):
        return ()
    target = min(inputs, key=lambda tensor: (tensor.shape[2] * tensor.shape[3], -tensor.shape[1]))
    remedies = []
    for index, tensor in enumerate(inputs, 1):
        channels = tensor.shape[1] if join == 1 else target.shape[1]
        if (tensor.shape[1], *tensor.shape[2:]) == (channels, *target.shape[2:]):
            continue
        strides = {-(-size // wanted) for size, wanted in zip(tensor.shape[2:], target.shape[2:], strict=True)}
        stride = max(strides)
        fits = all(
            (size - 1) // stride + 1 == want for size, want in zip(tensor.shape[2:], target.shape[2:], strict=True)
        )
        if not fits:
            return ()
        params = {"out_channels": int(channels), "kernel_size": 1, **({"stride": int(stride)} if stride > 1 else {})}
        settings = ", ".join(f"{name}={value}" for name, value in params.items())
        title = f"Insert a 1×1 projection before x{index}: Conv2d with {settings}"
        remedies.append(Remedy(title, insert="Conv2d", params=params, port=f"x{index}"))
    return tuple(remedies)
