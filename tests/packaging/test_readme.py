"""The README's commands are the ones that are run: CI takes its test command from there, literally."""

from __future__ import annotations

import re
from pathlib import Path

from designer.analysis.analyser import Analyser
from designer.codegen.module import generate
from designer.document.presets import open_design

ROOT = Path(__file__).resolve().parents[2]


def _fences(language: str) -> list[str]:
    text = (ROOT / "README.md").read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def _commands() -> list[str]:
    return [line for fence in _fences("sh") for line in fence.splitlines() if line.startswith("bash .ci/setup")]


def test_two_commands_do_all_the_set_up() -> None:
    window, tests = _commands()
    started = re.fullmatch(r"bash \.ci/setup && \.venv/bin/blockyard (\w+)", window)
    assert started is not None
    assert list((ROOT / "presets").glob(f"{started[1]}.*"))
    assert re.fullmatch(r'bash \.ci/setup test && \.venv/bin/python -m pytest -n \d -m "not slow"', tests)


def test_ci_runs_the_readmes_test_command() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    found = re.search(r"^command=\$\(grep -m 1 '([^']+)' README\.md\)$", script, re.MULTILINE)
    assert found is not None
    assert '\nbash -c "$command"\n' in script
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    assert next(line for line in lines if re.match(found[1], line)) == _commands()[1]


def test_the_code_shown_is_the_code_written() -> None:
    written = []
    for preset in ("vgg11_fashion", "resnet"):
        design = open_design(preset).design
        written.append(generate(design, Analyser().analyse(design)).source)
    fences = _fences("python")
    assert fences
    for fence in fences:
        assert any(fence in source for source in written), fence


def test_every_picture_is_there() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (ROOT / "README.md").read_text("utf-8"))
    assert pictures
    assert [picture for picture in pictures if not (ROOT / picture).is_file()] == []
