"""What layers cost: learnable weights, and multiply-accumulates as torch's FlopCounterMode counts them (FLOPs / 2).

Additions of a bias, activations, normalisation and pooling count nothing there, and so nothing here.
Source: torch.utils.flop_counter.
"""

from __future__ import annotations

from collections.abc import Sequence

from designer.catalogue.rules.expect import product
from designer.catalogue.rules.sliding_window import Size, per_axis


def convolution_weights(in_channels: int, out_channels: int, kernel: Size, groups: int, bias: bool, axes: int) -> int:
    """Weights of a convolution, transposed or not: in·out / groups · window, and one bias an output channel."""
    weight = in_channels * out_channels // groups * product(per_axis(kernel, axes))
    return weight + out_channels if bias else weight


def convolution_macs(
    batch: int, in_channels: int, out_channels: int, kernel: Size, groups: int, positions: Sequence[int]
) -> int:
    """Multiply-accumulates of a convolution.

    positions: the spatial lengths over which the window is placed: the output's for a convolution, the input's for a
    transposed one.
    """
    window = product(per_axis(kernel, len(positions)))
    return batch * product(positions) * in_channels * out_channels // groups * window


def linear_weights(in_features: int, out_features: int, bias: bool) -> int:
    """Weights of a fully connected layer: in·out, and one bias an output."""
    weight = in_features * out_features
    return weight + out_features if bias else weight


def linear_macs(shape: Sequence[int], out_features: int) -> int:
    """Multiply-accumulates of a fully connected layer on the last axis of `shape`, (N, …, in_features)."""
    return product(shape) * out_features


def affine_weights(normalized: Sequence[int], weight: bool, bias: bool) -> int:
    """Weights of a normalisation: a scale and a shift for each element of the `normalized` axes."""
    return product(normalized) * ((1 if weight else 0) + (1 if bias else 0))


def matrix_macs(shape: Sequence[int], inner: int) -> int:
    """Multiply-accumulates of a product of matrices of the shape `shape`, each element a sum over `inner` products."""
    return product(shape) * inner
