"""A fix changes what the person edited: of a block in several places its title says so, and one is for here only."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from designer.analysis.analyser import Analyser
from designer.analysis.diagnostics import Diagnostic, Fix
from designer.document.presets import open_design
from designer.editing.blocks import with_library_block
from designer.graph.block import Block, BlockParameter, Node, edge
from designer.graph.design import Design
from designer.graph.expressions import Expression as X
from tests.analysis.test_diagnostics import FAULTS
from tests.analysis.unwise import UNWISE, chain, conv, holding, pool, within

SLOW = {"design_too_large", "nested_too_deep", "tensor_too_large"}  # theirs are large; they are tried elsewhere


def _shared(design: Design) -> Design:
    """The design as a block that stands in two places beside each other."""
    inputs = {key: node for key, node in design.root.nodes.items() if node.kind == "Input"}
    bare = {key: Node(key, "Input", position=node.position) for key, node in inputs.items()}
    inner = design.with_block(Block("Shared", design.root.title, "", "", design.root.parameters))
    root = design.root.with_nodes(bare.values())
    shared = Block("Shared", parameters=root.parameters, nodes=root.nodes, edges=root.edges)
    nodes = {"input": Node("input", "Input", params=next(iter(inputs.values())).params)} if inputs else {}
    nodes |= {name: Node(name, "Shared") for name in ("one", "two")}
    wires = [edge("input", name, target_port=key) for name in ("one", "two") for key in list(inputs)[:1]]
    blocks = {name: block for name, block in inner.blocks.items() if name != design.main}
    return Design(
        "Top", {**blocks, "Shared": shared, "Top": Block("Top", nodes=nodes, edges=tuple(wires))}, inner.customs
    )


def _cases() -> Iterator[tuple[str, Design]]:
    for table in (FAULTS, UNWISE):
        for code, designs in table.items():
            if code not in SLOW:
                for design in designs:
                    yield code, design
                    if len(design.root.inputs) == 1 and design.main not in design.recursive:
                        yield code, _shared(design)


def _facts(design: Design) -> dict[tuple[str, ...], object]:
    """What is known of each node, by its path."""
    found: dict[tuple[str, ...], object] = {}
    waiting = [((), Analyser().analyse(design).root)]
    for path, facts in waiting:
        for key, node in facts.nodes.items():
            found[(*path, key)] = node.values, node.active, node.repeat, sorted(node.node.params)
            if node.inside and len(path) < 6:
                waiting.append(((*path, key), node.inside))
    return found


def _elsewhere(before: Design, after: Design, found: Diagnostic, fix: Fix) -> set[tuple[str, ...]]:
    """The nodes in other instances than the one that the diagnostic is about that are not as they were."""
    old, new = _facts(before), _facts(after)
    changed = {path for path in old if old[path] != new.get(path)} | (new.keys() - old.keys())
    return {path for path in changed if len(path) > 1 and path[0] != (found.path or ("",))[0]}


@pytest.mark.parametrize("code", sorted({code for code, _ in _cases()}))
def test_what_a_fix_does_elsewhere_its_title_says(code: str):
    tried = 0
    for design in [design for name, design in _cases() if name == code]:
        for found in [d for d in Analyser().analyse(design).diagnostics if d.fixes][:6]:
            for fix in found.fixes:
                mended = fix.apply(design)
                told = re.search(r" in all \d", fix.title) or "default of" in fix.title
                named = any(f" of {node} " in f"{fix.title} " for node in design.root.nodes)
                variable = mended.root.parameters != design.root.parameters
                changed = {name for name, block in design.blocks.items() if mended.blocks.get(name) is not block}
                assert not fix.blocks or changed <= set(fix.blocks), fix.title
                if _elsewhere(design, mended, found, fix):
                    assert told or named or variable, (found.label, fix.title)
                if fix.title.endswith(" only here"):
                    assert not _elsewhere(design, mended, found, fix), (found.label, fix.title)
                    assert (found.path, found.message) not in {
                        (d.path, d.message) for d in Analyser().analyse(mended).diagnostics
                    }, fix.title
                if told and "default of" not in fix.title:
                    assert any(other.title.endswith(" only here") for other in found.fixes) or len(fix.blocks) != 1
                tried += 1
    assert (
        tried
        or code in {"cost_not_declared", "field_below_object", "field_exceeds_input"}
        or not any(d.fixes for name, design in _cases() if name == code for d in Analyser().analyse(design).diagnostics)
    )


def _vgg(channels: list[object], size: int = 224, ratio: int = 4) -> Design:
    """VGG blocks in a row, with a variable `ratio`."""
    design = chain(
        *(Node(f"vgg{k}", "VGGBlock", params={"out_channels": value}) for k, value in enumerate(channels, 1)),
        shape=(1, size, size),
        parameters=(BlockParameter("ratio", ratio),),
    )
    return with_library_block(design, "VGGBlock", open_design("vgg11_small").design.blocks)[0]


def _applied(design: Design, title: str) -> Design:
    for found in Analyser().analyse(design).diagnostics:
        for fix in found.fixes:
            if fix.title == title:
                return fix.apply(design)
    raise AssertionError([fix.title for d in Analyser().analyse(design).diagnostics for fix in d.fixes])


def test_a_number_that_an_instance_brings_is_mended_there():
    design = _vgg([X("64 // ratio"), X("128/ratio"), 256])
    (found,) = (d for d in Analyser().analyse(design).diagnostics if d.severity == "error")
    assert found.fixes[0].title == "Set out_channels of vgg2 to 128 // ratio"
    assert "The value comes from vgg2: out_channels=128/ratio." in found.advice
    mended = found.fixes[0].apply(design)
    assert mended.root.nodes["vgg2"].params["out_channels"] == X("128 // ratio")
    assert all(mended.blocks[name] is block for name, block in design.blocks.items() if name != design.main)
    assert Analyser().analyse(mended).ok


@pytest.mark.parametrize(
    ("written", "better"),
    [
        ("128/ratio", "128 // ratio"),
        ("0.5*64", "int(0.5*64)"),
        ("128/ratio + 64/ratio", "128 // ratio + 64 // ratio"),
        ("max(8, 128/ratio)", "max(8, 128 // ratio)"),
        ("100/3", "100 // 3"),
    ],
)
def test_an_expression_is_made_whole(written: str, better: str):
    for design in (
        _vgg([64, X(written)]),
        chain(conv("conv", padding=1, out_channels=X(written)), parameters=(BlockParameter("ratio", 4),)),
    ):
        (found,) = (d for d in Analyser().analyse(design).diagnostics if d.severity == "error")
        assert found.fixes[0].title.endswith(f" to {better}"), found.fixes
        assert Analyser().analyse(found.fixes[0].apply(design)).ok


def test_each_of_two_instances_at_fault_is_told():
    found = [d for d in Analyser().analyse(_vgg([X("64/ratio"), X("64/ratio")])).diagnostics if d.severity == "error"]
    assert [d.fixes[0].title for d in found] == [f"Set out_channels of vgg{k} to 64 // ratio" for k in (1, 2)]


def test_a_variable_at_fault_is_mended_itself():
    design = chain(conv("conv", out_channels=X("width")), parameters=(BlockParameter("width", 32.5),))
    mended = _applied(design, "Set width to 32")
    assert mended.root.defaults == {"width": 32}


def test_a_block_in_five_places_says_so_and_only_here_leaves_the_others():
    design = _vgg([16, 32, 64, 128, 128], 28)
    here = _applied(design, "Set kernel_size to 1 only here")
    assert {key: node.kind for key, node in here.root.nodes.items() if key.startswith("vgg")} == {
        **{f"vgg{k}": "VGGBlock" for k in (1, 2, 3, 4)},
        "vgg5": "VGGBlock1",
    }
    assert here.blocks["VGGBlock"] is design.blocks["VGGBlock"]
    before, after = _facts(design), _facts(here)
    assert {path for path in before if before[path] != after[path]} == {("vgg5", "pool")}
    everywhere = _applied(design, "Set kernel_size to 1 in all 5 VGG blocks")
    assert everywhere.blocks["VGGBlock"].nodes["pool"].params["kernel_size"] == 1


def test_only_here_reaches_through_blocks_in_blocks():
    design = holding(
        chain("Outer", Node("again", "Outer"), shape=(3, 6, 6)),
        within("Outer", Node("first", "Inner"), Node("second", "Inner")),
        within("Inner", pool(kernel_size=2)),
    )
    here = _applied(design, "Set kernel_size to 1 only here")
    before, after = _facts(design), _facts(here)
    assert len({path for path in before if before[path] != after[path]}) == 1
    assert " in all 4 Inner blocks" in str([f.title for d in Analyser().analyse(design).diagnostics for f in d.fixes])


def test_a_value_of_a_block_parameter_is_set_at_its_instance():
    design = holding(
        chain(Node("a", "Cell"), Node("b", "Cell", params={"size": 40})),
        within("Cell", pool(kernel_size=X("size"), stride=1), parameters=(BlockParameter("size", 2),)),
    )
    mended = _applied(design, "Set size of b to 31")
    assert mended.blocks["Cell"] is design.blocks["Cell"]
    assert mended.root.nodes["b"].params == {"size": 31}
