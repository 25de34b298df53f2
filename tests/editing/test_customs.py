"""Commands on custom layers: one is added, changed with all its instances, removed; a fragment brings its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from designer.analysis.analyser import Analyser
from designer.editing import nodes
from designer.editing.blocks import make_unique, rename_block, with_library_block
from designer.editing.customs import custom_faults, put_custom, remove_custom
from designer.editing.errors import EditError
from designer.editing.fragments import extract, insert
from designer.editing.history import History
from designer.editing.parameters import set_param, set_param_text
from designer.graph.block import Block, Edge, Endpoint, Node
from designer.graph.custom import MAX_LAYERS, MAX_SOURCES, CustomPort
from designer.graph.design import Design
from tests.custom_layers import MIXER, SCALED_CONV, with_custom
from tests.drawing import block

EMPTY = Design("Net", {"Net": Block("Net")})
OTHER = replace(SCALED_CONV, source=SCALED_CONV.source.replace("sqrt(2)", "sqrt(3)"))


def called(name: str):
    return replace(SCALED_CONV, name=name, source=SCALED_CONV.source.replace("ScaledConv", name))


def test_added_used_and_undone():
    history = History(EMPTY)
    history.commit("Add", put_custom(EMPTY, SCALED_CONV))
    design, key = nodes.add_node(history.design, "Net", "ScaledConv")
    assert key == "scaledconv1"
    history.commit("Use", set_param_text(design, "Net", key, "stride", "2"))
    assert history.design.root.nodes[key].params == {"stride": 2}
    with pytest.raises(EditError, match="no parameter 'kernel_size'"):
        set_param(history.design, "Net", key, "kernel_size", 3)
    history.undo()
    history.undo()
    assert history.design is EMPTY


def test_a_change_reaches_all_instances_and_wires_follow_ports():
    inner = block("Inner", Node("input", "Input"), Node("mine", "ScaledConv"), Node("output", "Output"))
    design = with_custom(SCALED_CONV, nodes=[Node("mine", "ScaledConv"), Node("inner", "Inner")]).with_block(inner)
    new = replace(
        called("GainConv"),
        inputs=(CustomPort("x", "N, C, H, W"),),
        outputs=(replace(SCALED_CONV.outputs[0], name="y", shape="N, out_channels, H, W"),),
        macs="",
    )
    changed = put_custom(design, new, "ScaledConv")
    assert list(changed.customs) == ["GainConv"]
    assert changed.root.nodes["mine"].kind == changed.blocks["Inner"].nodes["mine"].kind == "GainConv"
    wires = changed.root.edges
    assert Edge(Endpoint("input", "output"), Endpoint("mine", "x")) in wires
    assert Edge(Endpoint("mine", "y"), Endpoint("inner", "input")) in wires
    assert Analyser().analyse(changed).ok
    assert put_custom(design, SCALED_CONV, "ScaledConv") is design


def test_what_is_wrong_is_refused_and_said():
    with pytest.raises(EditError, match="cannot be read as a shape"):
        put_custom(EMPTY, replace(SCALED_CONV, outputs=(CustomPort("output", "N,,"),)))
    held = put_custom(EMPTY, SCALED_CONV)
    with pytest.raises(EditError, match="called 'ScaledConv' already"):
        put_custom(held, SCALED_CONV)
    with pytest.raises(EditError, match="called 'Net' already"):
        put_custom(held, called("Net"), "ScaledConv")
    with pytest.raises(EditError, match="a custom layer called 'ScaledConv'"):
        rename_block(held, "Net", "ScaledConv")


def test_a_design_holds_a_limited_number_of_them():
    full = replace(EMPTY, customs={f"A{k}": called(f"A{k}") for k in range(MAX_LAYERS)})
    assert "custom layers" in custom_faults(full, SCALED_CONV)[-1].message
    assert not custom_faults(full, called("A3"), "A3")
    long = replace(SCALED_CONV, source=SCALED_CONV.source + "#" * 30_000)
    many = replace(EMPTY, customs={f"A{k}": replace(long, name=f"A{k}") for k in range(MAX_SOURCES // 30_000)})
    assert "too long together" in custom_faults(many, long)[-1].message


def test_one_that_is_used_stays():
    design = with_custom(SCALED_CONV, MIXER, nodes=[Node("mine", "ScaledConv")])
    with pytest.raises(EditError, match="ScaledConv is used in Net"):
        remove_custom(design, "ScaledConv")
    assert list(remove_custom(design, "Mixer").customs) == ["ScaledConv"]


def test_copied_with_its_layer_and_pasted_beside_another_of_its_name():
    design = with_custom(SCALED_CONV, MIXER, nodes=[Node("mine", "ScaledConv")])
    fragment = extract(design, "Net", ["mine"])
    assert list(fragment.customs) == ["ScaledConv"]
    pasted, (key,) = insert(EMPTY, "Net", fragment)
    assert pasted.customs == {"ScaledConv": SCALED_CONV}
    assert pasted.root.nodes[key].kind == "ScaledConv"
    assert insert(pasted, "Net", fragment)[0].customs == pasted.customs

    beside, (key,) = insert(put_custom(EMPTY, OTHER), "Net", fragment)
    assert list(beside.customs) == ["ScaledConv", "ScaledConv1"]
    assert beside.root.nodes[key].kind == "ScaledConv1"
    assert "class ScaledConv1(nn.Module)" in beside.customs["ScaledConv1"].source
    assert not custom_faults(beside, beside.customs["ScaledConv1"], "ScaledConv1")


def test_what_is_pasted_never_takes_the_place_of_a_layer_of_the_catalogue():
    impostor = called("Conv2d")
    fragment = Design("F", {"F": Block("F", nodes={"c": Node("c", "Conv2d")})}, {"Conv2d": impostor})
    pasted, (key,) = insert(EMPTY, "Net", fragment)
    assert pasted.root.nodes[key].kind == "Conv2d1"
    assert "Conv2d" not in pasted.customs


def test_a_block_with_a_custom_layer_inside_is_copied_with_it():
    inner = block("Inner", Node("input", "Input"), Node("mine", "ScaledConv"), Node("output", "Output"))
    design = with_custom(SCALED_CONV, nodes=[Node("inner", "Inner")]).with_block(inner)
    pasted, _ = insert(put_custom(EMPTY, OTHER), "Net", extract(design, "Net", ["inner"]))
    assert pasted.blocks["Inner"].nodes["mine"].kind == "ScaledConv1"


def test_blocks_take_no_name_of_a_custom_layer():
    held = put_custom(EMPTY, called("Residual")).with_block(block("Stem1", Node("input", "Input")))
    assert with_library_block(held, "Residual", {"Residual": Block("Residual")})[1] == "Residual1"
    held = put_custom(held, called("Stem2"))
    design, key = nodes.add_node(held, "Net", "Stem1")
    assert make_unique(design, "Net", key)[1] == "Stem3"
