"""Which parts of a design its recipe leaves as they are: changed by the node, and carried along with a design's edits.

The recipe alone holds them, by their names in the generated code: `block1`, `features.conv1`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from designer.analysis.facts import Analysis, BlockFacts
from designer.analysis.memory import is_within
from designer.engine.recipe import Recipe
from designer.graph.block import Block
from designer.graph.design import Design


def is_trained(recipe: Recipe, name: str) -> bool:
    """Whether a recipe trains the node of that name, dotted."""
    return not is_within(name, recipe.start.frozen)


def frozen(recipe: Recipe, names: Sequence[str]) -> Recipe:
    """The recipe that leaves these parts as they are too. names: dotted, from the outermost block."""
    kept = [part for part in recipe.start.frozen if not is_within(part, names)]
    return _with(recipe, [*kept, *(name for name in dict.fromkeys(names) if not is_within(name, kept))])


def thawed(recipe: Recipe, names: Sequence[str], analysis: Analysis) -> Recipe:
    """The recipe that trains these parts; of a frozen block around one, the others with parameters stay frozen."""
    for name in names:
        parts = []
        for part in recipe.start.frozen:
            if is_within(name, [part]) and name != part:
                parts += _others(analysis.root, part, name)
            elif not is_within(part, [name]):
                parts.append(part)
        recipe = _with(recipe, parts)
    return recipe


def carried(recipe: Recipe, before: Design, after: Design) -> Recipe:
    """The recipe whose frozen parts are called as they are after an edit.

    One that is gone keeps its name, so that it is frozen again when undo brings it back; a training leaves it out, and
    says so.
    """
    return _with(recipe, [_renamed(part, before, after) for part in recipe.start.frozen])


def _with(recipe: Recipe, parts: Sequence[str]) -> Recipe:
    names = tuple(parts)
    return recipe if names == recipe.start.frozen else replace(recipe, start=replace(recipe.start, frozen=names))


def _others(facts: BlockFacts, whole: str, part: str) -> list[str]:
    """What is in a frozen block, without one part of it. whole, part: dotted names of the two."""
    around: BlockFacts | None = facts
    for name in filter(lambda name: not name.isdecimal(), whole.split(".")):
        around = around and _inside(around, name)
    names: list[str] = []
    way = whole
    for name in part[len(whole) + 1 :].split("."):
        if around is None:
            break
        names += [
            f"{way}.{node.node.name}"
            for node in around.nodes.values()
            if node.node.name != name and node.totals.params and node.active
        ]
        around, way = _inside(around, name), f"{way}.{name}"
    return names


def _inside(facts: BlockFacts, name: str) -> BlockFacts | None:
    return next((node.inside for node in facts.nodes.values() if node.node.name == name), None)


def _renamed(part: str, before: Design, after: Design) -> str:
    """What a part is called now. A number is that of a copy, and stays."""
    names = part.split(".")
    path = before.find(names)
    if len(path) != sum(not name.isdecimal() for name in names):
        return part
    way = _way(after, after.root, path)
    if way is None:
        return part
    if len(way) != len(path):
        return ".".join(way)
    fresh = iter(way)
    return ".".join(name if name.isdecimal() else next(fresh) for name in names)


def _way(design: Design, block: Block, path: Sequence[str]) -> list[str] | None:
    """The names on the way to a node, by the ids that it had: through a block that was made around it, too."""
    if not path:
        return []
    first, *rest = path
    node = block.nodes.get(first)
    if node is not None:
        inner = design.blocks.get(node.kind)
        further = [] if not rest else None if inner is None else _way(design, inner, rest)
        return None if further is None else [node.name, *further]
    for outer in block.nodes.values():
        inner = design.blocks.get(outer.kind)
        if inner is not None and first in inner.nodes:
            further = _way(design, inner, path)
            return None if further is None else [outer.name, *further]
    return _way(design, block, rest) if rest and rest[0] in block.nodes else None
