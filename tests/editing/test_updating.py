"""A block is brought to its library's version: one edit that keeps what it can and tells the rest."""

from __future__ import annotations

import pytest

from designer.analysis.analyser import Analyser
from designer.document.presets import library_blocks, list_presets
from designer.editing import blocks, grouping, nodes, variables
from designer.editing.fragments import extract, insert
from designer.editing.updating import changes, update_block, with_origin
from designer.graph.block import Block, BlockParameter, Node, Origin
from designer.graph.design import Design
from designer.graph.expressions import Expression
from designer.graph.fingerprint import fingerprint
from designer.session.shelf import BUILT_IN, Shelf, built_in_blocks
from tests.drawing import block

BRICK = block(
    "Brick", Node("input", "Input"), Node("conv", "Conv2d", params={"out_channels": 8}), Node("output", "Output")
)
STEM = block(
    "Stem",
    Node("image", "Input"),
    Node("aux", "Input"),
    Node("brick", "Brick"),
    Node("add", "Add"),
    Node("out", "Output"),
    edges=["image>brick", "brick>add.x1", "aux>add.x2", "add>out"],
    parameters=[BlockParameter("width", 8, "channels."), BlockParameter("depth", 2)],
)
NET = block(
    "Net",
    Node("input", "Input", params={"shape": (3, 8, 8)}),
    Node("conv", "Conv2d", params={"out_channels": 8}),
    Node("stem", "Stem", params={"width": 16, "depth": 3}),
    Node("output", "Output"),
    edges=["input>stem.image", "input>conv", "conv>stem.aux", "stem.out>output"],
)
DESIGN = Design("Net", {"Net": NET, "Stem": STEM, "Brick": BRICK})


def library(top: Block, brick: Block = BRICK) -> Design:
    return Design(top.name, {top.name: top, **({"Brick": brick} if "Brick" in top.kinds else {})})


def without_aux() -> Block:
    return block(
        "Stem",
        Node("image", "Input"),
        Node("brick", "Brick", repeat=2),
        Node("relu", "ReLU"),
        Node("out", "Output"),
        parameters=[BlockParameter("width", 32, "channels."), BlockParameter("rate", 0.5)],
    )


def test_what_remains_is_kept_and_the_rest_is_told():
    newer = library(without_aux())
    design, lost = update_block(DESIGN, "Stem", newer)
    assert design.blocks["Stem"].nodes == newer.root.nodes
    assert {(e.source.node, e.target) for e in design.root.edges} == {
        ("input", ("stem", "image")),
        ("input", ("conv", "input")),
        ("stem", ("output", "input")),
    }
    assert design.root.nodes["stem"].params == {"width": 16}
    assert lost == (
        "The wire conv → stem in Net goes: Stem has no input 'aux' any more.",
        "stem in Net loses depth = 3.",
    )
    assert list(design.blocks) == ["Net", "Stem", "Brick"]
    assert Analyser().analyse(design).ok
    assert changes(DESIGN, "Stem", newer) == (
        "width is 32 by default, it was 8.",
        "New parameter rate = 0.5.",
        "No more: parameter depth.",
        "No more: input 'aux'.",
        "New: relu (ReLU).",
        "Gone: add (Add).",
        "brick: repeat 2, it was 1.",
    )


def test_a_port_that_was_drawn_anew_under_its_name_keeps_its_wire():
    nodes_ = dict(STEM.nodes)
    nodes_["second"] = Node("second", "Input", name="aux")
    del nodes_["aux"]
    edges = [e if e.source.node != "aux" else type(e)(type(e.source)("second", "output"), e.target) for e in STEM.edges]
    newer = library(Block("Stem", nodes=nodes_, edges=tuple(edges), parameters=STEM.parameters))
    design, lost = update_block(DESIGN, "Stem", newer)
    assert not lost
    assert ("conv", ("stem", "second")) in {(e.source.node, e.target) for e in design.root.edges}


def test_blocks_inside_are_replaced_where_nothing_else_needs_them():
    brick = BRICK.with_node(Node("conv", "Conv2d", params={"out_channels": 9}))
    design, _ = update_block(DESIGN, "Stem", library(STEM, brick))
    assert design.blocks["Brick"].nodes == brick.nodes
    assert changes(DESIGN, "Stem", library(STEM, brick)) == ("Brick inside it has changed.",)


def test_blocks_inside_that_others_need_stay_as_they_are():
    brick = BRICK.with_node(Node("conv", "Conv2d", params={"out_channels": 9}))
    shared = nodes.add_node(DESIGN, "Net", "Brick")[0]
    design, _ = update_block(shared, "Stem", library(STEM, brick))
    assert design.blocks["Brick"] is BRICK
    inner = design.blocks["Stem"].nodes["brick"].kind
    assert inner == "Brick1"
    assert design.blocks[inner].nodes == brick.nodes
    assert fingerprint(design, "Stem") == fingerprint(library(STEM, brick), "Stem")


