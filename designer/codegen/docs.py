"""The docstring of a class: what it is, where it comes from, its arguments, and the shapes that go in and come out."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from designer.catalogue.spec import Tensor
from designer.codegen import layout, wrap
from designer.codegen.arguments import Argument
from designer.codegen.dims import UNSTATED
from designer.codegen.growth import Tensors
from designer.codegen.plan import FixedVariable
from designer.graph.block import Block, BlockParameter

_SHORT = {"in_height": "H", "in_width": "W", "in_length": "L"}
_LONGEST = 36  # characters of one length


def of_class(
    block: Block,
    arguments: Sequence[Argument | BlockParameter],
    fixed: Sequence[FixedVariable],
    inputs: Tensors,
    outputs: Tensors,
    indent: str,
) -> list[str]:
    """The docstring's lines. inputs, outputs: the tensors at the block's Input and Output nodes, in its own names.

    fixed: the parameters that the class takes as they are, for what follows from them has no general form.
    """
    paragraphs = [[wrap.sentence(block.title or block.name)]]
    paragraphs += [part.split("\n") for part in re.split("\n\n+", wrap.plain(block.description)) if part]
    if block.source.strip():
        paragraphs.append([" ".join(f"Source: {wrap.plain(block.source)}".split())])
    docs = []
    for argument in arguments:
        about = argument.about if isinstance(argument, Argument) else " ".join(wrap.plain(argument.doc).split())
        if about:
            docs.append(f"{layout.STEP}{argument.name}: {about}")
    if docs:
        paragraphs.append(["Args:", *docs])
    if fixed:
        paragraphs.append([f"Fixed: {', '.join(variable.text for variable in fixed)}"])
    paragraphs.append(["Shape:", *_transition(inputs, outputs, layout.WIDTH - len(indent) - len(layout.STEP))])
    return wrap.docstring(paragraphs, indent)


def _transition(inputs: Tensors, outputs: Tensors, width: int) -> list[str]:
    """`(N, C, H, W) -> (N, 64, H // 2, W // 2)`, broken at the arrow where it is too long for one line."""
    before, after = (", ".join(map(_shape, tensors)) for tensors in (inputs, outputs))
    if len(before) + len(after) + 4 <= width:
        return [f"{layout.STEP}{before} -> {after}"]
    return [f"{layout.STEP}{before}", f"{layout.STEP}-> {after}"]


def _shape(tensor: Tensor) -> str:
    return f"({', '.join(['N', *map(_length, tensor.shape[1:])])})"


def _length(length: int) -> str:
    tree = ast.parse(repr(length), mode="eval").body
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    for node in names:
        if node.id == UNSTATED:
            return "…"
        node.id = _SHORT.get(node.id, node.id)
    text = layout.flat(tree)
    return text if len(text) <= _LONGEST else "…"
