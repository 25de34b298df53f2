"""Names become attributes and variables of generated code: are they fit for it?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from designer.analysis import fixes
from designer.analysis.diagnostics import Diagnostic, Severity
from designer.analysis.facts import BlockFacts
from designer.base.text import Text
from designer.graph.names import fresh, is_block_name, is_node_name, is_parameter_name


def invalid_name(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """A name that Python or torch.nn.Module keeps for itself."""
    block = facts.block
    if not is_block_name(block.name):
        yield "", _invalid(Text("The block is called '{block}'", block=block.name[:60]), block.name, ())
    for parameter in block.parameters:
        if not is_parameter_name(parameter.name) or parameter.name in block.kinds:
            yield (
                "",
                _invalid(
                    Text(
                        "A parameter of {block} is called '{parameter}'",
                        block=block.name,
                        parameter=parameter.name[:60],
                    ),
                    parameter.name,
                    (),
                ),
            )
    taken = {node.name for node in block.nodes.values()}
    for key, node in block.nodes.items():
        if not is_node_name(node.name):
            stem = re.sub(r"\W", "_", node.name, flags=re.ASCII).strip("_") or "layer"
            better = fresh(stem if not stem[0].isdigit() else f"layer{stem}", taken)
            fix = fixes.rename(Text("Rename it to {better}", better=better), block.name, key, better)
            yield key, _invalid(Text("{node}: this name cannot be used in code", node=node), node.name, (fix,))


def _invalid(what: str, name: str, found: tuple) -> Diagnostic:
    return Diagnostic(
        "invalid_name",
        Severity.ERROR,
        Text("{what}.", what=what),
        expected="letters, digits and underscores, a letter first; no word that Python, torch or the code itself keeps",
        received=name[:60],
        advice="Rename it.",
        fixes=found,
    )


def duplicate_name(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """Two nodes of one name in one block."""
    block = facts.block
    names = [node.name for node in block.nodes.values()]
    if len(set(names)) == len(names):
        return
    first: dict[str, str] = {}
    for key, node in block.nodes.items():
        if first.setdefault(node.name, key) != key:
            better = fresh(node.name.rstrip("0123456789") or "node", set(names))
            yield (
                key,
                Diagnostic(
                    "duplicate_name",
                    Severity.ERROR,
                    Text("{node}: another node of this block has the same name.", node=node),
                    expected="names that differ",
                    received=node.name,
                    advice="Rename one of them.",
                    fixes=(fixes.rename(Text("Rename it to {better}", better=better), block.name, key, better),),
                ),
            )
