"""Several selected nodes in the inspector: the parameters that all of them have, and what they come to together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QCoreApplication

from designer.analysis.facts import BlockFacts
from designer.base import numbers
from designer.graph.block import Node
from designer.session.session import Session
from designer.ui.docks.views import FactView, NodeView, ParameterView
from designer.ui.presenters.inspecting import Path, activations_fact, frozen_view, parameter_views, structure_views

translate = QCoreApplication.translate

Views = tuple[ParameterView, ...]


def several_view(session: Session, path: Path, facts: BlockFacts, nodes: Sequence[Node], title: str) -> NodeView:
    """Two nodes or more of the open block at `path`. title: what stands in the place of a name."""
    design, analysis, recipe = session.design, session.analysis, session.recipe
    kinds = dict.fromkeys(node.kind for node in nodes)
    parameters: Views | None = None
    structure: Views | None = None
    for node in nodes:
        if parameters != ():
            parameters = _shared(parameters, parameter_views(design, path, facts, node))
        frozen = frozen_view(analysis, recipe, path, facts, node)
        structure = _shared(structure, structure_views(design, facts, node, frozen))
    totals = [facts.nodes[node.id].totals for node in nodes]
    return NodeView(
        key=(path, tuple(node.id for node in nodes)),
        name=title,
        kind=next(iter(kinds)) if len(kinds) == 1 else "",
        parameters=parameters or (),
        structure=structure or (),
        facts=(
            FactView(translate("Facts", "parameters"), f"{sum(total.params for total in totals):,}"),
            FactView(translate("Facts", "MACs"), numbers.count(sum(total.macs for total in totals))),
            activations_fact(sum(total.activation_bytes for total in totals)),
        ),
        names=tuple(facts.scope),
        name_is_editable=False,
        has_help=len(kinds) == 1,
    )


def _shared(before: Views | None, views: Sequence[ParameterView]) -> Views:
    """What is in both, by name and type; marked where the values differ."""
    if before is None:
        return tuple(views)
    others = {view.name: view for view in views}
    return tuple(
        _both(view, other)
        for view in before
        if (other := others.get(view.name)) and (view.type, view.choices) == (other.type, other.choices)
    )


def _both(view: ParameterView, other: ParameterView) -> ParameterView:
    """One parameter of two nodes. A complaint is shown where it is about the value that both have."""
    is_mixed = view.is_mixed or view.value_text != other.value_text
    resolved = view.resolved_text if view.resolved_text == other.resolved_text and not is_mixed else ""
    return replace(
        view,
        is_mixed=is_mixed,
        is_expression=view.is_expression and not is_mixed,
        default_text=view.default_text if view.default_text == other.default_text else None,
        resolved_text=resolved,
        error="" if is_mixed else view.error or other.error,
        is_enabled=view.is_enabled and other.is_enabled,
    )
