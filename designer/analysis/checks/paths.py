"""Is there a way through the block, and does every node lie on one?"""

from __future__ import annotations

from collections.abc import Iterator

from designer.analysis import fixes
from designer.analysis.diagnostics import Diagnostic, Severity
from designer.analysis.facts import BlockFacts
from designer.graph.block import INPUT, OUTPUT


def boundary_missing(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """`no_input`, `no_output`: a tensor cannot enter or leave."""
    block = facts.block
    what = "design" if is_main else f"block {block.name}"
    inner = [key for key in block.order if block.nodes[key].kind not in (INPUT, OUTPUT)]
    if not block.inputs:
        open_nodes = [key for key in inner if not block.incoming[key]]
        target = open_nodes[0] if open_nodes else None
        yield (
            "",
            Diagnostic(
                "no_input",
                Severity.ERROR,
                f"The {what} has no Input node.",
                expected="one Input",
                received="none",
                advice="Add an Input and wire it to the first layer.",
                fixes=(fixes.append_boundary("Add an Input", block.name, INPUT, target),),
            ),
        )
    if not block.outputs:
        ends = [key for key in inner if not list(block.graph.successors(key))]
        source = ends[-1] if ends else None
        yield (
            "",
            Diagnostic(
                "no_output",
                Severity.ERROR,
                f"The {what} has no Output node.",
                expected="one Output",
                received="none",
                advice="Add an Output and wire the last layer to it.",
                fixes=(fixes.append_boundary("Add an Output", block.name, OUTPUT, source),),
            ),
        )


def no_path_to_output(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """A node whose result nobody uses: it is left out of the network."""
    block = facts.block
    if not block.outputs:
        return
    for key in block.order:
        node = block.nodes[key]
        if key in block.live or not (block.incoming[key] or node.kind == INPUT):
            continue  # a node without any wire is told by its own rule
        yield (
            key,
            Diagnostic(
                "no_path_to_output",
                Severity.WARNING,
                f"{node}: its result does not reach an Output, and it is left out of the network.",
                expected="a path to an Output",
                received="a dead end",
                advice="Wire it on, or delete it.",
                fixes=(fixes.remove_node(f"Delete {node.name}", block.name, key),),
            ),
        )
