"""The worker as the window meets it: a child process that trains a run folder and must not be brought down."""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest
import torch

from designer.engine import protocol
from designer.engine.checkpoints import last_checkpoint, load_checkpoint

FOREVER = {"epochs": 1000, "in_forward": "__import__('time').sleep(0.01)"}


def test_trains_and_leaves_a_run(run_folder, start_engine):
    run_dir = run_folder(epochs=2, in_forward="print('a network that prints')")
    with start_engine(run_dir) as engine:
        told = list(engine.messages())
        assert engine.process.wait() == 0
        assert engine.process.stderr.read() == b""
    started, finished = told[0], told[-1]
    assert isinstance(started, protocol.Started)
    assert (started.run, started.device, started.epochs) == (str(run_dir), "cpu", 2)
    assert (started.batches_per_epoch, started.params, started.num_classes) == (94, 784 * 8 + 8 + 90, 10)
    assert finished == protocol.Finished(str(run_dir), stopped=False)
    epochs = [message for message in told if isinstance(message, protocol.Epoch)]
    assert [message.epoch for message in epochs] == [1, 2]
    assert epochs[1].train_loss < epochs[0].train_loss
    assert epochs[1].test_accuracy > 0.5
    batches = [message for message in told if isinstance(message, protocol.Batch)]
    edges = {(message.epoch, message.batch) for message in batches}
    assert {(1, 1), (1, 94), (2, 1), (2, 94)} <= edges
    assert all(message.memory_bytes is None or message.memory_bytes > 2**20 for message in batches)

    assert list(protocol.read_metrics(run_dir)) == told
    status = protocol.read_status(run_dir)
    assert (status.state, status.epoch, status.epochs) == ("finished", 2, 2)
    assert status.figures["test_accuracy"] == epochs[1].test_accuracy
    assert "a network that prints" in (run_dir / protocol.LOG_FILE).read_text()
    checkpoint = load_checkpoint(last_checkpoint(run_dir))
    assert checkpoint["epoch"] == 2
    assert checkpoint["network"]["head.weight"].shape == torch.Size([10, 8])
    assert {path.name for path in run_dir.iterdir()} == {
        protocol.MODEL_FILE,
        protocol.RECIPE_FILE,
        protocol.METRICS_FILE,
        protocol.STATUS_FILE,
        protocol.LOG_FILE,
        protocol.CHECKPOINTS_DIR,
        protocol.WEIGHTS_FILE,
        protocol.EVALUATION_FILE,
    }


def test_same_seed_same_figures(run_folder, start_engine):
    figures = []
    for name in ("first", "second"):
        with start_engine(run_folder(name, seed=7, data={"limit": 2000})) as engine:
            epoch = engine.wait_for(protocol.Epoch)
            figures.append((epoch.train_loss, epoch.train_accuracy, epoch.test_loss, epoch.test_accuracy))
    assert figures[0] == figures[1]


def test_nonsense_is_answered_and_stop_is_heeded(run_folder, start_engine):
    run_dir = run_folder(**FOREVER)
    with start_engine(run_dir) as engine:
        engine.wait_for(protocol.Batch)
        for nonsense in ("{", '{"type": "dance"}', "[" * 100_000, "\x00\xff"):
            engine.say(nonsense)
            warned = engine.wait_for(protocol.Warned)
            assert warned.code == "unreadable_control"
        engine.say('{"type": "stop"}')
        assert engine.wait_for(protocol.Finished).stopped
        assert engine.process.wait() == 0
    assert protocol.read_status(run_dir).state == "stopped"
    assert load_checkpoint(last_checkpoint(run_dir))["epoch"] == 0


def test_outlives_whoever_started_it(run_folder, start_engine):
    run_dir = run_folder(epochs=2)
    with start_engine(run_dir) as engine:
        engine.wait_for(protocol.Started)
        engine.process.stdin.close()
        engine.process.stdout.close()
        assert engine.process.wait() == 0
    assert protocol.read_status(run_dir).state == "finished"
    assert isinstance(list(protocol.read_metrics(run_dir))[-1], protocol.Finished)


@pytest.mark.skipif(sys.platform != "linux", reason="needs a pipe of a chosen size")
def test_a_reader_that_does_not_read_holds_nothing_up(run_folder, start_engine):
    import fcntl

    run_dir = run_folder(epochs=20)
    with start_engine(run_dir) as engine:
        fcntl.fcntl(engine.process.stdout, fcntl.F_SETPIPE_SZ, 4096)  # room for some 18 messages
        assert engine.process.wait() == 0
    assert protocol.read_status(run_dir).state == "finished"
    assert sum(1 for _ in protocol.read_metrics(run_dir)) > 60


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_killed_in_mid_epoch_is_recognised(run_folder, start_engine):
    run_dir = run_folder(**FOREVER)
    with start_engine(run_dir) as engine:
        engine.wait_for(protocol.Batch)
        assert protocol.read_status(run_dir).state == "running"
        engine.process.kill()
        assert engine.process.wait() == -signal.SIGKILL
    assert protocol.read_status(run_dir, now=time.time() + protocol.STALE_S + 1).state == "died"
    with (run_dir / protocol.METRICS_FILE).open("ab") as metrics:
        metrics.write(b'{"type": "batch", "epo')  # cut short in the middle of a line
    *whole, cut = protocol.read_metrics(run_dir)
    assert isinstance(cut, protocol.Unreadable)
    assert not any(isinstance(message, protocol.Unreadable) for message in whole)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_polite_signal_stops_it_and_a_hangup_does_not(run_folder, start_engine):
    with start_engine(run_folder(**FOREVER)) as engine:
        engine.wait_for(protocol.Batch)
        os.kill(engine.process.pid, signal.SIGHUP)
        engine.wait_for(protocol.Batch)
        os.kill(engine.process.pid, signal.SIGTERM)
        assert engine.wait_for(protocol.Finished).stopped
        assert engine.process.wait() == 0


def test_an_unexpected_fault_is_told_in_words_and_logged(run_folder, start_engine):
    run_dir = run_folder(in_forward="if self.training: {}['missing']")
    with start_engine(run_dir) as engine:
        *_, failed = engine.messages()
        assert engine.process.wait() == 1
        assert engine.process.stderr.read() == b""
    assert isinstance(failed, protocol.Failed)
    assert "KeyError" in failed.message
    assert failed.fix
    assert "Traceback" in (run_dir / protocol.LOG_FILE).read_text()
    assert protocol.read_status(run_dir).state == "failed"


def test_a_missing_run_folder_is_told(tmp_path, start_engine):
    with start_engine(tmp_path / "nowhere") as engine:
        (failed,) = engine.messages()
        assert engine.process.wait() == 1
    assert "nowhere" in failed.message
