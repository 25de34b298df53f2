"""The training loop; there is no other. Processes, files and the command line are elsewhere: it only calls back."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from .control import Wishes
from .data import ImageData, batch_starts
from .device import memory_bytes
from .meter import Meter, Totals, require_finite
from .optimize import learning_rate, make_optimizer, set_learning_rate
from .protocol import Batch, Epoch, Message, Paused, Resumed
from .recipe import Recipe
from .state import FORMAT, random_state, restore_random_state
from .stuck import StuckWatch

REPORT_EVERY_S = 0.05
SAVE_EVERY_S = 300.0  # within a long epoch: a machine that goes down costs no more
_PAUSE_POLL_S = 0.05


@dataclass(frozen=True)
class Hooks:
    """What the loop calls. emit: tells a message. wishes: asked after each batch.

    save: is given the state after each epoch, when the run is stopped or paused within one, and now and then.
    """

    emit: Callable[[Message], None]
    wishes: Wishes = field(default_factory=Wishes)
    save: Callable[[Mapping[str, Any]], None] = field(default=lambda state: None)


class Training:
    """One training of one network. `run` does it all; make a new one to train again."""

    def __init__(self, network: nn.Module, recipe: Recipe, data: ImageData, device: torch.device, hooks: Hooks) -> None:
        """network: on the device, its weights drawn. data: on the device too."""
        self._network = network
        self._recipe = recipe
        self._data = data
        self._device = device
        self._hooks = hooks
        self._optimizer = make_optimizer(recipe.optimizer, network.parameters(), device)
        self._epochs_done = 0
        self._batches_done = 0  # of the epoch under way
        self._meter = Meter(device)  # of the epoch under way
        self._seconds = 0.0  # spent on the epoch under way, pauses left out
        self._saved_at = time.perf_counter()
        self.batches_per_epoch = len(batch_starts(len(data.train), recipe.batch_size))
        self._stuck = StuckWatch(data.num_classes, self.batches_per_epoch, recipe.epochs)

    @property
    def steps_done(self) -> int:
        """Batches trained so far, over the whole run."""
        return self._epochs_done * self.batches_per_epoch + self._batches_done

    def state(self) -> dict[str, Any]:
        """Everything that `restore` needs to go on from here, after a whole batch."""
        return {
            "format": FORMAT,
            "epoch": self._epochs_done,
            "batch": self._batches_done,
            "step": self.steps_done,
            "train_examples": len(self._data.train),
            "recipe": self._recipe.to_json(),
            "network": self._network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "meter": self._meter.state(),
            "seconds": self._seconds,
            "stuck": self._stuck.state(),
            "random": random_state(self._device),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take back a state that fits this network, recipe and data: see `require_same_design`, `require_resumable`."""
        self._epochs_done, self._batches_done = state["epoch"], state["batch"]
        self._network.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._meter.restore(state["meter"])
        self._seconds = state["seconds"]
        self._stuck.restore(state["stuck"])
        restore_random_state(state["random"], self._device)

    def run(self) -> bool:
        """Train, evaluate and save epoch by epoch. Returns whether it was stopped. Raises EngineError."""
        while self._epochs_done < self._recipe.epochs:
            epoch = self._epochs_done + 1
            trained = self._train_epoch(epoch)
            tested = self._evaluate() if trained else None
            if trained is None or tested is None:
                self._save()
                return True
            require_finite(tested.mean_loss, f"on the test set after epoch {epoch}", self._rate(epoch, 0))
            self._epochs_done, self._batches_done = epoch, 0
            self._seconds, self._meter = 0.0, Meter(self._device)
            self._hooks.emit(
                Epoch(
                    epoch=epoch,
                    train_loss=trained.mean_loss,
                    train_accuracy=trained.accuracy,
                    test_loss=tested.mean_loss,
                    test_accuracy=tested.accuracy,
                    examples_per_second=trained.examples_per_second,
                )
            )
            self._save()
        return False

    def _rate(self, epoch: int, batch: int) -> float:
        """The learning rate of a batch; both count from 1."""
        epochs_done = epoch - 1 + max(batch - 1, 0) / self.batches_per_epoch
        return learning_rate(self._recipe.schedule, self._recipe.optimizer.lr, epochs_done, self._recipe.epochs)

    def _train_epoch(self, epoch: int) -> Totals | None:
        """The epoch's totals, or None if it was stopped. Waits for the device only to report."""
        network, optimizer, meter, wishes = self._network, self._optimizer, self._meter, self._hooks.wishes
        network.train()
        reported = meter.read()
        order = torch.Generator().manual_seed(_seed_of_epoch(self._recipe.seed, epoch))
        batches = self._data.train_batches(self._recipe.batch_size, order, first=self._batches_done)
        for batch, (images, labels) in enumerate(batches, self._batches_done + 1):
            set_learning_rate(optimizer, self._rate(epoch, batch))
            scores = network(images)  # (N, classes)
            loss = functional.cross_entropy(scores, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            meter.add(loss, scores, labels)
            self._batches_done = batch
            asked = wishes.stopping or wishes.pausing
            at_edge = asked or batch in (1, self.batches_per_epoch)
            if at_edge or time.perf_counter() - reported.seconds >= REPORT_EVERY_S:
                totals = meter.read()
                self._report(epoch, batch, totals.since(reported))
                self._seconds += totals.seconds - reported.seconds
                reported = totals
                if asked or reported.seconds - self._saved_at > SAVE_EVERY_S:
                    self._attend(epoch, batch)
                    reported = replace(reported, seconds=time.perf_counter())
            if wishes.stopping:
                return None
        return replace(reported, seconds=self._seconds)

    def _attend(self, epoch: int, batch: int) -> None:
        """Save, and wait as long as the run is paused."""
        wishes = self._hooks.wishes
        if not wishes.stopping:  # a run that is stopped is saved as it ends
            self._save()
        if wishes.pausing and not wishes.stopping:
            self._hooks.emit(Paused(epoch, batch))
            while wishes.pausing and not wishes.stopping:
                time.sleep(_PAUSE_POLL_S)
            if not wishes.stopping:
                self._hooks.emit(Resumed(epoch, batch))

    def _save(self) -> None:
        self._hooks.save(self.state())
        self._saved_at = time.perf_counter()

    def _report(self, epoch: int, batch: int, window: Totals) -> None:
        rate = self._rate(epoch, batch)
        require_finite(window.mean_loss, f"in epoch {epoch}, batch {batch}", rate)
        step = self.steps_done
        self._hooks.emit(
            Batch(
                epoch=epoch,
                batch=batch,
                batches=self.batches_per_epoch,
                step=step,
                loss=window.mean_loss,
                accuracy=window.accuracy,
                learning_rate=rate,
                examples_per_second=window.examples_per_second,
                memory_bytes=memory_bytes(self._device),
            )
        )
        if warning := self._stuck.see(window, step):
            self._hooks.emit(warning)

    def _evaluate(self) -> Totals | None:
        """Totals over the test set, or None if it was stopped."""
        self._network.eval()
        meter = Meter(self._device)
        with torch.inference_mode():
            for images, labels in self._data.test_batches(self._recipe.batch_size):
                scores = self._network(images)  # (N, classes)
                meter.add(functional.cross_entropy(scores, labels), scores, labels)
                if self._hooks.wishes.stopping:
                    return None
        return meter.read()


def _seed_of_epoch(seed: int, epoch: int) -> int:
    """Of the order of an epoch's images: the same wherever the run was interrupted before it."""
    return (seed * 0x9E3779B97F4A7C15 + epoch) % 2**63
