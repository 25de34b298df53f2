"""What goes wrong with a network, a recipe, the data or the disk is told as a sentence, in the run's last message."""

from __future__ import annotations

from pathlib import Path

import pytest

from designer.engine import protocol
from designer.engine.control import Wishes
from designer.engine.job import carry_out

NO_LEARNING = """
import torch
from torch import nn

class Constant(nn.Module):
    def __init__(self):
        super().__init__()
        self.scores = nn.Parameter(torch.zeros(10))

    def forward(self, x):
        return (self.scores * 0).expand(len(x), 10)
"""

ONE_PARAMETER = """
from torch import nn

class Network(nn.PReLU):
    def forward(self, x):
        return """


def told_of(run_dir: Path) -> tuple[int, list[protocol.Message]]:
    """Carry the run out in this process. Returns its exit status and what it told."""
    told: list[protocol.Message] = []
    return carry_out(run_dir, told.append, Wishes()), told


def failure(run_dir: Path) -> protocol.Failed:
    status, told = told_of(run_dir)
    assert status == 1
    assert isinstance(told[-1], protocol.Failed)
    assert told[-1].expected
    assert told[-1].fix
    assert protocol.read_status(run_dir).state == "failed"
    return told[-1]


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("class Network(:", "SyntaxError"),
        ("import torch", "defines no network"),
        ("class Network: pass", "defines no network"),
        ("class Network:\n    def __init__(self, width): pass", "TypeError"),
        ("import nowhere_to_be_found\nclass Network: pass", "nowhere_to_be_found"),
        ("from torch import nn\nclass A(nn.Flatten): pass", "no parameters"),
        ("from torch import nn\nclass A(nn.Linear):\n  def __init__(self): super().__init__(3, 10)", "1 × 28 × 28"),
        (f"{ONE_PARAMETER}x[:, 0]", "28 × 28"),
        (f"{ONE_PARAMETER}x.flatten(1)[:, :3]", "gives 3"),
        (f"{ONE_PARAMETER}(x, x)", "gives tuple"),
    ],
)
def test_networks_that_cannot_train(run_folder, model, words):
    assert words in failure(run_folder(model=model, data={"limit": 64})).message


def test_a_crop_that_does_not_fit_the_network_is_told_as_such(run_folder):
    failed = failure(run_folder(data={"limit": 64}, augment={"crop": 24}))
    assert "1 × 24 × 24" in failed.message
    assert "augment.crop" in failed.fix


def test_a_recipe_that_is_no_json(run_folder):
    run_dir = run_folder()
    (run_dir / protocol.RECIPE_FILE).write_text("epochs: 5")
    assert "not JSON" in failure(run_dir).message


def test_a_device_that_is_not_there(run_folder):
    assert "cuda:99" in failure(run_folder(device="cuda:99")).message


def test_data_that_is_not_there(run_folder):
    assert "no-such-set" in failure(run_folder(data={"source": "no-such-set"})).message


def test_a_loss_that_is_no_number(run_folder):
    failed = failure(run_folder(optimizer={"kind": "SGD", "lr": 1e30}, data={"limit": 512}))
    assert "nan" in failed.message
    assert "epoch 1" in failed.message
    assert "learning rate" in failed.fix


def test_a_network_that_only_guesses_is_warned_of_once(run_folder):
    status, told = told_of(run_folder(model=NO_LEARNING, epochs=3))
    assert status == 0
    (warned,) = (message for message in told if isinstance(message, protocol.Warned))
    assert warned.code == "stuck_at_chance"
    assert "Xavier" in warned.fix
    before = [message for message in told[: told.index(warned)] if isinstance(message, protocol.Batch)]
    assert 150 <= before[-1].step < 3 * 94


def test_a_network_that_learns_is_not_warned_of(run_folder):
    _, told = told_of(run_folder(epochs=2))
    assert not any(isinstance(message, protocol.Warned) for message in told)
