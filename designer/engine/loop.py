"""The training loop; there is no other. Processes, files and the command line are elsewhere: it only calls back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import nn
from torch.nn import functional
from torch.optim import Optimizer

from .data import ImageData, batch_starts
from .device import memory_bytes
from .meter import Meter, Totals, require_finite
from .optimize import learning_rate, make_optimizer, set_learning_rate
from .protocol import Batch, Epoch, Message
from .recipe import Recipe
from .stuck import StuckWatch

REPORT_EVERY_S = 0.05


@dataclass(frozen=True)
class Hooks:
    """What the loop calls. emit: tells a message. should_stop: asked after each batch.

    save: is given the number of whole epochs done, after each epoch and when the run is stopped within one.
    """

    emit: Callable[[Message], None]
    should_stop: Callable[[], bool] = field(default=lambda: False)
    save: Callable[[int, nn.Module, Optimizer], None] = field(default=lambda epoch, network, optimizer: None)


class Training:
    """One training of one network. `run` does it all; make a new one to train again."""

    def __init__(self, network: nn.Module, recipe: Recipe, data: ImageData, device: torch.device, hooks: Hooks) -> None:
        """network: on the device, its weights drawn. data: on the device too."""
        self._network = network
        self._recipe = recipe
        self._data = data
        self._device = device
        self._hooks = hooks
        self._order = torch.Generator().manual_seed(recipe.seed)
        self.batches_per_epoch = len(batch_starts(len(data.train), recipe.batch_size))
        self._stuck = StuckWatch(data.num_classes, self.batches_per_epoch, recipe.epochs)

    def run(self) -> bool:
        """Train, evaluate and save epoch by epoch. Returns whether it was stopped. Raises EngineError."""
        optimizer = make_optimizer(self._recipe.optimizer, self._network.parameters(), self._device)
        for epoch in range(1, self._recipe.epochs + 1):
            trained = self._train_epoch(epoch, optimizer)
            tested = self._evaluate() if trained else None
            if trained is None or tested is None:
                self._hooks.save(epoch - 1, self._network, optimizer)
                return True
            require_finite(tested.mean_loss, f"on the test set after epoch {epoch}", self._rate(epoch, 0))
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
            self._hooks.save(epoch, self._network, optimizer)
        return False

    def _rate(self, epoch: int, batch: int) -> float:
        """The learning rate of a batch; both count from 1."""
        epochs_done = epoch - 1 + max(batch - 1, 0) / self.batches_per_epoch
        return learning_rate(self._recipe.schedule, self._recipe.optimizer.lr, epochs_done, self._recipe.epochs)

    def _train_epoch(self, epoch: int, optimizer: Optimizer) -> Totals | None:
        """The epoch's totals, or None if it was stopped. Waits for the device only to report."""
        network, should_stop = self._network, self._hooks.should_stop
        network.train()
        meter = Meter(self._device)
        began = reported = Totals(seconds=time.perf_counter())
        for batch, (images, labels) in enumerate(self._data.train_batches(self._recipe.batch_size, self._order), 1):
            set_learning_rate(optimizer, self._rate(epoch, batch))
            scores = network(images)  # (N, classes)
            loss = functional.cross_entropy(scores, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            meter.add(loss, scores, labels)
            stop = should_stop()
            at_edge = stop or batch in (1, self.batches_per_epoch)
            if at_edge or time.perf_counter() - reported.seconds >= REPORT_EVERY_S:
                totals = meter.read()
                self._report(epoch, batch, totals.since(reported))
                reported = totals
            if stop:
                return None
        return reported.since(began)

    def _report(self, epoch: int, batch: int, window: Totals) -> None:
        rate = self._rate(epoch, batch)
        require_finite(window.mean_loss, f"in epoch {epoch}, batch {batch}", rate)
        step = (epoch - 1) * self.batches_per_epoch + batch
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
                if self._hooks.should_stop():
                    return None
        return meter.read()
