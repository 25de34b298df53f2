"""What a node's wires bring, and what is wrong with them: open ports, ports that are not there, cycles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from designer.analysis import fixes, ports
from designer.analysis.diagnostics import Diagnostic, Fix, Severity
from designer.analysis.facts import NodeFacts
from designer.base.text import Text
from designer.catalogue.registry import spec_of
from designer.catalogue.spec import Tensor, variadic_index
from designer.graph.block import Block, Edge, Endpoint, Node
from designer.graph.design import Design

_MOST_NAMES = 12  # of nodes in one sentence


class Wires(NamedTuple):
    """What arrives at a node, one a port: tensors, the nodes that they come from, and at which of their outputs."""

    tensors: tuple[Tensor | None, ...]
    sources: tuple[str | None, ...]
    diagnostics: list[Diagnostic]
    places: tuple[int, ...] = ()


def incoming(design: Design, block: Block, node: Node, facts: Mapping[str, NodeFacts]) -> Wires:
    """The tensors at the input ports of `node`. A variadic layer's are those that are wired, in the order of ports."""
    wired = block.incoming[node.id]
    names = ports.input_ports(design, block, node)
    spec = spec_of(node.kind, design)
    diagnostics = [_missing_port(block, node, source, port) for port, source in wired.items() if port not in names]
    if spec and spec.variadic:
        names = tuple(sorted((port for port in wired if port in names), key=variadic_index))
        if len(names) < 2:
            diagnostics.append(_too_few(design, block, node, names))
            sources = tuple(wired[port].node for port in names)
            return Wires((None,) * len(names), sources, diagnostics, (0,) * len(names))
    elif wired or not names:
        diagnostics += [_open_port(design, block, node, port, len(names)) for port in names if port not in wired]
    else:
        diagnostics += _nothing_wired(design, block, node, names)
    tensors, sources, places = [], [], []
    for port in names:
        tensor, place = None, 0
        if source := wired.get(port):
            known = facts.get(source.node)
            if source.node not in block.nodes:
                diagnostics.append(
                    _missing_source(block, node, Text("node '{node}'", node=source.node), source, port, ())
                )
            elif known is None:
                pass  # on a cycle, or behind one
            elif source.port not in known.ports:
                diagnostics.append(_missing_source(block, node, str(known.node), source, port, known.ports))
            else:
                place = known.ports.index(source.port)
                tensor = known.outputs[place]
        tensors.append(tensor)
        sources.append(source.node if source else None)
        places.append(place)
    return Wires(tuple(tensors), tuple(sources), diagnostics, tuple(places))


def _too_few(design: Design, block: Block, node: Node, wired: tuple[str, ...]) -> Diagnostic:
    free = next(port for port in ("x1", "x2") if port not in wired)
    return Diagnostic(
        "unconnected_input",
        Severity.ERROR,
        Text("{node}: it joins tensors, but one is wired to it.", node=node)
        if wired
        else Text("{node}: it joins tensors, but none is wired to it.", node=node),
        expected="two inputs or more",
        received=str(len(wired)),
        advice="Draw another wire to it.",
        fixes=_wire_on(design, block, node, free) if wired else (),
    )


def _open_port(design: Design, block: Block, node: Node, port: str, count: int) -> Diagnostic:
    which = Text("input '{port}'", port=port) if count > 1 else Text("its input")
    return Diagnostic(
        "unconnected_input",
        Severity.ERROR,
        Text("{node}: nothing is wired to {which}.", node=node, which=which),
        expected="a wire",
        received="none",
        advice="Draw a wire from another node's output.",
        fixes=_wire_on(design, block, node, port),
    )


def _wire_on(design: Design, block: Block, node: Node, port: str) -> tuple[Fix, ...]:
    """A wire from the one node that is part of the network and whose result nobody takes yet, if there is just one."""
    ends = [key for key, before in block.loose_ends.items() if key != node.id and node.id not in before]
    if len(ends) != 1:
        return ()
    end = block.nodes[ends[0]]
    if not (leaving := ports.output_ports(design, block, end)):
        return ()
    wire = Endpoint(end.id, leaving[0]), Endpoint(node.id, port)
    return (fixes.connect(Text("Wire {source} to {target}", source=end.name, target=node.name), block.name, *wire),)


def _nothing_wired(design: Design, block: Block, node: Node, names: tuple[str, ...]) -> list[Diagnostic]:
    if block.graph.succ[node.id] or not block.outputs or node in block.outputs:
        return [_open_port(design, block, node, port, len(names)) for port in names]
    return [
        Diagnostic(
            "unused_node",
            Severity.WARNING,
            Text("{node}: it is not connected yet, and is left out of the network.", node=node),
            expected="wires at its ports",
            received="none",
            advice="Connect it, or delete it.",
            fixes=(fixes.remove_node(Text("Delete {name}", name=node.name), block.name, node.id),),
        )
    ]


def _missing_port(block: Block, node: Node, source: Endpoint, port: str) -> Diagnostic:
    return Diagnostic(
        "missing_port",
        Severity.ERROR,
        Text("{node}: a wire ends at its port '{port}', which it does not have.", node=node, port=port),
        expected="a wire to one of its ports",
        received=port,
        advice="Remove the wire.",
        fixes=(fixes.remove_edge("Remove the wire", block.name, Edge(source, Endpoint(node.id, port))),),
    )


def _missing_source(
    block: Block, node: Node, upstream: str, source: Endpoint, port: str, outputs: tuple[str, ...]
) -> Diagnostic:
    return Diagnostic(
        "missing_port",
        Severity.ERROR,
        Text(
            "{node}: its wire starts at port '{port}' of {upstream}, which is not there.",
            node=node,
            port=source.port,
            upstream=upstream,
        ),
        expected=", ".join(outputs) or "no output at all",
        received=source.port,
        advice="Remove the wire.",
        fixes=(fixes.remove_edge("Remove the wire", block.name, Edge(source, Endpoint(node.id, port))),),
    )


def mark_cycles(block: Block, facts: dict[str, NodeFacts]) -> None:
    """Say of each node on a cycle that it is, with a fix that cuts it out of the cycle."""
    place = {key: index for index, key in enumerate(block.nodes)}
    for part in block.cycles:
        members = sorted(part, key=place.__getitem__)
        names = _listed([block.nodes[key].name for key in members])
        for key in members:
            node = block.nodes[key]
            wired = block.incoming[key].items()
            wires = [Edge(source, Endpoint(key, port)) for port, source in wired if source.node in part]
            title = Text("Cut the wire into {node}", node=node.name)
            if len(wires) > 1:
                title = Text("Cut the wires into {node}", node=node.name)
            cycle = Diagnostic(
                "cycle",
                Severity.ERROR,
                Text("{node}: it feeds itself, through {names}.", node=node, names=names),
                expected="wires that lead forward only",
                received="a cycle",
                advice="Remove one of its wires.",
                fixes=(fixes.remove_edges(title, block.name, wires),),
            )
            facts[key] = replace(facts[key], diagnostics=(cycle, *facts[key].diagnostics))


def _listed(names: Sequence[str]) -> str:
    """Some names; of many the first few, and how many more there are."""
    if len(names) <= _MOST_NAMES:
        return ", ".join(names)
    shown = ", ".join(names[:_MOST_NAMES])
    return Text("{names} and {count:,} more nodes", names=shown, count=len(names) - _MOST_NAMES)
