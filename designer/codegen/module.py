"""A design -> one Python module: a class for each block, the network last, and a program that prints its stages.

The module needs torch and nothing else. What is left out of the drawing's paths from input to output is left out of the
code. `lines` leads from a node to its lines and back.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from designer.analysis.facts import Analysis
from designer.base.errors import DesignError
from designer.base.text import Text
from designer.codegen import layout, wrap
from designer.codegen.classes import INDENT, ClassCode, Range, draft, own_trace, write_class
from designer.codegen.opening import customs_in_use, opening
from designer.codegen.plan import FixedVariable
from designer.codegen.trace import UNFIT, Entrance, Tracer
from designer.graph.block import Block
from designer.graph.design import Design

# What a stage prints that returns several tensors: all of their shapes, or where it nests them that of the first.
_SHOW_ALL = (
    "            tensors = output if isinstance(output, tuple) else (output,)",
    '            print(f"{{{name}:{width}}}", *(tuple(tensor.shape) for tensor in tensors))',
)
_SHOW_FIRST = (
    "            tensor = output[0] if isinstance(output, tuple) else output",
    '            print(f"{{{name}:{width}}}{{tuple(tensor.shape)}}")',
)
_SHOW_ONE = ('            print(f"{{{name}:{width}}}{{tuple(output.shape)}}")',)
_LOOP_NAME = re.compile(r"(batch|channels|features|length|depth|height|width|size\d+|index|\w+_arch)\d*")

NodeKey = tuple[str, str]  # the block's name, the node's id


@dataclass(frozen=True)
class GeneratedCode:
    """source: the module. lines: for each node, its lines in the constructor and in `forward`, counted from 1.

    A line of `forward` may belong to several nodes, those whose values it works out. names: what the nodes are called.
    fixed: the variables that the code could not keep general.
    """

    source: str
    lines: Mapping[NodeKey, tuple[Range, ...]]
    names: Mapping[NodeKey, str]
    fixed: tuple[FixedVariable, ...] = ()

    def nodes_at(self, line: int) -> list[NodeKey]:
        """The nodes that a line belongs to, each behind those whose values it takes."""
        return [key for key, ranges in self.lines.items() if any(first <= line <= last for first, last in ranges)]

    def node_at(self, line: int) -> NodeKey | None:
        """The node that a line is about: of several the last, whose value has the line's name; or None."""
        return next(reversed(self.nodes_at(line)), None)


def generate(design: Design, analysis: Analysis, *, lazy: bool = False) -> GeneratedCode:
    """The module of `design`. Raises DesignError where the design has errors, with the first of them.

    lazy: with PyTorch's lazy layers, which take `in_channels` and `in_features` from the first example.
    """
    if not analysis.ok:
        first = analysis.diagnostics[0]
        said = Text("No code yet: {said}", said=Text(first.message))
        raise DesignError(said, expected=first.expected, fix=first.advice)
    customs = customs_in_use(design, (*design.inner_blocks(), design.root))
    codes = _classes(design, lazy, analysis.batch)
    lines = opening(design, customs)
    nodes: dict[NodeKey, tuple[Range, ...]] = {}
    for code in codes:
        lines += ["", ""]
        above = len(lines)
        lines += code.lines
        for node, ranges in code.ranges.items():
            key = code.block.name, node
            nodes[key] = (*nodes.get(key, ()), *((first + above, last + above) for first, last in ranges))
    lines += ["", "", *_program(design.root, analysis)]
    names = {(name, key): design.blocks[name].nodes[key].name for name, key in nodes}
    fixed = dict.fromkeys(variable for code in codes for variable in code.fixed_variables)
    return GeneratedCode("\n".join(lines) + "\n", nodes, names, tuple(fixed))


