"""Copies in a row: the lengths that change from one to the next, as the variables of a loop or in a closed form."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from designer.catalogue.spec import LayerError, Tensor
from designer.codegen import symbols
from designer.codegen.dims import UNSTATED, Dim, choose, grown
from designer.codegen.symbols import Symbol
from designer.graph.names import fresh

Tensors = tuple[Tensor, ...]
Run = Callable[[Tensors], Tensors]  # what one copy makes of what arrives
_AXES = {2: ("features",), 3: ("channels", "length"), 4: ("channels", "height", "width")}


@dataclass(frozen=True)
class LoopVariable:
    """A length that changes from copy to copy: `channels` starts at `initial` and becomes `update` behind each."""

    name: str
    initial: str
    update: str

    @property
    def step(self) -> str:
        """The statement that moves it on: `channels = 64`, `channels += growth`."""
        tree = ast.parse(self.update, mode="eval").body
        if isinstance(tree, ast.BinOp) and isinstance(tree.left, ast.Name) and tree.left.id == self.name:
            return ast.unparse(ast.AugAssign(ast.Name(self.name, ast.Store()), tree.op, tree.right))
        return f"{self.name} = {self.update}"


def axis_name(rank: int, axis: int) -> str:
    """What an axis behind the batch is called: `channels`, `height`, `features`."""
    names = _AXES.get(rank) or ("channels", "depth", "height", "width")
    return names[axis - 1] if axis <= len(names) else f"size{axis}"


def signature(tensors: Sequence[Tensor]) -> tuple[Any, ...]:
    """What tells tensors apart: types, lengths, and how the lengths are calculated."""
    return tuple((tensor.dtype, *((int(d), repr(d)) for d in tensor.shape)) for tensor in tensors)


def behind_all(inputs: Tensors, count: int, run: Run) -> Tensors:
    """What `count` copies make of `inputs`."""
    tensors = inputs
    for _ in range(count):
        behind = run(tensors)
        if signature(behind) == signature(tensors):
            break
        tensors = behind
    return tensors


def loop(start: Tensor, last: Tensor, run: Run, taken: set[str]) -> tuple[Tensor, Tensor, tuple[LoopVariable, ...]]:
    """Variables for the lengths that copies change. Returns the tensor inside the loop, the one behind it, and them.

    last: behind all copies. taken: names that the variables must not have.
    """
    first = run((start,))[0]
    names: dict[int, str] = {}
    for axis, (before, after) in enumerate(zip(start.shape, first.shape, strict=True)):
        if repr(before) != repr(after):
            stem = axis_name(start.rank, axis)
            names[axis] = stem if stem not in taken else fresh(stem, taken)
            taken.add(names[axis])
    inside = _named(start, names)
    behind = run((inside,))[0]
    variables = tuple(
        LoopVariable(name, repr(start.shape[axis]), repr(behind.shape[axis])) for axis, name in names.items()
    )
    return inside, Tensor(_named(last, names).shape, behind.dtype), variables


def _named(tensor: Tensor, names: dict[int, str]) -> Tensor:
    lengths = [Dim(int(d), names[axis]) if axis in names else d for axis, d in enumerate(tensor.shape)]
    return Tensor(tuple(lengths), tensor.dtype)


def closed_form(start: Tensor, repeat: Symbol, run: Run, last: Tensor) -> Tensor:
    """The tensor behind all copies, in terms of their number; a length that has no such form has no source.

    last: the same, with the values that it has here.
    """
    if repeat.constant:
        return last
    probes = {axis: f"_axis{axis}_" for axis in range(1, start.rank)}
    try:
        behind = run((_named(start, probes),))[0]
    except LayerError:  # no copy would fit, and none is there
        behind = start
    if behind.rank != start.rank or last.rank != start.rank:
        return Tensor(tuple(Dim(int(d), UNSTATED) for d in last.shape), last.dtype)
    count = symbols.number(repeat)
    shape = [start.shape[0]]
    for axis in range(1, start.rank):
        form = grown(start.shape[axis], probes[axis], behind.shape[axis], count)
        if repeat.value == 0:
            form = choose(f"{repeat.source} > 0", form, start.shape[axis], int(start.shape[axis]))
        known = int(form) == int(last.shape[axis]) and not any(probe in repr(form) for probe in probes.values())
        shape.append(form if known else Dim(int(last.shape[axis]), UNSTATED))
    return Tensor(tuple(shape), last.dtype)
