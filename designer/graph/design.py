"""A design: the outermost block of a document, with the blocks that it is made of. Immutable, as blocks are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

from designer.base.errors import DesignError
from designer.base.text import Text
from designer.graph.block import Block
from designer.graph.custom import CustomLayer
from designer.graph.digraph import Digraph
from designer.graph.expressions import Value


@dataclass(frozen=True)
class Design:
    """main: the name of the outermost block. blocks: all blocks by name, the outermost among them.

    customs: the custom layers by name, which no block has.
    """

    main: str
    blocks: Mapping[str, Block] = field(default_factory=dict)
    customs: Mapping[str, CustomLayer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "blocks", MappingProxyType(dict(self.blocks)))
        if not isinstance(self.customs, MappingProxyType):
            object.__setattr__(self, "customs", MappingProxyType(dict(self.customs)))

    @property
    def root(self) -> Block:
        """The outermost block."""
        return self.blocks[self.main]

    def with_block(self, block: Block) -> Design:
        """This design with a block added, or replaced where one of that name is there."""
        return replace(self, blocks={**self.blocks, block.name: block})

    def without_block(self, name: str) -> Design:
        """This design without one of its inner blocks."""
        return replace(self, blocks={key: block for key, block in self.blocks.items() if key != name})

    def with_custom(self, layer: CustomLayer) -> Design:
        """This design with a custom layer added, or replaced where one of that name is there."""
        return replace(self, customs={**self.customs, layer.name: layer})

    def without_custom(self, name: str) -> Design:
        """This design without one of its custom layers."""
        return replace(self, customs={key: layer for key, layer in self.customs.items() if key != name})

    def with_variables(self, values: Mapping[str, Value]) -> Design:
        """This design with other defaults for its variables, as `--set name=value` asks for.

        Raises DesignError where the design has no variable of a name.
        """
        known = self.root.defaults
        for name in values:
            if name not in known:
                raise DesignError(
                    Text("The design '{main}' has no variable '{name}'.", main=self.main, name=name),
                    expected=Text("one of these: {known}", known=", ".join(known) or Text("it has none")),
                )
        parameters = tuple(
            replace(parameter, default=values.get(parameter.name, parameter.default))
            for parameter in self.root.parameters
        )
        return self.with_block(replace(self.root, parameters=parameters))

    def find(self, names: Sequence[str]) -> tuple[str, ...]:
        """The path of ids of a node, from the names on the way to it as the generated code has them.

        Numbers are those of repeated copies. Ends early where a name leads no further.
        """
        block: Block | None = self.root
        path: list[str] = []
        for name in names:
            if block is None or name.isdecimal():
                continue
            node = next((node for node in block.nodes.values() if node.name == name), None)
            if node is None:
                break
            path.append(node.id)
            block = self.blocks.get(node.kind)
        return tuple(path)

    @cached_property
    def uses(self) -> Digraph:
        """Which block stands in which: an edge from a block to each block that it contains."""
        return Digraph(self.blocks, ((block.name, kind) for block in self.blocks.values() for kind in block.kinds))

    @cached_property
    def recursive(self) -> frozenset[str]:
        """The blocks that contain themselves, directly or through others."""
        return frozenset().union(*self.uses.cycles)

    def inner_blocks(self) -> Iterator[Block]:
        """The blocks that the outermost one needs, innermost first; a recursive one is left out."""
        if self.main in self.recursive:
            return
        reachable = (self.uses.descendants(self.main) | {self.main}) - self.recursive
        for name in self.uses.subgraph(reachable).reverse.order:
            if name != self.main:
                yield self.blocks[name]
