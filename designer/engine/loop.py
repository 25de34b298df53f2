"""The training loop; there is no other. Processes, files and the command line are elsewhere: it only calls back."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import nn

from .best import Best
from .control import Wishes
from .data import ImageData
from .device import memory_bytes
from .group import ALONE, Group
from .losses import guessing_loss, make_loss
from .meter import Meter, Totals, require_finite
from .placing import Placed
from .protocol import Batch, Epoch, Evaluation, Kept, Message, Paused, Resumed, Warned
from .recipe import Recipe
from .review import Review
from .schedule import Progression, learning_rate, momentum
from .state import FORMAT, random_state, restore_random_state
from .stepper import Stepper
from .stuck import StuckWatch
from .text import Text

REPORT_EVERY_S = 0.05
SAVE_EVERY_S = 300.0  # within a long epoch: a machine that goes down costs no more
_PAUSE_POLL_S = 0.05
_MONITORS = {"accuracy": Text("accuracy"), "loss": Text("loss")}
_REPORT, _SAVE, _PAUSE, _STOP = 1, 2, 4, 8  # what is due after a batch


@dataclass(frozen=True)
class Hooks:
    """What the loop calls. emit: tells a message. wishes: asked after each batch.

    save: is given the state after each epoch, when the run is stopped or paused within one, and now and then. keep: is
    given what the network gets right and wrong, after each epoch. save_best: is given the weights after an epoch that
    is the best so far, and what one needs to use them; before `save`, which remembers that there are such.
    """

    emit: Callable[[Message], None]
    wishes: Wishes = field(default_factory=Wishes)
    save: Callable[[Mapping[str, Any]], None] = field(default=lambda state: None)
    keep: Callable[[Evaluation], None] = field(default=lambda evaluation: None)
    save_best: Callable[[Mapping[str, Any]], None] = field(default=lambda state: None)


class Training:
    """One training of one network. `run` does it all; make a new one to train again."""

    def __init__(
        self,
        network: nn.Module,
        recipe: Recipe,
        data: ImageData,
        device: torch.device,
        hooks: Hooks,
        frozen: Sequence[nn.Module] = (),
        group: Group = ALONE,
    ) -> None:
        """network: on the device, its weights drawn. data: on the device too. frozen: stay as in evaluation.

        group: the processes that train together; all but the first have hooks that do nothing.
        """
        self._recipe = recipe
        self._data = data
        self._device = device
        self._hooks = hooks
        self._group = group
        self._stepper = Stepper(network, recipe, make_loss(recipe, data.num_classes, device), device, group)
        self._frozen = frozen
        self._plateau = Progression(recipe.schedule.patience, recipe.schedule.monitor)
        self._patience = Progression(recipe.early_stopping or recipe.epochs, recipe.early_stopping_monitor)
        self._best = None if recipe.keep_best == "off" else Best(recipe.keep_best)
        self._epochs_done = 0
        self._batches_done = 0  # of the epoch under way
        self._meter = Meter(device)  # of the epoch under way
        self._seconds = 0.0  # spent on the epoch under way, pauses left out
        self._saved_at = time.perf_counter()
        self.network = network
        self._last_step: int | None = None
        self.batches_per_epoch = len(data.train_starts(recipe.batch_size))
        chance = guessing_loss(recipe, data.num_classes)
        self._stuck = StuckWatch(data.num_classes, chance, self.batches_per_epoch, recipe.epochs)

    @property
    def steps_done(self) -> int:
        """Batches trained so far, over the whole run."""
        return self._epochs_done * self.batches_per_epoch + self._batches_done

    def halt_after(self, step: int) -> None:
        """End as if stopped once so many batches are trained."""
        self._last_step = step

    def after_backward(self, look: Callable[[], None]) -> None:
        """Call `look` between each backward pass and what is made of its gradients."""
        self._stepper.after_backward = look

    def try_batch(self, size: int) -> None:
        """Train on one batch of so many images, to see whether it fits; the weights are of no use afterwards."""
        images = self._data.sample(size)
        labels = torch.zeros(len(images), dtype=torch.int64, device=images.device)
        self._stepper.network.train()
        self._stepper.train(images, labels, 0.0, 1, last=True)

    def weights(self) -> dict[str, torch.Tensor]:
        """Those that figures are taken of, by name."""
        return self._stepper.weights()

    def state(self) -> dict[str, Any]:
        """Everything that `restore` needs to go on from here, after a whole batch."""
        random, *others = self._group.gathered(random_state(self._device))
        return {
            **self._progress(),
            **self._stepper.state(),
            "plateau": self._plateau.state(),
            "patience": self._patience.state(),
            "meter": self._meter.state(self._group),
            "seconds": self._seconds,
            "stuck": self._stuck.state(),
            "random": random,
            "random_of_others": others,
        }

    def _progress(self) -> dict[str, Any]:
        """What every checkpoint tells besides weights."""
        return {
            "format": FORMAT,
            "epoch": self._epochs_done,
            "batch": self._batches_done,
            "step": self.steps_done,
            "train_examples": len(self._data.train),
            "recipe": self._recipe.to_json(),
            "inputs": self._data.inputs(),
            "best": self._best.state() if self._best else None,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take back a state that fits this network, recipe and data: see `require_same_design`, `require_resumable`."""
        self._epochs_done, self._batches_done = state["epoch"], state["batch"]
        self._stepper.restore(state)
        self._plateau.restore(state["plateau"])
        self._patience.restore(state["patience"])
        if self._best is not None and state.get("best") is not None:  # older checkpoints know of none
            self._best.restore(state["best"])
        self._seconds = state["seconds"]
        self._stuck.restore(state["stuck"])
        if self._group.leads:  # the others' sums are in the first one's
            self._meter.restore(state["meter"])
        random = [state["random"], *state.get("random_of_others", ())]
        if self._group.rank < len(random):  # else more train together than before: they draw what is new
            restore_random_state(random[self._group.rank], self._device)

    def run(self) -> bool:
        """Train, evaluate and save epoch by epoch. Returns whether it was stopped. Raises EngineError."""
        while self._epochs_done < self._recipe.epochs:
            epoch = self._epochs_done + 1
            if self._recipe.early_stopping and self._patience.stalls:
                self._hooks.emit(self._stopped_early())
                return False
            trained = self._train_epoch(epoch)
            validated = self._evaluate(self._data.validation) if trained else None
            review = Review(self._data.num_classes, self._device, self._group)
            tested = self._evaluate(self._data.test, review) if validated else None
            if trained is None or validated is None or tested is None:
                self._save()
                return True
            self._end_epoch(epoch, trained, validated, tested)
            if self._best is not None and self._best.see(epoch, validated, tested):
                self._hooks.save_best({**self._progress(), "network": self.weights()})
            self._save()  # first: the pictures may be gone that a review shows
            if evaluation := review.written(epoch, self._data.test, self._data.classes):
                self._hooks.keep(evaluation)
            best = self._best
            self._hooks.emit(Kept(epoch, best.epoch, best.figure, best.value) if best else Kept(epoch))
        return False

    def _stopped_early(self) -> Warned:
        return Warned(
            code="stopped_early",
            message=Text(
                "The run ends after epoch {epoch} of {epochs}: {monitor} on the validation set has "
                "got no better for {count} in a row.",
                epoch=self._epochs_done,
                epochs=self._recipe.epochs,
                monitor=_MONITORS[self._recipe.early_stopping_monitor],
                count=self._recipe.early_stopping,
            ),
            fix="Raise early_stopping, or leave it out, to train on.",
        )

    def _end_epoch(self, epoch: int, trained: Totals, validated: Totals, tested: Totals) -> None:
        for totals, where in (
            (validated, Text("on the validation set after epoch {epoch}", epoch=epoch)),
            (tested, Text("on the test set after epoch {epoch}", epoch=epoch)),
        ):
            require_finite(totals.mean_loss, where, self._rate(epoch, 0), self.steps_done)
        self._epochs_done, self._batches_done = epoch, 0
        self._seconds, self._meter = 0.0, Meter(self._device)
        if validated.examples:
            for progression, monitor in (
                (self._plateau, self._recipe.schedule.monitor),
                (self._patience, self._recipe.early_stopping_monitor),
            ):
                progression.see(validated.figure(monitor))
        self._hooks.emit(
            Epoch(
                epoch=epoch,
                train_loss=trained.mean_loss,
                train_accuracy=trained.accuracy,
                test_loss=tested.mean_loss,
                test_accuracy=tested.accuracy,
                examples_per_second=trained.examples_per_second,
                validation_loss=validated.mean_loss if validated.examples else None,
                validation_accuracy=validated.accuracy if validated.examples else None,
            )
        )

    def _rate(self, epoch: int, batch: int) -> float:
        """The learning rate of the step that a batch belongs to; both count from 1."""
        schedule = self._recipe.schedule
        cuts = self._plateau.stalls if schedule.kind == "plateau" else 0
        rate = learning_rate(schedule, self._recipe.optimizer.lr, *self._pace(epoch, batch))
        return rate * schedule.gamma**cuts

    def _pace(self, epoch: int, batch: int) -> tuple[int, int, int]:
        """Of a batch's step: how many come before it, how many an epoch has, and how many epochs there are."""
        joined = self._recipe.accumulate
        steps = -(-self.batches_per_epoch // joined)
        return (epoch - 1) * steps + max(batch - 1, 0) // joined, steps, self._recipe.epochs

    def _examples_of_step(self, batch: int) -> int:
        """How many examples are in the batches that make one step with this one; batches count from 1."""
        joined = self._recipe.accumulate
        first = (batch - 1) // joined * joined + 1
        return self._examples_in(first, min(first + joined - 1, self.batches_per_epoch))

    def _examples_in(self, first: int, last: int) -> int:
        """How many examples are in the batches from the first to the last, in all processes; batches count from 1."""
        size = self._recipe.batch_size
        return min(last * size, self._data.train_starts(size).stop) - (first - 1) * size

    def _train_epoch(self, epoch: int) -> Totals | None:
        """The epoch's totals, or None if it was stopped. Waits for the device only to report."""
        stepper, meter = self._stepper, self._meter
        stepper.network.train()
        for module in self._frozen:
            module.eval()  # else normalisation layers would go on taking averages
        joined, group = self._recipe.accumulate, self._group
        reported = meter.read().over(group)
        order = torch.Generator().manual_seed(seed_of_epoch(self._recipe.seed, epoch))
        batches = self._data.train_batches(self._recipe.batch_size, order, self._batches_done, group)
        for batch, (images, labels) in enumerate(batches, self._batches_done + 1):
            own = len(labels) if group.alone else group.share(self._examples_in(batch, batch))
            share = 1.0 if joined == group.size == 1 else own * group.size / self._examples_of_step(batch)
            whole = joined == 1 or batch % joined == 0 or batch == self.batches_per_epoch
            rate, inertia = self._rate(epoch, batch), momentum(self._recipe.schedule, *self._pace(epoch, batch))
            scores, loss = stepper.train(images, labels, rate, share, last=whole, momentum=inertia)
            if own:
                weighed = stepper.weighed(scores, labels)
                meter.add(loss, scores, labels if labels.ndim == 1 else labels.argmax(1), weighed)
            self._batches_done = batch
            due = group.agreed(self._due(batch, whole, reported.seconds))
            if due & _REPORT:
                totals = meter.read().over(group)
                self._report(epoch, batch, totals.since(reported))
                self._seconds += totals.seconds - reported.seconds
                reported = totals
                if due & _SAVE:
                    if not due & _STOP:  # a run that is stopped is saved as it ends
                        self._save()
                    if due & _PAUSE:
                        due = group.agreed(self._wait(epoch, batch))
                    reported = replace(reported, seconds=time.perf_counter())
            if due & _STOP:
                return None
        return replace(reported, seconds=self._seconds)

    def _due(self, batch: int, whole: bool, reported: float) -> int:
        """What is to be done after this batch; the first process decides. reported: when it was reported last."""
        wishes = self._hooks.wishes
        stops = whole and (wishes.stopping or self.steps_done == self._last_step)
        pauses = whole and wishes.pausing and not stops  # gradients on the way to a step are not saved
        now = time.perf_counter()
        reports = batch in (1, self.batches_per_epoch) or now - reported >= REPORT_EVERY_S
        saves = reports and whole and now - self._saved_at > SAVE_EVERY_S
        if stops or pauses:
            reports = saves = True
        return _REPORT * reports | _SAVE * saves | _PAUSE * pauses | _STOP * stops

    def _wait(self, epoch: int, batch: int) -> int:
        """Wait as long as the run is paused. Returns whether it is stopped then."""
        wishes = self._hooks.wishes
        if not self._group.leads:
            return 0
        self._hooks.emit(Paused(epoch, batch))
        while wishes.pausing and not wishes.stopping:
            time.sleep(_PAUSE_POLL_S)
        if not wishes.stopping:
            self._hooks.emit(Resumed(epoch, batch))
        return _STOP * wishes.stopping

    def _save(self) -> None:
        state = self.state()  # in each process, for they add up sums
        self._hooks.save(state)
        self._saved_at = time.perf_counter()

    def _report(self, epoch: int, batch: int, window: Totals) -> None:
        rate = self._rate(epoch, batch)
        step = self.steps_done
        require_finite(window.mean_loss, Text("in epoch {epoch}, batch {batch}", epoch=epoch, batch=batch), rate, step)
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
                gradient_norm=self._stepper.gradient_norm(),
                time=time.time(),
            )
        )
        if warning := self._stuck.see(window, step):
            self._hooks.emit(warning)

    def _evaluate(self, examples: Placed | None, review: Review | None = None) -> Totals | None:
        """Totals over some examples, empty where there are none, or None if it was stopped. review: looks on."""
        network = self._stepper.evaluated.eval()
        meter, group, size = Meter(self._device), self._group, self._recipe.batch_size
        with torch.inference_mode():
            batches = self._data.batches_of(examples, size, group) if examples else ()
            for number, (images, labels) in enumerate(batches):
                scores, loss = self._stepper.run(network, images, labels)  # (N, classes)
                meter.add(loss, scores, labels, self._stepper.weighed(scores, labels))
                if review is not None:
                    review.add(scores, labels, (number * group.size + group.rank) * size)
                if self._hooks.wishes.stopping and group.alone:
                    return None
        return meter.read().over(group)


def seed_of_epoch(seed: int, epoch: int) -> int:
    """Of the order of an epoch's images: the same wherever the run was interrupted before it."""
    return (seed * 0x9E3779B97F4A7C15 + epoch) % 2**63
