"""Stages: nodes in a row that differ in nothing but their parameters, as the rows of a tuple and one loop over it.

Three VGG blocks block1, block2, block3 become `conv_arch = ((1, 64), (1, 128), (2, 256))` and a loop. A parameter that
differs is a column; what its rows have in common, `… // ratio`, stays in the loop's call.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from designer.catalogue.spec import LayerError, Tensor
from designer.codegen import layout
from designer.codegen.dims import UNSTATED, Dim
from designer.codegen.growth import LoopVariable, Tensors, axis_name
from designer.codegen.symbols import Symbol
from designer.graph.block import Node
from designer.graph.expressions import Expression, names_in
from designer.graph.names import fresh

if TYPE_CHECKING:
    from designer.codegen.trace import Step

Run = Callable[[Mapping[str, Symbol], Tensors], Tensors]  # what a row's node makes of what arrives
_FEWEST_ROWS = 3
_FEWEST_CELLS = 5  # below, or wider than long, lines with the parameters' names tell more than a tuple does
_MOST_COLUMNS_OF_FEW = 3
_NUMBERED = re.compile(r"(.*?)([1-9][0-9]*)")


@dataclass(frozen=True)
class Stages:
    """Nodes in a row as one loop.

    name: of the tuple. columns: the loop's variables, one a parameter that differs. rows: their sources, a row a node.
    steps: each node's step in the loop's names, all alike but for the values. index: the variable that numbers the
    nodes, from `start` on. carried: the channels, where one node gives others to the next.
    """

    name: str
    stem: str
    start: int
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    steps: tuple[Step, ...]
    index: str
    carried: LoopVariable | None

    @property
    def head(self) -> str:
        """The loop's first line, without the colon."""
        columns = self.columns[0] if len(self.columns) == 1 else f"({', '.join(self.columns)})"
        return f"for {self.index}, {columns} in enumerate({self.name}, start={self.start})"

    @property
    def table(self) -> str:
        """The tuple."""
        rows = (row[0] if len(row) == 1 else f"({', '.join(row)})" for row in self.rows)
        return f"({', '.join(rows)})"

    @property
    def keys(self) -> tuple[str, ...]:
        """The ids of its nodes, in their order."""
        return tuple(step.node.id for step in self.steps)


def runs(steps: Sequence[Step]) -> dict[str, int]:
    """The longest runs of a chain's steps that a loop might build: the id of each one's first node, and its length."""
    found: dict[str, int] = {}
    start = 0
    for end in range(1, len(steps) + 1):
        if end == len(steps) or not _continues(steps[end - 1], steps[end]):
            if end - start >= _FEWEST_ROWS:
                found[steps[start].node.id] = end - start
            start = end
    return found


def _continues(before: Step, after: Step) -> bool:
    if before.node.kind != after.node.kind or any(s.repeated or s.optional or s.fixed_out for s in (before, after)):
        return False
    (stem, number), (next_stem, next_number) = _numbered(before.node), _numbered(after.node)
    return number > 0 and stem == next_stem and next_number == number + 1


def _numbered(node: Node) -> tuple[str, int]:
    """A name as its stem and its number: block1 -> block, 1; 0 where it has none."""
    found = _NUMBERED.fullmatch(node.name)
    return (found[1], int(found[2])) if found and len(found[2]) < 6 else (node.name, 0)


def stages(steps: Sequence[Step], run: Run, taken: set[str], variables: set[str]) -> tuple[Stages, Tensor] | None:
    """A run as a loop, and the tensor behind it in the loop's names; None where lines say it better, or must.

    run: makes one node's output. taken: names that the class has already, among them the `variables` of other loops.
    """
    columns, rows, patterns = _columns(steps)
    is_wide = len(steps) == _FEWEST_ROWS and len(columns) > _MOST_COLUMNS_OF_FEW
    if len(columns) * len(steps) < _FEWEST_CELLS or is_wide or any(name in taken for name in columns):
        return None
    taken = {*taken, *columns}
    stem, start = _numbered(steps[0].node)
    last = steps[-1].outputs[0]
    lengths = [tensor.shape[1] for step in steps for tensor in (step.inputs[0], step.outputs[0])]
    carried, through = None, [step.inputs[0] for step in steps]
    if len(set(map(repr, lengths))) > 1:
        variable, initial = _variable(steps[0].inputs[0], taken, variables)
        through = [_with_channels(tensor, variable) for tensor in through]
        try:
            behind = [run(values, (x,))[0] for values, x in zip(patterns, through, strict=True)]
        except LayerError:
            return None
        updates = {repr(tensor.shape[1]) for tensor in behind}
        if len(updates) > 1 or UNSTATED in updates or any(a.rank != last.rank for a in through):
            return None
        carried = LoopVariable(variable, initial, updates.pop())
        last = _with_channels(last, variable)
        taken.add(variable)
    name, index = (word if word not in taken else fresh(word, taken) for word in (f"{_noun(steps[0])}_arch", "index"))
    looped = tuple(
        replace(step, values=values, inputs=(x,)) for step, values, x in zip(steps, patterns, through, strict=True)
    )
    made = Stages(name, stem, start, tuple(columns), rows, looped, index, carried)
    opening = made.head.partition("enumerate(")[0] + "enumerate("
    return (made, last) if len(layout.STEP) * 2 + len(opening) <= layout.WIDTH else None


