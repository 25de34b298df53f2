"""A design -> one Python module: a class for each block, the network last, and a program that prints its stages.

The module needs torch and nothing else. What is left out of the drawing's paths from input to output is left out of the
code. `lines` leads from a node to its lines and back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from designer.analysis.facts import Analysis
from designer.base.errors import DesignError
from designer.codegen import symbols, wrap
from designer.codegen.classes import ClassCode, Range, write_class
from designer.codegen.trace import Tracer
from designer.graph.design import Design

NodeKey = tuple[str, str]  # the block's name, the node's id


@dataclass(frozen=True)
class GeneratedCode:
    """source: the module. lines: for each node, its lines in the constructor and in `forward`, counted from 1."""

    source: str
    lines: Mapping[NodeKey, tuple[Range, ...]]

    def node_at(self, line: int) -> NodeKey | None:
        """The node that a line belongs to, or None."""
        for key, ranges in self.lines.items():
            if any(first <= line <= last for first, last in ranges):
                return key
        return None


def generate(design: Design, analysis: Analysis) -> GeneratedCode:
    """The module of `design`. Raises DesignError where the design has errors, with the first of them."""
    if not analysis.ok:
        first = analysis.diagnostics[0]
        raise DesignError(f"No code yet: {first.message}", expected=first.expected, fix=first.advice)
    tracer = Tracer(design)
    root = design.root
    tracer.trace(root, {name: symbols.constant(value) for name, value in root.defaults.items()}, ())
    tracer.trace(root, {name: symbols.Symbol(value, name) for name, value in root.defaults.items()}, (), own=True)
    classes: dict[str, ClassCode] = {}
    for block in (*design.inner_blocks(), root):
        if block.name in tracer.entered:
            classes[block.name] = write_class(tracer, block, classes)
    lines = _opening(design, any(code.uses_tensor for code in classes.values()))
    nodes: dict[NodeKey, tuple[Range, ...]] = {}
    for code in classes.values():
        lines += ["", ""]
        above = len(lines)
        lines += code.lines
        for node, ranges in code.ranges.items():
            nodes[code.block.name, node] = tuple((first + above, last + above) for first, last in ranges)
    lines += ["", "", *_program(root.name, analysis)]
    return GeneratedCode("\n".join(lines) + "\n", nodes)


def _opening(design: Design, uses_tensor: bool) -> list[str]:
    title = (design.root.title or design.root.name).rstrip(".") + "."
    about = wrap.docstring([title, "Run it as a program to see each stage's name and output shape."], "")
    return [*about, "", "import torch", f"from torch import {'Tensor, ' if uses_tensor else ''}nn"]


def _program(name: str, analysis: Analysis) -> list[str]:
    inputs = ", ".join(f"torch.zeros{(1, *shape[1:])}" for shape in analysis.input_shapes)
    width = max((len(analysis.root.nodes[key].node.name) for key in analysis.root.order()), default=0) + 2
    return [
        "def main() -> None:",
        '    """Print the name and the output shape of each stage."""',
        f"    network = {name}().eval()",
        "    for name, stage in network.named_children():",
        "        stage.register_forward_hook(",
        "            lambda module, args, output, name=name: print(",
        f'                f"{{name:{width}}}{{tuple(output.shape)}}"',
        "            )",
        "        )",
        "    with torch.no_grad():",
        *wrap.statement(f"network({inputs})", "        "),
        "",
        "",
        'if __name__ == "__main__":',
        "    main()",
    ]
