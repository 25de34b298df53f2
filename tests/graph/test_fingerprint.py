"""Fingerprints: the same for the same contents, whatever the names; another one for any change that counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from designer.document.document import Document
from designer.document.presets import list_presets
from designer.document.reading import parse_document
from designer.document.writing import dump_document
from designer.graph.block import BlockParameter, Node, Origin, edge
from designer.graph.design import Design
from designer.graph.expressions import Expression
from designer.graph.fingerprint import fingerprint
from tests.drawing import block

INNER = block("Inner", Node("input", "Input"), Node("relu", "ReLU"), Node("output", "Output"))
OUTER = block(
    "Outer",
    Node("input", "Input"),
    Node("conv", "Conv2d", params={"out_channels": Expression("width"), "kernel_size": 3}),
    Node("inner", "Inner", repeat=2),
    Node("output", "Output"),
    parameters=[BlockParameter("width", 8, "channels.")],
)


def design(outer=OUTER, inner=INNER) -> Design:
    return Design("Outer", {"Outer": outer, "Inner": inner})


PLAIN = fingerprint(design(), "Outer")


def test_names_of_blocks_and_where_they_come_from_do_not_count():
    inner = replace(INNER, name="Other")
    outer = replace(
        OUTER.with_node(replace(OUTER.nodes["inner"], kind="Other")),
        name="Top",
        origin=Origin("personal", "x", "0" * 32),
    )
    assert fingerprint(Design("Top", {"Other": inner, "Top": outer}), "Top") == PLAIN
    reset = OUTER.with_node(
        replace(OUTER.nodes["conv"], params={"kernel_size": 3, "out_channels": Expression("width")})
    )
    assert fingerprint(design(reset), "Outer") == PLAIN, "the order in which parameters were set does not count"
    wired = replace(OUTER, edges=OUTER.edges[::-1])
    assert fingerprint(design(wired), "Outer") == PLAIN


@pytest.mark.parametrize(
    "changed",
    [
        design(replace(OUTER, title="Other words")),
        design(replace(OUTER, parameters=(BlockParameter("width", 8.0, "channels."),))),
        design(OUTER.with_node(OUTER.nodes["conv"].with_param("kernel_size", True))),
        design(OUTER.with_node(OUTER.nodes["conv"].with_param("out_channels", "width"))),
        design(OUTER.with_node(replace(OUTER.nodes["conv"], position=(8, 0)))),
        design(OUTER.with_node(replace(OUTER.nodes["conv"], name="first"))),
        design(replace(OUTER, nodes=dict(reversed(OUTER.nodes.items())))),
        design(replace(OUTER, edges=(*OUTER.edges[:-1], edge("conv", "output")))),
        design(inner=INNER.with_node(Node("relu", "ReLU", repeat=2))),
    ],
)
def test_any_change_counts(changed: Design):
    assert fingerprint(changed, "Outer") != PLAIN


def test_what_was_read_from_a_file_has_the_same_one():
    for preset in list_presets():
        read = preset.read().design
        again = parse_document(dump_document(Document(read))).design
        for name in read.blocks:
            assert fingerprint(read, name) == fingerprint(again, name)
    moved = design(OUTER.with_node(replace(OUTER.nodes["conv"], position=(8, 16))))
    again = parse_document(dump_document(Document(moved))).design
    assert fingerprint(again, "Outer") == fingerprint(moved, "Outer")


def test_blocks_that_contain_themselves_have_one_too():
    inner = INNER.with_node(Node("again", "Outer"))
    assert len(fingerprint(design(inner=inner), "Outer")) == 32


def test_it_stays_what_it_is_in_every_version():
    """Documents hold fingerprints: a change here would call every copy of every library block edited."""
    assert PLAIN == "b4a7fa07b38829da1be03d30dc2399db"
