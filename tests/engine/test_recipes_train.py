"""Whole runs by rarer recipes, in a child process as the window starts them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from designer.engine import protocol
from designer.engine.checkpoints import last_checkpoint, load_checkpoint
from designer.engine.examples import Part
from designer.engine.protocol import EngineError
from designer.engine.recipe import DataRecipe
from designer.engine.sources.find import open_data
from designer.engine.sources.stored import StoredPictures
from designer.engine.split import hold_out

MINI = Path(__file__).resolve().parents[2] / "resources" / "fashion-mnist-mini"
RICH = {
    "epochs": 3,
    "data": {"limit": 1500, "validation": 0.2},
    "optimizer": {"kind": "RMSprop", "lr": 0.003, "momentum": 0.5, "weight_decay": 1e-4, "decay_all": False},
    "schedule": {"kind": "plateau", "patience": 1, "warmup_epochs": 0.5},
    "label_smoothing": 0.1,
    "class_weights": [1, 1, 1, 1, 2, 1, 1, 1, 1, 1],
    "clip_norm": 1.0,
    "accumulate": 4,
    "ema_decay": 0.9,
    "precision": "bf16",
    "channels_last": True,
    "early_stopping": 3,
    "deterministic": True,
    "init": "orthogonal",
}


def test_a_set_is_held_out_class_by_class():
    train = open_data(DataRecipe(source=str(MINI))).train
    rest, held = hold_out(train, 0.25, 3, "data.validation")
    assert held.labels.bincount().tolist() == [150] * 10
    assert rest.labels.bincount().tolist() == [450] * 10
    assert torch.equal(torch.cat([rest.numbers, held.numbers]).sort().values, train.numbers)
    assert torch.equal(hold_out(train, 0.25, 3, "data.validation")[1].numbers, held.numbers)
    assert not torch.equal(hold_out(train, 0.25, 4, "data.validation")[1].numbers, held.numbers)


def test_too_small_a_share_is_told():
    few = Part.of(StoredPictures(torch.zeros(4, 1, 2, 2, dtype=torch.uint8)), torch.tensor([0, 0, 1, 1]))
    with pytest.raises(EngineError, match="leaves none"):
        hold_out(few, 0.1, 0, "data.validation")


@pytest.mark.slow
def test_a_rich_recipe_stopped_and_resumed_is_as_if_never_stopped(run_folder, start_engine):
    ends = []
    for name, statement in (("unbroken", "pass"), ("stopped", "__import__('time').sleep(0.02)")):
        run_dir = run_folder(name, in_forward=statement, **RICH)
        with start_engine(run_dir) as engine:
            assert engine.wait_for(protocol.Started).validation_examples == 1200
            if name == "stopped":
                next(m for m in engine.messages() if isinstance(m, protocol.Batch) and m.step >= 30)
                engine.say('{"type": "stop"}')
                assert engine.wait_for(protocol.Finished).stopped
                assert load_checkpoint(last_checkpoint(run_dir))["batch"] % 4 == 0
            assert engine.process.wait() == 0
    with start_engine(run_dir, "--resume") as engine:
        assert engine.process.wait() == 0
    for folder in (run_dir, run_dir.with_name("unbroken")):
        state = load_checkpoint(last_checkpoint(folder))
        assert state["epoch"] == 3
        ends.append((state["network"] | state["average"]["network"], protocol.read_status(folder).figures))
    assert all(torch.equal(ends[0][0][name], ends[1][0][name]) for name in ends[0][0])
    for figure in ("train_loss", "validation_accuracy", "validation_loss", "test_loss", "test_accuracy"):
        assert ends[0][1][figure] == ends[1][1][figure]
    assert ends[0][1]["validation_accuracy"] > 0.3


def test_a_run_that_gets_no_better_ends_early_and_says_why(run_folder, start_engine):
    optimizer = {"kind": "SGD", "lr": 1e-12}
    run_dir = run_folder(epochs=50, early_stopping=2, optimizer=optimizer, data={"limit": 200, "validation": 0.1})
    with start_engine(run_dir) as engine:
        told = list(engine.messages())
        assert engine.process.wait() == 0
    assert sum(isinstance(message, protocol.Epoch) for message in told) == 3
    assert told[-1] == protocol.Finished(str(run_dir), stopped=False)
    assert (told[-2].code, "after epoch 3 of 50" in told[-2].message) == ("stopped_early", True)
    assert protocol.read_status(run_dir).state == "finished"


@pytest.mark.parametrize("loss", ["mse", "bce"])
def test_other_losses_learn(run_folder, start_engine, loss):
    run_dir = run_folder(loss=loss, epochs=3)
    model = run_dir / protocol.MODEL_FILE
    model.write_text(model.read_text().replace("torch.relu", "torch.tanh"))  # so few rectifiers may all die
    with start_engine(run_dir) as engine:
        *_, last = (message for message in engine.messages() if isinstance(message, protocol.Epoch))
    assert last.test_accuracy > 0.3


@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a C++ compiler")
def test_a_compiled_network_trains(run_folder, start_engine):
    run_dir = run_folder(compile=True, data={"limit": 640})
    with start_engine(run_dir) as engine:
        assert isinstance(list(engine.messages())[-1], protocol.Finished)
        assert engine.process.wait() == 0
    assert "head.weight" in load_checkpoint(last_checkpoint(run_dir))["network"]


def test_a_missing_compiler_is_told(run_folder, start_engine):
    lines = ("import torch._inductor.config", "torch._inductor.config.cpp.cxx = ('/nowhere/c++',)")
    source = "\n".join((*lines, "torch._inductor.config.force_disable_caches = True", ""))
    run_dir = run_folder(compile=True, data={"limit": 64})
    model = run_dir / protocol.MODEL_FILE
    model.write_text(source + model.read_text())
    with start_engine(run_dir) as engine:
        *_, failed = engine.messages()
        assert engine.process.wait() == 1
    assert "cannot be compiled" in failed.message
    assert "g++" in failed.fix
