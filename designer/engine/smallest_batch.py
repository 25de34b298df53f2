"""Finds out before a training whether a network can be trained on one image at a time, and settles what follows.

Batch normalisation of a flat layer cannot: one value a channel has no spread. torch raises that in training alone, and
so late as the last batch of an epoch. Which layers do so is not listed here: the network is tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from .data import ImageData
from .group import Group
from .memory_fault import is_out_of_memory
from .protocol import EngineError, Warned, first_line
from .recipe import Recipe
from .state import random_state, restore_random_state
from .stepper import scores_of
from .text import Text

_USUAL = 32


def settle_batches(
    network: nn.Module, data: ImageData, recipe: Recipe, frozen: Sequence[nn.Module], group: Group
) -> tuple[ImageData, Warned | None]:
    """The data with such batches as the network can be trained on, and what is to be told of it.

    Where a process's share of an epoch's last batch would be one image, and the network takes no single one, that batch
    is left out. To be called in each process of the group. Raises EngineError where no batch would be left.
    """
    examples, size = len(data.train), min(recipe.batch_size, len(data.train))
    last = examples % size
    least = 2 * group.size  # images in a batch, so that no process has one alone
    if size >= least and not 0 < last < least:
        return data, None
    fault = _fault(network, data.sample(1), recipe, frozen)
    if fault is None:
        return data, None
    by_two = _fault(network, torch.cat([data.sample(1)] * 2), recipe, frozen)
    if by_two is not None:
        raise _untrainable(by_two)
    if size < least:
        raise _too_small(fault, recipe, examples, least, group)
    left_out = Warned(
        code="last_batch_left_out",
        message=Text(
            "Each epoch leaves out its last batch of {last} of {examples:,} images, others each time: {layer} cannot "
            "normalise one image alone.",
            last=last,
            examples=examples,
            layer=fault.node,
        ),
        fix="Another batch_size takes them in.",
    )
    return replace(data, least_batch=least), left_out


def _fault(network: nn.Module, images: Tensor, recipe: Recipe, frozen: Sequence[nn.Module]) -> EngineError | None:
    """What the network raises when it is trained on these images; leaves it as it was. images: float32 (N, C, H, W)."""
    kept = [(buffer, buffer.clone()) for buffer in network.buffers()]
    drawn, training = random_state(images.device), network.training
    under_way: list[str] = []
    hooks = [
        hook
        for name, module in network.named_modules()
        for hook in (
            module.register_forward_pre_hook(lambda module, _, name=name: under_way.append(_called(name, module))),
            module.register_forward_hook(lambda *_: _left(under_way)),
        )
    ]
    network.train()
    for module in frozen:
        module.eval()
    try:
        with torch.no_grad():
            scores_of(network, images, recipe)
    except (ValueError, RuntimeError, IndexError) as error:
        if is_out_of_memory(error):
            raise
        return EngineError(first_line(error), node=under_way[-1] if under_way else "")
    finally:
        for hook in hooks:
            hook.remove()
        network.train(training)
        with torch.no_grad():
            for buffer, before in kept:
                buffer.copy_(before)
        restore_random_state(drawn, images.device)
    return None


def _left(under_way: list[str]) -> None:
    under_way.pop()  # and gives nothing back, which a hook would put in place of the layer's output


def _called(name: str, module: nn.Module) -> str:
    return f"{name} ({type(module).__name__})" if name else type(module).__name__


def _untrainable(fault: EngineError) -> EngineError:
    return EngineError(
        Text(
            "The network can be evaluated and not trained: in {layer} torch says: {reason}",
            layer=fault.node,
            reason=fault.message,
        ),
        expected="a network that takes images in training too",
        fix="Change that layer, or what it is given.",
        node=fault.node.partition(" (")[0],
    )


def _too_small(fault: EngineError, recipe: Recipe, examples: int, least: int, group: Group) -> EngineError:
    what = Text(
        "The network cannot be trained on one image at a time: {layer} has one value a channel.", layer=fault.node
    )
    if recipe.batch_size >= least:
        return EngineError(
            Text("{what} The data has {examples} for training.", what=what, examples=examples),
            expected=Text("at least {least} training images", least=least),
            fix="Use more data, or LayerNorm or GroupNorm in place of the batch normalisation.",
            node=fault.node.partition(" (")[0],
        )
    on_each = Text("batches of {least} images or more", least=least)
    if not group.alone:
        on_each = Text("batches of {least} images or more on {size} devices", least=least, size=group.size)
    return EngineError(
        Text("{what} batch_size is {batch_size}.", what=what, batch_size=recipe.batch_size),
        expected=on_each,
        fix=Text(
            "Set batch_size to {least} or more ({usual} is usual), or use LayerNorm or GroupNorm in place of the batch "
            "normalisation.",
            least=least,
            usual=max(_USUAL, least),
        ),
        node=fault.node.partition(" (")[0],
    )
