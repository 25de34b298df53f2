"""What is declared of a custom layer and cannot be is told in words, and marks its nodes; nothing hangs or escapes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.analysis.analyser import Analyser
from designer.analysis.diagnostics import Severity
from designer.base.errors import BlockyardError
from designer.catalogue.custom.declared import faults
from designer.catalogue.custom.shapes import axes, items
from designer.catalogue.registry import kinds, spec_of
from designer.catalogue.spec import Family
from designer.graph.block import Node
from designer.graph.custom import CustomLayer, CustomParameter, CustomPort
from designer.graph.design import Design
from tests.custom_layers import MIXER, SCALED_CONV, with_custom
from tests.drawing import block

PLAIN = CustomLayer("Plain", source="class Plain(nn.Module):\n    def forward(self, x):\n        return x\n")


def renamed(name: str) -> CustomLayer:
    return replace(PLAIN, name=name, source=PLAIN.source.replace("Plain", name))


def out(shape: str, *inputs: str) -> CustomLayer:
    named = tuple(CustomPort("input" if k == 0 else f"x{k}", text) for k, text in enumerate(inputs)) or PLAIN.inputs
    source = PLAIN.source.replace("x):", ", ".join(p.name for p in named) + "):") if inputs else PLAIN.source
    return replace(PLAIN, source=source, inputs=named, outputs=(CustomPort("output", shape),))


def taking(**parameter) -> CustomLayer:
    own = CustomParameter(**{"name": "p", "type": "int", "default": 1, **parameter})
    source = PLAIN.source.replace("    def f", f"    def __init__(self, {own.name}): ...\n    def f", 1)
    return replace(PLAIN, source=source, parameters=(own,))


def test_good_ones_have_no_fault():
    assert [faults(layer, kinds()) for layer in (SCALED_CONV, MIXER, PLAIN)] == [[], [], []]


FAULTY = {
    "a keyword": (replace(PLAIN, name="lambda"), "cannot be called 'lambda'"),
    "nn": (renamed("nn"), "cannot be called 'nn'"),
    "torch": (renamed("torch"), "cannot be called 'torch'"),
    "a builtin": (renamed("print"), "cannot be called 'print'"),
    "a layer of the catalogue": (renamed("Conv2d"), "There is a layer or a block called 'Conv2d'"),
    "another name in the source": (replace(PLAIN, name="Other"), "class is called Plain, and the layer Other"),
    "no source": (replace(PLAIN, source=""), "defines no class"),
    "a parameter that is not taken": (
        replace(PLAIN, parameters=(CustomParameter("width", "int", 1),)),
        "__init__ takes no 'width'",
    ),
    "one that is not given": (replace(SCALED_CONV, derived=()), "__init__ needs 'in_channels'"),
    "too few inputs": (replace(MIXER, inputs=MIXER.inputs[:1]), "forward takes 2 tensors, and there is 1 input"),
    "a name without end": (renamed("A" * 101), "cannot be called"),
    "a summary without end": (replace(PLAIN, summary="x" * 2001), "2,001 characters"),
    "a size of many axes": (taking(type="size", axes=4), "p: it has 4 axes"),
    "no output": (replace(PLAIN, outputs=()), "It has 0 outputs"),
    "two ports of one name": (
        replace(PLAIN, outputs=(CustomPort("input", "N, C"),)),
        "The name 'input' stands for two things",
    ),
    "a port that is none": (replace(PLAIN, outputs=(CustomPort("a b", "N, C"),)), "A port cannot be called 'a b'"),
    "a parameter called range": (taking(name="range"), "A parameter cannot be called 'range'"),
    "an unknown type": (taking(type="tensor"), "'tensor' is no type"),
    "a default of another type": (taking(default="many"), "default p='many' is not possible"),
    "a default out of bounds": (taking(default=9, maximum=8), "default p=9"),
    "bounds the wrong way": (taking(minimum=8, maximum=1), "minimum lies above"),
    "a choice without choices": (taking(type="choice", default="a"), "needs choices"),
    "a shape of something unknown": (out("N, C, D"), "output output: 'D' is neither a parameter nor an axis"),
    "a shape that is none": (out("N, C,, H"), "cannot be read as a shape"),
    "a shape that closes brackets": (out("N) + (C"), "cannot be read as a shape"),
    "a shape that calls": (out("N, open('x')"), "'open' is not a function here"),
    "a shape that reaches inside": (out("N, C.__class__"), "uses attribute"),
    "a shape without end": (out("N, " * 400), "1199 characters"),
    "signs without end": (out("N, " + "-" * 490 + "C"), "cannot be read as a shape"),
    "too many axes": (out("N, C, H, W, 1, 1, 1, 1, 1"), "9 axes"),
    "an axis that is an expression": (out("N, C", "N, 2 * C"), "cannot be the name of an axis"),
    "an axis twice": (out("N, C", "N, C, C"), "names an axis twice"),
    "an axis that is a parameter": (
        replace(SCALED_CONV, inputs=(CustomPort("input", "N, stride, H, W"),), derived=(("in_channels", "3"),)),
        "The axis stride of input",
    ),
    "dots out of nowhere": (out("N, ..., C"), "... stands for the axes that an input leaves open"),
    "an unknown type of element": (
        replace(PLAIN, outputs=(CustomPort("output", "N, C", "quaternion"),)),
        "'quaternion' is no type",
    ),
    "a cost of something unknown": (replace(PLAIN, params="C * K"), "parameter count: 'K'"),
    "a cost that is none": (replace(PLAIN, macs="C *"), "MACs: 'C *' cannot be read"),
}


@pytest.mark.parametrize("case", FAULTY)
def test_told_in_words_and_on_the_node(case: str):
    layer, words = FAULTY[case]
    found = faults(layer, kinds())
    assert any(words in error.message for error in found), [str(error) for error in found]
    analysis = Analyser().analyse(with_custom(layer, nodes=[Node("mine", layer.name)]))
    told = [d for d in analysis.diagnostics if d.code == "custom_layer_faulty"]
    assert [d.severity for d in told] == [Severity.ERROR]
    assert found[0].message in told[0].message
    assert told[0].advice


AT_WORK = {
    "division by zero": (out("N, C // (H - 16)"), "divides by zero"),
    "a fraction": (out("N, C / 2"), "'C / 2' is 1.5"),
    "nothing left": (out("N, C - 3"), "'C - 3' is 0"),
    "too large": (out("N, C ** 64"), "too large"),
    "an enormous power": (out("N, 9 ** 9 ** 9"), "too large"),
    "too many elements": (out("N, C, 10 ** 9, 10 ** 9"), "more than"),
    "text": (out("N, 'C' * 9"), "Text cannot be calculated with"),
    "a tuple": (out("N, (C, H)"), "'(C, H)' is (3, 16)"),
    "another rank": (out("N, C", "N, C"), "a 4-d tensor (1, 3, 16, 16) arrives at input"),
    "too few axes": (out("N", "N, C, H, W, X, ..."), "arrives at input"),
    "an axis that is not there": (out("N, input[7]"), "has no value here"),
    "a cost below zero": (replace(PLAIN, params="C - 99"), "'C - 99' is -96"),
}


@pytest.mark.parametrize("case", AT_WORK)
def test_a_rule_that_fails_on_what_arrives(case: str):
    layer, words = AT_WORK[case]
    assert not faults(layer, kinds())
    analysis = Analyser().analyse(with_custom(layer, nodes=[Node("mine", "Plain")]))
    assert any(words in d.message and d.severity is Severity.ERROR for d in analysis.diagnostics), analysis.diagnostics


def test_lengths_that_differ_where_one_letter_says_that_they_are_the_same():
    nodes = [Node("input", "Input"), Node("pool", "MaxPool2d"), Node("mix", "Mixer"), Node("output", "Output")]
    drawn = with_custom(MIXER, nodes=nodes[1:3]).root
    edges = ["input>mix.a", "input>pool", "pool>mix.b", "mix.mixed>output"]
    net = block("Net", *drawn.nodes.values(), edges=edges)
    found = Analyser().analyse(Design("Net", {"Net": net}, {"Mixer": MIXER})).diagnostics
    assert [d.code for d in found if d.severity is Severity.ERROR] == ["merge_mismatch"]


def test_costs_that_nobody_declares_are_said_to_be_unknown():
    analysis = Analyser().analyse(with_custom(PLAIN, nodes=[Node("mine", "Plain")]))
    assert analysis.ok
    (told,) = analysis.diagnostics
    assert (told.code, told.severity) == ("cost_not_declared", Severity.INFO)
    assert "parameters and MACs are not declared" in told.message
    assert analysis.receptive_field(("mine",)) is None


def test_a_changed_layer_is_worked_out_anew_and_the_rest_is_not():
    design = with_custom(out("N, C, H, W"), nodes=[Node("relu", "ReLU"), Node("mine", "Plain")])
    analyser = Analyser()
    before = analyser.analyse(design)
    after = analyser.analyse(design.with_custom(out("N, 2 * C, H, W")))
    assert before.root.nodes["mine"].output.shape == (1, 3, 16, 16)
    assert after.root.nodes["mine"].output.shape == (1, 6, 16, 16)
    assert after.root.nodes["relu"] is before.root.nodes["relu"]


def test_defaults_that_are_equal_and_yet_differ_are_told_apart():
    whole, truth = taking(type="choice", default=1, choices=(1, 2)), taking(type="choice", default=True, choices=(1, 2))
    assert whole != truth
    assert not faults(whole)
    assert faults(truth)


def test_the_catalogue_itself_stays_as_it_is():
    design = with_custom(PLAIN, nodes=[])
    assert spec_of("Plain", design).family is Family.CUSTOM
    assert spec_of("Plain") is None
    assert spec_of("Plain", Design("X")) is None


@given(st.text(max_size=40), st.text("NCHWx(),.*/+-[]= 19'", max_size=30))
@settings(max_examples=150)
def test_any_text_is_a_shape_or_a_sentence(odd: str, near: str):
    for text in (odd, near):
        for read in (items, axes):
            with suppress(BlockyardError):
                assert read(text)
