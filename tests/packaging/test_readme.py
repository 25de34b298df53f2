"""The README's commands are the ones that are run: CI takes its test command from there, literally."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _commands() -> list[str]:
    fences = re.findall(r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [line for fence in fences for line in fence.splitlines() if line.startswith("bash .ci/setup")]


def test_two_commands_do_all_the_set_up() -> None:
    window, tests = _commands()
    started = re.fullmatch(r"bash \.ci/setup && \.venv/bin/blockyard (\w+)", window)
    assert started is not None
    assert list((ROOT / "presets").glob(f"{started[1]}.*"))
    assert re.fullmatch(r"bash \.ci/setup test && \.venv/bin/python -m pytest( -n \d)?", tests)


def test_ci_runs_the_readmes_test_command() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    found = re.search(r"^command=\$\(grep -m 1 '([^']+)' README\.md\)$", script, re.MULTILINE)
    assert found is not None
    assert '\nbash -c "$command"\n' in script
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    assert next(line for line in lines if re.match(found[1], line)) == _commands()[1]
