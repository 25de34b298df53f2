"""Each text that a room without Qt says can be translated: a `Text`, or a whole literal where it is looked for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from string import Formatter

import pytest

from tests.texts import DESIGNER, is_worded, name_of_call, sources, words_in


def faults(source: str) -> Iterator[tuple[int, str]]:
    """Lines and texts that nobody could translate, or whose template is not a literal with just these arguments."""
    for words in words_in(source):
        if isinstance(words, ast.JoinedStr | ast.BinOp) and is_worded(words):
            yield words.lineno, ast.unparse(words)
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        if name_of_call(call) == "Text" and call.keywords:
            template = call.args[0]
            is_literal = isinstance(template, ast.Constant) and isinstance(template.value, str)
            named = {name for _, name, _, _ in Formatter().parse(template.value) if name} if is_literal else set()
            if named != {each.arg for each in call.keywords}:
                yield call.lineno, ast.unparse(call)


def test_every_text_can_be_translated():
    found = [
        f"{path.relative_to(DESIGNER)}:{line}: {text}"
        for path in sources()
        if path.name != "text.py"
        for line, text in faults(path.read_text("utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        'BlockyardError(f"{n} things")',
        'BlockyardError("It failed.", fix=f"Remove {n}." if n else "")',
        'Remedy("Set " + name, set_param=name)',
        'fixes.rename(f"Rename it to {name}", block, node, name)',
        'message = f"{n} things"; raise BlockyardError(message)',
        "Text(template, node=node)",
        'Text(f"{node} is gone", node=node)',
        'Text("{node} is gone", name=node)',
        'Text("gone", node=node)',
        'Text("{} is gone", node=node)',
    ],
)
def test_a_text_that_cannot_be_is_found(source: str):
    assert list(faults(source))


def test_a_sound_one_is_not():
    assert not list(faults('BlockyardError(Text("{n} things", n=3), expected="none", fix=error.fix); f"{n} things"'))
