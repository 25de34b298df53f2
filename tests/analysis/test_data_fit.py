"""Outputs, channels and size of the input against the data, each with a fix that leaves nothing to be said."""

from __future__ import annotations

import pytest

from designer.analysis.analyser import Analyser
from designer.analysis.data_fit import DataFacts, check_data
from designer.analysis.diagnostics import Severity
from designer.document.presets import list_presets, open_design
from designer.graph.block import BlockParameter, Node
from designer.graph.expressions import Expression as X
from tests.analysis.drawing import OUT, between
from tests.drawing import block

FIVE = DataFacts("pets", 5, 3, (32, 32))


def head(width: object, **params) -> tuple[Node, ...]:
    return Node("flat", "Flatten"), Node("fc", "Linear", params={"out_features": width, **params})


CLASSIFIER = block(
    "Classifier",
    Node("input", "Input"),
    Node("flat", "Flatten"),
    Node("fc", "Linear", params={"out_features": X("classes")}),
    OUT,
    parameters=[BlockParameter("classes", 7)],
)
FIXED = block("Fixed", Node("input", "Input"), *head(8), OUT)

FLAT_TWICE = block("Twice", Node("input", "Input"), *head(8), OUT)

WIDTHS = {
    "a number": (between(*head(7)), "Set out_features of fc to 5"),
    "a default": (between(Node("flat", "Flatten"), Node("fc", "Linear")), "Set out_features of fc to 5"),
    "a variable": (between(*head(X("k")), parameters=[BlockParameter("k", 7)]), "Set k to 5"),
    "a layer behind it": (between(*head(7), Node("soft", "Softmax")), "Set out_features of fc to 5"),
    "a block's default": (between(Node("c", "Classifier"), inner=[CLASSIFIER]), "Set classes of c to 5"),
    "a block's parameter": (
        between(Node("c", "Classifier", params={"classes": 9}), inner=[CLASSIFIER]),
        "Set classes of c to 5",
    ),
    "a variable through a block": (
        between(
            Node("c", "Classifier", params={"classes": X("n")}),
            parameters=[BlockParameter("n", 12)],
            inner=[CLASSIFIER],
        ),
        "Set n to 5",
    ),
    "inside a block": (between(Node("f", "Fixed"), inner=[FIXED]), "Set out_features of fc to 5"),
    "channels": (
        between(
            Node("conv", "Conv2d", params={"out_channels": 9, "kernel_size": 1}),
            Node("pool", "AdaptiveAvgPool2d", params={"output_size": 1}),
            Node("flat", "Flatten"),
        ),
        "Set out_channels of conv to 5",
    ),
}


@pytest.mark.parametrize("case", WIDTHS)
def test_the_outputs_are_set_where_they_were_written(case: str) -> None:
    design, title = WIDTHS[case]
    (found,) = check_data(Analyser().analyse(design), FIVE)
    assert (found.code, found.severity) == ("too_many_outputs", Severity.WARNING)
    (fix,) = found.fixes
    assert fix.title == title
    mended = Analyser().analyse(fix.apply(design))
    assert mended.root.outputs[0].shape[1] == 5
    assert check_data(mended, FIVE) == ()


def test_too_few_outputs_are_an_error() -> None:
    (found,) = check_data(Analyser().analyse(between(*head(4))), FIVE)
    assert (found.code, found.severity) == ("too_few_outputs", Severity.ERROR)
    assert "4 scores" in found.message
    assert "5 classes" in found.message


def test_what_is_converted_is_said() -> None:
    grey = DataFacts("digits", 5, 1, (28, 28))
    found = check_data(Analyser().analyse(between(*head(5))), grey)
    assert [(d.code, d.severity) for d in found] == [("images_converted", Severity.INFO)] * 2
    assert "grey" in found[0].message
    assert "colour" in found[0].message
    assert "28 × 28" in found[1].message
    assert "32 × 32" in found[1].message
    sized = DataFacts("digits", 5, 3, (28, 28), resizes=True)
    assert check_data(Analyser().analyse(between(*head(5))), sized) == ()


