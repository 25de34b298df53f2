"""What suits a wire: of all that the search offers, the rest coming last, with the reason, or not at all; and of the
ports on the canvas.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QCoreApplication

from designer.analysis.facts import BlockFacts
from designer.analysis.ports import input_ports
from designer.catalogue.registry import spec_of
from designer.catalogue.spec import LayerError, LayerSpec, Tensor, Values, variadic_index
from designer.graph.block import Endpoint
from designer.graph.design import Design
from designer.ui.canvas.add_search import AddEntry
from designer.ui.canvas.cards import PortRef
from designer.ui.language import translated

translate = QCoreApplication.translate

MISFIT = 9  # behind every other rank
_MISFITS = ("wrong_rank", "wrong_dtype")  # what another parameter does not mend


def fitting(entries: Iterable[AddEntry], design: Design, facts: BlockFacts, end: PortRef) -> list[AddEntry]:
    """The entries that have a port for a wire that waits at `end`; those that its tensor does not suit rank last."""
    tensor = _tensor(facts, end) if end.is_output else None
    found = []
    for entry in entries:
        spec = spec_of(entry.kind, design)
        if spec is None:
            found.append(entry)
        elif spec.input_ports(()) if end.is_output else spec.outputs:
            reason = _why_not(spec, tensor) if tensor else ""
            found.append(replace(entry, rank=MISFIT, summary=reason) if reason else entry)
    return found


def misfit(design: Design, facts: BlockFacts, source: PortRef, target: PortRef) -> str:
    """Why a layer would not take what a port gives at one of its inputs; empty where it would, or nobody knows."""
    node = facts.nodes.get(target.card)
    if node is None or node.spec is None or node.spec.fault:
        return ""
    wired = {**facts.block.incoming[target.card], target.port: Endpoint(source.card, source.port)}
    ports = sorted(wired, key=variadic_index) if node.spec.variadic else input_ports(design, facts.block, node.node)
    arriving = [_tensor(facts, PortRef(*wired[port], True)) if port in wired else None for port in ports]
    if None in arriving or len(arriving) < len(node.spec.input_ports(())):
        return ""
    values = {parameter.name: parameter.default for parameter in node.spec.parameters} | dict(node.values)
    try:
        node.spec.infer(Values(values), tuple(arriving))
    except LayerError as error:
        return " ".join(filter(None, (f"{node.node}: {translated(error.message)}", _takes(error))))
    return ""


def _tensor(facts: BlockFacts, end: PortRef) -> Tensor | None:
    known = facts.nodes.get(end.card)
    if known is None or end.port not in known.ports:
        return None
    return known.outputs[known.ports.index(end.port)]


def _why_not(spec: LayerSpec, tensor: Tensor) -> str:
    """Why a layer cannot take a tensor, whatever its parameters; empty where it may."""
    if spec.variadic or len(spec.input_ports(())) != 1:
        return ""
    try:
        spec.infer(Values({parameter.name: parameter.default for parameter in spec.parameters}), (tensor,))
    except LayerError as error:
        return _takes(error) if error.code in _MISFITS else ""
    return ""


def _takes(error: LayerError) -> str:
    return translate("Fitting", "It takes {0}.").format(translated(error.expected)) if error.expected else ""
