"""A fix changes what the person edited. Where it reaches further, its title says so, and "only here" is offered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from designer.analysis.analyser import Analyser
from designer.analysis.diagnostics import Fix
from designer.analysis.facts import Analysis
from designer.document.presets import open_design
from designer.graph.block import INPUT, OUTPUT, BlockParameter, Node, edge
from designer.graph.design import Design
from designer.graph.expressions import Expression as X
from tests.analysis.drawing import OUT, between
from tests.analysis.test_diagnostics import FAULTS
from tests.analysis.unwise import UNWISE
from tests.drawing import block

SLOW = ("design_too_large", "nested_too_deep", "tensor_too_large")


def titles(analysis: Analysis, code: str) -> list[str]:
    return [str(fix.title) for d in analysis.diagnostics if d.code == code for fix in d.fixes]


def apply(design: Design, code: str, title: str) -> Design:
    analysis = Analyser().analyse(design)
    (fix,) = (fix for d in analysis.diagnostics if d.code == code for fix in d.fixes if fix.title == title)
    return fix.apply(design)


def twice(design: Design) -> Design | None:
    """The outermost block as a block that stands in two places; None where it has not one Input and one Output."""
    inner = replace(design.root, name="Twice")
    if (len(inner.inputs), len(inner.outputs)) != (1, 1) or "Twice" in design.blocks or design.recursive:
        return None
    entry = inner.inputs[0]
    main = block(
        "Main",
        Node("input", INPUT, params=entry.params),
        Node("a", "Twice"),
        Node("b", "Twice"),
        Node("left", OUTPUT),
        Node("right", OUTPUT),
        edges=["input>a", "input>b", "a>left", "b>right"],
    )
    inner = inner.with_node(replace(entry, params={}))
    blocks = {name: each for name, each in design.blocks.items() if name != design.main}
    return Design("Main", {"Main": main, **blocks, "Twice": inner}, design.customs)


CASES = [
    pytest.param(made, id=f"{code}-{number}")
    for table in (FAULTS, UNWISE)
    for code, designs in table.items()
    if code not in SLOW
    for number, design in enumerate(designs if isinstance(designs, list) else [designs])
    if (made := twice(design))
]


@pytest.mark.parametrize("design", CASES)
def test_a_fix_leaves_other_instances_alone_or_names_them(design: Design) -> None:
    analysis = Analyser().analyse(design)
    for diagnostic in analysis.diagnostics:
        if not diagnostic.path or diagnostic.path[0] not in ("a", "b"):
            continue
        here = diagnostic.path[0]
        other = "b" if here == "a" else "a"
        for fix in diagnostic.fixes:
            after = fix.apply(design)
            same = after.blocks[after.root.nodes[other].kind] is design.blocks["Twice"] and all(
                after.blocks.get(name) is each for name, each in design.blocks.items() if name not in ("Main", "Twice")
            )
            assert same or " in all " in fix.title, (diagnostic.code, fix.title)
            if fix.title.endswith("only here"):
                assert after.root.nodes[here].kind != "Twice"
                said = {(d.path, d.code, d.message) for d in Analyser().analyse(after).diagnostics}
                assert (diagnostic.path, diagnostic.code, diagnostic.message) not in said


def test_what_is_counted_is_in_how_many_places_a_block_stands() -> None:
    leaf = block("Leaf", Node("input", INPUT), Node("pool", "MaxPool2d", params={"kernel_size": 99}), OUT)
    middle = block("Middle block", Node("input", INPUT), Node("x", "Leaf"), Node("y", "Leaf"), OUT)
    middle = replace(middle, name="Middle", title="Middle block")
    design = between(Node("m1", "Middle"), Node("m2", "Middle"), Node("m3", "Middle"), inner=[leaf, middle])
    analysis = Analyser().analyse(design)
    found = titles(analysis, "window_too_large")
    assert "Set kernel_size to 32 in all 6 Leaf blocks" in found or any("in all 6 Leaf blocks" in t for t in found)
    only = next(title for title in found if title.endswith("only here"))
    after = apply(design, "window_too_large", only)
    assert after.root.nodes["m1"].kind != "Middle"  # the copy of the leaf stands in a copy of its block
    assert [after.root.nodes[key].kind for key in ("m2", "m3")] == ["Middle", "Middle"]
    own = after.blocks[after.root.nodes["m1"].kind]
    assert own.nodes["x"].kind != "Leaf"
    assert own.nodes["y"].kind == "Leaf"
    assert after.blocks["Leaf"] is design.blocks["Leaf"]


def vgg(ratio: object = 4, **params: X) -> Design:
    """VGG-11 with plain channels and a variable `ratio`; the channels of single blocks are given as `block2=…`."""
    design = open_design("vgg11_fashion").design
    variables = (replace(p, default=ratio) if p.name == "ratio" else p for p in design.root.parameters)
    root = replace(design.root, parameters=tuple(variables))
    for number, channels in enumerate((64, 128, 256, 512, 512), start=1):
        node = root.nodes[f"block{number}"]
        root = root.with_node(node.with_param("out_channels", params.get(node.id, channels)))
    return design.with_block(root)


def test_a_division_is_made_a_whole_one_where_it_was_written() -> None:
    design = vgg(block2=X("128/ratio"))
    analysis = Analyser().analyse(design)
    (fault,) = (d for d in analysis.diagnostics if d.severity == "error")
    assert [str(fix.title) for fix in fault.fixes] == [
        "Set out_channels of block2 to 128 // ratio",
        "Reset out_channels of block2",
    ]
    for fix in fault.fixes:
        after = fix.apply(design)
        assert Analyser().analyse(after).ok
        assert {key: block for key, block in after.blocks.items() if key != after.main} == {
            key: block for key, block in design.blocks.items() if key != design.main
        }
    assert str(fault.fixes[0].apply(design).root.nodes["block2"].params["out_channels"]) == "128 // ratio"


def test_a_variable_that_is_a_fraction_is_made_whole() -> None:
    design = vgg(16.0, block1=X("ratio"))
    analysis = Analyser().analyse(design)
    found = titles(analysis, "bad_parameter")
    assert found == ["Set ratio to 16"]
    assert Analyser().analyse(apply(design, "bad_parameter", "Set ratio to 16")).ok


def test_a_fraction_that_comes_through_another_expression_is_found() -> None:
    """The block multiplies what it is given; the fraction was written in the instance."""
    inner = block(
        "Inner",
        Node("input", INPUT),
        Node("conv", "Conv2d", params={"out_channels": X("2 * width"), "kernel_size": 1}),
        OUT,
        parameters=[BlockParameter("width", 4)],
    )
    design = between(Node("i", "Inner", params={"width": X("64 / 8")}), Node("j", "Inner"), inner=[inner])
    found = titles(Analyser().analyse(design), "bad_parameter")
    assert found == ["Set width of i to 64 // 8", "Reset width of i"]
    assert Analyser().analyse(apply(design, "bad_parameter", found[0])).ok


def test_a_division_in_the_layer_itself_is_offered_first() -> None:
    conv = Node("conv", "Conv2d", params={"out_channels": X("64 / 4"), "kernel_size": 1})
    found = titles(Analyser().analyse(between(conv)), "bad_parameter")
    assert found == ["Set out_channels of conv to 64 // 4", "Reset out_channels"]


def test_pool_of_a_small_image_is_mended_in_one_block_or_in_all() -> None:
    """VGG-11 on 28×28: the last pool gets a single element."""
    design = open_design("vgg11_fashion").design
    (entry,) = design.root.inputs
    design = design.with_block(design.root.with_node(entry.with_param("shape", (1, 28, 28))))
    found = titles(Analyser().analyse(design), "window_too_large")
    assert "Set kernel_size to 1 in all 5 VGG blocks" in found
    assert "Set kernel_size to 1 only here" in found
    after = apply(design, "window_too_large", "Set kernel_size to 1 only here")
    assert sum(node.kind == "VGGBlock" for node in after.root.nodes.values()) == 4
    assert not titles(Analyser().analyse(after), "window_too_large")


def test_an_edge_is_no_path() -> None:
    """A fix of the outermost block is told as it is."""
    design = between(Node("pool", "MaxPool2d", params={"kernel_size": 99}))
    for diagnostic in Analyser().analyse(design).diagnostics:
        for fix in diagnostic.fixes:
            assert isinstance(fix, Fix)
            assert " in all " not in fix.title
    assert edge("a", "b").source.node == "a"
