"""The ports of a node in its design: of a layer by its spec, of a block by its Input and Output nodes."""

from __future__ import annotations

from designer.catalogue.registry import spec_of
from designer.graph.block import INPUT_PORT, OUTPUT_PORT, Block, Node
from designer.graph.design import Design


def input_ports(design: Design, block: Block, node: Node) -> tuple[str, ...]:
    """The input ports of `node` in `block`, in order. A node of an unknown kind has those that are wired."""
    wired = block.incoming[node.id]
    if spec := spec_of(node.kind, design):
        return spec.input_ports(tuple(wired))
    if inner := design.blocks.get(node.kind):
        return tuple(entry.id for entry in inner.inputs)
    return tuple(wired) or (INPUT_PORT,)


def output_ports(design: Design, block: Block, node: Node) -> tuple[str, ...]:
    """The output ports of `node` in `block`, in order. A node of an unknown kind has those that are wired."""
    if spec := spec_of(node.kind, design):
        return spec.output_ports(node.params)
    if inner := design.blocks.get(node.kind):
        return tuple(leaving.id for leaving in inner.outputs)
    return block.used_ports[node.id] or (OUTPUT_PORT,)
