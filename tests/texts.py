"""Collects every text of the program for Qt's translation tools: `.venv/bin/python tests/texts.py FILE.ts`.

Of the window Qt's own tool finds them. Those of the rooms without Qt are found here and written down for it: the
templates of each `Text`, whole literals where an error or a diagnostic takes its words, and the words of the catalogue
and of the designs and blocks that ship with the program.
"""

from __future__ import annotations

import ast
import builtins
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from designer.catalogue.registry import registry
from designer.catalogue.spec import Family
from designer.document.presets import list_presets, open_design
from designer.session.shelf import built_in_blocks
from designer.ui.language import CONTEXT

ROOT = Path(__file__).resolve().parents[1]
DESIGNER = ROOT / "designer"
UI = DESIGNER / "ui"
ELSEWHERE = ("cli", "ui")  # the texts of the one are not the window's, and in the other Qt's tool looks for itself

MAKES_TEXT = {"Text", "joined"}
TAKES_TEXT = re.compile(r"(Error|Remedy|Fix|Loss)$")  # first, if nothing else is said below
TAKEN_AT = {  # the arguments that are texts
    "Diagnostic": (2,),
    "LayerError": (1,),
    "Doubt": (1,),
    "error": (1,),  # of the analysis of a node
    "_design_too_large": (0, 1),
    "expect_rank": (3,),
    "require": (3, 4),  # of a recipe
    "fail": (0,),
    "_mismatch": (1, 2),
    "_failed": (0, 1, 2),
    "_check_unique": (3,),
    "_lose": (0,),
    "lose": (0,),  # of what salvages a damaged document
    "Failed": (0,),  # what the engine says, or the session in its place
    "Warned": (1, 2),
    "Preparing": (0, 3),
    "Refused": (1,),
    "EngineDied": (0,),
}
FIXES = "fixes"  # the module of the functions that take the title of a fix first
WORDS = {"message", "problem", "expected", "received", "fix", "advice", "title"}


class Found(NamedTuple):
    """A text, and where it stands."""

    text: str
    place: str


def name_of_call(call: ast.Call) -> str:
    """`Text` of `Text(…)`, `error` of `self.error(…)`."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def places_of_words(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of a call that a person reads."""
    name = name_of_call(call)
    is_fix = isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == FIXES
    if name in MAKES_TEXT:
        yield from call.args
    elif is_fix or name in TAKEN_AT or (TAKES_TEXT.search(name) and not hasattr(builtins, name)):
        yield from (call.args[index] for index in TAKEN_AT.get(name, (0,)) if index < len(call.args))
        yield from (each.value for each in call.keywords if each.arg in WORDS)


def assigned(tree: ast.AST) -> dict[str, list[ast.expr]]:
    """What each name of a module stands for somewhere in it."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        for target in node.targets if isinstance(node, ast.Assign) else ():
            if isinstance(target, ast.Name):
                found.setdefault(target.id, []).append(node.value)
    return found


def alternatives(node: ast.expr, names: Mapping[str, list[ast.expr]], depth: int = 0) -> Iterator[ast.expr]:
    """What an expression may give: both sides of `a if b else c` and of `a or b`, and what was assigned to a name."""
    if isinstance(node, ast.IfExp):
        parts = [node.body, node.orelse]
    elif isinstance(node, ast.BoolOp):
        parts = node.values
    elif isinstance(node, ast.Name) and depth < 4:
        parts = names.get(node.id, [])
    else:
        yield node
        return
    for part in parts:
        yield from alternatives(part, names, depth + 1)


def has_words(text: str) -> bool:
    """Whether there is anything to translate in a text."""
    return re.search(r"[^\W\d_]{2,}", text) is not None


def is_worded(node: ast.AST) -> bool:
    """Whether there are words in an f-string or a sum, other than arguments as code has them: `stride={stride}`."""
    parts = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str))
    return has_words(re.sub(r"[\w.]+=", "", " ".join(parts)))


def words_in(source: str) -> Iterator[ast.expr]:
    """Everything in a source of a room without Qt that is said to a person."""
    tree = ast.parse(source)
    names = assigned(tree)
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    yield from (each for call in calls for words in places_of_words(call) for each in alternatives(words, names))


def texts_of(source: str, place: str) -> Iterator[Found]:
    """The texts in a source of a room without Qt."""
    for words in words_in(source):
        if isinstance(words, ast.Constant) and isinstance(words.value, str) and has_words(words.value):
            yield Found(words.value, f"{place}:{words.lineno}")


def sources() -> list[Path]:
    """The modules of the rooms without Qt whose words the window shows."""
    return sorted(path for path in DESIGNER.rglob("*/*.py") if path.relative_to(DESIGNER).parts[0] not in ELSEWHERE)


def texts_of_the_catalogue() -> Iterator[Found]:
    """What layers, presets and built-in blocks say of themselves."""
    for kind, spec in registry().items():
        yield from (Found(text, kind) for text in (spec.summary, spec.help))
        yield from (Found(parameter.doc, f"{kind}.{parameter.name}") for parameter in spec.parameters)
    shipped = [open_design(preset.id).design for preset in list_presets()]
    for block in (*built_in_blocks().values(), *(block for design in shipped for block in design.blocks.values())):
        yield from (Found(text, block.name) for text in (block.title, block.description))
        yield from (Found(parameter.doc, f"{block.name}.{parameter.name}") for parameter in block.parameters)
    yield from (Found(preset.title, preset.id) for preset in list_presets())
    yield from (Found(family.value, "Family") for family in Family)


def collected() -> dict[str, str]:
    """All texts of the rooms without Qt, each with the first place where it stands."""
    found: dict[str, str] = {}
    for path in sources():
        for text, place in texts_of(path.read_text("utf-8"), path.relative_to(ROOT).as_posix()):
            found.setdefault(text, place)
    for text, place in texts_of_the_catalogue():
        if text:
            found.setdefault(text, place)
    return found


def for_lupdate() -> str:
    """The collected texts as a source that Qt's tool reads; the place becomes the translator's comment."""
    lines = (
        f'#: {place}\nQT_TRANSLATE_NOOP("{CONTEXT}", {json.dumps(text, ensure_ascii=False)})\n'
        for text, place in collected().items()
    )
    return "".join(lines)


def qt_tool(name: str) -> str:
    """A tool of the PySide6 that runs this."""
    return shutil.which(f"pyside6-{name}", path=str(Path(sys.executable).parent)) or f"pyside6-{name}"


def update(target: Path) -> None:
    """Make a file of translations, or bring it up to date; what was translated in it stays."""
    with tempfile.TemporaryDirectory() as folder:
        rooms, names = Path(folder, "rooms.py"), Path(folder, "names.txt")
        rooms.write_text(for_lupdate(), "utf-8")
        names.write_text("\n".join(map(str, [*sorted(UI.rglob("*.py")), rooms])), "utf-8")
        command = [qt_tool("lupdate"), f"@{names}", "-silent", "-locations", "none"]
        subprocess.run([*command, "-ts", str(target)], check=True)


if __name__ == "__main__":
    update(Path(sys.argv[1]).resolve())
