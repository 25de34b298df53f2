"""The order of a block's ports: it decides where they stand on its instances, and the order of forward's arguments."""

from __future__ import annotations

from dataclasses import replace

from designer.base.text import Text
from designer.editing.errors import EditError
from designer.editing.nodes import get_node
from designer.graph.block import INPUT, OUTPUT
from designer.graph.design import Design


def move_port(design: Design, block_name: str, node_id: str, steps: int) -> Design:
    """The design with an Input or an Output further down among its like, up where `steps` is negative.

    Wires at the instances stay at their ports. Raises EditError where the node is no port.
    """
    block = design.blocks[block_name]
    node = get_node(block, node_id)
    if node.kind not in (INPUT, OUTPUT):
        raise EditError(
            Text("'{node}' is no port of {block_name}.", node=node.name, block_name=block_name),
            expected="an Input or an Output",
        )
    ports = [key for key, other in block.nodes.items() if other.kind == node.kind]
    place = ports.index(node_id)
    target = min(max(place + steps, 0), len(ports) - 1)
    if target == place:
        return design
    ports.insert(target, ports.pop(place))
    slots = iter(ports)
    order = [next(slots) if other.kind == node.kind else key for key, other in block.nodes.items()]
    return design.with_block(replace(block, nodes={key: block.nodes[key] for key in order}))
