"""What runs and is unwise is told; what is sound is left in peace, and so is every block that Blockyard brings."""

from __future__ import annotations

import pytest

from designer.analysis.analyser import Analyser
from designer.analysis.diagnostics import Severity
from designer.graph.block import Node
from tests.analysis.unwise import SOUND, UNWISE, chain, fc, holding, within


def codes(design) -> list[str]:
    return [d.code for d in Analyser().analyse(design).diagnostics]


def test_each_code_has_sound_designs_too():
    assert set(SOUND) == set(UNWISE)


@pytest.mark.parametrize(
    ("code", "design"),
    [pytest.param(code, d, id=f"{code}-{n}") for code, designs in SOUND.items() for n, d in enumerate(designs)],
)
def test_what_is_sound_is_not_told_off(code, design):
    assert Analyser().analyse(design).ok
    assert code not in codes(design)


@pytest.mark.parametrize(
    ("code", "design"),
    [pytest.param(code, d, id=f"{code}-{n}") for code, designs in UNWISE.items() for n, d in enumerate(designs)],
)
def test_what_is_unwise_can_run_and_still_can_when_mended(code, design):
    analysis = Analyser().analyse(design)
    assert analysis.ok
    for found in (d for d in analysis.diagnostics if d.code == code):
        for fix in found.fixes:
            assert Analyser().analyse(fix.apply(design)).ok


def test_removing_the_softmax_wires_its_neighbours():
    design = UNWISE["softmax_before_cross_entropy"][0]
    (found,) = Analyser().analyse(design).diagnostics
    assert found.fixes[0].apply(design) == chain("Flatten", fc())


def test_dropout_moves_right_behind_the_normalisation():
    design = UNWISE["dropout_before_batch_norm"][1]
    (found,) = Analyser().analyse(design).diagnostics
    mended = found.fixes[0].apply(design).root
    kinds = [mended.nodes[key].kind for key in mended.order]
    assert kinds == ["Input", "Conv2d", "ReLU", "Identity", "BatchNorm2d", "Dropout", "ReLU", "Output"]


def test_the_missing_activation_is_a_relu():
    design = UNWISE["missing_activation"][0]
    (found,) = Analyser().analyse(design).diagnostics
    mended = found.fixes[0].apply(design).root
    assert [mended.nodes[key].kind for key in mended.order][2:5] == ["Linear", "ReLU", "Linear"]


def test_what_is_lost_is_counted_by_axis():
    said = [Analyser().analyse(d).diagnostics[0].message for d in UNWISE["odd_size_lost"]]
    assert "the last row of" in said[0]
    assert "the last 3 rows and 4 columns of" in said[1]
    assert "the last 8 rows and 8 columns of" in said[2]
    assert "the last element of" in said[3]


def test_the_head_follows_the_variable():
    for design in UNWISE["head_not_matching"][:3]:
        (found,) = Analyser().analyse(design).diagnostics
        assert Analyser().analyse(found.fixes[0].apply(design)).root.outputs[0].shape == (1, 7)


def test_a_chain_of_thousands_is_told_once():
    design = chain(*(Node(f"act{k}", "Sigmoid", repeat=2) for k in range(3000)), shape=(4,))
    (found,) = Analyser().analyse(design).diagnostics
    assert found.path == ("act2999",)
    assert codes(found.fixes[0].apply(design)) == []


def test_a_fix_across_a_border_goes_where_it_belongs():
    design = UNWISE["missing_activation"][3]
    (found,) = Analyser().analyse(design).diagnostics
    assert found.path == ("n2",) or found.path == ("fc",)
    mended = found.fixes[0].apply(design)
    assert mended.blocks["Wide"] is design.blocks["Wide"]
    kinds = [mended.root.nodes[key].kind for key in mended.root.order]
    assert kinds == ["Input", "Flatten", "Wide", "ReLU", "Linear", "Output"]


def test_what_stands_inside_is_told_with_its_path_and_name():
    design = UNWISE["softmax_before_cross_entropy"][-1]
    (found,) = Analyser().analyse(design).diagnostics
    assert (found.path, found.label) == (("n1", "n0", "softmax"), "n1.n0.softmax")
    assert found.fixes[0].title == "Remove softmax in Head"
    analysis = Analyser().analyse(design)
    for path, key in (((), "n1"), (("n1",), "n0"), (("n1", "n0"), "softmax")):  # a badge at each level on the way
        assert analysis.inside(path).severity(key) == Severity.WARNING
        assert [d.code for d in analysis.inside(path).diagnostics(key)] == [found.code]
    assert analysis.inside(("n1", "n0")).severity("fc") is None


def test_the_head_follows_through_the_blocks_parameter():
    (found,) = Analyser().analyse(UNWISE["head_not_matching"][-1]).diagnostics
    assert [fix.title for fix in found.fixes] == ["Set classes of head to num_classes", "Set num_classes to 10"]


def test_hints_are_no_problems_and_told_once_a_block():
    analysis = Analyser().analyse(UNWISE["bias_before_batch_norm"][1])
    assert analysis.problems == ()
    (found,) = analysis.diagnostics
    assert found.severity == Severity.HINT
    mended = Analyser().analyse(found.fixes[0].apply(analysis.design))
    assert mended.totals.params == analysis.totals.params - 16
    assert mended.diagnostics == ()


@pytest.mark.parametrize("kind", ["Identity", "Sigmoid", "Softmax", "BatchNorm1d"])
def test_blocks_that_double_at_each_of_many_levels_are_walked_once(kind):
    row = [Node("softmax", "Softmax", params={"dim": 1}), *(Node(f"b{k}", "B1") for k in range(2)), fc()]
    blocks = [within(f"B{k}", Node("a", f"B{k + 1}"), Node("b", f"B{k + 1}")) for k in range(1, 36)]
    design = holding(chain(*row, shape=(4,)), *blocks, within("B36", Node("n", kind)))
    found = Analyser().analyse(design).diagnostics
    assert [(d.code, d.label) for d in found if d.severity == Severity.ERROR] == [
        ("design_too_large", "b0"),
        ("design_too_large", "b1"),
    ]


def test_a_cycle_does_not_hold_the_checks_up():
    row = [Node(key, kind) for key, kind in (("a", "Sigmoid"), ("b", "Softmax"), ("c", "Linear"), ("d", "BatchNorm2d"))]
    looped = chain(*row, wires="d>a")
    assert codes(looped).count("cycle") >= 1
