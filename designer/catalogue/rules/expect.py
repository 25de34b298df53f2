"""What layers expect of what they receive: its rank, its element type, its axes; and how types promote.

Each function raises a LayerError in words. Shape arithmetic lives in the other modules of this room.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from designer.base.text import Text
from designer.catalogue.spec import MAX_RANK, LayerError, Parameter, ParameterType, Remedy, Tensor

LAYOUTS = {1: "(N, C, L)", 2: "(N, C, H, W)", 3: "(N, C, D, H, W)"}  # by the number of spatial axes

_FLOATS = ("float16", "bfloat16", "float32", "float64")
_INTEGERS = ("uint8", "int8", "int16", "int32", "int64")
DTYPES = ("bool", *_INTEGERS, *_FLOATS)


def shape_text(shape: Sequence[int]) -> str:
    """A shape as PyTorch writes it: `(1, 64, 54, 54)`."""
    return "(" + ", ".join(str(int(size)) for size in shape) + ("," if len(shape) == 1 else "") + ")"


def product(sizes: Sequence[int]) -> int:
    """The product of sizes, from left to right; 1 for none. Keeps a first size that remembers where it came from."""
    if not sizes:
        return 1
    total = sizes[0]
    for size in sizes[1:]:
        total = total * size
    return total


def is_float(dtype: str) -> bool:
    """Whether an element type is a floating-point one."""
    return dtype in _FLOATS


def rank_from(least: int) -> range:
    """The numbers of dimensions from `least` up, for `expect_rank`."""
    return range(least, MAX_RANK + 1)


def axis_parameter(name: str, default: int, doc: str, required: bool = True) -> Parameter:
    """A parameter that names an axis; a negative one counts from the end."""
    return Parameter(name, ParameterType.INT, default, doc, -MAX_RANK, MAX_RANK - 1, required=required)


def expect_rank(
    tensor: Tensor, ranks: Container[int], layout: str, fix: str = "", remedies: Sequence[Remedy] = ()
) -> None:
    """Raise LayerError `wrong_rank` where a tensor has another number of dimensions than those of `ranks`."""
    if tensor.rank not in ranks:
        raise LayerError(
            "wrong_rank",
            Text("a {rank}-d tensor {shape} arrives.", rank=tensor.rank, shape=shape_text(tensor.shape)),
            expected=layout,
            received=shape_text(tensor.shape),
            fix=fix,
            remedies=remedies,
        )


def expect_spatial(tensor: Tensor, axes: int) -> None:
    """Raise LayerError `wrong_rank` unless a tensor has `axes` spatial axes, channels, and at most a batch."""
    fix, remedies = "Check the layers before it.", ()
    if tensor.rank == 2 and axes > 1:
        size = (int(tensor.shape[1]), *(1,) * axes)
        params = {"dim": 1, "unflattened_size": size}
        title = Text("Insert Unflatten to {size}", size=shape_text(size))
        fix = Text("Move it before the Flatten, or insert Unflatten to {size}.", size=shape_text(size))
        remedies = (Remedy(title, insert="Unflatten", params=params),)
    expect_rank(tensor, (axes + 1, axes + 2), LAYOUTS[axes], fix, remedies)


def split_spatial(shape: Sequence[int], axes: int) -> tuple[tuple[int, ...], int, tuple[int, ...]]:
    """A shape as what stands before the channels, (N,) or nothing, the channels, and the `axes` spatial lengths."""
    first = len(shape) - axes
    return tuple(shape[: first - 1]), shape[first - 1], tuple(shape[first:])


def expect_float(tensor: Tensor) -> None:
    """Raise LayerError `wrong_dtype` where a layer that calculates with real numbers receives integers or booleans."""
    if not is_float(tensor.dtype):
        raise LayerError(
            "wrong_dtype",
            Text("a tensor of {dtype} arrives.", dtype=tensor.dtype),
            expected="a floating-point tensor, such as float32",
            received=tensor.dtype,
            fix="Feed it the output of a layer that calculates with real numbers.",
        )


def expect_numbers(tensor: Tensor) -> None:
    """Raise LayerError `wrong_dtype` where a layer that calculates, with integers too, receives booleans."""
    if tensor.dtype == "bool":
        raise LayerError(
            "wrong_dtype",
            "a tensor of bool arrives.",
            expected="a tensor of numbers",
            received="bool",
            fix="Feed it the output of a layer that calculates with numbers.",
        )


def expect_not_zero(name: str, value: float, default: float, least: float = 0.0) -> None:
    """Raise LayerError `bad_parameter` where a number by which PyTorch divides is zero, or below `least` in size."""
    if value == 0 or abs(value) < least:
        raise LayerError(
            "bad_parameter",
            Text("{parameter}={value} is not possible.", parameter=name, value=float(value)),
            expected="a number that is not zero",
            received=f"{name}={float(value)}",
            fix=Text("The default is {default}.", default=default),
            remedies=(Remedy(Text("Set {name} to {value}", name=name, value=default), set_param=name, value=default),),
        )


def resolve_axis(dim: int, rank: int, name: str) -> int:
    """A dimension's index counted from the left: -1 of rank 4 -> 3. Raises LayerError `axis_out_of_range`."""
    if rank == 0:
        raise LayerError(
            "axis_out_of_range",
            Text("{name}={dim} names no axis of a single number.", name=name, dim=int(dim)),
            expected="a tensor of one axis or more",
            received=shape_text(()),
            fix="Check the layers before it.",
        )
    if not -rank <= dim < rank:
        raise LayerError(
            "axis_out_of_range",
            Text("{name}={dim} names no axis of a {rank}-d tensor.", name=name, dim=int(dim), rank=rank),
            expected=Text("{first} to {last}", first=-rank, last=rank - 1),
            received=f"{name}={int(dim)}",
            fix=Text("Use {name}=-1 for the last axis.", name=name),
            remedies=(Remedy(Text("Set {name} to -1", name=name), set_param=name, value=-1),),
        )
    return dim + rank if dim < 0 else dim


def promote(dtypes: Sequence[str]) -> str:
    """The element type of a calculation with several: the higher category wins, then the wider type.

    Source: https://pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc
    """
    result = dtypes[0]
    for dtype in dtypes[1:]:
        result = _promote_two(result, dtype)
    return result


def _promote_two(a: str, b: str) -> str:
    if a == b:
        return a
    pair = {a, b}
    if pair == {"float16", "bfloat16"}:
        return "float32"
    if "uint8" in pair and pair & {"int8"}:
        return "int16"
    return max(a, b, key=DTYPES.index)
