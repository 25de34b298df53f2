"""The presets' code, word for word: a change in it is seen, and meant.

`pytest tests/golden --overwrite-golden` writes it anew. The sources end in .txt, so that no tool takes them for ours.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from designer.analysis.analyser import Analyser
from designer.codegen.module import generate
from designer.document.presets import list_presets, open_design

HERE = Path(__file__).parent / "sources"
IDS = [preset.id for preset in list_presets()]


def source_of(key: str) -> str:
    design = open_design(key).design
    return generate(design, Analyser().analyse(design)).source


@pytest.mark.parametrize("key", IDS)
def test_the_code_is_the_golden_one(key, overwrite):
    path = HERE / f"{key}.txt"
    if overwrite:
        path.parent.mkdir(exist_ok=True)
        path.write_text(source_of(key), "utf-8")
    assert path.is_file(), "run pytest tests/golden --overwrite-golden, and read what it wrote"
    assert source_of(key) == path.read_text("utf-8")


def test_no_golden_source_is_without_its_preset():
    assert {path.stem for path in HERE.glob("*.txt")} == set(IDS)
