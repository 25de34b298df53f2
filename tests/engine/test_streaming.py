"""Images that are read as they are needed give the batches, the figures and the weights of those kept in memory."""

from __future__ import annotations

import contextlib
import itertools
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from designer.engine import device, protocol
from designer.engine.checkpoints import last_checkpoint, load_checkpoint
from designer.engine.data import load_data
from designer.engine.examples import Split
from designer.engine.protocol import EngineError
from designer.engine.recipe import NO_CHANCE, AugmentRecipe, DataRecipe
from designer.engine.streaming import Reader, StreamedSplit

CPU = torch.device("cpu")
MINI = str(Path(__file__).resolve().parents[2] / "resources" / "fashion-mnist-mini")
RICH = AugmentRecipe(scale=(8, 12), crop=8, flip=0.5, colour=0.2, erase=0.3, mixup=0.2)
NETWORK = """
import torch
from torch import nn

class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(192, 3)

    def forward(self, x):
        return self.linear(torch.dropout(x.flatten(1), 0.3, self.training))
"""


def batches(data, first=0, epochs=2):
    """Everything that training, and then an evaluation, is given."""
    for epoch in range(epochs):
        yield from data.train_batches(16, torch.Generator().manual_seed(epoch), first=first if epoch == 0 else 0)
        yield from data.test_batches(16)


