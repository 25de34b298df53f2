"""Runs exported as event files, which are read again."""

from __future__ import annotations

import json
import math
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.engine.event_file import EventFile, crc32c
from designer.engine.protocol import METRICS_FILE, Batch, Epoch, write_line
from designer.exchange.module import ExportError
from designer.exchange.tensorboard import export_tensorboard
from designer.runs.folder import RUN_FILE
from tests.event_files import Told, crc, events, records

BATCH = Batch(1, 1, 2, 1, 2.5, 0.125, 0.05, 900.0, 1 << 20, 3.5, 1_800_000_001.5)


def run_of(folder: Path, messages: list[Batch | Epoch]) -> Path:
    folder.mkdir()
    (folder / RUN_FILE).write_text(json.dumps({"created": "2026-01-02T03:04:05+00:00"}))
    (folder / "recipe.json").write_text("{}")
    (folder / METRICS_FILE).write_text("".join(write_line(message) + "\n" for message in messages))
    return folder


@pytest.mark.parametrize(
    ("data", "published"),
    [(bytes(32), 0x8A9136AA), (b"\xff" * 32, 0x62A8AB43), (bytes(range(32)), 0x46DD794E), (b"123456789", 0xE3069283)],
)
def test_checksums_are_the_published_ones(data: bytes, published: int):
    assert crc32c(data) == crc(data) == published


def test_a_run_becomes_an_event_file(tmp_path: Path):
    second = replace(BATCH, batch=2, step=2, loss=1.5, memory_bytes=None, gradient_norm=None)
    run = run_of(tmp_path / "run", [BATCH, second, Epoch(1, 2.0, 0.25, 1.25, 0.5, 900.0, 1.75, 0.375)])
    path = export_tensorboard(run, tmp_path / "board")
    assert path.parent == tmp_path / "board" / "run"
    assert "tfevents" in path.name
    first, *later = events(path)
    assert (first.file_version, first.wall_time) == ("brain.Event:2", 1_767_323_045)
    told = [event.scalars for event in later]
    assert [event.step for event in later] == [1, 2, 2]
    assert later[0].wall_time == 1_800_000_001.5
    assert told[0] == pytest.approx(
        {
            "loss/train_batch": 2.5,
            "accuracy/train_batch": 0.125,
            "training/learning_rate": 0.05,
            "training/images_per_second": 900.0,
            "training/memory_bytes": 1 << 20,
            "training/gradient_norm": 3.5,
        }
    )
    assert told[1].keys() == told[0].keys() - {"training/memory_bytes", "training/gradient_norm"}
    assert told[2] == pytest.approx(
        {
            "loss/train": 2.0,
            "accuracy/train": 0.25,
            "loss/test": 1.25,
            "accuracy/test": 0.5,
            "loss/validation": 1.75,
            "accuracy/validation": 0.375,
        }
    )


def test_a_second_export_takes_the_firsts_place(tmp_path: Path):
    run = run_of(tmp_path / "run", [BATCH])
    first = export_tensorboard(run, tmp_path / "board")
    with (run / METRICS_FILE).open("a") as log:
        log.write(write_line(replace(BATCH, step=2)) + "\n")
    assert export_tensorboard(run, tmp_path / "board") == first
    assert list(first.parent.iterdir()) == [first]
    assert len(list(records(first))) == 3


def test_old_and_odd_logs(tmp_path: Path):
    """Without times; with what is no number, steps that fall, and integers that no float holds."""
    run = run_of(tmp_path / "run", [replace(BATCH, time=None)])
    huge = "9" * 400
    lines = [
        '{"type": "batch"}',
        f'{{"type":"batch","epoch":1,"batch":2,"batches":2,"step":{huge},"loss":1,"accuracy":0,"learning_rate":0.1,'
        '"examples_per_second":1,"memory_bytes":1}',
        f'{{"type":"batch","epoch":1,"batch":2,"batches":2,"step":2,"loss":{huge},"accuracy":NaN,"learning_rate":0.1,'
        '"examples_per_second":1e300,"memory_bytes":null}',
        write_line(replace(BATCH, loss=9.0)),
    ]
    with (run / METRICS_FILE).open("a") as log:
        log.write("\n".join(lines) + "\n")
    _, first, second = events(export_tensorboard(run, tmp_path))
    assert first.wall_time == 1_767_323_045
    assert second.scalars == pytest.approx({"training/learning_rate": 0.1, "training/images_per_second": math.inf})


@given(
    st.floats(0, 1e12),
    st.integers(0, 2**63 - 1),
    st.dictionaries(st.text(st.characters(codec="utf-8")), st.floats(width=32, allow_nan=False)),
)
def test_whatever_is_added_is_read_again(time: float, step: int, scalars: dict[str, float]):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "events")
        with path.open("wb") as file:
            EventFile(file, 0.0).add(time, step, scalars)
        assert events(path)[1] == Told(time, step, "", scalars)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path):
    run = run_of(tmp_path / "run", [BATCH])
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match="cannot be written to"):
        export_tensorboard(run, tmp_path / "file")
