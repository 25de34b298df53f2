"""Finds the first part of a network that gave a value which is no number, by training the batches before it again.

Only a run that has failed is gone over like this, with hooks on every module; training itself has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from .fate import is_partner_lost
from .loop import Training
from .protocol import EngineError
from .text import Text


@dataclass(frozen=True)
class Culprit:
    """A module by its path, its kind, and what happened there, in words."""

    path: str
    kind: str
    what: str

    @property
    def sentence(self) -> str:
        """For a person: `It began in head (Linear): its output is no longer finite.`"""
        return Text(
            "It began in {path} ({kind}): {what}.",
            path=self.path or Text("the network itself"),
            kind=self.kind,
            what=self.what,
        )


class _FoundError(Exception):
    def __init__(self, culprit: Culprit) -> None:
        super().__init__(culprit.sentence)
        self.culprit = culprit


def find_culprit(training: Training, last_step: int) -> Culprit | None:
    """Train until something is no number, and say where it was. None where it does not happen again.

    training: as it was at some step before, its hooks silent. last_step: where the loss was seen to be no number.
    """
    training.halt_after(last_step)
    try:
        with _Watch(training.network).attached() as watch:
            training.after_backward(watch.check_gradients)
            training.run()
    except _FoundError as found:
        return found.culprit
    except (EngineError, RuntimeError) as error:
        if is_partner_lost(error):  # it is another process that found it
            raise
        return None  # it fails another way this time
    return None


@dataclass
class _Watch:
    """Hooks that look at every output, and, after each backward pass, at the gradients."""

    network: nn.Module
    order: dict[str, nn.Module] = field(default_factory=dict)  # as they were run in the forward pass

    @contextmanager
    def attached(self) -> Iterator[_Watch]:
        handles = []
        for path, module in self.network.named_modules():
            handles.append(module.register_forward_hook(self._hook(path)))
        try:
            yield self
        finally:
            for handle in handles:
                handle.remove()

    def _hook(self, path: str) -> Any:
        def look(module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
            self.order[path] = module
            if _is_finite(output):
                return
            if any(not _is_finite(parameter) for parameter in module.parameters(recurse=False)):
                what = "its weights are no longer finite, after a step that was too long"
            elif _is_finite(inputs):
                what = Text(
                    "its output is no longer finite, its inputs are, up to {largest:.3g}", largest=_largest(inputs)
                )
            else:
                what = "its inputs are no longer finite, and no part before it gave them"
            raise _FoundError(Culprit(path, type(module).__name__, what))

        return look

    def check_gradients(self) -> None:
        """After a backward pass: the part nearest to the loss whose gradients are no numbers, if any."""
        for path, module in reversed(self.order.items()):
            for name, parameter in module.named_parameters(recurse=False):
                if parameter.grad is not None and not _is_finite(parameter.grad):
                    what = Text("the gradient of its {name} is no longer finite, though the loss still was", name=name)
                    raise _FoundError(Culprit(path, type(module).__name__, what))


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple | list):
        for element in value:
            yield from _tensors(element)


def _is_finite(value: Any) -> bool:
    return all(bool(torch.isfinite(tensor).all()) for tensor in _tensors(value) if tensor.is_floating_point())


def _largest(value: Any) -> float:
    return max((float(tensor.detach().abs().max()) for tensor in _tensors(value) if tensor.numel()), default=0.0)
