"""What the contract test draws: parameters by a layer's definitions, and tensors that often suit them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

from designer.catalogue.spec import LayerSpec, Parameter, ParameterType, Tensor
from tests.catalogue.execution import Case

MOST_AXES = 6
Shape = tuple[int, ...]
Params = dict[str, Any]


def spatial_axes(spec: LayerSpec) -> int:
    """The number of spatial axes in a kind's name: `Conv2d` -> 2, `Linear` -> 0."""
    return int(spec.kind[-2]) if spec.kind[-1] == "d" and spec.kind[-2].isdecimal() else 0


FACTORS = st.one_of(st.integers(1, 4), st.sampled_from([0.5, 0.7, 1.5, 2.0, 0.29, 1.1]), st.floats(0.1, 4))


def _one_an_axis(numbers: st.SearchStrategy[int], axes: int) -> st.SearchStrategy[tuple[int, ...]]:
    return st.lists(numbers, min_size=axes or 1, max_size=axes or 3).map(tuple)


def values_of(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Legal values of a parameter, small ones of those that are sizes."""
    low = max(parameter.minimum if parameter.minimum is not None else 0, -5)
    small = st.integers(int(low), int(min(parameter.maximum or math.inf, low + 4 if low >= 0 else 4)))
    drawn = {
        ParameterType.INT: small,
        ParameterType.FLOAT: _floats(parameter),
        ParameterType.BOOL: st.booleans(),
        ParameterType.CHOICE: st.sampled_from(parameter.choices or ("",)),
        ParameterType.SIZE: st.one_of(small, _one_an_axis(small, parameter.axes), *map(st.just, parameter.choices)),
        ParameterType.SHAPE: st.lists(small, min_size=parameter.least, max_size=4).map(tuple),
        ParameterType.FACTOR: st.one_of(FACTORS, st.lists(FACTORS, min_size=1, max_size=3).map(tuple)),
        ParameterType.TEXT: st.text(max_size=20),
    }[parameter.type]
    may_be_none = parameter.default is None or parameter.optional or parameter.can_be_none
    return st.one_of(st.none(), drawn) if may_be_none else drawn


def _floats(parameter: Parameter) -> st.SearchStrategy[float]:
    """Numbers that make sense for the most part, and others that torch's own bounds allow."""
    low = parameter.minimum if parameter.minimum is not None else -100.0
    high = parameter.maximum if parameter.maximum is not None else 1000.0
    least, most = parameter.usual
    sensible = st.floats(low if least is None else max(low, least), min(high, 10 if most is None else most))
    return sensible | st.floats(low, high)


# -- what suits a layer and would seldom be drawn by chance ------------------------------------------------------------


def _unflatten(draw: st.DrawFn, params: Params, shape: Shape) -> tuple[Params, Shape]:
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    axis = params["dim"] % len(shape)
    shape = (*shape[:axis], math.prod(sizes), *shape[axis + 1 :])
    if draw(st.booleans()):
        sizes[0] = -1
    return {**params, "unflattened_size": tuple(sizes)}, shape


def _pixel_shuffle(draw: st.DrawFn, params: Params, shape: Shape) -> tuple[Params, Shape]:
    return params, (shape[0], params["upscale_factor"] ** 2 * draw(st.integers(1, 3)), 2, 3)


def _pixel_unshuffle(draw: st.DrawFn, params: Params, shape: Shape) -> tuple[Params, Shape]:
    factor = params["downscale_factor"]
    return params, (shape[0], draw(st.integers(1, 3)), factor * 2, factor)


def _roomy(draw: st.DrawFn, params: Params, shape: Shape) -> tuple[Params, Shape]:
    return params, (*shape[:2], *(max(length, 5) for length in shape[2:]))


def _ungrouped(draw: st.DrawFn, params: Params, shape: Shape) -> tuple[Params, Shape]:
    params = {**params, "groups": 1}
    if params["padding"] == "same":
        params |= {"stride": 1, "padding_mode": draw(st.sampled_from(["zeros", "reflect", "circular", "replicate"]))}
    return _roomy(draw, params, shape)


def _reshape(draw: st.DrawFn, params: Params, shape: Shape) -> tuple[Params, Shape]:
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    behind = draw(st.permutations(sizes))
    if draw(st.booleans()):
        sizes[0] = -1
    return {**params, "shape": tuple(sizes)}, (shape[0], *behind)


def _permute(draw: st.DrawFn, params: Params, shape: Shape) -> tuple[Params, Shape]:
    order = draw(st.permutations(range(len(shape))))
    signs = [draw(st.booleans()) for _ in order]
    return {**params, "dims": tuple(d - len(shape) if s else d for d, s in zip(order, signs, strict=True))}, shape


def _chunk(draw: st.DrawFn, params: Params, shape: Shape) -> tuple[Params, Shape]:
    """More parts than elements as well as fewer."""
    axis = draw(st.integers(0, len(shape) - 1))
    return {"chunks": draw(st.integers(1, 9)), "dim": axis}, (
        *shape[:axis],
        draw(st.integers(1, 9)),
        *shape[axis + 1 :],
    )


def _split(draw: st.DrawFn, params: Params, shape: Shape) -> tuple[Params, Shape]:
    axis = params["dim"] % len(shape)
    sizes = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=4)))
    return {**params, "split_size": sizes}, (*shape[:axis], sum(sizes), *shape[axis + 1 :])


def _glu(draw: st.DrawFn, params: Params, shape: Shape) -> tuple[Params, Shape]:
    axis = params["dim"] % len(shape)
    return params, (*shape[:axis], 2 * shape[axis], *shape[axis + 1 :])


