"""Names: what may stand in generated code, held against torch itself."""

from __future__ import annotations

import builtins
import keyword

import pytest
from torch import nn

from designer.graph.block import Block, Node
from designer.graph.expressions import FUNCTIONS
from designer.graph.names import (
    RESERVED,
    fresh,
    fresh_node_id,
    is_block_name,
    is_identifier,
    is_node_name,
    is_parameter_name,
)


def test_what_a_module_has_is_reserved():
    public = {name for name in (*dir(nn.Sequential()), *nn.Module.__annotations__) if not name.startswith("_")}
    assert public <= RESERVED


@pytest.mark.parametrize("name", ["conv1", "x", "Conv", "b_2", "input", "output", "int", "sum"])
def test_a_node_may_be_called(name):
    assert is_node_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "1st",
        "a b",
        "a-b",
        "class",
        "None",
        "é",
        "ｘ",
        "_x",
        "__init__",
        "forward",
        "type",
        "self",
        "torch",
        "nn",
        "l",
        "O",
    ],
)
def test_a_node_may_not_be_called(name):
    assert not is_node_name(name)


@pytest.mark.parametrize("name", ["out_channels", "in_channels", "in_height", "x", "forward", "channels"])
def test_a_parameter_may_be_called(name):
    assert is_parameter_name(name)


@pytest.mark.parametrize(
    "name", ["self", "super", "range", "nn", "torch", "Tensor", "_x", "__x", "I", "lambda", *FUNCTIONS]
)
def test_a_parameter_may_not_be_called(name):
    assert not is_parameter_name(name)


BUILTINS = [name for name in dir(builtins) if name != "qApp"]  # which Qt adds as soon as it is loaded


@pytest.mark.parametrize("name", ["VGGBlock", "Main", "residual", "Conv2", "LeNet5"])
def test_a_block_may_be_called(name):
    assert is_block_name(name)


@pytest.mark.parametrize("name", ["main", "Tensor", "nn", "torch", "_A", "a.b", "A;B", *BUILTINS, *keyword.kwlist])
def test_a_block_may_not_be_called(name):
    assert not is_block_name(name)


def test_identifiers_are_ascii_and_no_keywords():
    assert is_identifier("_a1")
    assert not is_identifier("ñ")
    assert not is_identifier("import")


def test_fresh_names_count_from_one_and_avoid_ids_and_names():
    assert fresh("conv", {"conv1", "conv3"}) == "conv2"
    block = Block("Net", nodes={"conv1": Node("conv1", "Conv2d"), "n": Node("n", "Conv2d", name="conv2")})
    assert fresh_node_id(block, "conv") == "conv3"
