"""Whatever happens to a file of a run: it is listed, shown, compared, exported and gone on with, or a sentence says why
not; nothing waits and nothing breaks."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from designer.base.errors import BlockyardError
from designer.document.presets import open_design
from designer.engine.control import Wishes
from designer.engine.job import carry_out
from designer.engine.protocol import (
    CONTROLS_FILE,
    EngineError,
    Failed,
    Finished,
    Message,
    Stop,
    Warned,
    read_evaluation,
    send_control,
)
from designer.engine.recipe import DataRecipe, Recipe
from designer.engine.resumption import has_checkpoint, recipe_to_go_on
from designer.engine.trial import Trial
from designer.exchange.tensorboard import export_tensorboard
from designer.runs.curves import read_curves
from designer.runs.listing import list_runs, read_run
from designer.runs.notes import write_note
from designer.runs.table import figures_as_csv
from designer.session.comparing import compare_runs
from designer.session.preparing import prepare_run
from designer.session.trust import UntrustedError, require_run_trust
from designer.ui.presenters.reports import run_view
from designer.ui.presenters.results import results_view

MINI = Path(__file__).resolve().parents[2] / "resources" / "fashion-mnist-mini"
ODD: list[Any] = [
    None,
    True,
    -1,
    0,
    1.5,
    10**400,
    1e308,
    float("nan"),
    "",
    "x",
    "\x1b[2J",
    "\ud800",
    "=1+1",
    [],
    {},
    [[]],
]
ODD += [["x"] * 1000, {"x": {"x": "x"}}, "x" * 100_000]
JSON_FILES = ("run.json", "recipe.json", "status.json", "evaluation.json", "metrics.jsonl")
KINDS = ("flip", "cut", "insert", *["value"] * 3, "long line", "gone", "pipe", "zero", "loop", "folder", "endless")
FILES = (*JSON_FILES, "note.txt", CONTROLS_FILE, "log.txt", "design.blockyard", "model.py", "weights.safetensors")
FILES += ("engine.lock", "last_words.json", "checkpoints/last.pt", "checkpoints/previous.pt", "checkpoints")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two epochs, as a person leaves it."""
    document = open_design("lenet_relu")
    data = DataRecipe(source=str(MINI), limit=96)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BLOCKYARD_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        root = tmp_path_factory.mktemp("runs")
        run_dir = prepare_run(document, replace(Recipe(), data=data, epochs=2, device="cpu"), root=root)
    assert carry_out(run_dir, lambda message: None, Wishes()) == 0
    write_note(run_dir, "a good one")
    send_control(run_dir, Stop())
    (run_dir / "log.txt").write_text("all is well\n")
    return run_dir


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value[:3]) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in places(each, (*path, key)))]


def with_odd(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    if not path:
        return odd
    copy = value.copy()
    copy[path[0]] = with_odd(value[path[0]], path[1:], odd)
    return copy


@st.composite
def damages(draw: st.DrawFn) -> tuple[str, Callable[[Path], None], str]:
    """The file, what happens to it, and that in words."""
    name = draw(st.sampled_from(FILES))
    kind = draw(st.sampled_from(KINDS))
    share, bits, odd = draw(st.floats(0, 1)), draw(st.binary(min_size=1, max_size=80)), draw(st.sampled_from(ODD))

    def flip(data: bytes) -> bytes:
        at = int(share * len(data))
        return (
            data[:at]
            + bytes(a ^ b for a, b in zip(data[at : at + len(bits)], bits, strict=False))
            + data[at + len(bits) :]
        )

    def value(data: bytes) -> bytes:
        lines = data.splitlines() if name.endswith("l") else [data]
        number = min(int(share * len(lines)), len(lines) - 1)
        try:
            whole = json.loads(lines[number])
        except (ValueError, IndexError):
            return bits
        found = places(whole)
        changed = with_odd(whole, found[int(share * 997) % len(found)], odd)
        lines[number] = json.dumps(changed).encode()
        return b"\n".join(lines)

    changes: dict[str, Callable[[bytes], bytes]] = {
        "flip": flip,
        "cut": lambda data: data[: int(share * len(data))],
        "insert": lambda data: data[: int(share * len(data))] + bits + data[int(share * len(data)) :],
        "value": value,
        "long line": lambda data: data + b"[" * (3 << 20) + b"\n" + data,
    }

    def damage(path: Path) -> None:
        data = path.read_bytes() if path.is_file() else b""
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        if kind in changes:
            path.write_bytes(changes[kind](data))
        elif kind == "pipe":
            os.mkfifo(path)
        elif kind in ("zero", "loop"):
            path.symlink_to("/dev/zero" if kind == "zero" else path.name)
        elif kind == "folder":
            path.mkdir()
        elif kind == "endless":
            with path.open("wb") as file:
                file.truncate(1 << 40)

    return name, damage, f"{kind} {name} at {share}: {bits!r} or {odd!r:.50}"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes, links and devices")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damages(), st.sampled_from(["run", "a\nb", "\x1b[31mred", "=cmd", "ü" * 80, "a" * 250]))
def test_whatever_happens_to_a_file(sound: Path, damaged: tuple[str, Callable[[Path], None], str], name: str):
    file, damage, _words = damaged
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "runs")
        run_dir, other = root / name, root / "other"
        for each in (run_dir, other):
            shutil.copytree(sound, each)
        damage(run_dir / file)
        runs = {run.path: run for run in list_runs(root)}
        assert set(runs) == {run_dir, other}
        assert (runs[other].state, runs[other].damage) == ("finished", "")
        json.dumps([run.to_json() for run in runs.values()], allow_nan=False)
        for run in (runs[run_dir], read_run(run_dir)):
            view = run_view(run)
            assert all(figure is None or f"{figure:.4f}" for figure in (view.loss, view.accuracy))
        assert len(read_curves(run_dir).epochs) == 6
        figures_as_csv(run_dir).encode()
        if (evaluation := read_evaluation(run_dir)) is not None:
            results_view(evaluation, "x")
        compare_runs(run_dir, other)
        export_tensorboard(run_dir, Path(folder, "board"))
        shown(lambda: write_note(run_dir, "new"))
        if file == "model.py":
            return  # other code is not run, unless somebody trusts it
        shown(lambda: Trial(run_dir))
        go_on(run_dir)
        assert read_run(run_dir).path == run_dir


def shown(action: Callable[[], object]) -> bool:
    """Do it, unless a sentence says why not. Returns whether it was done."""
    refusal: BlockyardError | EngineError | None = None
    try:
        action()
    except (BlockyardError, EngineError) as error:
        refusal = error
    assert refusal is None or (refusal.message and (refusal.fix or refusal.expected))
    return refusal is None


def go_on(run_dir: Path) -> None:
    if not shown(lambda: recipe_to_go_on(run_dir, {"epochs": 3})):
        return
    heard: list[Message] = []
    wishes = Wishes()
    wishes.stop()  # after a batch
    status = carry_out(run_dir, heard.append, wishes, resume=has_checkpoint(run_dir))
    assert status == isinstance(heard[-1], Failed)
    assert isinstance(heard[-1], Failed | Finished)
    if isinstance(heard[-1], Failed):
        assert "broke off" not in heard[-1].message
        assert heard[-1].fix
    assert all(message.fix for message in heard if isinstance(message, Warned))


def test_other_code_is_not_run(sound: Path, tmp_path: Path):
    run_dir = Path(shutil.copytree(sound, tmp_path / "run"))
    model = run_dir / "model.py"
    model.write_text(model.read_text() + "\n# changed\n")
    with pytest.raises(UntrustedError):
        require_run_trust(run_dir)
