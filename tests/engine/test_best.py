"""The weights of the best epoch are kept beside the last: those that a run of so many epochs ends with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from designer.engine import protocol
from designer.engine.best import Best
from designer.engine.checkpoints import best_checkpoint, last_checkpoint, load_checkpoint
from designer.engine.control import Wishes
from designer.engine.job import carry_out
from designer.engine.meter import Totals
from designer.engine.protocol import EngineError
from designer.engine.trial import Trial

JUMPY = {"optimizer": {"kind": "SGD", "lr": 1.5, "momentum": 0.9}, "clip_norm": 5.0, "data": {"limit": 300}}
HELD_OUT = {"limit": 300, "validation": 0.2}


@pytest.fixture
def trained(run_folder):
    """Makes a run and trains it, here: a child takes seconds to begin. Returns its folder and its epochs."""

    def train(name: str = "run", **recipe) -> tuple[Path, list[protocol.Epoch]]:
        run_dir = run_folder(name, **{**JUMPY, **recipe})
        assert carry_out(run_dir, lambda message: None, Wishes()) == 0
        return run_dir, epochs_of(run_dir)

    return train


def epochs_of(run_dir: Path) -> list[protocol.Epoch]:
    return [message for message in protocol.read_metrics(run_dir) if isinstance(message, protocol.Epoch)]


def weights_of(path: Path) -> dict[str, torch.Tensor]:
    return load_checkpoint(path)["network"]


def same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("monitor", ["accuracy", "loss"])
@pytest.mark.parametrize("part", ["validation", "test"])
def test_they_are_those_of_the_epoch_with_the_best_figure(trained, monitor, part):
    data = HELD_OUT if part == "validation" else JUMPY["data"]
    run_dir, epochs = trained(epochs=5, keep_best=monitor, data=data)
    figure = f"{part}_{monitor}"
    pick = max if monitor == "accuracy" else min
    best = pick(epochs, key=lambda epoch: getattr(epoch, figure))  # the first of equal ones
    kept = [message for message in protocol.read_metrics(run_dir) if isinstance(message, protocol.Kept)]
    assert kept[-1] == protocol.Kept(5, best.epoch, figure, getattr(best, figure))
    state = load_checkpoint(best_checkpoint(run_dir))
    assert (state["epoch"], state["best"]["value"]) == (best.epoch, getattr(best, figure))
    shorter, _ = trained("shorter", epochs=best.epoch, keep_best="off", data=data)
    assert same(state["network"], weights_of(last_checkpoint(shorter)))
    assert same(state["network"], weights_of(last_checkpoint(run_dir))) == (best.epoch == 5)


def test_there_are_none_where_they_are_not_wanted(trained):
    run_dir, _ = trained(epochs=1, keep_best="off")
    assert not best_checkpoint(run_dir).exists()
    with pytest.raises(EngineError, match="no weights of a best epoch"):
        Trial(run_dir, best=True)


def test_an_average_is_what_is_kept_of_it(trained):
    run_dir, _ = trained(epochs=1, ema_decay=0.9)
    assert same(weights_of(best_checkpoint(run_dir)), load_checkpoint(last_checkpoint(run_dir))["average"]["network"])


def test_a_run_that_goes_on_keeps_its_best(trained):
    whole, epochs = trained("whole", epochs=5)
    best = max(epochs, key=lambda epoch: epoch.test_accuracy).epoch
    assert best < 5  # else this test would show nothing
    parted, _ = trained("parted", epochs=best)
    recipe = json.loads((parted / protocol.RECIPE_FILE).read_text())
    (parted / protocol.RECIPE_FILE).write_text(json.dumps({**recipe, "epochs": 5}))
    assert carry_out(parted, lambda message: None, Wishes(), resume=True) == 0
    assert epochs_of(parted)[-1].test_accuracy == epochs[-1].test_accuracy
    assert load_checkpoint(best_checkpoint(parted))["epoch"] == best
    assert same(weights_of(best_checkpoint(parted)), weights_of(best_checkpoint(whole)))


def test_a_run_of_an_older_version_goes_on(trained):
    run_dir, _ = trained(epochs=1)
    state = load_checkpoint(last_checkpoint(run_dir))
    del state["best"], state["meter"]["weight"]
    del state["stuck"]["weight"]
    torch.save(state, last_checkpoint(run_dir))
    best_checkpoint(run_dir).unlink()
    recipe = json.loads((run_dir / protocol.RECIPE_FILE).read_text())
    (run_dir / protocol.RECIPE_FILE).write_text(json.dumps({**recipe, "epochs": 2}))
    assert carry_out(run_dir, lambda message: None, Wishes(), resume=True) == 0
    assert load_checkpoint(best_checkpoint(run_dir))["epoch"] == 2


def test_a_training_may_start_from_them(trained, run_folder):
    run_dir, _ = trained(epochs=5)
    best = weights_of(best_checkpoint(run_dir))
    assert not same(best, weights_of(last_checkpoint(run_dir)))
    for epoch, checkpoint in (("best", best_checkpoint(run_dir)), ("last", last_checkpoint(run_dir))):
        start = {"weights": str(run_dir), "epoch": epoch}
        again = run_folder(epoch, epochs=1, start=start, optimizer={"kind": "SGD", "lr": 1e-30}, data={"limit": 64})
        assert carry_out(again, lambda message: None, Wishes()) == 0
        assert same(weights_of(last_checkpoint(again)), weights_of(checkpoint))


def test_of_equal_epochs_the_first_is_the_best_and_what_is_no_number_never_is():
    best, nothing = Best("loss"), Totals()
    seen = [
        best.see(epoch, nothing, Totals(10, loss, 5)) for epoch, loss in enumerate((float("nan"), 20, 20, 30, 10), 1)
    ]
    assert seen == [False, True, False, False, True]
    assert (best.epoch, best.value, best.figure) == (5, 1.0, "test_loss")
    assert best.see(6, Totals(10, 50, 5), Totals(10, 1, 5))  # a validation set that is there now comes first
    assert best.figure == "validation_loss"