def _upsample(draw: st.DrawFn, params: Params, shape: Shape) -> tuple[Params, Shape]:
    axes = draw(st.integers(1, 3))
    mode = draw(st.sampled_from(["nearest", {1: "linear", 2: "bilinear", 3: "trilinear"}[axes]]))
    sizes: Params = {"scale_factor": draw(FACTORS | st.tuples(*[FACTORS] * axes)), "size": None}
    if draw(st.booleans()):
        scale = draw(st.sampled_from([None, 1, 2, 1.5]))
        lengths = st.integers(1, 6)
        sizes = {"scale_factor": scale, "size": draw(lengths | st.tuples(*[lengths] * axes))}
    corners = None if mode == "nearest" else draw(st.sampled_from([None, True, False]))
    return {**params, **sizes, "mode": mode, "align_corners": corners}, (*shape, 3, 3, 3, 3)[: axes + 2]


def _reduction(draw: st.DrawFn, params: Params, shape: Shape) -> tuple[Params, Shape]:
    axes = st.lists(st.integers(0, max(0, len(shape) - 1)), min_size=0, max_size=3, unique=True)
    return {**params, "dim": tuple(draw(axes))}, shape


def _attention(draw: st.DrawFn, params: Params, shape: Shape) -> tuple[Params, Shape]:
    (heads,) = (value for name, value in params.items() if name in ("num_heads", "nhead"))
    batch = draw(st.sampled_from([(), (1,), (3,)]))
    return params, (*batch, draw(st.integers(1, 5)), heads * draw(st.integers(1, 3)))


def _sequence(draw: st.DrawFn, params: Params, shape: Shape) -> tuple[Params, Shape]:
    if draw(st.booleans()):
        return params, (draw(st.integers(1, 5)), draw(st.integers(1, 5)))
    return params, (draw(st.integers(1, 4)), draw(st.integers(1, 5)), draw(st.integers(1, 5)))


SUITED: dict[str, Callable[[st.DrawFn, Params, Shape], tuple[Params, Shape]]] = {
    "Unflatten": _unflatten,
    "PixelShuffle": _pixel_shuffle,
    "PixelUnshuffle": _pixel_unshuffle,
    **dict.fromkeys(("ReflectionPad1d", "ReflectionPad2d", "ReflectionPad3d", "CircularPad3d"), _roomy),
    **dict.fromkeys(("AvgPool2d", "AvgPool3d", "MaxPool2d", "MaxPool3d", "LPPool3d"), _roomy),
    **dict.fromkeys((f"Conv{form}{axes}d" for form in ("", "Transpose") for axes in (1, 2, 3)), _ungrouped),
    "GLU": _glu,
    "Upsample": _upsample,
    "Reshape": _reshape,
    "Permute": _permute,
    "Split": _split,
    "Chunk": _chunk,
    **dict.fromkeys(("RNN", "LSTM", "GRU", "PositionalEmbedding", "ClassToken"), _sequence),
    **dict.fromkeys(("MultiheadAttention", "TransformerEncoderLayer"), _attention),
    **dict.fromkeys(("Mean", "Sum", "Max", "Min"), _reduction),
}


# -- cases ------------------------------------------------------------------------------------------------------------


@st.composite
def draw_case(draw: st.DrawFn, spec: LayerSpec) -> Case:
    """Parameters by their definitions, each at its default half of the time, and inputs that often suit them."""
    params = {
        p.name: p.default if not p.required and draw(st.booleans()) else draw(values_of(p)) for p in spec.parameters
    }
    axes = spatial_axes(spec)
    usual = {0: (2, 3, 4), 1: (3,)}.get(axes, (axes + 2,))
    rank = draw(st.sampled_from(usual * 4 + tuple(range(MOST_AXES + 1))))
    shape = tuple(draw(st.integers(1, 9 if index > 1 else 6)) for index in range(rank))
    if shape and spec.kind in SUITED and draw(st.integers(0, 2)):
        params, shape = SUITED[spec.kind](draw, params, shape)
    count = draw(st.integers(2, 3)) if spec.variadic else len(spec.inputs)
    alike = count == 1 or draw(st.booleans())
    shapes = [shape if alike else draw(like(shape)) for _ in range(count)]
    if spec.kind == "MatMul" and rank and draw(st.booleans()):
        columns = draw(st.sampled_from([(), (1,), (3,)]))
        shapes[1] = (*shapes[1][:-2], shapes[0][-1], *columns) if columns else shapes[0][-1:]
    dtypes = INTEGERS if spec.kind == "Embedding" else FLOATS
    if draw(st.booleans()):  # all of one type, as the inputs of a layer mostly are
        dtypes = st.just(draw(dtypes))
    return Case(params, tuple(Tensor(each, draw(dtypes)) for each in shapes))


INTEGERS = st.sampled_from(["int64", "int32", "float32"])
FLOATS = st.sampled_from(["float32"] * 6 + ["int64"])


@st.composite
def like(draw: st.DrawFn, shape: Shape) -> Shape:
    """A shape itself, or with one axis changed, or without its first one: what may meet in a merge."""
    if not shape:
        return shape
    change = draw(st.integers(0, 5))
    axis = draw(st.integers(0, len(shape) - 1))
    if change == 0 and len(shape) > 1:
        return shape[1:]
    if change == 1:
        return (*shape[:axis], draw(st.integers(1, 4)), *shape[axis + 1 :])
    return shape


@pytest.fixture(scope="session")
def cases() -> Callable[[LayerSpec], st.SearchStrategy[Case]]:
    """From a layer to the cases that are drawn of it."""
    return draw_case
