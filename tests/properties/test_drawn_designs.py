"""A slice of the random designs of `drawn_designs`, which runs as a program over any number of them."""

from __future__ import annotations

import warnings

import pytest

from designer.codegen import classes, constructor
from tests.properties import drawn_designs
from tests.properties.drawn import sound
from tests.properties.drawn_designs import DisagreementError, check, survey

SLICE = range(100)


@pytest.fixture(autouse=True)
def _quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's advice on odd layers, such as an even kernel with padding="same"
        yield


@pytest.mark.timeout(300)
def test_code_is_what_was_drawn():
    counts, failures = survey(SLICE)
    assert failures == []
    assert counts["agree"] > 0.97 * len(SLICE)


def test_designs_are_many_and_varied():
    kinds, nested, repeated, optional = set(), 0, 0, 0
    for seed in range(150):
        design, _, _ = sound(seed) or (None, None, None)
        nodes = [node for block in design.blocks.values() for node in block.nodes.values()] if design else []
        kinds |= {node.kind for node in nodes}
        nested += len(design.blocks) > 1 if design else 0
        repeated += any(node.repeat != 1 for node in nodes)
        optional += any(node.when is not True for node in nodes)
    assert len(kinds) > 90
    assert min(nested, repeated, optional) > 50


@pytest.mark.parametrize(
    ("place", "name", "fault"),
    [
        (constructor, "_steps", lambda loop, key, level: iter(())),  # loops whose lengths stay as they are
        (classes, "_without_idle", lambda parameters, block, built: parameters[:0]),
        (drawn_designs, "_macs", lambda source, name, analysis: -1),
    ],
)
def test_a_planted_fault_is_found(monkeypatch, place, name, fault):
    monkeypatch.setattr(place, name, fault)
    _, failures = survey(range(250))
    assert failures


def test_other_values_are_a_disagreement(monkeypatch):
    design, analysis, _ = sound(3)
    check(design, analysis)
    right = drawn_designs.interpreted
    monkeypatch.setattr(drawn_designs, "interpreted", lambda d, w, i: tuple(t + 0.01 for t in right(d, w, i)))
    with pytest.raises(DisagreementError, match="values differ"):
        check(design, analysis)
