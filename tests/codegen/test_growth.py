"""Code and diagnostics grow with a design as it does: twice the nodes are twice the work, counted in calls."""

from __future__ import annotations

import pytest

from designer.analysis.analyser import Analyser
from designer.codegen.module import generate
from tests import growing

FEW = 120
MOST = 2.4  # times as many calls for twice as many nodes


@pytest.mark.parametrize("make", growing.SOUND)
@pytest.mark.parametrize("lazy", [False, True])
def test_code_takes_twice_the_calls_for_twice_the_nodes(make, lazy):
    counts = []
    for nodes in (FEW, FEW, 2 * FEW):  # the first fills the caches
        design = make(nodes)
        analysis = Analyser().analyse(design)
        counts.append(growing.calls(lambda d=design, a=analysis: generate(d, a, lazy=lazy)))
    assert counts[2] < MOST * counts[1]


@pytest.mark.parametrize("make", [*growing.SOUND, *growing.FAULTY])
def test_analysis_takes_twice_the_calls_for_twice_the_nodes(make):
    counts = []
    for nodes in (FEW, FEW, 2 * FEW):
        design = make(nodes)
        counts.append(growing.calls(lambda d=design: Analyser().analyse(d).diagnostics))
    assert counts[2] < MOST * counts[1]


def test_a_large_cycle_is_told_in_a_sentence_that_can_be_read():
    analysis = Analyser().analyse(growing.ring(3000))
    first = next(diagnostic for diagnostic in analysis.diagnostics if diagnostic.code == "cycle")
    assert len(first.message) < 300
    assert "2,988 more nodes" in first.message


def test_code_of_ten_thousand_nodes_is_whole():
    design = growing.fan(3000)
    source = generate(design, Analyser().analyse(design)).source
    compile(source, "generated.py", "exec")
    assert source.count("nn.ReLU()") == 3000
