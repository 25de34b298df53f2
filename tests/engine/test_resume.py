"""Pause, stop, kill, full disk: the run goes on as if it had never been interrupted, bit for bit on a CPU."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

import pytest
import torch

from designer.engine import protocol
from designer.engine.checkpoints import last_checkpoint, load_checkpoint
from designer.engine.run_files import BEST_CHECKPOINT

DROPOUT = "x = torch.dropout(x, 0.2, self.training)"
RECIPE = {"epochs": 3, "in_forward": DROPOUT, "schedule": {"kind": "cosine"}, "data": {"limit": 3000}}
SLOWER = f"__import__('time').sleep(0.01); {DROPOUT}"


def figures(run_dir: Path) -> list[tuple[float, ...]]:
    """What each epoch in the run's log came to, time left out."""
    epochs = [message for message in protocol.read_metrics(run_dir) if isinstance(message, protocol.Epoch)]
    return [(e.epoch, e.train_loss, e.train_accuracy, e.test_loss, e.test_accuracy) for e in epochs]


def final_state(run_dir: Path) -> dict[str, torch.Tensor]:
    state = load_checkpoint(last_checkpoint(run_dir))
    moments = state["optimizer"]["state"]
    return state["network"] | {f"{key}.{name}": value for key, kept in moments.items() for name, value in kept.items()}


def same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


@pytest.fixture(scope="module")
def kept_runs(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def unbroken(run_folder, start_engine, kept_runs):
    """A run that nothing interrupts, to compare with; trained once for all tests."""
    kept = kept_runs / "unbroken"
    if not kept.exists():
        run_dir = run_folder("unbroken", **RECIPE)
        with start_engine(run_dir) as engine:
            assert engine.process.wait() == 0
        run_dir.rename(kept)
    return kept


@pytest.mark.parametrize("step", [1, 47, 60], ids=lambda step: f"after batch {step}")
def test_stopped_and_resumed_is_as_if_never_stopped(run_folder, start_engine, unbroken, step):
    run_dir = run_folder(**RECIPE | {"in_forward": SLOWER})
    with start_engine(run_dir) as engine:
        for message in engine.messages():
            if isinstance(message, protocol.Batch) and message.step >= step:
                break
        engine.say('{"type": "stop"}')
        assert engine.wait_for(protocol.Finished).stopped
        assert engine.process.wait() == 0
    saved = load_checkpoint(last_checkpoint(run_dir))
    assert saved["step"] >= step
    with start_engine(run_dir, "--resume") as engine:
        started = engine.wait_for(protocol.Started)
        assert started.steps_done == saved["step"]
        assert engine.process.wait() == 0
    assert figures(run_dir) == figures(unbroken)
    assert same(final_state(run_dir), final_state(unbroken))
    log = list(protocol.read_metrics(run_dir))
    steps = [message.step for message in log if isinstance(message, protocol.Batch)]
    assert steps == sorted(set(steps))
    assert [type(message) for message in log].count(protocol.Finished) == 1
    assert log[-1] == protocol.Finished(str(run_dir), stopped=False)
    assert protocol.read_status(run_dir).state == "finished"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_killed_and_resumed_is_as_if_never_killed(run_folder, start_engine, unbroken):
    run_dir = run_folder(**RECIPE | {"in_forward": SLOWER})
    with start_engine(run_dir) as engine:
        engine.wait_for(protocol.Epoch)
        engine.wait_for(protocol.Batch)
        engine.wait_for(protocol.Batch)
        engine.process.kill()
        assert engine.process.wait() == -signal.SIGKILL
    with start_engine(run_dir, "--resume") as engine:
        assert engine.wait_for(protocol.Started).steps_done == 47
        assert engine.process.wait() == 0
    assert figures(run_dir) == figures(unbroken)
    assert same(final_state(run_dir), final_state(unbroken))


def test_paused_it_waits_with_all_saved_and_goes_on(run_folder, start_engine, unbroken):
    run_dir = run_folder(**RECIPE | {"in_forward": SLOWER})
    with start_engine(run_dir) as engine:
        engine.wait_for(protocol.Batch)
        engine.say('{"type": "pause"}')
        paused = engine.wait_for(protocol.Paused)
        assert protocol.read_status(run_dir).state == "paused"
        assert protocol.read_status(run_dir).under_way
        saved = load_checkpoint(last_checkpoint(run_dir))
        assert (saved["epoch"] + 1, saved["batch"]) == (paused.epoch, paused.batch)
        engine.say('{"type": "resume"}')
        assert engine.wait_for(protocol.Resumed) == protocol.Resumed(paused.epoch, paused.batch)
        assert engine.process.wait() == 0
    assert figures(run_dir) == figures(unbroken)
    assert same(final_state(run_dir), final_state(unbroken))


def test_a_paused_run_can_be_stopped(run_folder, start_engine):
    run_dir = run_folder(**RECIPE | {"in_forward": SLOWER})
    with start_engine(run_dir) as engine:
        engine.wait_for(protocol.Batch)
        engine.say('{"type": "pause"}')
        engine.wait_for(protocol.Paused)
        engine.say('{"type": "stop"}')
        assert engine.wait_for(protocol.Finished).stopped
        assert engine.process.wait() == 0


@pytest.fixture
def stopped(run_folder, start_engine):
    """A run of one epoch that was done, with a second epoch to come."""
    run_dir = run_folder(epochs=1, data={"limit": 640})
    with start_engine(run_dir) as engine:
        assert engine.process.wait() == 0
    change(run_dir, epochs=2)
    return run_dir


def change(run_dir: Path, **fields: object) -> None:
    path = run_dir / protocol.RECIPE_FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | fields), "utf-8")


