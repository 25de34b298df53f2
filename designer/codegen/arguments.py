"""The arguments of a constructor that nobody types: `in_channels`, `in_features`; they follow from what arrives."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from designer.catalogue.spec import Tensor
from designer.codegen import layout
from designer.codegen.dims import Dim
from designer.codegen.growth import Tensors, axis_name
from designer.graph.block import Block


@dataclass(frozen=True)
class Argument:
    """A constructor argument that follows from an incoming tensor: one of its lengths, or the product of all."""

    name: str
    index: int  # of the tensor
    axis: int | None  # None: the product
    about: str = ""

    def of(self, tensors: Sequence[Tensor]) -> int:
        """Its value for an instance that receives `tensors`."""
        shape = tensors[self.index].shape
        if self.axis is not None:
            return shape[self.axis]
        product = 1
        for length in shape[1:]:
            product = product * length
        return product


def own_tensors(block: Block, entered: Tensors) -> tuple[tuple[Argument, ...], Tensors]:
    """The tensors that enter a block, in the names of its own class, and those names as possible arguments."""
    arguments, tensors = [], []
    taken = {*block.defaults, *block.kinds}
    for index, (entry, tensor) in enumerate(zip(block.inputs, entered, strict=True)):
        of = "the input" if len(block.inputs) == 1 else f"the input '{entry.name}'"
        shape = list(tensor.shape[:1])
        for axis in range(1, tensor.rank):
            stem = axis_name(tensor.rank, axis)
            name = _free(f"in_{stem}" if index == 0 else f"{entry.name}_{stem}", f"input_{stem}", taken)
            shape.append(Dim(int(tensor.shape[axis]), name))
            arguments.append(Argument(name, index, axis, f"{stem} of {of}."))
        tensors.append(Tensor(tuple(shape), tensor.dtype))
    return tuple(arguments), tuple(tensors)


def fixed(tensors: Tensors, names: Collection[str]) -> Tensors:
    """The tensors that enter a block, with plain numbers for the lengths that have some names."""
    shapes = (tuple(int(d) if repr(d) in names else d for d in tensor.shape) for tensor in tensors)
    return tuple(Tensor(shape, tensor.dtype) for shape, tensor in zip(shapes, tensors, strict=True))


def _free(wanted: str, otherwise: str, taken: set[str]) -> str:
    """`wanted`, or where that is taken `otherwise`, with as many underscores behind it as it needs."""
    name = wanted if wanted not in taken else otherwise
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def in_use(
    texts: Iterable[str], candidates: Sequence[Argument], tensors: Tensors, taken: Iterable[str]
) -> tuple[tuple[Argument, ...], Mapping[str, str]]:
    """The candidates that statements name, and the products that become one argument, by their sources.

    Where the lengths of a tensor occur only multiplied with each other, `in_features` says it all.
    """
    if not candidates:
        return (), {}
    trees = [layout.parsed(text) for text in texts]
    names = {name for tree in trees for name in names_in(tree)}
    chosen = list(candidates)
    merged: dict[str, str] = {}
    for index, tensor in enumerate(tensors):
        own = [argument for argument in chosen if argument.index == index]
        if len(own) < tensor.rank - 1:
            continue
        if tensor.rank < 3 or not any(argument.name in names for argument in own):
            continue
        product = " * ".join(argument.name for argument in own)
        whole = own[0].name.replace("channels", "features")
        left = {name for tree in trees for name in names_in(replaced(tree, {**merged, product: whole}))}
        if whole in names or whole in taken or any(argument.name in left for argument in own):
            continue
        merged[product] = whole
        names = left
        words = [argument.about.split(" of ", 1) for argument in own]
        about = " × ".join(word for word, _ in words) + f" of {words[0][1]}"
        chosen = [*(a for a in chosen if a.index != index), Argument(whole, index, None, about)]
    return tuple(argument for argument in chosen if argument.name in names), merged


def names_in(tree: ast.AST) -> set[str]:
    """The names that a statement reads or sets."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def replaced(tree: ast.stmt, merged: Mapping[str, str]) -> ast.stmt:
    """A statement with names in the place of products."""
    return _Merging(merged).visit(ast.parse(ast.unparse(tree)).body[0]) if merged else tree


class _Merging(ast.NodeTransformer):
    def __init__(self, merged: Mapping[str, str]) -> None:
        self.merged = merged

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        if name := self.merged.get(ast.unparse(node)):
            return ast.Name(name, ast.Load())
        self.generic_visit(node)
        return node
