"""Whatever befalls a run that has an epoch behind it, in a child process: a sentence, and all that was reached kept."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from designer.engine import protocol
from designer.engine.checkpoints import last_checkpoint

GREY = {"size": (28, 28), "mode": "L"}


def figures(run_dir: Path) -> list[protocol.Message]:
    return [message for message in protocol.read_metrics(run_dir) if isinstance(message, protocol.Epoch)]


def change(run_dir: Path, **fields: object) -> None:
    path = run_dir / protocol.RECIPE_FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | fields), "utf-8")


def failure(run_dir: Path) -> protocol.Failed:
    """What was told, and is the record's last word."""
    told = [protocol.read_line(line) for line in run_dir.with_name("told.jsonl").read_bytes().splitlines()]
    failed = told[-1]
    assert isinstance(failed, protocol.Failed)
    assert failed.message.endswith(".")
    assert failed.fix
    assert list(protocol.read_metrics(run_dir))[-1] == failed
    status = protocol.read_status(run_dir)
    assert (status.state, status.message) == ("failed", failed.message)
    return failed


@pytest.fixture
def going_on(run_folder, train) -> Callable[..., protocol.Failed]:
    """Trains an epoch, lets something befall the run, goes on with it. Returns how it failed."""

    def go_on(data: Path, befall: Callable[[Path], object], in_forward: str = "pass") -> protocol.Failed:
        run_dir = run_folder(in_forward=in_forward, data={"source": str(data)}, batch_size=8)
        assert train(run_dir) == [0]
        kept, before = last_checkpoint(run_dir).read_bytes(), figures(run_dir)
        change(run_dir, epochs=2)
        befall(run_dir)
        assert train(run_dir, "--resume") == [1]
        assert last_checkpoint(run_dir).read_bytes() == kept
        assert figures(run_dir) == before != []
        return failure(run_dir)

    return go_on


def test_the_data_are_gone(going_on, pictures):
    folder = pictures(count=10, **GREY)
    assert str(folder) in going_on(folder, lambda _: shutil.rmtree(folder)).message


def test_an_image_is_cut_short(going_on, pictures):
    folder = pictures(count=10, **GREY)
    image = folder / "cat" / "3.png"
    failed = going_on(folder, lambda _: image.write_bytes(image.read_bytes()[:100]))
    assert failed.message.startswith("1 image cannot be read: cat/3.png (")
    assert "skip_broken" in failed.fix


def test_one_class_is_left(going_on, pictures):
    folder = pictures(count=10, **GREY)
    failed = going_on(folder, lambda _: [shutil.rmtree(folder / name) for name in ("dog", "owl")])
    assert "class" in failed.message


@pytest.mark.parametrize("label", [-1, 3])
def test_a_label_is_out_of_range(going_on, tmp_path, label):
    labels = np.arange(30) % 3
    np.save(tmp_path / "images.npy", np.random.default_rng(0).integers(0, 255, (30, 28, 28), dtype=np.uint8))
    np.save(tmp_path / "labels.npy", labels)
    (tmp_path / "classes.txt").write_text("cat\ndog\nowl\n")
    labels = labels.copy()
    labels[5] = label
    failed = going_on(tmp_path / "images.npy", lambda _: np.save(tmp_path / "labels.npy", labels))
    assert "label" in failed.message
    assert str(label) in failed.message


def test_the_loss_is_no_number(going_on, pictures, tmp_path):
    statement = f"x = x * float('nan') if __import__('os').path.exists({str(tmp_path / 'now')!r}) else x"
    failed = going_on(pictures(count=10, **GREY), lambda _: (tmp_path / "now").touch(), statement)
    assert failed.message.startswith("The loss became nan in epoch 2")
    assert failed.node == "stem.linear"


def test_the_log_finds_no_room(run_folder, train):
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full, a disk that is always full")
    run_dir = run_folder(data={"limit": 64})
    (run_dir / protocol.METRICS_FILE).symlink_to("/dev/full")
    assert train(run_dir) == [1]
    (told,) = map(protocol.read_line, run_dir.with_name("told.jsonl").read_bytes().splitlines())
    assert "No space left" in told.message
    assert protocol.read_status(run_dir).state == "failed"


class Bomb:
    """A pickle that would do something when it is read."""

    def __reduce__(self) -> tuple:
        return Path.touch, (Path("exploded").absolute(),)


def test_a_pickle_poses_as_weights_and_is_not_run(run_folder, train, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    weights = tmp_path / "weights.pt"
    weights.write_bytes(pickle.dumps(Bomb()))
    run_dir = run_folder(data={"limit": 64}, start={"weights": str(weights)})
    assert train(run_dir) == [1]
    assert failure(run_dir).message.endswith("or holds more than tensors and numbers; nothing of it was run.")
    assert not (tmp_path / "exploded").exists()