def refused(start_engine, run_dir: Path) -> protocol.Failed:
    """Why the run cannot go on; what it was stays."""
    kept = last_checkpoint(run_dir).read_bytes() if last_checkpoint(run_dir).exists() else None
    before = figures(run_dir)
    with start_engine(run_dir, "--resume") as engine:
        *_, failed = engine.messages()
        assert engine.process.wait() == 1
    assert isinstance(failed, protocol.Failed)
    assert failed.expected
    assert failed.fix
    assert figures(run_dir) == before
    if kept is not None:
        assert last_checkpoint(run_dir).read_bytes() == kept
    return failed


def test_more_epochs_go_on_where_the_run_ended(start_engine, stopped):
    with start_engine(stopped, "--resume") as engine:
        assert engine.process.wait() == 0
    assert [epoch for epoch, *_ in figures(stopped)] == [1, 2]


def test_a_checkpoint_of_another_design_is_refused(start_engine, stopped):
    model = stopped / protocol.MODEL_FILE
    model.write_text(model.read_text().replace("width: int = 8", "width: int = 9").replace("Linear(8,", "Linear(9,"))
    failed = refused(start_engine, stopped)
    assert "another design" in failed.message
    assert "'stem.linear.weight' is 8 × 784 there and 9 × 784 here" in failed.message


def test_a_changed_recipe_is_refused(start_engine, stopped):
    change(stopped, batch_size=32)
    assert "batch_size was 64 and is 32" in refused(start_engine, stopped).message


def test_a_run_without_a_checkpoint_cannot_go_on(start_engine, run_folder):
    assert "no checkpoint" in refused(start_engine, run_folder()).message


@pytest.mark.parametrize(
    "damage", [lambda data: data[: len(data) // 2], lambda data: b"", lambda data: b"cos\nsystem\n"]
)
def test_a_damaged_checkpoint_is_told(start_engine, stopped, damage):
    path = last_checkpoint(stopped)
    path.write_bytes(damage(path.read_bytes()))
    assert "cannot be read" in refused(start_engine, stopped).message


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX resource limits")
def test_a_disk_that_fills_up_leaves_the_last_checkpoint_whole(start_engine, stopped):
    import resource

    size_bytes = last_checkpoint(stopped).stat().st_size // 2
    kept = last_checkpoint(stopped).read_bytes()

    def fill_up() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes))

    with start_engine(stopped, "--resume", before=fill_up) as engine:
        *_, failed = engine.messages()
        assert engine.process.wait() == 1
    assert isinstance(failed, protocol.Failed)
    assert "cannot be written" in failed.message
    assert "resume" in failed.fix
    assert last_checkpoint(stopped).read_bytes() == kept
    names = {path.name for path in last_checkpoint(stopped).parent.iterdir()}
    assert names == {protocol.LAST_CHECKPOINT, BEST_CHECKPOINT}
    with start_engine(stopped, "--resume") as engine:  # room was made
        assert engine.process.wait() == 0
    assert [epoch for epoch, *_ in figures(stopped)] == [1, 2]
