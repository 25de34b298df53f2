"""Several processes that train together, one of which fails: all end, and the first tells why in one sentence."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from designer.engine import protocol
from designer.engine.checkpoints import last_checkpoint, load_checkpoint
from designer.engine.group import Group
from designer.engine.protocol import EngineError
from tests.engine.conftest import NETWORK

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes are forked")
ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
MEMORY_RUNS_OUT = "if len(x) > 4: raise torch.OutOfMemoryError('CUDA out of memory')"
KILLED = "__import__('os').kill(__import__('os').getpid(), 9)"


@pytest.fixture
def broken(run_folder, tmp_path: Path) -> Callable[..., Path]:
    """Makes a run folder in which a statement is run in training once an epoch is saved. rank: in which process."""

    def make(statement: str, rank: int = 1, otherwise: str = "pass", **recipe: object) -> Path:
        saved = f"__import__('os').path.exists({str(last_checkpoint(tmp_path / 'run'))!r})"
        lines = (
            f"if self.training and {saved}:",
            f"    if __import__('os').environ['RANK'] == '{rank}':",
            f"        {statement}",
            "    else:",
            f"        {otherwise}",
        )
        options = {"data": {"limit": 160}, "batch_size": 32, "epochs": 100, **recipe}
        return run_folder(in_forward="\n        ".join(lines), **options)

    return make


def failure(run_dir: Path) -> protocol.Failed:
    """The one failure that was told, its record whole."""
    messages = list(protocol.read_metrics(run_dir))
    (failed,) = (message for message in messages if isinstance(message, protocol.Failed))
    assert messages[-1] == failed
    assert failed.fix
    status = protocol.read_status(run_dir)
    assert (status.state, status.message) == ("failed", failed.message)
    assert load_checkpoint(last_checkpoint(run_dir))["epoch"] >= 1
    return failed


@pytest.mark.parametrize("rank", [0, 1])
@pytest.mark.parametrize(
    ("statement", "words", "batch_size", "node"),
    [
        (MEMORY_RUNS_OUT, "There is not enough memory on cpu for batches of 32; batches of 8 fit.", 8, ""),
        ("x = x * float('nan')", "It began in stem.linear (Linear): its inputs are no longer", None, "stem.linear"),
        ("raise KeyError('shelf')", "Training broke off: KeyError: 'shelf'", None, ""),
    ],
    ids=["memory", "no number", "unexpected"],
)
def test_what_befalls_one_is_told_by_the_first(broken, train, rank, statement, words, batch_size, node):
    run_dir = broken(statement, rank)
    assert train(run_dir, size=2) == [1, 1]
    failed = failure(run_dir)
    assert words in failed.message
    assert (failed.batch_size, failed.node) == (batch_size, node)
    told = [protocol.read_line(line) for line in run_dir.with_name("told.jsonl").read_bytes().splitlines()]
    assert told == list(protocol.read_metrics(run_dir))


def test_a_process_that_is_killed_is_told(broken, train):
    run_dir = broken(KILLED)
    assert train(run_dir, size=2) == [1, -9]
    assert "was ended from outside" in failure(run_dir).message


def test_data_that_vanish_are_told_once(broken, train, pictures):
    folder = pictures(count=20, size=(28, 28), mode="L")
    data = {"source": str(folder), "streaming": "always", "workers": 0}
    run_dir = broken(f"__import__('shutil').rmtree({str(folder)!r}, ignore_errors=True)", data=data, batch_size=8)
    assert train(run_dir, size=2) == [1, 1]
    failed = failure(run_dir)
    assert "gone: " in failed.message
    assert "resume the run" in failed.fix


def test_the_first_waits_for_ever_and_yet_tells_and_none_outlives_torchrun(broken):
    run_dir = broken("raise KeyError('shelf')", otherwise="__import__('time').sleep(600)")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    with subprocess.Popen(
        [*command, "-m", "designer.engine.worker", str(run_dir)],
        env=ENVIRONMENT,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as torchrun:
        told = map(protocol.read_line, torchrun.stdout)
        failed = next(message for message in told if isinstance(message, protocol.Failed))
        torchrun.kill()
    assert failed == failure(run_dir)
    assert "shelf" in failed.message
    with contextlib.suppress(ProcessLookupError):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            os.kill(protocol.read_status(run_dir).pid, 0)
            time.sleep(0.05)
        raise AssertionError("the first process lives on")


def test_batch_normalisation_in_step_is_refused_in_words_on_a_cpu(run_folder, train):
    model = NETWORK.replace("nn.Linear(784, width)", "nn.Sequential(nn.Linear(784, width), nn.BatchNorm1d(width))")
    run_dir = run_folder(model=model, data={"limit": 64}, sync_batchnorm=True)
    assert train(run_dir, size=2) == [1, 1]
    (failed,) = protocol.read_metrics(run_dir)
    assert failed.message == "Batch normalisation cannot be kept in step between processes on cpu."
    assert train(run_dir) == [0]  # one by itself has nothing to keep in step


def test_batch_normalisation_is_kept_in_step_on_cuda_alone():
    network = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))
    group, names = Group(rank=0, size=2), list(network.state_dict())
    with pytest.raises(EngineError, match="cannot be kept in step between processes on cpu") as refused:
        group.in_step(network, torch.device("cpu"))
    assert "sync_batchnorm" in refused.value.fix
    assert not any(isinstance(module, nn.SyncBatchNorm) for module in Group().in_step(network, None).modules())
    synced = group.in_step(network, torch.device("cuda"))
    assert isinstance(synced[1], nn.SyncBatchNorm)
    assert list(synced.state_dict()) == names
    plain = nn.Sequential(nn.Linear(4, 4))
    assert group.in_step(plain, torch.device("cpu")) is plain
