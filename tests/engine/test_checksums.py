"""Flipped bytes in what a run has saved are told of, never trained on; the checkpoint before takes over where there is
one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.engine import protocol
from designer.engine.checkpoints import (
    DamagedCheckpointError,
    Keeper,
    last_checkpoint,
    load_checkpoint,
    load_last,
    previous_checkpoint,
    save_checkpoint,
)
from designer.engine.checksums import is_sound
from designer.engine.network import build_network
from designer.engine.safe_weights import load_weights, save_weights
from designer.engine.trial import Trial
from designer.engine.warm_start import warm_start
from designer.engine.weights_copy import copy_weights

STATE = {"step": 3, "network": {"a.weight": torch.arange(600.0).view(20, 30), "a.bias": torch.zeros(20)}}
SEAL_BYTES = 81


def flip(path: Path, places: range | list[int]) -> None:
    data = bytearray(path.read_bytes())
    for place in places:
        data[place] ^= 0xFF
    path.write_bytes(data)


def middle(path: Path) -> range:
    """64 bytes in the midst of a file."""
    return range(path.stat().st_size // 2, path.stat().st_size // 2 + 64)


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("saved")
    save_checkpoint(folder / "last.pt", STATE)
    save_weights(folder, STATE["network"])
    return folder / "last.pt", folder / protocol.WEIGHTS_FILE


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_wherever_bytes_change_it_is_told(saved, tmp_path_factory, data):
    whole = data.draw(st.sampled_from(saved))
    size = whole.stat().st_size
    place, value = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, 255))
    changed = bytearray(whole.read_bytes())
    changed[place] ^= value
    path = tmp_path_factory.mktemp("flipped") / whole.name
    path.write_bytes(changed)
    try:
        taken = load_checkpoint(path)["network"] if whole.suffix == ".pt" else load_weights(path)
    except protocol.EngineError:
        return
    # where the checksum itself is gone, an older version may have saved it: nothing else may have changed
    assert place >= size - SEAL_BYTES if whole.suffix == ".pt" else is_sound(path) is None
    assert all(torch.equal(taken[name], tensor) for name, tensor in STATE["network"].items())


@given(st.integers(0, 2000))
@settings(max_examples=40, deadline=None)
def test_a_cut_file_is_told(saved, tmp_path_factory, left):
    path = tmp_path_factory.mktemp("cut") / "last.pt"
    path.write_bytes(saved[0].read_bytes()[:left])
    with pytest.raises(DamagedCheckpointError, match="cannot be read"):
        load_checkpoint(path)


@pytest.mark.parametrize("content", [b"", b"J", b"(", b"\x80\x02", b"X\xff\xff\xff\x7f", b"PK\x03\x04", b"\x8a\xff"])
def test_whatever_bytes_are_no_checkpoint(tmp_path, content):
    (tmp_path / "last.pt").write_bytes(content)
    with pytest.raises(DamagedCheckpointError, match="cannot be read"):
        load_checkpoint(tmp_path / "last.pt")


@given(st.binary(max_size=60))
@settings(max_examples=200, deadline=None)
def test_nor_are_any_others(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "last.pt"
    path.write_bytes(content)
    try:
        assert isinstance(load_checkpoint(path), dict)
    except DamagedCheckpointError:
        return


def test_torch_and_safetensors_read_what_is_sealed(saved):
    from safetensors.torch import load_file

    assert [is_sound(path) for path in saved] == [True, True]
    for weights in (torch.load(saved[0], weights_only=True)["network"], load_file(saved[1])):
        assert all(torch.equal(weights[name], tensor) for name, tensor in STATE["network"].items())


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "no hard links"])
def test_the_one_before_is_kept_but_never_a_damaged_one(tmp_path, monkeypatch, links):
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", lambda *_: (_ for _ in ()).throw(OSError("not here")))
    keeper = Keeper(tmp_path)
    for step in (1, 2, 3):
        keeper.save({"step": step})
    assert (load_last(tmp_path).state["step"], load_checkpoint(previous_checkpoint(tmp_path))["step"]) == (3, 2)
    assert len(list(last_checkpoint(tmp_path).parent.iterdir())) == 2
    flip(last_checkpoint(tmp_path), middle(last_checkpoint(tmp_path)))
    loaded = load_last(tmp_path)
    assert (loaded.state["step"], loaded.warning.code) == (2, "damaged_checkpoint")
    Keeper(tmp_path, is_last_sound=loaded.is_last).save({"step": 4})
    assert (load_last(tmp_path).state["step"], load_checkpoint(previous_checkpoint(tmp_path))["step"]) == (4, 2)
    last_checkpoint(tmp_path).unlink()  # killed between two names
    assert load_last(tmp_path).state["step"] == 2


def more_epochs(run_dir: Path, epochs: int) -> None:
    path = run_dir / protocol.RECIPE_FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | {"epochs": epochs}))


def told(run_dir: Path) -> list[protocol.Message]:
    lines = run_dir.with_name("told.jsonl").read_bytes().splitlines()
    return [protocol.read_line(line) for line in lines]


def last_figures(run_dir: Path) -> tuple[float, ...]:
    *_, epoch = (message for message in protocol.read_metrics(run_dir) if isinstance(message, protocol.Epoch))
    return epoch.epoch, epoch.train_loss, epoch.test_loss, epoch.test_accuracy


def test_a_damaged_checkpoint_falls_back_or_refuses(run_folder, train, tmp_path):
    run_dir = run_folder(data={"limit": 256}, epochs=3)
    assert train(run_dir) == [0]
    unbroken = last_figures(run_dir)
    more_epochs(run_dir, 2)
    other = run_folder(name="other", data={"limit": 256}, epochs=2)
    assert train(other) == [0]
    flip(last_checkpoint(other), middle(last_checkpoint(other)))
    more_epochs(other, 3)
    alone = Path(shutil.copytree(other, tmp_path / "alone"))
    assert train(other, "--resume") == [0]
    (warned,) = [message for message in told(other) if isinstance(message, protocol.Warned)]
    assert warned.code == "damaged_checkpoint"
    assert "cannot be read: it is damaged" in warned.message
    assert "after 4 batches" in warned.message
    assert last_figures(other) == unbroken
    assert [m.epoch for m in protocol.read_metrics(other) if isinstance(m, protocol.Epoch)] == [1, 2, 3]
    previous_checkpoint(alone).unlink()
    assert train(alone, "--resume") == [1]
    assert "it is damaged" in told(alone)[-1].message


def test_a_checkpoint_without_checksum_goes_on_and_it_is_said(run_folder, train):
    run_dir = run_folder(data={"limit": 256}, epochs=1)
    assert train(run_dir) == [0]
    path = last_checkpoint(run_dir)
    torch.save(load_checkpoint(path), path)  # as an older version did
    assert is_sound(path) is None
    more_epochs(run_dir, 2)
    assert train(run_dir, "--resume") == [0]
    (warned,) = [message for message in told(run_dir) if isinstance(message, protocol.Warned)]
    assert (warned.code, "no checksum" in warned.message) == ("no_checksum", True)
    assert is_sound(path)
    torch.save(load_checkpoint(path), path)
    network = load_checkpoint(path)["network"]["stem.linear.weight"].numpy().tobytes()
    flip(path, [path.read_bytes().index(network[:64]) + 5])  # an archive knows sums of its own
    previous_checkpoint(run_dir).unlink()
    with pytest.raises(DamagedCheckpointError, match="damaged"):
        load_last(run_dir)


def test_whoever_takes_weights_looks_at_the_checksum(run_folder, train, tmp_path):
    run_dir = run_folder(data={"limit": 256}, epochs=2)
    assert train(run_dir) == [0]
    network = build_network(run_dir / protocol.MODEL_FILE)
    for path in (last_checkpoint(run_dir), run_dir / protocol.WEIGHTS_FILE):
        flip(path, middle(path))
        with pytest.raises(protocol.EngineError, match="damaged"):
            warm_start(network, str(path), "auto")
        with pytest.raises(protocol.EngineError, match="damaged"):
            copy_weights(path, tmp_path / "copy.safetensors")  # for a project that is exported
        assert not (tmp_path / "copy.safetensors").exists()
    with pytest.raises(protocol.EngineError, match="damaged"):
        copy_weights(run_dir, tmp_path / "copy.safetensors")
    heard: list[protocol.Warned] = []
    assert warm_start(network, str(run_dir), "auto", heard.append).layers == 2
    assert [warned.code for warned in heard] == ["damaged_checkpoint"]
    assert Trial(run_dir).epoch == 1
    previous_checkpoint(run_dir).unlink()
    with pytest.raises(protocol.EngineError, match="damaged"):
        Trial(run_dir)


@pytest.mark.parametrize(
    "change",
    [
        *({name: None} for name in ("network", "recipe", "optimizer", "random", "meter", "plateau", "stuck")),
        *({name: value} for name in ("epoch", "batch", "step") for value in (-1, "1", 2**60, None, 1.5)),
        {"network": {"stem.linear.weight": 1}},
        {"recipe": {"epochs": "many"}},
        {"random": {"cpu": torch.zeros(3)}},
    ],
)
def test_a_checkpoint_that_holds_something_else_is_refused_in_words(run_folder, change):
    from designer.engine.control import Wishes
    from designer.engine.job import carry_out

    run_dir = run_folder(data={"limit": 64}, epochs=1)
    heard: list[protocol.Message] = []
    assert carry_out(run_dir, heard.append, Wishes()) == 0
    more_epochs(run_dir, 2)
    save_checkpoint(last_checkpoint(run_dir), load_checkpoint(last_checkpoint(run_dir)) | change)
    assert carry_out(run_dir, heard.append, Wishes(), resume=True) == 1
    assert isinstance(heard[-1], protocol.Failed)
    assert "broke off" not in heard[-1].message
    assert heard[-1].fix