def same(first, second):
    pairs = list(itertools.zip_longest(first, second))
    return bool(pairs) and all(torch.equal(a, b) for one, other in pairs for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("augment", [NO_CHANCE, RICH], ids=["plain", "augmented"])
@pytest.mark.parametrize("workers", [0, 2])
def test_streamed_batches_equal_those_in_memory(pictures, workers, augment):
    folder = pictures(count=40)
    recipe = {"source": str(folder), "validation": 0.1, "resize": 10, "workers": workers}
    resident = load_data(DataRecipe(streaming="never", **recipe), CPU, augment=augment)
    streamed = load_data(DataRecipe(streaming="always", **recipe), CPU, augment=augment)
    assert isinstance(resident.train, Split)
    assert isinstance(streamed.train, StreamedSplit)
    assert same(batches(resident), batches(streamed))
    assert same(batches(resident, first=3), batches(streamed, first=3))  # as a run that goes on would have it


def test_an_epoch_can_be_left_and_another_begun(pictures):
    recipe = DataRecipe(source=str(pictures(count=40)), streaming="always", workers=1)
    data = load_data(recipe, CPU)
    next(data.train_batches(16, torch.Generator().manual_seed(0)))
    whole = load_data(DataRecipe(source=recipe.source, streaming="never"), CPU)
    assert same(batches(whole), batches(data))


@pytest.mark.parametrize("channels", ["auto", "rgb"])
def test_arrays_are_streamed_as_well(channels):
    one, other = (
        load_data(DataRecipe(source=MINI, limit=200, streaming=streaming, channels=channels), CPU)
        for streaming in ("never", "always")
    )
    assert same(batches(one), batches(other))


def test_what_does_not_fit_is_streamed(pictures, tmp_path, monkeypatch):
    folder = pictures(count=5)
    images = np.zeros((15, 8, 8, 3), dtype=np.uint8)
    np.save(tmp_path / "images.npy", images)
    np.save(tmp_path / "labels.npy", np.arange(15) % 3)
    held_bytes = 15 * 8 * 8 * 3
    for room, kind in ((2 * held_bytes, Split), (2 * held_bytes - 2, StreamedSplit)):
        monkeypatch.setattr("designer.engine.placing.free_bytes", lambda _device, room=room: room)
        for source in (folder, tmp_path / "images.npy"):
            train = load_data(DataRecipe(source=str(source)), CPU).train
            assert isinstance(train, kind)
            assert kind is StreamedSplit or train.images.dtype is torch.uint8
    assert isinstance(load_data(DataRecipe(source=MINI), CPU).train, Split)  # lies in memory in any case
    assert device.free_bytes(CPU) > 2**20


@pytest.mark.qt_no_exception_capture  # multiprocessing may print that the killed one broke off a greeting
def test_a_process_that_is_killed_is_told(pictures):
    recipe = DataRecipe(source=str(pictures(count=60, size=(64, 64))), streaming="always", workers=1)
    epoch = load_data(recipe, CPU).train_batches(2, torch.Generator())
    next(epoch)
    (worker,) = epoch.gi_frame.f_locals["self"].train.reader._loader._iterator._workers
    worker.kill()
    with pytest.raises(EngineError, match="ended from outside"):
        list(epoch)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_an_engine_that_is_killed_leaves_no_process_behind(run_folder, start_engine, pictures):
    data = {"source": str(pictures(count=30)), "streaming": "always", "workers": 2}
    run_dir = run_folder(model=NETWORK, data=data, epochs=10_000, batch_size=8)
    with start_engine(run_dir) as engine:
        engine.wait_for(protocol.Epoch)
        assert len(writers(run_dir / protocol.LOG_FILE)) >= 4  # the engine, two that read, and whoever starts these
        engine.process.kill()
        engine.process.wait()
        deadline = time.monotonic() + 30
        while writers(run_dir / protocol.LOG_FILE) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert writers(run_dir / protocol.LOG_FILE) == []


def writers(log: Path) -> list[str]:
    """The processes whose standard output is that file."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "fd" / "1").readlink() == log:
                found.append(process.name)
    return found


def test_what_goes_to_cuda_is_pinned_and_read_ahead(pictures):
    pictures = load_data(DataRecipe(source=str(pictures()), streaming="always"), CPU).train.part.pictures
    for name, pinned in (("cuda", True), ("cpu", False)):
        loader = Reader(pictures, 2, torch.device(name))._made(4)
        assert (loader.pin_memory, loader.prefetch_factor, loader.num_workers) == (pinned, 2, 2)


def test_little_shared_memory_means_fewer_processes(pictures, monkeypatch):
    data = load_data(DataRecipe(source=str(pictures()), streaming="always"), CPU)
    usage = type("Usage", (), {"free": 2 * 3 * 16 * 192 * 3 + 5})
    monkeypatch.setattr("designer.engine.streaming.shutil.disk_usage", lambda _path: usage)
    reader = Reader(data.train.part.pictures, 8, CPU)
    assert reader._worker_count(group=16) == 3
    assert reader._worker_count(group=200) == 0


@pytest.mark.slow
def test_a_streamed_run_ends_as_one_in_memory_and_may_change_over(run_folder, start_engine, pictures):
    folder = str(pictures(count=30))
    recipe = {"model": NETWORK, "epochs": 3, "batch_size": 8, "augment": {"flip": 0.5}}
    ends = []
    for name, streaming in (("resident", "never"), ("streamed", "always")):
        data = {"source": folder, "streaming": streaming, "validation": 0.2, "workers": 1}
        run_dir = run_folder(name, data=data, **recipe)
        if streaming == "always":  # the first epoch of it from memory
            path = run_dir / protocol.RECIPE_FILE
            wanted = path.read_text()
            path.write_text(wanted.replace('"always"', '"never"').replace('"epochs": 3', '"epochs": 1'))
            with start_engine(run_dir) as engine:
                assert engine.process.wait() == 0
            path.write_text(wanted)
        with start_engine(run_dir, *(["--resume"] if streaming == "always" else [])) as engine:
            assert engine.process.wait() == 0
        epochs = [message for message in protocol.read_metrics(run_dir) if isinstance(message, protocol.Epoch)]
        figures = [(e.train_loss, e.train_accuracy, e.validation_loss, e.test_loss) for e in epochs]
        assert len(figures) == 3
        ends.append((figures, load_checkpoint(last_checkpoint(run_dir))["network"]))
    assert ends[0][0] == ends[1][0]
    assert all(torch.equal(ends[0][1][name], ends[1][1][name]) for name in ends[0][1])
