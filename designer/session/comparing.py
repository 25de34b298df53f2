"""What differs between two runs, in words: their recipes, their designs, their last figures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from designer.base.text import Text
from designer.document.document import DocumentError
from designer.document.format import MAX_BYTES
from designer.document.reading import parse_document
from designer.engine.run_files import read_bytes
from designer.graph.block import Block, Node
from designer.graph.design import Design
from designer.runs.folder import DESIGN_FILE
from designer.runs.listing import read_run

_FIGURES = {
    "train_loss": "train loss",
    "train_accuracy": "train accuracy",
    "validation_loss": "validation loss",
    "validation_accuracy": "validation accuracy",
    "test_loss": "test loss",
    "test_accuracy": "test accuracy",
}
_WITHOUT_MEANING = ("name",)  # of a recipe: what it is called changes nothing


@dataclass(frozen=True)
class Change:
    """One thing that differs: its name, what it is in the first run and in the second."""

    name: str
    first: str
    second: str


@dataclass(frozen=True)
class Comparison:
    """Of two runs. design: sentences."""

    figures: tuple[Change, ...]
    recipe: tuple[Change, ...]
    design: tuple[str, ...]


def compare_runs(first: Path, second: Path) -> Comparison:
    """Read two run folders and tell them apart. What cannot be read is said among the differences of the designs."""
    runs = read_run(first), read_run(second)
    known = [name for name in _FIGURES if any(run.figures.get(name) is not None for run in runs)]
    figures = [Change(_FIGURES[name], *(_figure(run.figures.get(name)) for run in runs)) for name in known]
    recipes = [dict(_flat(run.recipe)) for run in runs]
    names = sorted({name for recipe in recipes for name in recipe} - set(_WITHOUT_MEANING))
    recipe = [Change(name, *(_shown(recipe.get(name)) for recipe in recipes)) for name in names]
    return Comparison(
        figures=tuple(figures),
        recipe=tuple(change for change in recipe if change.first != change.second),
        design=tuple(_designs_apart(first, second)),
    )


def designs_apart(first: Design, second: Design) -> Iterator[str]:
    """What was added, removed and changed from one design to the other, a sentence each; nodes go by their names."""
    for name in (*first.blocks, *(name for name in second.blocks if name not in first.blocks)):
        if name not in second.blocks:
            yield Text("The block {name} was removed.", name=name)
        elif name not in first.blocks:
            yield Text("The block {name} was added.", name=name)
        else:
            apart = _blocks_apart(first.blocks[name], second.blocks[name])
            own = name == first.main
            yield from (words if own else Text("In {block}: {words}", block=name, words=words) for words in apart)


def _designs_apart(first: Path, second: Path) -> Iterator[str]:
    try:
        files = [read_bytes(folder / DESIGN_FILE, MAX_BYTES) for folder in (first, second)]
        designs = [parse_document(data, DESIGN_FILE).design for data in files]
    except (DocumentError, OSError) as error:
        reason = error.message if isinstance(error, DocumentError) else f"{error.strerror}."
        yield Text("The designs cannot be compared: {message}", message=reason)
        return
    yield from designs_apart(*designs)


def _blocks_apart(first: Block, second: Block) -> Iterator[str]:
    old, new = ({node.name: node for node in block.nodes.values()} for block in (first, second))
    for name, node in new.items():
        if name not in old:
            yield Text("{kind} '{name}' was added.", kind=node.kind, name=name)
    for name, node in old.items():
        if name not in new:
            yield Text("{kind} '{name}' was removed.", kind=node.kind, name=name)
        else:
            yield from _nodes_apart(node, new[name])
    for name, value in second.defaults.items():
        if name in first.defaults and first.defaults[name] != value:
            yield Text(
                "The variable {name} was {before} and is {value}.",
                name=name,
                before=first.defaults[name],
                value=value,
            )
    if _wires(first) != _wires(second) and old.keys() == new.keys():
        yield Text("The wires lead elsewhere.")


def _wires(block: Block) -> set[tuple[str, str, str, str]]:
    names = {key: node.name for key, node in block.nodes.items()}
    return {
        (names.get(source.node, ""), source.port, names.get(target.node, ""), target.port)
        for source, target in block.edges
    }


def _nodes_apart(first: Node, second: Node) -> Iterator[str]:
    if first.kind != second.kind:
        yield Text("'{name}' was a {before} and is a {kind}.", name=first.name, before=first.kind, kind=second.kind)
        return
    settings = [{**node.params, "repeat": node.repeat, "when": node.when} for node in (first, second)]
    for name in sorted(settings[0].keys() | settings[1].keys()):
        old, new = (setting.get(name, Text("its default")) for setting in settings)
        if old != new:
            yield Text("{node}: {name} was {old} and is {new}.", node=second, name=name, old=old, new=new)


def _flat(value: Mapping[str, Any], where: str = "") -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _flat(inner, f"{where}{name}.")
        else:
            yield f"{where}{name}", inner


def _shown(value: Any) -> str:
    return "–" if value is None else value if isinstance(value, str) else json.dumps(value)


def _figure(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, int | float) else "–"
