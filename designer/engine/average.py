"""An exponential moving average of a network's weights, which often does better than the weights themselves."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn


class Average:
    """Follows a network step by step. `network` has the averaged weights and the latest buffers.

    The first steps count for more, as in TensorFlow's ExponentialMovingAverage, so that the average soon forgets the
    weights that were drawn.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self._source = network
        self._decay = decay
        self._steps = 0

    def follow(self) -> None:
        """Take in the weights as they are after a step."""
        self._steps += 1
        decay = min(self._decay, (1 + self._steps) / (10 + self._steps))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.network.parameters()), list(self._source.parameters()), 1 - decay)
            for own, latest in zip(self.network.buffers(), self._source.buffers(), strict=True):
                own.copy_(latest)

    def state(self) -> dict[str, Any]:
        """For `restore`."""
        return {"steps": self._steps, "network": self.network.state_dict()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from there."""
        self._steps = state["steps"]
        self.network.load_state_dict(state["network"])
