"""Designs that a person or a stranger got wrong, through `blockyard check`: said in words, at the node, and soon:
whoever runs them here waits a while, not for ever."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from designer.document.reading import read_document
from tests.cli.conftest import Blockyard

ENDS = ({"id": "input", "kind": "Input"}, {"id": "output", "kind": "Output"})


def block(name: str, *nodes: dict[str, Any], edges: list[list[str]] | None = None, **fields: Any) -> dict[str, Any]:
    """A block of nodes in a chain, from its Input to its Output."""
    ids = ["input", *(node["id"] for node in nodes), "output"]
    wires = [list(pair) for pair in pairwise(ids)] if edges is None else edges
    return {"name": name, "nodes": [ENDS[0], *nodes, ENDS[1]], "edges": wires, **fields}


def conv(key: str = "conv", **fields: Any) -> dict[str, Any]:
    return {"id": key, "kind": "Conv2d", "params": {"out_channels": 8, "padding": 1}, **fields}


def with_channels(expression: str, **fields: Any) -> list[dict[str, Any]]:
    return [block("Net", conv(params={"out_channels": f"={expression}"}), **fields)]


def nested(levels: int, repeat: int) -> list[dict[str, Any]]:
    """Repeats in repeats: `repeat` to the power of `levels` copies of one layer."""
    inner = [block(f"B{k}", {"id": "x", "kind": f"B{k + 1}", "repeat": repeat}) for k in range(levels)]
    return [block("Net", {"id": "b", "kind": "B0"}), *inner, block(f"B{levels}", {"id": "x", "kind": "ReLU"})]


BAD: dict[str, tuple[list[dict[str, Any]], str, str, str]] = {  # blocks; the code, node and words of the first error
    "a block in itself": (
        [block("Net", {"id": "a", "kind": "A"}), block("A", {"id": "b", "kind": "A"})],
        "recursive_block",
        "a",
        "The block A contains itself.",
    ),
    "a block in itself, through another": (
        [
            block("Net", {"id": "a", "kind": "A"}),
            block("A", {"id": "b", "kind": "B"}),
            block("B", {"id": "a", "kind": "A"}),
        ],
        "recursive_block",
        "a",
        "The block A contains itself.",
    ),
    "a division by zero": (with_channels("64 // 0"), "expression_error", "conv", "divides by zero"),
    "a division by a variable that is 0": (
        with_channels("64 // ratio", parameters=[{"name": "ratio", "default": 0}]),
        "expression_error",
        "conv",
        "'64 // ratio' divides by zero",
    ),
    "a tower of powers": (with_channels("9**9**9"), "expression_error", "conv", "exponent 387420489 is too large"),
    "a long power": (with_channels("10**10**8"), "expression_error", "conv", "too large"),
    "a large number": (with_channels("10**60"), "expression_error", "conv", "too large"),
    "a name that is not there": (with_channels("2 * wdith"), "expression_error", "conv", "'wdith' is not a parameter"),
    "a huge repeat": ([block("Net", conv(repeat=10**15))], "repeat_out_of_range", "conv", "repeat is 1000000000000000"),
    "a huge repeat that is worked out": (
        [block("Net", conv(repeat="=10**15"))],
        "repeat_out_of_range",
        "conv",
        "repeat is 1000000000000000",
    ),
    "repeats in repeats": (nested(30, 1000), "design_too_large", "b", "more layers than a network can have"),
    "a wire to a port that is gone": (
        [
            block("Net", {"id": "a", "kind": "A"}, edges=[["input", "a"], ["input", "a.side"], ["a", "output"]]),
            block("A", conv()),
        ],
        "missing_port",
        "a",
        "'side', which it does not have",
    ),
    "two nodes of one name": (
        [block("Net", conv("one", name="conv"), conv("two", name="conv"))],
        "duplicate_name",
        "conv",
        "the same name",
    ),
    "a node called as Python's word": ([block("Net", conv(name="class"))], "invalid_name", "class", "cannot be used"),
    "a node called as torch's": ([block("Net", conv(name="forward"))], "invalid_name", "forward", "cannot be used"),
    "a block called as a builtin": (
        [block("Net", {"id": "a", "kind": "print"}), block("print", conv())],
        "invalid_name",
        "a",
        "The block is called 'print'",
    ),
    "a parameter called as Python's word": (
        [block("Net", conv(), parameters=[{"name": "lambda", "default": 1}])],
        "invalid_name",
        "Net",
        "A parameter of Net is called 'lambda'",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_it_is_said_at_the_node_and_nothing_is_lost(case: str, blockyard: Blockyard, tmp_path: Path):
    blocks, code, node, words = BAD[case]
    path = tmp_path / "net.blockyard"
    text = json.dumps({"blockyard": 1, "main": "Net", "blocks": blocks})
    path.write_text(text)
    result = blockyard("check", "net.blockyard", "--json")
    assert result.status == 1
    assert not result.json["ok"]
    errors = [d for d in result.json["diagnostics"] if d["severity"] == "error"]
    assert any((d["code"], d["node"]) == (code, node) and words in d["message"] for d in errors), errors
    assert all(d["expected"] and d["received"] for d in errors)
    assert path.read_text() == text
    assert {b["name"] for b in blocks} == set(read_document(path).design.blocks), "it opens with all that it holds"
