"""What the pointer is told over a card, and what the help says of the one node that is selected: facts and formulas."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from designer.analysis.facts import NodeFacts
from designer.base import numbers
from designer.graph.block import INPUT, OUTPUT
from designer.ui.presenters.formulas import flow, parameter_formula, size_formulas

translate = QCoreApplication.translate


def facts_tip(known: NodeFacts) -> str:
    """A card's tooltip: name and kind, shapes, costs, and how the output size comes about."""
    node, totals = known.node, known.totals
    lines = [f"{node.name} · {node.kind}", flow(known)]
    if node.kind not in (INPUT, OUTPUT):
        lines.append(
            translate("Tips", "{0} parameters · {1} MACs · {2} activations / image").format(
                f"{totals.params:,}", numbers.count(totals.macs), numbers.size_bytes(totals.activation_bytes)
            )
        )
    return "\n".join(line for line in (*lines, *size_formulas(known)) if line)


def help_here(known: NodeFacts) -> str:
    """Markdown that goes before the help of a selected node's kind: its own numbers."""
    rows = [f"`{line}`" for line in (flow(known), *size_formulas(known)) if line]
    if counted := parameter_formula(known):
        rows.append(translate("Tips", "`parameters = {0}`").format(counted))
    if not rows:
        return ""
    head = translate("Tips", "**{0}** in this design:").format(known.node.name)
    return f"{head}\n\n" + "\n".join(f"- {row}" for row in rows)
