"""A custom layer as texts and back; cells that cannot be read are told by their row."""

from __future__ import annotations

from dataclasses import replace

import pytest

from designer.catalogue.custom.declared import faults
from designer.graph.custom import CustomParameter
from designer.ui.presenters.custom import form_of, layer_of, new_layer, rows_from_class
from tests.custom_layers import MIXER, SCALED_CONV


@pytest.mark.parametrize("layer", [SCALED_CONV, MIXER, new_layer(())], ids=lambda layer: layer.name)
def test_texts_and_back(layer):
    back, errors = layer_of(form_of(layer), layer)
    assert (back, errors) == (layer, [])


def test_what_a_new_one_begins_with_is_sound():
    assert faults(new_layer(())) == []
    assert new_layer({"ChannelScale"}).name == "ChannelScale1"


def read(*row: str) -> tuple[CustomParameter | None, str]:
    layer, errors = layer_of(replace(form_of(SCALED_CONV), parameters=(row,)), SCALED_CONV)
    return (layer.parameters or (None,))[0], errors[0].message if errors else ""


@pytest.mark.parametrize(
    ("row", "parameter"),
    [
        (("p", "int", "3", "1 … 64", ""), CustomParameter("p", "int", 3, minimum=1, maximum=64)),
        (("p", "int", "3", "1..64", ""), CustomParameter("p", "int", 3, minimum=1, maximum=64)),
        (("p", "float", "0.5", "0 …", "Words."), CustomParameter("p", "float", 0.5, "Words.", minimum=0)),
        (("p", "float", "1", "-1 to 1e3", ""), CustomParameter("p", "float", 1, minimum=-1, maximum=1000.0)),
        (("p", "choice", "a", "a, 'b', 3", ""), CustomParameter("p", "choice", "a", choices=("a", "b", 3))),
        (("p", "choice", "(1, 2)", "(1, 2), 3", ""), CustomParameter("p", "choice", (1, 2), choices=((1, 2), 3))),
        (("p", "text", "a, b + c", "", ""), CustomParameter("p", "text", "a, b + c")),
        (("p", "bool", "True", "", ""), CustomParameter("p", "bool", True)),
    ],
)  # fmt: skip
def test_cells(row, parameter):
    assert read(*row) == (parameter, "")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("p", "int", "2 *", "", ""), "p: '2 *' is no value"),
        (("p", "int", "a + b", "", ""), "p: 'a + b' is no value"),
        (("p", "int", "", "", ""), "p: '' is no value"),
        (("p", "int", "1", "many", ""), "p: 'many' cannot be read as limits"),
    ],
)
def test_cells_that_cannot_be_read(row, words):
    assert words in read(*row)[1]


def test_parameters_follow_the_class():
    form = replace(form_of(SCALED_CONV), parameters=(("gone", "int", "1", "", ""),), derived=())
    filled = rows_from_class(form)
    assert filled.derived == (("in_channels", "C"),)
    assert filled.parameters == (
        ("out_channels", "int", "8", "", ""),
        ("stride", "int", "1", "", ""),
        ("gain", "int", "1", "", ""),
    )
    kept = rows_from_class(form_of(MIXER))
    assert [row[0] for row in kept.parameters] == ["keep", "flip", "sizes", "mode"]
