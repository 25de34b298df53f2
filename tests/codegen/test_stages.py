"""Runs of stages: a tuple and a loop, with the names, the weights and the shapes that separate lines would give."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from designer.analysis.analyser import Analyser
from designer.graph.block import Node
from designer.graph.design import Design
from designer.graph.expressions import Expression as X
from tests.codegen.conftest import Built, assert_clean, assert_lines, assert_same_numbers, assert_sound, build
from tests.codegen.drawing import FLATTEN, IN, OUT, P, conv, image, linear, relu
from tests.drawing import block

STAGE = block(
    "Stage",
    IN,
    conv("convs", out_channels=X("width"), padding=1, repeat=X("num_convs"), bias=X("bias")),
    Node("pool", "MaxPool2d", params={"kernel_size": 3, "stride": X("stride"), "padding": 1}),
    OUT,
    parameters=(P("num_convs", 1), P("width", 4), P("stride", 1), P("bias", True)),
)
GROW = block(
    "Grow",
    IN,
    conv("conv", out_channels=X("growth"), padding=1),
    Node("concat", "Concat"),
    OUT,
    edges=["input>conv", "input>concat.x1", "conv>concat.x2", "concat>output"],
    parameters=(P("growth", 3),),
)


def chain(*nodes: Node, parameters=(), inner=(STAGE, GROW), shape=(3, 16, 16)) -> Design:
    main = block("Net", image(shape=shape), *nodes, OUT, parameters=parameters)
    used = {node.kind for node in nodes}
    return Design("Net", {"Net": main, **{b.name: b for b in inner if b.name in used}})


def stage(number: int, name: str = "stage", **params: Any) -> Node:
    return Node(f"id{number}", "Stage", name=f"{name}{number}", params=params)


def row(built: Built, key: str, block_name: str = "Net") -> str:
    first, last = built.code.lines[block_name, key][0]
    return "\n".join(built.code.source.splitlines()[first - 1 : last])


def test_a_run_becomes_a_tuple_named_for_what_it_counts() -> None:
    rows = [(1, 4), (1, 8), (2, 8)]
    nodes = [stage(k, num_convs=n, width=X(f"{w} * ratio")) for k, (n, w) in enumerate(rows, 1)]
    built = assert_sound(chain(*nodes, FLATTEN, linear(), parameters=(P("ratio", 1),)), {"ratio": 2})
    assert (
        "conv_arch = (\n            (1, 4),\n            (1, 8),\n            (2, 8),\n        )" in built.code.source
    )
    assert "Stage(channels, num_convs, width * ratio)" in built.code.source
    assert "nn.Linear(channels * 16 * 16, 10)" in built.code.source
    assert list(dict(built.on_meta().named_children())) == ["stage1", "stage2", "stage3", "flatten", "fc"]


def test_each_node_has_its_row_and_the_first_the_loop() -> None:
    built = build(chain(*(stage(k, num_convs=k, width=2 * k) for k in (1, 2, 3))))
    assert [row(built, f"id{k}").split("\n")[-1].strip() for k in (1, 2, 3)] == ["(1, 2),", "(2, 4),", "(3, 6),"]
    lines = built.code.source.splitlines()
    loop = next(number for number, line in enumerate(lines, 1) if line.strip().startswith("for index"))
    assert built.code.node_at(loop) == ("Net", "id1")
    assert built.code.node_at(loop + 1) == ("Net", "id1")


def test_an_edit_of_one_stage_changes_its_row_alone() -> None:
    nodes = [stage(k, num_convs=k, width=4 * k) for k in (1, 2, 3, 4)]
    before = build(chain(*nodes, conv("last")))
    root = before.design.root
    edited = before.design.with_block(root.with_node(root.nodes["id3"].with_param("width", 99)))
    after = build(edited)
    changed = [
        (a.strip(), b.strip())
        for a, b in zip(before.code.source.splitlines(), after.code.source.splitlines(), strict=True)
        if a != b
    ]
    assert changed == [("(3, 12),", "(3, 99),")]


def test_layers_make_runs_too() -> None:
    nodes = [Node(f"fc{k}", "Linear", params={"out_features": 2**k, "bias": k > 5}) for k in range(3, 8)]
    built = assert_sound(chain(FLATTEN, *nodes, linear("head")))
    assert "for index, (out_features, bias) in enumerate(fc_arch, start=3):" in built.code.source
    assert "nn.Linear(features, out_features, bias=bias)" in built.code.source
    assert "self.head = nn.Linear(features, 10)" in built.code.source


def test_a_second_run_goes_on_with_the_channels() -> None:
    first = [stage(k, num_convs=k, width=4 * k) for k in (1, 2, 3)]
    second = [Node(f"grow{k}", "Grow", params={"growth": k}) for k in range(1, 6)]
    built = assert_sound(chain(*first, relu(), *second, FLATTEN, linear()))
    source = built.code.source.split("class Net")[1]
    assert source.count("channels = 3") == 1
    assert "channels += growth" in source


@pytest.mark.parametrize(
    "names", [("a1", "a2", "a4"), ("a1", "b2", "a3"), ("a3", "a2", "a1"), ("a", "b", "c"), ("a0", "a1", "b1")]
)
def test_names_without_a_pattern_stay_lines(names) -> None:
    nodes = [Node(f"id{k}", "Stage", name=n, params={"num_convs": k + 1, "width": k + 3}) for k, n in enumerate(names)]
    assert "_arch" not in assert_sound(chain(*nodes)).code.source


def test_what_a_loop_cannot_say_stays_lines() -> None:
    head = block("Head", IN, FLATTEN, linear("fc", X("width")), OUT, parameters=(P("width", 4), P("other", 1)))
    two_classes = [Node(f"h{k}", "Head", params={"width": k, "other": k}) for k in (1, 2, 3)]
    assert "_arch" not in assert_sound(chain(*two_classes, inner=(head,))).code.source
    optional = [Node(f"s{k}", "Stage", params={"num_convs": k, "width": k}, when=X("deep")) for k in (1, 2, 3)]
    assert "_arch" not in assert_sound(chain(*optional, parameters=(P("deep", True),)), {"deep": False}).code.source
    shadowing = [stage(k, num_convs=k, width=X(f"{k} * width")) for k in (1, 2, 3)]
    assert "_arch" not in assert_sound(chain(*shadowing, parameters=(P("width", 2),)), {"width": 3}).code.source
    alike = [stage(k, num_convs=2, width=4) for k in (1, 2, 3, 4)]
    assert "_arch" not in assert_sound(chain(*alike)).code.source


@pytest.mark.parametrize("name", ["index", "channels", "conv_arch", "in_channels", "enumerate_", "range_"])
def test_names_of_the_loop_do_not_hide_others(name) -> None:
    nodes = [stage(k, num_convs=k, width=X(f"{k} * {name}")) for k in (1, 2, 3)]
    assert_sound(chain(*nodes, conv("last", out_channels=X(name)), parameters=(P(name, 2),)), {name: 3})
    renamed = [Node(node.id, "Stage", name=f"{name}{k}", params=node.params) for k, node in enumerate(nodes, 1)]
    assert_sound(chain(*renamed, parameters=(P(name, 2),)), {name: 3})
    inner = block(
        "Stage",
        IN,
        conv("convs", out_channels=X(name), padding=1, repeat=X("num_convs")),
        OUT,
        parameters=(P("num_convs", 1), P(name, 4)),
    )
    columns = [Node(f"s{k}", "Stage", params={"num_convs": k, name: 4 * k}) for k in (1, 2, 3)]
    assert_sound(chain(*columns, conv("last"), inner=(inner,)))


WIDTHS = st.sampled_from([1, 2, 4, X("width"), X("2 * width"), X("3 * width"), X("4 // width"), X("8 // width")])
ROWS = st.fixed_dictionaries(
    {},
    optional={
        "num_convs": st.integers(0, 3),
        "width": WIDTHS,
        "stride": st.sampled_from([1, 2]),
        "bias": st.booleans(),
    },
)


@st.composite
def staged(draw: st.DrawFn) -> Design:
    nodes = []
    for run in range(draw(st.integers(1, 2))):
        kind = draw(st.sampled_from(["Stage", "Grow", "Conv2d"]))
        for k in range(1, draw(st.integers(3, 6)) + 1):
            if kind == "Stage":
                params = draw(ROWS)
            elif kind == "Grow":
                params = {"growth": draw(WIDTHS)}
            else:
                params = {"out_channels": draw(WIDTHS), "kernel_size": draw(st.sampled_from([1, 3, (1, 3)]))}
                params |= {"padding": draw(st.sampled_from([0, 1])), "bias": draw(st.booleans())}
            nodes.append(Node(f"{kind.lower()}{run}_{k}", kind, params=params))
        if draw(st.booleans()):
            nodes.append(conv(f"between{run}", padding=1))
    return chain(*nodes, parameters=(P("width", draw(st.integers(1, 3))),), shape=(draw(st.integers(1, 4)), 40, 40))


@settings(max_examples=40, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(staged(), st.integers(1, 4))
def test_loops_and_lines_make_the_same_network(design: Design, width: int) -> None:
    assume(Analyser().analyse(design).ok)
    built = build(design)
    assert_same_numbers(built)
    assert_lines(built)
    assert_clean(built.code.source)
    names = [node.name for node in design.root.nodes.values() if node.kind not in ("Input", "Output")]
    assert [name for name, _ in built.on_meta().named_children()] == names
    if Analyser().analyse(design.with_variables({"width": width})).ok:
        assert_same_numbers(built, width=width)
