"""Faults together: all are told, each once and where it is drawn, and what a fix does to the design."""

from __future__ import annotations

import pytest

from designer.analysis.analyser import Analyser
from designer.analysis.diagnostics import Diagnostic
from designer.catalogue.registry import registry
from designer.graph.block import Endpoint, Node
from designer.graph.design import Design
from designer.graph.expressions import Expression as X
from tests.analysis.drawing import IMAGE, OUT, between, design, entry
from tests.drawing import block


def conv(key: str = "conv", **params) -> Node:
    return Node(key, "Conv2d", params={"out_channels": 8, "kernel_size": 3, **params})


PLAIN = block("Plain", Node("input", "Input"), conv(), OUT)
TWO_IN = block(
    "TwoIn",
    Node("a", "Input"),
    Node("b", "Input"),
    Node("add", "Add"),
    OUT,
    edges=["a>add.x1", "b>add.x2", "add>output"],
)
TWO_OUT = block(
    "TwoOut",
    Node("input", "Input"),
    Node("left", "Output"),
    Node("right", "Output"),
    edges=["input>left", "input>right"],
)


def found_in(faulty: Design, code: str) -> list[Diagnostic]:
    return [d for d in Analyser().analyse(faulty).diagnostics if d.code == code]


MISMATCHES = [
    design(
        entry(),
        conv("a", stride=2, padding=1),
        Node("add", "Add"),
        OUT,
        edges=["input>a", "a>add.x1", "input>add.x2", "add>output"],
    ),
    design(
        entry(),
        conv("a", stride=2, padding=1),
        Node("add", "Add"),
        OUT,
        edges=["input>a", "input>add.x1", "a>add.x3", "add>output"],
    ),
    design(
        entry(),
        conv("a", stride=2, padding=1),
        Node("cat", "Concat"),
        OUT,
        edges=["input>a", "input>cat.x2", "a>cat.x5", "cat>output"],
    ),
]


@pytest.mark.parametrize("faulty", MISMATCHES)
def test_the_projection_goes_before_the_input_that_needs_it(faulty):
    (found,) = found_in(faulty, "merge_mismatch")
    mended = found.fixes[0].apply(faulty)
    assert Analyser().analyse(mended).ok
    (new,) = set(mended.root.nodes) - set(faulty.root.nodes)
    assert mended.root.incoming[new]["input"] == Endpoint("input", "output")


def test_inserting_flatten_mends_a_linear():
    faulty = between(Node("fc", "Linear", params={"out_features": 10}))
    (found,) = found_in(faulty, "linear_needs_flat")
    mended = found.fixes[0].apply(faulty)
    assert Analyser().analyse(mended).ok
    assert [mended.root.nodes[key].kind for key in mended.root.order] == ["Input", "Flatten", "Linear", "Output"]


def test_missing_ends_are_added_at_the_ports_that_are_there():
    faulty = design(Node("two", "TwoOut"), inner=[TWO_OUT])
    for code in ("no_input", "no_output"):
        (found,) = found_in(faulty, code)
        faulty = found.fixes[0].apply(faulty)
    assert Analyser().analyse(faulty).ok


def test_all_faults_are_told_at_once():
    faulty = between(
        conv("a", kernel_size=0),
        conv("b", groups=3),
        Node("c", "Wobble"),
        Node("d", "ReLU", name="forward"),
        conv("e", out_channels=X("nobody")),
        Node("f", "Linear", params={"out_features": 10, "extra": 1}, repeat=-1),
    )
    codes = [d.code for d in Analyser().analyse(faulty).diagnostics]
    assert set(codes) >= {
        "bad_parameter",
        "unknown_kind",
        "invalid_name",
        "expression_error",
        "unknown_parameter",
        "repeat_out_of_range",
    }


def test_shapes_behind_a_fault_are_unknown_and_say_nothing():
    analysis = Analyser().analyse(between(conv("a", kernel_size=0), conv("b", groups=3), Node("fc", "Linear")))
    assert [d.code for d in analysis.diagnostics] == ["bad_parameter"]
    assert analysis.root.nodes["b"].inputs == (None,)
    assert analysis.root.nodes["b"].output is None
    assert analysis.root.nodes["a"].inputs[0].shape == (1, *IMAGE)


def test_a_node_on_a_cycle_tells_its_other_faults_too():
    faulty = design(entry(), conv("a", kernel_size=0), conv("b"), OUT, edges=["a>b", "b>a", "b>output"])
    assert {d.code for d in Analyser().analyse(faulty).diagnostics} == {"cycle", "bad_parameter", "no_path_to_output"}


def test_a_fault_in_a_block_is_told_once_however_often_it_is_used():
    broken = block("Broken", Node("input", "Input"), conv(kernel_size=0), OUT)
    analysis = Analyser().analyse(between(Node("p", "Broken"), Node("q", "Broken", repeat=3), inner=[broken]))
    (found,) = analysis.diagnostics
    assert found.path == ("p", "conv")
    assert found.label == "p.conv"


def test_warnings_do_not_crowd_out_an_error():
    idle = [Node(f"n{k}", "ReLU") for k in range(600)]
    faulty = design(entry(), *idle, conv(kernel_size=0), OUT, edges=["input>conv", "conv>output"])
    analysis = Analyser().analyse(faulty)
    assert analysis.diagnostics[0].code == "bad_parameter"
    assert len(analysis.diagnostics) == 500


def test_an_unknown_kind_names_one_that_is_like_it():
    (found,) = found_in(between(Node("n", "Conv2D")), "unknown_kind")
    assert found.fixes[0].title == "Use Conv2d"
    assert found.fixes[0].apply(between(Node("n", "Conv2D"))).root.nodes["n"].kind == "Conv2d"


def test_every_kind_of_the_catalogue_can_stand_in_a_design_without_a_crash():
    for kind in registry():
        if kind not in ("Input", "Output"):
            Analyser().analyse(between(Node("n", kind)))
            Analyser().analyse(between(Node("n", kind), shape=(16,)))
            Analyser().analyse(design(Node("n", kind)))


def test_what_is_still_to_be_wired_to_the_output_is_not_offered_for_deletion():
    drawn = design(entry(), conv("a"), conv("b"), OUT, edges=["input>a", "a>b"])
    (found,) = found_in(drawn, "dead_branch")
    assert found.fixes == ()
    (missing,) = found_in(drawn, "unconnected_input")
    assert [fix.title for fix in missing.fixes] == ["Wire b to output"]
    mended = Analyser().analyse(missing.fixes[0].apply(drawn))
    assert {d.code for d in mended.diagnostics} <= {"missing_activation"}
