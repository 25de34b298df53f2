"""Linear on four axes or more: a warning where the last one is an image's width, at most a hint elsewhere."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from designer.analysis.analyser import Analyser
from designer.analysis.diagnostics import Severity
from designer.graph.block import Node
from designer.graph.design import Design
from tests.analysis.drawing import OUT, between
from tests.drawing import block

LAST = Node("last", "Permute", params={"dims": (0, 2, 3, 1)})
FIRST = Node("first", "Permute", params={"dims": (0, 3, 1, 2)})
CONV = Node("conv", "Conv2d", params={"out_channels": 8, "kernel_size": 3})


def fc(key: str = "fc", features: int = 16) -> Node:
    return Node(key, "Linear", params={"out_features": features})


def told(design: Design) -> list[Severity]:
    analysis = Analyser().analyse(design)
    assert analysis.ok
    return [found.severity for found in analysis.diagnostics if found.code == "linear_needs_flat"]


def test_channels_last_are_no_problem() -> None:
    """The inside of a ConvNeXt block: LayerNorm, Linear, GELU and Linear on (N, H, W, C)."""
    design = between(
        LAST,
        Node("norm", "LayerNorm"),
        fc("wide", 384),
        Node("gelu", "GELU"),
        fc("narrow", 96),
        FIRST,
        shape=(96, 14, 14),
    )
    analysis = Analyser().analyse(design)
    assert analysis.problems == ()
    assert analysis.root.outputs[0].shape == (1, 96, 14, 14)
    assert analysis.totals.macs == 2 * 14 * 14 * 96 * 384


@pytest.mark.parametrize(
    ("design", "severity"),
    [
        (between(CONV, fc()), Severity.WARNING),
        (between(CONV, Node("relu", "ReLU"), fc()), Severity.WARNING),
        (between(Node("pool", "MaxPool2d"), fc()), Severity.WARNING),
        (between(fc(), shape=(3, 32, 32)), Severity.WARNING),
        (between(fc(), shape=(14, 14, 96)), Severity.HINT),
        (between(CONV, LAST, fc()), Severity.HINT),
        (
            between(Node("cut", "Unflatten", params={"dim": 1, "unflattened_size": (2, 2, 3)}), fc(), shape=(12,)),
            Severity.HINT,
        ),
    ],
)
def test_it_is_told_where_it_is_probably_not_meant(design: Design, severity: Severity) -> None:
    assert told(design) == [severity]


def test_it_is_seen_across_the_border_of_a_block() -> None:
    head = block("Head", Node("input", "Input"), fc(), OUT)
    assert told(between(CONV, Node("head", "Head"), inner=[head])) == [Severity.WARNING]
    assert told(between(CONV, LAST, Node("head", "Head"), inner=[head])) == []


def test_vectors_and_sequences_are_not_told_of() -> None:
    assert told(between(fc(), shape=(12,))) == []
    assert told(between(fc(), shape=(5, 12))) == []


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize(("groups", "size"), [(8, 1), (4, 1), (8, 2)])
def test_a_norm_of_single_elements_is_told_before_torch_raises(groups: int, size: int, batch: int) -> None:
    norm = Node("norm", "GroupNorm", params={"num_groups": groups})
    analysis = Analyser().analyse(between(norm, shape=(8, size, size)), batch)
    found = [d.severity for d in analysis.diagnostics if d.code == "too_few_elements"]
    try:
        result = nn.GroupNorm(groups, 8)(torch.randn(batch, 8, size, size))
    except ValueError:
        assert found == [Severity.ERROR]
    else:
        assert found == ([Severity.WARNING] if result.abs().max() < 1e-2 else [])