def _variable(arriving: Tensor, taken: set[str], variables: set[str]) -> tuple[str, str]:
    """The variable for the channels, and what it starts as: one that holds them already goes on."""
    stem, initial = axis_name(arriving.rank, 1), repr(arriving.shape[1])
    if initial in variables and not any(initial in repr(length) for length in arriving.shape[2:]):
        return initial, initial
    return (stem if stem not in taken else fresh(stem, taken)), initial


def _with_channels(tensor: Tensor, name: str) -> Tensor:
    batch, channels, *others = tensor.shape
    return Tensor((batch, Dim(int(channels), name), *others), tensor.dtype)


def _noun(step: Step) -> str:
    """What the tuple is named for: what its blocks count (num_convs -> conv), or else the nodes."""
    for inside in step.inner.nodes.values() if step.inner else ():
        if isinstance(inside.repeat, Expression):
            for name in step.inner.defaults:
                counted = re.fullmatch(r"num_([a-z]\w*)s", name)
                if counted and name in step.node.params and name in names_in(inside.repeat.source):
                    return counted[1]
    return _numbered(step.node)[0].strip("_") or "stage"


# -- columns ----------------------------------------------------------------------------------------------------------


def _columns(steps: Sequence[Step]) -> tuple[list[str], tuple[tuple[str, ...], ...], list[dict[str, Symbol]]]:
    """The parameters that differ; a row of sources for each node; and each node's parameters in the columns' names."""
    names: list[str] = []
    cells: list[Sequence[str]] = []
    patterns = [dict(step.values) for step in steps]
    for name in steps[0].values:
        sources = [step.values[name].source for step in steps]
        if len(set(sources)) == 1:
            continue
        parts, whole = _factored(sources, name)
        names.append(name)
        cells.append(parts)
        for pattern in patterns:
            pattern[name] = Symbol(pattern[name].value, whole)
    return names, tuple(zip(*cells, strict=True)), patterns


def _factored(sources: Sequence[str], name: str) -> tuple[Sequence[str], str]:
    """Expressions as what differs, a number each, and the expression that they have in common, with `name` for it.

    64 // ratio, 128 // ratio -> (64, 128), name // ratio. Where more than one number differs, they stay whole.
    """
    trees = [ast.parse(source, mode="eval").body for source in sources]
    numbers = [[n for n in ast.walk(tree) if isinstance(n, ast.Constant) and type(n.value) is int] for tree in trees]
    if len(set(map(len, numbers))) > 1 or isinstance(trees[0], ast.Constant):
        return sources, name
    columns = list(zip(*numbers, strict=True))
    differing = [place for place, column in enumerate(columns) if len({n.value for n in column}) > 1]
    if len(differing) != 1:
        return sources, name
    texts = set()
    for tree in trees:
        shape = copy.deepcopy(tree)
        number = [n for n in ast.walk(shape) if isinstance(n, ast.Constant) and type(n.value) is int][differing[0]]
        texts.add(ast.unparse(_Replacing(number, name).visit(shape)))
    return ([repr(n.value) for n in columns[differing[0]]], texts.pop()) if len(texts) == 1 else (sources, name)


class _Replacing(ast.NodeTransformer):
    def __init__(self, number: ast.Constant, name: str) -> None:
        self.number, self.name = number, name

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return ast.Name(self.name, ast.Load()) if node is self.number else node