def _classes(design: Design, lazy: bool, batch: int) -> list[ClassCode]:
    """The classes of all blocks in use, each behind those that it needs."""
    tracer = Tracer(design, batch)
    blocks = (*design.inner_blocks(), design.root)
    entrances: dict[str, dict[Hashable, Entrance]] = {block.name: {} for block in blocks}
    outermost = Entrance(design.root, design.root.defaults, ())
    entrances[design.main][outermost.key] = outermost
    for block in reversed(blocks):
        for entrance in entrances[block.name].values():
            with contextlib.suppress(*UNFIT):  # of a node whose condition does not hold here; said when it is used
                for step in own_trace(tracer, entrance).steps:
                    if step.inner is not None and not step.fixed_out:
                        entrances[step.inner.name].update({e.key: e for e in tracer.entrances(step)})
    codes: list[ClassCode] = []
    written: dict[Hashable, ClassCode] = {}
    taken = {*design.blocks, *design.customs, *(name for block in blocks for name in block.defaults)}
    for block in blocks:
        variants: dict[Hashable, ClassCode] = {}
        for key, entrance in entrances[block.name].items():
            with contextlib.suppress(*(UNFIT if block is not design.root else ())):
                made = draft(tracer, entrance, written, lazy)
                if made.key not in variants:
                    name = block.name if not variants else _variant(block.name, taken)
                    variants[made.key] = write_class(tracer, entrance, made, name)
                written[key] = variants[made.key]
        codes += variants.values()
    return _in_use(codes)


def _in_use(codes: list[ClassCode]) -> list[ClassCode]:
    """The classes that the last one needs, and itself."""
    needed = {id(codes[-1])}
    for code in reversed(codes):
        if id(code) in needed:
            needed.update(map(id, code.uses))
    return [code for code in codes if id(code) in needed]


def _variant(name: str, taken: set[str]) -> str:
    """A name for another class of one block: Head2. Parameters and loops must not have it, which would hide it."""
    stem = f"{name}_" if _LOOP_NAME.fullmatch(name) else name
    number = 2
    while f"{stem}{number}" in taken:
        number += 1
    taken.add(f"{stem}{number}")
    return f"{stem}{number}"


def _program(root: Block, analysis: Analysis) -> list[str]:
    """What runs the module as a program."""
    entering = [tensor for node in root.inputs if (tensor := analysis.root.nodes[node.id].output)]
    inputs = ", ".join(_zeros(tensor.shape, tensor.dtype) for tensor in entering)
    width = max((len(analysis.root.nodes[key].node.name) for key in analysis.root.order()), default=0) + 2
    stages = [analysis.root.nodes[key] for key in analysis.root.order()]
    nested = any(facts.spec.unpack for facts in stages if facts.spec)
    several = any(len(facts.outputs) > 1 for facts in stages if facts.copies or (facts.spec and facts.spec.module))
    # Local names must not be that of the class, which Python would then take for a variable.
    words = ("network", "stage", "name", "show")
    network, stage, name, hook = (f"{word}_" if word == root.name else word for word in words)
    output = "Tensor | tuple[Tensor, ...]" if several or nested else "Tensor"
    arguments = ["module: nn.Module", "args: tuple[Tensor, ...]", f"output: {output}", f"{name}: str = {name}"]
    shown = _SHOW_FIRST if nested else _SHOW_ALL if several else _SHOW_ONE
    return [
        "def main() -> None:",
        '    """Print the name and the output shape of each stage."""',
        f"    {network} = {root.name}().eval()",
        f"    for {name}, {stage} in {network}.named_children():",
        "",
        *wrap.header(hook, arguments, "None", INDENT * 2),
        *(line.format(name=name, width=width) for line in shown),
        "",
        f"        {stage}.register_forward_hook({hook})",
        "",
        "    with torch.no_grad():",
        *layout.statement(layout.parsed(f"{network}({inputs})"), INDENT * 2),
        "",
        "",
        'if __name__ == "__main__":',
        "    main()",
    ]


def _zeros(shape: tuple[int, ...], dtype: str) -> str:
    sizes = ", ".join(map(str, shape))
    return f"torch.zeros({sizes})" if dtype == "float32" else f"torch.zeros({sizes}, dtype=torch.{dtype})"
