"""Is there a way through the block, and does every node lie on one?"""

from __future__ import annotations

from collections.abc import Iterator

from designer.analysis import fixes
from designer.analysis.diagnostics import Diagnostic, Severity
from designer.analysis.facts import BlockFacts
from designer.base.text import Text
from designer.graph.block import INPUT, OUTPUT, Block


def boundary_missing(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """`no_input`, `no_output`: a tensor cannot enter or leave."""
    block = facts.block
    what = Text("design") if is_main else Text("block {block}", block=block.name)
    inner = [key for key in block.order if block.nodes[key].kind not in (INPUT, OUTPUT)]
    if not block.inputs:
        open_nodes = [key for key in inner if not block.incoming[key]]
        target = open_nodes[0] if open_nodes else None
        yield (
            "",
            Diagnostic(
                "no_input",
                Severity.ERROR,
                Text("The {what} has no Input node.", what=what),
                expected="one Input",
                received="none",
                advice="Add an Input and wire it to the first layer.",
                fixes=(fixes.append_boundary("Add an Input", block.name, INPUT, target),),
            ),
        )
    if not block.outputs:
        ends = [key for key in inner if not block.graph.succ[key]]
        source = ends[-1] if ends else None
        yield (
            "",
            Diagnostic(
                "no_output",
                Severity.ERROR,
                Text("The {what} has no Output node.", what=what),
                expected="one Output",
                received="none",
                advice="Add an Output and wire the last layer to it.",
                fixes=(fixes.append_boundary("Add an Output", block.name, OUTPUT, source),),
            ),
        )


def unreachable_nodes(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """Several nodes that nothing which enters the block comes to, since the first of them lacks a wire."""
    block = facts.block
    for part in _parts(block, _cut_off(block)):
        if len(part) < 2 or not _has_open_port(facts, part):
            continue  # a single node is told by its own rule
        first, others = block.nodes[part[0]], len(part) - 1
        is_dead = block.live.isdisjoint(part)
        title = Text("Delete these {count} nodes", count=len(part))
        yield (
            first.id,
            Diagnostic(
                "unreachable_nodes",
                Severity.WARNING,
                Text("{first}: no Input reaches it, nor {others} behind it.", first=first, others=_counted(others)),
                expected="a path from an Input",
                received="none",
                advice="Draw a wire to it from the rest of the network, or delete them.",
                fixes=(fixes.remove_nodes(title, block.name, part),) if is_dead and block.outputs else (),
            ),
        )


def no_path_to_output(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """`no_path_to_output`, `dead_branch`: what nobody uses is left out of the network. A branch is told once.

    An Output that no Input reaches has no path either.
    """
    block = facts.block
    if not block.outputs:
        return
    cut_off = _cut_off(block)
    yield from _constant_outputs(facts, cut_off)
    if len(block.live) == len(block.nodes):
        return
    dead = [key for key in block.order if key not in block.live]
    is_open = any(not block.incoming[end.id] for end in block.outputs)  # what leads nowhere is still to be wired to it
    told = {key for part in _parts(block, cut_off) if len(part) > 1 and _has_open_port(facts, part) for key in part}
    for part in _parts(block, [key for key in dead if key not in told]):
        node = block.nodes[part[0]]
        if len(part) > 1:
            title = Text("Delete the branch of {count} nodes", count=len(part))
            yield (
                node.id,
                Diagnostic(
                    "dead_branch",
                    Severity.WARNING,
                    Text(
                        "{node}: a branch of {count} nodes begins here that reaches no Output; it is left out of "
                        "the network.",
                        node=node,
                        count=len(part),
                    ),
                    expected="a path to an Output",
                    received="a dead end",
                    advice="Wire its end on, or delete it.",
                    fixes=() if is_open else (fixes.remove_nodes(title, block.name, part),),
                ),
            )
        elif block.incoming[node.id] or node.kind == INPUT:  # a node without any wire is told by its own rule
            yield (
                node.id,
                Diagnostic(
                    "no_path_to_output",
                    Severity.WARNING,
                    Text("{node}: its result does not reach an Output, and it is left out of the network.", node=node),
                    expected="a path to an Output",
                    received="a dead end",
                    advice="Wire it on, or delete it.",
                    fixes=()
                    if is_open
                    else (fixes.remove_node(Text("Delete {name}", name=node.name), block.name, node.id),),
                ),
            )


def _constant_outputs(facts: BlockFacts, cut_off: list[str]) -> Iterator[tuple[str, Diagnostic]]:
    """Outputs that a learnable tensor alone leads to; where a wire lacks, its end is told."""
    block = facts.block
    ends = [end for end in block.outputs if end.id in cut_off and block.incoming[end.id]]
    if not ends or not block.inputs or any(_has_open_port(facts, part) for part in _parts(block, cut_off)):
        return
    for end in ends:
        yield (
            end.id,
            Diagnostic(
                "no_path_to_output",
                Severity.WARNING,
                Text("{end}: no Input reaches it, and it gives the same whatever enters.", end=end),
                expected="a path from an Input",
                received="none",
                advice="Wire it to the rest of the network.",
            ),
        )


def _cut_off(block: Block) -> list[str]:
    """The nodes, in topological order, that no Input reaches; none where each has a wire or is an Input."""
    if all(wires or block.nodes[key].kind == INPUT for key, wires in block.incoming.items()):
        return []
    inputs = [node.id for node in block.inputs]
    reached = block.graph.descendants(*inputs).union(inputs)
    return [key for key in block.order if key not in reached]


def _parts(block: Block, keys: list[str]) -> list[list[str]]:
    """The nodes `keys` by the parts that wires between them join, each in the order of `keys`."""
    place = {key: index for index, key in enumerate(keys)}
    seen: set[str] = set()
    parts = []
    for key in keys:
        if key in seen:
            continue
        part, waiting = {key}, [key]
        while waiting:
            here = waiting.pop()
            near = (*block.graph.succ[here], *block.graph.pred[here])
            new = {other for other in near if other in place and other not in part}
            part |= new
            waiting += new
        seen |= part
        parts.append(sorted(part, key=place.__getitem__))
    return parts


def _has_open_port(facts: BlockFacts, part: list[str]) -> bool:
    """Whether a wire lacks at one of these nodes."""
    return any(d.code in ("unconnected_input", "unused_node") for key in part for d in facts.nodes[key].diagnostics)


def _counted(count: int) -> str:
    return Text("the node") if count == 1 else Text("the {count} nodes", count=count)
