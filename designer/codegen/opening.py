"""What stands at the top of a module: its docstring, its imports, and custom layers' classes as they were written."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence

from designer.base.errors import DesignError
from designer.base.text import Text
from designer.catalogue.custom.source import ClassSource, Import, read_class
from designer.codegen import layout, wrap
from designer.graph.block import Block
from designer.graph.design import Design

_NOTE = "# The document's own code, as its author wrote it."


def customs_in_use(design: Design, blocks: Iterable[Block]) -> list[ClassSource]:
    """The classes of the custom layers that stand in some blocks, in the order of the design.

    Raises DesignError where two of them give one name two meanings, or one imports what is the name of a class.
    """
    blocks = tuple(blocks)
    used = {node.kind for block in blocks for key, node in block.nodes.items() if key in block.live}
    classes = [read_class(layer.source) for name, layer in design.customs.items() if name in used]
    _check_names(classes, {block.name for block in blocks})
    return classes


def _check_names(classes: Sequence[ClassSource], blocks: set[str]) -> None:
    meanings: dict[str, tuple[str, str]] = {}  # of each imported name: what it stands for, and in which class
    names = blocks | {one.name for one in classes}
    for one in classes:
        for imported in one.imports:
            meaning, first = meanings.setdefault(imported.bound, (str(imported), one.name))
            clash = Text("{name} is a class", name=imported.bound) if imported.bound in names else ""
            if meaning != str(imported) and not (imported.loads_more and meaning.startswith("import torch.")):
                clash = Text("{layer} says '{meaning}'", layer=first, meaning=meaning)
            if clash:
                said = Text(
                    "the custom layer {layer} says '{imported}', and {clash}.",
                    layer=one.name,
                    imported=imported,
                    clash=clash,
                )
                raise DesignError(
                    Text("No code yet: {said}", said=said),
                    expected="one meaning for each name of a module",
                    fix="Import it under another name, with as.",
                )


def opening(design: Design, customs: Sequence[ClassSource]) -> list[str]:
    """The module's first lines."""
    title = wrap.sentence(design.root.title or design.root.name)
    about = wrap.docstring([[title], ["Run it as a program to see each stage's name and output shape."]], "")
    needed = {Import("", "torch"), Import("torch", "nn"), Import("torch", "Tensor")}
    needed |= {one for custom in customs for one in custom.imports if not one.is_given or one.loads_more}
    lines = [*about, "", *_imports(needed)]
    for custom in customs:
        lines += ["", "", _NOTE, *custom.text.split("\n")]
    return lines


def _imports(needed: set[Import]) -> Iterator[str]:
    """Import lines in the order that linters want: the standard library first, plain imports before `from`."""
    standard = {one for one in needed if (one.module or one.name).partition(".")[0] in sys.stdlib_module_names}
    for number, part in enumerate(filter(None, (standard, needed - standard))):
        if number:
            yield ""
        plain = [one for one in part if not one.module]
        yield from sorted(map(str, plain), key=lambda line: line.lower())
        for module in sorted({one.module for one in part if one.module}, key=str.lower):
            yield from _from(module, [one for one in part if one.module == module])


def _from(module: str, names: Sequence[Import]) -> list[str]:
    # Renamed ones stand on lines of their own, before the others.
    renamed = sorted((one for one in names if one.alias), key=lambda one: _rank(one.name))
    plain = [one.name for one in sorted((one for one in names if not one.alias), key=lambda one: _rank(one.name))]
    lines = [str(one) for one in renamed]
    if plain:
        line = f"from {module} import {', '.join(plain)}"
        if len(line) > layout.WIDTH:
            lines += [f"from {module} import (", *(f"{layout.STEP}{name}," for name in plain), ")"]
        else:
            lines.append(line)
    return lines


def _rank(name: str) -> tuple[int, str]:
    """Constants before classes before functions."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name
