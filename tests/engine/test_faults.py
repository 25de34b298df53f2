"""Memory that runs out, in a real child; and the part of the network where the first value was no number."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from designer.engine import protocol
from designer.engine.checkpoints import last_checkpoint, load_checkpoint
from designer.engine.control import Wishes
from designer.engine.job import carry_out

REFUSES = "if len(x) > 20 and self.training: raise torch.OutOfMemoryError('CUDA out of memory.')"
TAKES_A_GIB_AN_IMAGE = "torch.empty(len(x), 2**28) if self.training else None"
BLOCK = """
import torch
from torch import nn

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(8, 8)

    def forward(self, x):
        x = self.inner(x)
        {statement}
        return x

class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(784, 8)
        self.block = Block()
        self.head = nn.Linear(8, 10)
        self.batches = 0

    def forward(self, x):
        self.batches += self.training
        self.block.batches = self.batches
        return self.head(self.block(self.stem(x.flatten(1))))
"""


def the_end(start_engine, run_dir: Path, *arguments: str, before=None) -> protocol.Failed:
    with start_engine(run_dir, *arguments, before=before) as engine:
        *_, failed = engine.messages()
        assert engine.process.wait() == 1
    assert isinstance(failed, protocol.Failed)
    assert protocol.read_status(run_dir).state == "failed"
    return failed


def test_memory_that_runs_out_says_which_batch_would_fit(run_folder, start_engine):
    run_dir = run_folder(epochs=1, data={"limit": 256}, batch_size=20)
    with start_engine(run_dir) as engine:
        assert engine.process.wait() == 0
    kept = last_checkpoint(run_dir).read_bytes()
    again = run_folder("again", in_forward=REFUSES, data={"limit": 256})
    last_checkpoint(again).parent.mkdir()
    last_checkpoint(again).write_bytes(kept)
    failed = the_end(start_engine, again)
    assert failed.message == "There is not enough memory on cpu for batches of 64; batches of 16 fit."
    assert failed.batch_size == 16
    assert last_checkpoint(again).read_bytes() == kept
    assert list(protocol.read_metrics(again))[-1] == failed


@pytest.mark.skipif(sys.platform != "linux", reason="needs RLIMIT_AS")
def test_an_allocator_that_refuses_is_understood(run_folder, start_engine):
    import resource

    def confine() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (40 * 2**30, 40 * 2**30))

    run_dir = run_folder(in_forward=TAKES_A_GIB_AN_IMAGE, data={"limit": 256})
    failed = the_end(start_engine, run_dir, before=confine)
    assert "not enough memory" in failed.message
    assert failed.batch_size in (16, 32)


@pytest.mark.parametrize(
    ("statement", "node", "words"),
    [
        ("x = torch.log(x - x.max()) if self.batches == 7 else x", "block", "its output is no longer finite"),
        ("x = x * 1e38 * 1e38 if self.batches > 5 else x", "block", "its output is no longer finite"),
        ("x = x + torch.sqrt(x * 0) if self.batches == 9 else x", "block.inner", "gradient of its weight"),
    ],
)
def test_the_first_part_that_gave_no_number_is_named(run_folder, statement, node, words):
    told: list[protocol.Message] = []
    run_dir = run_folder(model=BLOCK.format(statement=statement), data={"limit": 640}, epochs=5)
    assert carry_out(run_dir, told.append, Wishes()) == 1
    failed = told[-1]
    assert isinstance(failed, protocol.Failed)
    assert failed.node == node
    assert words in failed.message
    assert f"It began in {node} (" in failed.message


def test_a_step_that_is_too_long_is_found_though_epochs_went_well(run_folder):
    run_dir = run_folder(epochs=1, data={"limit": 640})
    assert carry_out(run_dir, lambda message: None, Wishes()) == 0
    recipe = (run_dir / protocol.RECIPE_FILE).read_text()
    (run_dir / protocol.RECIPE_FILE).write_text(recipe.replace('"epochs": 1', '"epochs": 2'))
    model = (run_dir / protocol.MODEL_FILE).read_text()
    broken = model.replace("return self.head(self.stem(x))", "return self.head(self.stem(x) * 1e38 * 1e38)")
    (run_dir / protocol.MODEL_FILE).write_text(broken)
    kept = load_checkpoint(last_checkpoint(run_dir))["step"]
    told: list[protocol.Message] = []
    assert carry_out(run_dir, told.append, Wishes(), resume=True) == 1
    assert told[-1].node == "head"
    assert "its inputs are no longer finite" in told[-1].message
    assert load_checkpoint(last_checkpoint(run_dir))["step"] == kept
