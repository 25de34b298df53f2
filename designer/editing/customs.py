"""Commands on custom layers: add or change one, with all its instances; remove one; bring those of another design."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from designer.base.errors import BlockyardError
from designer.base.text import Text
from designer.catalogue.custom.declared import faults
from designer.catalogue.registry import kinds, name_in_use
from designer.editing.errors import EditError
from designer.graph.block import Block, Edge
from designer.graph.custom import MAX_LAYERS, MAX_SOURCES, CustomLayer, CustomPort
from designer.graph.design import Design
from designer.graph.names import fresh


def custom_faults(design: Design, layer: CustomLayer, old: str = "") -> list[BlockyardError]:
    """What keeps a custom layer from being put into a design. old: the name of the one that it takes the place of."""
    taken = {*kinds(), *design.blocks, *design.customs} - {old}
    others = [other for name, other in design.customs.items() if name != old]
    return [*faults(layer, taken), *_lack_of_room([*others, layer])]


def _lack_of_room(layers: Sequence[CustomLayer]) -> Iterator[EditError]:
    if len(layers) > MAX_LAYERS:
        yield EditError(
            Text("There would be {count} custom layers.", count=len(layers)),
            expected=Text("at most {limit}", limit=MAX_LAYERS),
        )
    if sum(len(layer.source) + 1 for layer in layers) > MAX_SOURCES:
        yield EditError(
            "The sources of the custom layers are too long together.",
            expected=Text("at most {limit:,} characters", limit=MAX_SOURCES),
            fix="Put what is long into a package, and import it.",
        )


def put_custom(design: Design, layer: CustomLayer, old: str = "") -> Design:
    """The design with a custom layer added, or in the place of that called `old`, with all instances of it.

    Where as many ports are there as before, wires follow them to their new names. Raises EditError where something is
    wrong with it.
    """
    if found := custom_faults(design, layer, old):
        raise EditError(found[0].message, expected=found[0].expected, fix=found[0].fix)
    before = design.customs.get(old)
    if before is None:
        return design.with_custom(layer)
    if before == layer:
        return design
    customs = {layer.name if name == old else name: layer if name == old else it for name, it in design.customs.items()}
    inputs, outputs = _moved(before.inputs, layer.inputs), _moved(before.outputs, layer.outputs)
    blocks = {name: _follow(block, old, layer.name, inputs, outputs) for name, block in design.blocks.items()}
    return replace(design, blocks=blocks, customs=customs)


def remove_custom(design: Design, name: str) -> Design:
    """The design without a custom layer. Raises EditError where a node is an instance of it."""
    users = [block.name for block in design.blocks.values() if name in block.kinds]
    if users:
        raise EditError(
            Text("{name} is used in {users}.", name=name, users=users[0]),
            expected="a layer without instances",
            fix="Delete its instances first.",
        )
    return design.without_custom(name)


def bring_customs(design: Design, fragment: Design) -> tuple[Design, Design]:
    """The design with the custom layers of a fragment; and the fragment, in the names that they have there.

    One that the design holds already is shared; where something else has its name, it gets a fresh one, and its class
    too. Raises EditError.
    """
    names: dict[str, str] = {}
    for name, layer in fragment.customs.items():
        if not any(name in block.kinds for block in fragment.blocks.values()) or design.customs.get(name) == layer:
            continue
        taken = {*kinds(), *design.blocks, *design.customs, *fragment.blocks, *fragment.customs} - {name}
        if name_in_use(design, name):
            names[name] = fresh(name, taken)
            source = re.sub(rf"\b{name}\b", names[name], layer.source)
            layer = replace(layer, name=names[name], source=source)
        for error in _lack_of_room([*design.customs.values(), layer]):
            raise error
        design = design.with_custom(layer)
    if not names:
        return design, fragment
    blocks = {
        key: block.with_nodes(
            replace(node, kind=names[node.kind]) for node in block.nodes.values() if node.kind in names
        )
        for key, block in fragment.blocks.items()
    }
    return design, replace(fragment, blocks=blocks)


def _moved(before: tuple[CustomPort, ...], after: tuple[CustomPort, ...]) -> Mapping[str, str]:
    """New names of ports by the old ones."""
    if len(before) != len(after):
        return {}
    return {a.name: b.name for a, b in zip(before, after, strict=True) if a.name != b.name}


def _follow(block: Block, old: str, new: str, inputs: Mapping[str, str], outputs: Mapping[str, str]) -> Block:
    instances = {key for key, node in block.nodes.items() if node.kind == old}
    if not instances:
        return block
    if new != old:
        block = block.with_nodes(replace(block.nodes[key], kind=new) for key in instances)

    def followed(wire: Edge) -> Edge:
        source, target = wire
        if source.node in instances:
            source = source._replace(port=outputs.get(source.port, source.port))
        if target.node in instances:
            target = target._replace(port=inputs.get(target.port, target.port))
        return Edge(source, target)

    return replace(block, edges=tuple(map(followed, block.edges))) if inputs or outputs else block
