"""Tooltips and the help of a selected node tell facts, and formulas only where they give what analysis found."""

from __future__ import annotations

import pytest

from designer.analysis.analyser import Analyser
from designer.graph.block import Block, Node, edge
from designer.graph.design import Design
from designer.graph.expressions import Setting
from designer.ui.presenters.formulas import parameter_formula, size_formulas
from designer.ui.presenters.tips import facts_tip, help_here


def known(kind: str, shape: tuple[int, ...] = (3, 224, 224), repeat: int = 1, **params: Setting):
    nodes = {
        "input": Node("input", "Input", params={"shape": shape}),
        "it": Node("it", kind, params=params, repeat=repeat),
    }
    design = Design("Net", {"Net": Block("Net", nodes=nodes, edges=(edge("input", "it"),))})
    return Analyser().analyse(design).root.nodes["it"]


STEM = {"out_channels": 64, "kernel_size": 7, "stride": 2, "padding": 3}


@pytest.mark.parametrize(
    ("facts", "lines"),
    [
        (known("Conv2d", **STEM), ("height = width = ⌊(224 + 2·3 − 1·(7 − 1) − 1) / 2⌋ + 1 = 112",)),
        (
            known("Conv2d", (3, 20, 31), out_channels=8, kernel_size=(3, 5)),
            ("height = ⌊(20 + 2·0 − 1·(3 − 1) − 1) / 1⌋ + 1 = 18", "width = ⌊(31 + 2·0 − 1·(5 − 1) − 1) / 1⌋ + 1 = 27"),
        ),
        (
            known("MaxPool2d", (3, 6, 6), kernel_size=3, stride=2, ceil_mode=True),
            ("height = width = ⌈(6 + 2·0 − 1·(3 − 1) − 1) / 2⌉ + 1 = 3",),
        ),
        (
            known("Conv1d", (4, 50), out_channels=8, kernel_size=5),
            ("length = ⌊(50 + 2·0 − 1·(5 − 1) − 1) / 1⌋ + 1 = 46",),
        ),
        (known("ReLU"), ()),
        (known("Linear", (84,), out_features=10), ()),
        (
            known("Conv2d", (3, 2, 2), out_channels=8, kernel_size=7),
            (),
        ),  # unknown: the window is too large
        (known("Conv2d", (8, 32, 32), repeat=2, out_channels=8, kernel_size=3), ()),  # two copies are no one window
    ],
)
def test_the_output_size_with_the_numbers_filled_in(facts, lines: tuple[str, ...]) -> None:
    assert size_formulas(facts) == lines


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        (known("Conv2d", **STEM), "64·3·7·7 + 64 = 9,472"),
        (known("Conv2d", **STEM, bias=False), "64·3·7·7 = 9,408"),
        (known("Conv2d", (8, 9, 9), out_channels=16, kernel_size=3, groups=4), "16·2·3·3 + 16 = 304"),
        (known("Linear", (84,), out_features=10), "10·84 + 10 = 850"),
        (known("ReLU"), ""),
        (known("BatchNorm2d"), ""),
    ],
)
def test_how_the_parameters_come_about(facts, text: str) -> None:
    assert parameter_formula(facts) == text


def test_a_tooltip_and_the_help_tell_the_numbers() -> None:
    facts = known("Conv2d", **STEM)
    assert facts_tip(facts).splitlines() == [
        "it · Conv2d",
        "3×224×224 → 64×112×112",
        "9,472 parameters · 118.01 M MACs · 0 B activations / image",
        "height = width = ⌊(224 + 2·3 − 1·(7 − 1) − 1) / 2⌋ + 1 = 112",
    ]
    assert "`parameters = 64·3·7·7 + 64 = 9,472`" in help_here(facts)