@pytest.mark.parametrize("shape", [(4, 32, 32), X("(c, 32, 32)")])
def test_channels_that_no_image_has_are_an_error(shape: object) -> None:
    design = between(*head(5), shape=shape, parameters=[BlockParameter("c", 4)])
    (found,) = check_data(Analyser().analyse(design), FIVE)
    assert (found.code, found.severity) == ("wrong_channels", Severity.ERROR)
    (fix,) = found.fixes
    assert fix.title == ("Set c to 3" if isinstance(shape, X) else "Set shape of input to (3, 32, 32)")
    assert check_data(Analyser().analyse(fix.apply(design)), FIVE) == ()


@pytest.mark.parametrize("preset", [preset.id for preset in list_presets()])
def test_each_preset_is_brought_to_five_classes_by_one_fix(preset: str) -> None:
    design = open_design(preset).design
    data = DataFacts("pets", 5, 3, resizes=True)
    found = [d for d in check_data(Analyser().analyse(design), data) if d.code == "too_many_outputs"]
    assert found
    after = Analyser().analyse(found[0].fixes[0].apply(design))
    assert after.root.outputs[0].shape[1] == 5


def test_a_design_with_errors_has_none_of_the_data() -> None:
    assert check_data(Analyser().analyse(between(Node("pool", "MaxPool2d", params={"kernel_size": 99}))), FIVE) == ()


def _codes(design, data: DataFacts = FIVE) -> dict[str, tuple[str, ...]]:
    return {d.code: tuple(f.title for f in d.fixes) for d in check_data(Analyser().analyse(design), data)}


def _mended(design, data: DataFacts, title: str) -> dict[str, tuple[str, ...]]:
    found = [f for d in check_data(Analyser().analyse(design), data) for f in d.fixes if f.title == title]
    return _codes(found[0].apply(design), data)


def test_an_output_of_other_axes_is_flattened():
    conv = Node("conv", "Conv2d", params={"out_channels": 5, "kernel_size": 1})
    design = between(conv, Node("pool", "AdaptiveAvgPool2d", params={"output_size": 1}))
    assert _codes(design) == {"output_not_scores": ("Insert Flatten",)}
    assert _mended(design, FIVE, "Insert Flatten") == {}


def test_an_input_of_rows_is_no_input_of_images():
    design = between(Node("fc", "Linear", params={"out_features": 5}), shape=(784,))
    assert _codes(design, DataFacts("digits", 5, 1, (28, 28))) == {
        "input_not_images": ("Set shape of input to (1, 28, 28)",)
    }


@pytest.mark.parametrize(
    ("shape", "data"),
    [
        ((3, 20, 30), FIVE),  # not square: nothing resizes to it
        ((3, 32, 32), DataFacts("pets", 5, 3, (32, 32), resizes=True, taken=(48, 48))),
        ((3, 32, 32), DataFacts("pets", 5, 3, None, resizes=True, taken=(24, 24))),
    ],
)
def test_images_that_arrive_in_another_size_are_told_with_a_fix(shape: tuple[int, ...], data: DataFacts):
    size = data.taken or data.size
    title = f"Set shape of input to {(3, *size)}"
    design = between(*head(5), shape=shape)
    assert _codes(design, data) == {"wrong_image_size": (title,)}
    assert "wrong_image_size" not in _mended(design, data, title)


@pytest.mark.parametrize(("made", "channels"), [(1, 3), (3, 1)])
def test_channels_that_the_recipe_says_are_not_converted_again(made: int, channels: int):
    data = DataFacts("pets", 5, 3, (32, 32), made=made)
    design = between(*head(5), shape=(channels, 32, 32))
    title = f"Set shape of input to {(made, 32, 32)}"
    assert _codes(design, data) == {"wrong_channels": (title,)}
    assert "wrong_channels" not in _mended(design, data, title)


def test_a_head_in_a_block_that_stands_twice_says_so():
    design = between(Node("f", "Twice"), Node("g", "Twice"), inner=[FLAT_TWICE])
    (titles,) = _codes(design).values()
    assert titles == ("Set out_features of fc to 5 in all 2 Twice blocks", "Set out_features of fc to 5 only here")
    assert _mended(design, FIVE, titles[1]) == {}