def test_a_copy_under_another_name_keeps_it():
    renamed = blocks.rename_block(DESIGN, "Stem", "Entry")
    taken = renamed.with_block(Block("Stem"))  # and another block has the library's name
    design, _ = update_block(taken, "Entry", library(without_aux()))
    assert design.root.nodes["stem"].kind == "Entry"
    assert design.blocks["Entry"].name == "Entry"
    assert design.blocks["Stem"] == Block("Stem")


def test_a_library_block_that_holds_one_of_the_copys_name_does_not_catch_it():
    inner = Block("Entry", nodes=BRICK.nodes, edges=BRICK.edges)
    top = block("Stem", Node("image", "Input"), Node("e", "Entry"), Node("out", "Output"))
    renamed = blocks.rename_block(DESIGN, "Stem", "Entry")
    design, _ = update_block(renamed, "Entry", Design("Stem", {"Stem": top, "Entry": inner}))
    assert design.recursive == frozenset()
    assert design.blocks["Entry"].nodes["e"].kind == "Entry1"
    assert design.blocks["Entry1"].nodes == inner.nodes


# -- what is new ------------------------------------------------------------------------------------------------------


def kept(top: Block, **more: Design) -> Shelf:
    part = library(top)
    origin = Origin("personal", top.name, fingerprint(part, top.name))
    return Shelf({top.name: with_origin(part, top.name, origin), **more})


def test_news_of_a_copy():
    first, second = kept(STEM), kept(without_aux())
    origin = first.personal["Stem"].root.origin
    copy = with_origin(DESIGN, "Stem", origin)
    assert first.all_news(copy) == ()
    [news] = second.all_news(copy)
    assert (news.block, news.is_edited) == ("Stem", False)
    edited = variables.set_variable(copy, "Stem", "width", default=9)
    assert first.all_news(edited) == (), "an edit of one's own is no news"
    [news] = second.all_news(edited)
    assert news.is_edited
    assert second.all_news(with_origin(edited, "Stem", news.origin)) == (), "mine is kept until the library changes"
    design = update_block(copy, "Stem", news.newer).design
    assert second.all_news(design) == ()
    assert Shelf().all_news(copy) == (), "it is gone from the library"
    assert second.all_news(DESIGN) == (), "it was never taken from there"


def test_a_block_that_was_renamed_in_the_library_is_still_known():
    part = blocks.rename_block(library(STEM), "Stem", "Entry")
    origin = Origin("personal", "Entry", fingerprint(part, "Entry"))
    copy = with_origin(DESIGN, "Stem", Origin("personal", "Stem", origin.fingerprint))
    shelf = Shelf({"Entry": with_origin(part, "Entry", origin)})
    assert shelf.holding(copy.blocks["Stem"].origin) is shelf.personal["Entry"]
    assert shelf.all_news(copy) == ()


def test_built_in_blocks_bring_their_origin_and_are_shared_with_presets():
    design, _ = nodes.add_node(Design("Net", {"Net": NET}), "Net", "VGGBlock", library=built_in_blocks())
    assert design.blocks["VGGBlock"].origin == Origin(
        BUILT_IN, "VGGBlock", design.blocks["VGGBlock"].origin.fingerprint
    )
    assert Shelf().all_news(design) == ()
    older = with_origin(design, "VGGBlock", Origin(BUILT_IN, "VGGBlock", "0" * 32))
    assert Shelf().all_news(older) == (), "it is what the library holds, whatever it was"
    older = variables.set_variable(older, "VGGBlock", "num_convs", default=7)
    [news] = Shelf().all_news(older)
    assert news.is_edited
    assert "num_convs is 1 by default, it was 7." in news.words(older)
    for preset in list_presets():
        held = preset.read().design
        for name in held.blocks.keys() & library_blocks().keys():
            assert (
                nodes.add_node(held, held.main, name, library=built_in_blocks())[0].blocks.keys() == held.blocks.keys()
            )


def test_copies_keep_where_they_come_from():
    origin = Origin("personal", "Stem", "1" * 32)
    design = with_origin(DESIGN, "Stem", origin)
    unique, name = blocks.make_unique(design, "Net", "stem")
    assert unique.blocks[name].origin == origin
    pasted, _ = insert(Design("Other", {"Other": Block("Other")}), "Other", extract(design, "Net", ["stem"]))
    assert pasted.blocks["Stem"].origin == origin
    boxed, instance = grouping.group(design, "Net", ["conv", "stem"])
    assert boxed.blocks[boxed.root.nodes[instance].kind].origin is None


@pytest.mark.parametrize("change", [{"width": Expression("2 * 8")}, {}])
def test_settings_of_instances_are_left_alone(change):
    stem = NET.nodes["stem"]
    design = DESIGN.with_block(NET.with_node(Node("stem", "Stem", params=change, position=stem.position)))
    updated, lost = update_block(design, "Stem", library(STEM))
    assert updated.root.nodes["stem"].params == change
    assert not lost
