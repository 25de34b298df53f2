"""What an overlay measures of each node, as a figure and as a share of the most on the canvas."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from designer.analysis.facts import Analysis, BlockFacts
from designer.base import numbers
from designer.graph.block import INPUT, OUTPUT
from designer.ui.canvas.cards import Card


class Overlay(Enum):
    """What cards are coloured by."""

    NONE = "none"
    PARAMETERS = "parameters"
    MACS = "macs"
    MEMORY = "memory"
    FIELD = "field"


@dataclass(frozen=True)
class Measure:
    """One node's figure: in words, from 0 to 1, where 1 is the most of all, and as it is."""

    text: str
    share: float
    value: float


def measures(overlay: Overlay, analysis: Analysis, path: tuple[str, ...], facts: BlockFacts) -> dict[str, Measure]:
    """The measures of the open block's nodes by id; nodes of which nothing is known are left out.

    Parameters, MACs and bytes differ by orders of magnitude: their shares go by the logarithm, over three decades.
    """
    found: dict[str, tuple[float, str]] = {}
    for key, known in facts.nodes.items():
        totals = known.totals
        if overlay is Overlay.FIELD:
            field = analysis.receptive_field((*path, key))
            if field:
                found[key] = max(field), numbers.shape(field)
        elif known.node.kind in (INPUT, OUTPUT):
            continue
        elif overlay is Overlay.PARAMETERS:
            found[key] = totals.params, numbers.count(totals.params)
        elif overlay is Overlay.MACS:
            found[key] = totals.macs, numbers.count(totals.macs)
        elif overlay is Overlay.MEMORY:
            found[key] = totals.activation_bytes, numbers.size_bytes(totals.activation_bytes)
    most = max((value for value, _ in found.values()), default=0)
    by = _linear if overlay is Overlay.FIELD else _logarithmic
    return {key: Measure(text, by(value, most), value) for key, (value, text) in found.items()}


def coloured(cards: Iterable[Card], measured: Mapping[str, Measure]) -> list[Card]:
    """The cards with their figures in the place of their kinds."""
    return [
        replace(card, kind=measure.text, heat=measure.share) if (measure := measured.get(card.id)) else card
        for card in cards
    ]


def ends(measured: Mapping[str, Measure]) -> tuple[str, str]:
    """The least and the most of all figures, in words."""
    order = sorted(measured.values(), key=lambda measure: measure.value)
    return (order[0].text, order[-1].text) if order else ("", "")


def _linear(value: float, most: float) -> float:
    return round(value / most, 2) if most else 0.0


def _logarithmic(value: float, most: float) -> float:
    return round(max(1 + math.log10(value / most) / 3, 0.02), 2) if value and most else 0.0
