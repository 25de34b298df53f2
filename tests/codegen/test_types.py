"""Type checkers have nothing to say of generated code, nor of each block of the palette by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from designer.analysis.analyser import Analyser
from designer.codegen.module import generate
from designer.document.presets import list_presets, open_design
from designer.document.reading import read_document
from designer.graph.block import Node
from designer.graph.design import Design
from designer.graph.expressions import Expression as X
from tests.codegen.drawing import FLATTEN, IN, OUT, P, conv, image, linear

BLOCKS = sorted((Path(__file__).parents[2] / "presets" / "blocks").glob("*.blockyard"))


def sources(name: str, design: Design) -> dict[str, str]:
    analysis = Analyser().analyse(design)
    assert analysis.ok, [d.sentence for d in analysis.diagnostics]
    return {f"{name}{'_lazy' * lazy}.py": generate(design, analysis, lazy=lazy).source for lazy in (False, True)}


def odd_ones(block) -> dict[str, Design]:
    """Designs with what no preset has: several outputs, values of no module, copies that differ, states, flags."""
    head = block("Head", IN, FLATTEN, linear("fc", 12), OUT)
    two = block("Two", IN, conv("c"), Node("p", "Output"), Node("q", "Output"), edges=["input>c", "c>p", "input>q"])
    merge = block(
        "Merge", IN, conv("a", padding=1, out_channels=3), Node("add", "Add", when=X("skip")), OUT,
        edges=["input>a", "a>add.x1", "input>add.x2", "add>output"], parameters=(P("skip", True), P("t", (1, 2.5))),
    )  # fmt: skip
    sequence = Node("input", "Input", params={"shape": (5, 8)})
    lstm = [sequence, Node("lstm", "LSTM", params={"hidden_size": 4}), OUT]
    token = [sequence, Node("cls", "ClassToken"), Node("pos", "PositionalEmbedding"), Node("swap", "Transpose"), OUT]
    chunk = [image(), Node("c", "Chunk", params={"chunks": 3}), Node("cat", "Concat"), OUT]
    pair = [image(), Node("t", "Two"), OUT]
    wires = ["input>c", "c.part1>cat.x1", "c.part3>cat.x2", "cat>output"]
    return {
        "heads": Design("Net", {"Net": block("Net", image(), Node("h", "Head", repeat=3), OUT), "Head": head}),
        "two": Design("Net", {"Net": block("Net", *pair, edges=["input>t", "t.p>output"]), "Two": two}),
        "merge": Design("Net", {"Net": block("Net", image(), Node("m", "Merge", repeat=2), OUT), "Merge": merge}),
        "lstm": Design("Net", {"Net": block("Net", *lstm)}),
        "token": Design("Net", {"Net": block("Net", *token)}),
        "chunk": Design("Net", {"Net": block("Net", *chunk, edges=wires)}),
        "nothing": Design("Net", {"Net": block("Net", image(), OUT)}),
    }


@pytest.mark.parametrize("path", BLOCKS, ids=lambda path: path.stem)
def test_every_block_of_the_library_can_be_exported_by_itself(path, tools):
    tools.sound(read_document(path).design)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_mypy_has_nothing_to_say_of_generated_code(tmp_path, tools):
    files: dict[str, str] = {}
    for preset in list_presets():
        files |= sources(preset.id, open_design(preset.id).design)
    for path in BLOCKS:
        files |= sources(f"block_{path.stem}", read_document(path).design)
    for name, design in odd_ones(tools.block).items():
        files |= sources(f"odd_{name}", design)
    for name, source in files.items():
        (tmp_path / name).write_text(source, "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), *sorted(files)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.stdout.startswith("Success"), done.stdout + done.stderr
