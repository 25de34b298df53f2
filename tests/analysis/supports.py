"""Which elements of its input an element of a network's output depends on: the support of torch's gradients."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import nn

from designer.catalogue.rules.reach import Field

DRAWS = 6  # of inputs, where a maximum lets one element through at a time


def supports(
    network: nn.Module, shape: Sequence[int], indices: Sequence[tuple[int, ...]]
) -> list[list[tuple[int, int]]]:
    """For each element of the output the first and the last element of each axis of the input that it depends on.

    Weights and inputs are positive, so that nothing cancels out; an axis without such elements has (0, -1).
    """
    network = network.double().eval()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.rand(parameter.shape, generator=generator, dtype=torch.float64) * 0.2 + 0.05)
    seen = [torch.zeros(tuple(shape), dtype=torch.bool) for _ in indices]
    for _ in range(DRAWS):
        x = (torch.rand(tuple(shape), generator=generator, dtype=torch.float64) + 0.1).requires_grad_()
        result = network(x)
        for found, index in zip(seen, indices, strict=True):
            (gradient,) = torch.autograd.grad(result[index], x, retain_graph=True)
            found |= gradient != 0
    return [[_ends(found, axis) for axis in range(len(shape))] for found in seen]


def _ends(found: torch.Tensor, axis: int) -> tuple[int, int]:
    others = [other for other in range(found.dim()) if other != axis]
    places = found.any(dim=others).nonzero().flatten() if others else found.nonzero().flatten()
    return (int(places.min()), int(places.max())) if len(places) else (0, -1)


def predicted(field: Field, index: Sequence[int]) -> list[tuple[int, int] | None]:
    """The same as the field says, within the input; None along an axis where its order is irregular."""
    found: list[tuple[int, int] | None] = []
    for axis, (reach, length) in enumerate(zip(field.reaches, field.lengths, strict=True)):
        place = 0
        is_regular = True
        for digits, number in zip(field.layout, index, strict=True):
            rest = number
            for digit in reversed(digits):
                digit_value, rest = rest % digit.length, rest // digit.length
                if digit.axis == axis:
                    place += digit_value * digit.weight
                    is_regular &= digit.weight > 0
        low, high = reach.of(place, place)
        low, high = max(low, 0), min(high, length - 1)
        if not is_regular:
            found.append(None)
        elif math.isinf(low) or low > high:
            found.append((0, -1))
        else:
            found.append((int(low), int(high)))
    return found
