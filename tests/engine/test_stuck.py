"""The warning that a network only guesses, on real curves and, where the full Fashion-MNIST is, on real runs."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from designer.engine.meter import Totals
from designer.engine.protocol import Warned
from designer.engine.stuck import StuckWatch

ROOT = Path(__file__).resolve().parents[2]
FULL = Path("/usr/share/datasets/fashion-mnist")
BATCHES = 938  # of 64 images, an epoch of Fashion-MNIST

# Loss and accuracy by tenths of the first epoch of `lenet_course`, as trained; seed 4 took off in its second epoch.
LEARNS_AT_ONCE = (
    *((2.0497, 0.19), (1.2207, 0.50), (0.9108, 0.65), (0.7772, 0.70), (0.7152, 0.73)),
    *((0.6685, 0.75), (0.6150, 0.76), (0.5794, 0.78), (0.5620, 0.78), (0.5435, 0.79)),
)
LEARNS_AFTER_A_WHILE = (
    *((2.3144, 0.103), (2.3040, 0.102), (2.2982, 0.101), (1.7001, 0.259), (1.2789, 0.407)),
    *((1.1469, 0.492), (0.9698, 0.613), (0.8648, 0.681), (0.7791, 0.709), (0.7333, 0.722)),
)
NEVER_LEARNS = (
    *((2.3149, 0.105), (2.3036, 0.096), (2.3038, 0.102), (2.3038, 0.092), (2.3035, 0.098)),
    *((2.3037, 0.104), (2.3040, 0.092), (2.3034, 0.104), (2.3034, 0.104), (2.3035, 0.099)),
)
LEARNS_IN_THE_SECOND_EPOCH = (
    *((2.3168, 0.094), (2.3032, 0.100), (2.3035, 0.100), (2.3034, 0.095), (2.3039, 0.098)),
    *((2.3032, 0.098), (2.3033, 0.100), (2.3033, 0.097), (2.3036, 0.096), (2.3024, 0.099)),
)


def warned_after(curve: tuple[tuple[float, float], ...]) -> int | None:
    """After which batch of the first epoch the warning comes, None if it does not. Reports come every 16 batches."""
    watch = StuckWatch(10, math.log(10), BATCHES, epochs=5)
    before = 0
    for batch in (*range(1, BATCHES, 16), BATCHES):
        loss, accuracy = curve[min(batch * len(curve) // BATCHES, len(curve) - 1)]
        examples = (batch - before) * 64
        if watch.see(Totals(examples, loss * examples, round(accuracy * examples)), batch):
            return batch
        before = batch
    return None


def test_a_network_that_learns_is_never_warned_of():
    assert warned_after(LEARNS_AT_ONCE) is None
    assert warned_after(LEARNS_AFTER_A_WHILE) is None


def test_one_that_guesses_is_warned_of_within_the_first_epoch():
    for curve in (NEVER_LEARNS, LEARNS_IN_THE_SECOND_EPOCH):
        assert 0.75 * BATCHES <= warned_after(curve) <= BATCHES


def lenet_course(run_dir: Path, *arguments: str) -> list[dict[str, Any]]:
    """What `blockyard train` tells of the course's LeNet on all of Fashion-MNIST."""
    command = [sys.executable, "-m", "designer", "train", "lenet_sigmoid", "--recipe", "lenet_course", *arguments]
    command += ["--data", str(FULL), "--device", "cpu", "--run-dir", str(run_dir), "--json"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


needs_full_data = pytest.mark.skipif(not FULL.is_dir(), reason="needs Debian's dataset-fashion-mnist")


@pytest.mark.slow
@needs_full_data
@pytest.mark.timeout(900)
def test_the_course_reaches_its_accuracy(tmp_path):
    told = lenet_course(tmp_path / "run", "--seed", "8")
    epochs = [message for message in told if message["type"] == "epoch"]
    assert epochs[-1]["epoch"] == 5
    assert epochs[-1]["test_accuracy"] > 0.874 - 0.015
    assert not any(message["type"] == Warned.type for message in told)


@pytest.mark.slow
@needs_full_data
def test_a_seed_that_does_not_learn_is_warned_of_before_its_first_epoch_ends(tmp_path):
    told = lenet_course(tmp_path / "run", "--seed", "2", "--epochs", "1")
    kinds = [message.get("code", message["type"]) for message in told if message["type"] != "batch"]
    assert kinds == ["started", "stuck_at_chance", "epoch", "kept", "finished"]
    assert told[-3]["test_accuracy"] == pytest.approx(0.1, abs=0.02)
