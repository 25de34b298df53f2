"""One batch's part in training: forward, backward, and a step of the optimizer once enough batches are in."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from .average import Average
from .group import ALONE, Group
from .losses import Loss
from .optimize import make_optimizer, set_learning_rate, set_momentum
from .protocol import EngineError
from .recipe import Recipe
from .text import Text

_DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}


def scores_of(network: nn.Module, images: Tensor, recipe: Recipe) -> Tensor:
    """Scores, float32 (N, C), in the recipe's precision. images: float32 (N, C, H, W), on the network's device."""
    if recipe.channels_last:
        images = images.contiguous(memory_format=torch.channels_last)
    dtype = _DTYPES.get(recipe.precision)
    if dtype is None:
        return network(images)
    with torch.autocast(images.device.type, dtype):
        return network(images).float()


class Stepper:
    """Trains a network batch by batch as the recipe says: precision, accumulation, clipping, average of weights."""

    def __init__(
        self, network: nn.Module, recipe: Recipe, loss: Loss, device: torch.device, group: Group = ALONE
    ) -> None:
        """network: on the device, its weights drawn. group: whose gradients are averaged.

        Raises EngineError where the device lacks the precision.
        """
        if recipe.precision == "fp16" and device.type != "cuda":
            raise EngineError(
                Text("The recipe's precision fp16 is for cuda; this run is on {device}.", device=device),
                expected="a cuda device, or another precision",
                fix="Use bf16 or float32.",
            )
        if recipe.channels_last:
            network.to(memory_format=torch.channels_last)
        self.network = network
        self._norm: Tensor | None = None  # of the last gradient that was measured; unasked, every step would cost
        self.after_backward: Callable[[], None] | None = None
        self._recipe = recipe
        self._loss = loss
        self._group = group
        self._step_weight: Tensor | None = None  # of the step's examples so far, a mean; None where all count alike
        self._alone = torch.compile(network) if recipe.compile else network
        self._joint = group.joint(self._alone)
        self._parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
        self._optimizer = make_optimizer(recipe.optimizer, network, device)
        self._scaler = torch.amp.GradScaler(device.type) if recipe.precision == "fp16" else None
        self._average = Average(network, recipe.ema_decay) if recipe.ema_decay else None

    @property
    def evaluated(self) -> nn.Module:
        """The network that figures are taken of: the average of the weights, where there is one."""
        return self._average.network if self._average else self._alone

    def gradient_norm(self) -> float | None:
        """Of a step since this was asked last, None where there was none or it is no number; waits for the device."""
        norm, self._norm = self._norm, None
        value = math.nan if norm is None else float(norm)
        return value if math.isfinite(value) else None

    def weights(self) -> dict[str, Tensor]:
        """Those of `evaluated`, by name."""
        return (self._average.network if self._average else self.network).state_dict()

    def run(self, network: nn.Module, images: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Scores, float32 (N, C), and the mean loss, (). images: float32 (N, C, H, W)."""
        scores = scores_of(network, images, self._recipe)
        return scores, self._loss(scores, _widened(targets, scores))

    def weighed(self, scores: Tensor, targets: Tensor) -> tuple[Tensor, Tensor] | None:
        """The sums of a batch's losses and of its weights, as `Loss.weighed` gives them, without a gradient."""
        with torch.no_grad():
            return self._loss.weighed(scores, _widened(targets, scores))

    def train(
        self, images: Tensor, targets: Tensor, rate: float, share: float, last: bool, momentum: float | None = None
    ) -> tuple[Tensor, Tensor]:
        """Take in one batch. rate: the learning rate. share: of the step's examples that are in this batch, 0 to 1.

        last: whether the step is made now. momentum: of the step, None for the recipe's. Returns scores and loss as
        `run` does.
        """
        with self._gathering(last):
            scores, loss = self.run(self._joint, images, targets)
            part = loss if share == 1 and self._group.alone else self._part(loss, scores, targets, share)
            if self._scaler is None:
                part.backward()
            else:
                self._scaler.scale(part).backward()
        if self.after_backward is not None:
            self.after_backward()
        if last:
            self._step(rate, momentum)
        return scores, loss

    def _part(self, loss: Tensor, scores: Tensor, targets: Tensor, share: float) -> Tensor:
        """What a batch adds to its step's loss, of which it is a share: the step is to be that of one large batch.

        Where examples do not count alike, that is divided by their mean weight once all of them are known.
        """
        weighed = self._loss.weighed(scores, _widened(targets, scores))
        if weighed is None:
            return loss * share
        summed, weight = weighed
        known = 0.0 if self._step_weight is None else self._step_weight
        self._step_weight = known + weight.detach() * (share / len(targets))
        return summed * (share / len(targets))

    def _gathering(self, last: bool) -> AbstractContextManager[object]:
        """Gradients of several processes are put together once for each step."""
        return nullcontext() if last or self._joint is self._alone else self._joint.no_sync()

    def _step(self, rate: float, momentum: float | None) -> None:
        set_learning_rate(self._optimizer, rate)
        if momentum is not None:
            set_momentum(self._optimizer, momentum)
        if self._step_weight is not None:
            self._divide_by_weight(self._step_weight)
            self._step_weight = None
        clips = self._recipe.clip_norm
        if self._scaler is not None and (clips is not None or self._norm is None):
            self._scaler.unscale_(self._optimizer)
        if clips is not None:
            self._norm = nn.utils.clip_grad_norm_(self._parameters, clips)
        elif self._norm is None:
            self._norm = _norm_of(self._parameters)
        if self._scaler is None:
            self._optimizer.step()
        else:
            self._scaler.step(self._optimizer)
            self._scaler.update()
        for parameter in self._parameters:
            parameter.grad = None  # as zero_grad does, without its bookkeeping
        if self._average is not None:
            self._average.follow()

    def _divide_by_weight(self, mean: Tensor) -> None:
        """mean: of this process's weights, (). Where all are 0, so are the gradients, and stay so."""
        mean = self._group.averaged(mean)
        gradients = [parameter.grad for parameter in self._parameters if parameter.grad is not None]
        torch._foreach_mul_(gradients, torch.where(mean > 0, 1 / mean, 0.0))

    def state(self) -> dict[str, Any]:
        """Weights and all that goes with them, for `restore`, between two steps."""
        state = {"network": self.network.state_dict(), "optimizer": self._optimizer.state_dict()}
        if self._scaler is not None:
            state["scaler"] = self._scaler.state_dict()
        if self._average is not None:
            state["average"] = self._average.state()
        return state

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take back a state of the same network and recipe."""
        self.network.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        if self._scaler is not None:
            self._scaler.load_state_dict(state["scaler"])
        if self._average is not None:
            self._average.restore(state["average"])


def _widened(targets: Tensor, scores: Tensor) -> Tensor:
    """Shares of classes, float (N, C), where a network may have more outputs than the data has classes."""
    return functional.pad(targets, (0, scores.shape[1] - targets.shape[1])) if targets.ndim == 2 else targets


def _norm_of(parameters: Sequence[nn.Parameter]) -> Tensor:
    """The length of all gradients together, ()."""
    norms = torch._foreach_norm([parameter.grad for parameter in parameters if parameter.grad is not None])
    return torch.linalg.vector_norm(torch.stack(norms)) if norms else torch.zeros(())
