"""Copies in a row: the lengths that change from one to the next, as the variables of a loop or in a closed form."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from designer.catalogue.spec import Tensor
from designer.codegen import symbols
from designer.codegen.dims import Dim, choose, grown, unstated
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
    """What an axis is called: `channels`, `height`, `features`; the first one `batch`."""
    if axis == 0:
        return "batch"
    names = _AXES.get(rank) or ("channels", "depth", "height", "width")
    return names[axis - 1] if axis <= len(names) else f"size{axis}"


def signature(tensors: Sequence[Tensor]) -> tuple[Any, ...]:
    """What tells tensors apart: types, lengths, and how the lengths are calculated."""
    return tuple((tensor.dtype, *((int(d), repr(d)) for d in tensor.shape)) for tensor in tensors)


def arriving(inputs: Tensors, count: int, run: Run) -> list[Tensors]:
    """What arrives at each of `count` copies, and behind the last one what leaves it."""
    found = [inputs]
    for _ in range(count):
        behind = run(found[-1])
        if signature(behind) == signature(found[-1]):
            return [*found, *[behind] * (count + 1 - len(found))]
        found.append(behind)
    return found


Loop = tuple[Tensor, Tensor, tuple[LoopVariable, ...]]


def loop(passed: Sequence[Tensors], run: Run, taken: set[str]) -> Loop | None:
    """Variables for the lengths that copies change. Returns the tensor inside the loop, the one behind it, and them.

    passed: what arrives at each copy, and what leaves the last. taken: names that the variables must not have. None
    where a copy changes the number of axes.
    """
    start, last = passed[0][0], passed[-1][0]
    first = run((start,))[0]
    if any(tensor.rank != start.rank for tensor in (first, *(tensors[0] for tensors in passed))):
        return None
    names: dict[int, str] = {}
    inside, behind = start, first
    while changed := [
        axis
        for axis, (before, after) in enumerate(zip(inside.shape, behind.shape, strict=True))
        if axis not in names and repr(before) != repr(after)
    ]:  # those that follow from a length that has a name now change too, if only from the second copy on
        for axis in changed:
            stem = axis_name(start.rank, axis)
            names[axis] = stem if stem not in taken else fresh(stem, taken)
            taken.add(names[axis])
        inside = _named(start, names)
        behind = run((inside,))[0]
    behind = _for_any_copy(behind, passed, names, run)
    variables = tuple(
        LoopVariable(name, repr(start.shape[axis]), repr(behind.shape[axis])) for axis, name in names.items()
    )
    return inside, Tensor(_named(last, names).shape, behind.dtype), variables


def _for_any_copy(behind: Tensor, passed: Sequence[Tensors], names: dict[int, str], run: Run) -> Tensor:
    """What any copy makes of lengths that have these names; a length that is not the same for all has no source.

    behind: what the first copy makes of them.
    """
    unlike: set[int] = set()
    seen = {signature(passed[0])}
    for tensors in passed[1:-1]:
        if signature(tensors) not in seen:
            seen.add(signature(tensors))
            other = run((_named(tensors[0], names),))[0]
            unlike.update(axis for axis, d in enumerate(behind.shape) if repr(d) != repr(other.shape[axis]))
    shape = (unstated(length) if axis in unlike else length for axis, length in enumerate(behind.shape))
    return Tensor(tuple(shape), behind.dtype)


def _named(tensor: Tensor, names: dict[int, str]) -> Tensor:
    lengths = [Dim(int(d), names[axis]) if axis in names else d for axis, d in enumerate(tensor.shape)]
    return Tensor(tuple(lengths), tensor.dtype)


def closed_form(passed: Sequence[Tensors], repeat: Symbol, run: Run) -> Tensor:
    """The tensor behind all copies, in terms of their number; a length that has no such form has no source.

    passed: what arrives at each copy, and what leaves the last, with the values that they have here.
    """
    start, last = passed[0][0], passed[-1][0]
    if repeat.constant:
        return last
    probes = {axis: f"_axis{axis}_" for axis in range(1, start.rank)}
    behind = run((_named(start, probes),))[0]
    if any(tensors[0].rank != behind.rank for tensors in passed):
        return Tensor(tuple(map(unstated, last.shape)), last.dtype)
    behind, count = _for_any_copy(behind, passed, probes, run), symbols.number(repeat)
    shape = list(last.shape[:1])  # of the batch, which padding may change where there is none
    for axis in range(1, start.rank):
        form = grown(start.shape[axis], probes[axis], behind.shape[axis], count)
        if repeat.value == 0:
            form = choose(f"{repeat.source} > 0", form, start.shape[axis], int(start.shape[axis]))
        known = int(form) == int(last.shape[axis]) and not any(probe in repr(form) for probe in probes.values())
        shape.append(form if known else unstated(last.shape[axis]))
    return Tensor(tuple(shape), last.dtype)
