"""What was salvaged is saved, and what is saved can be read: the strict reader takes it, and finds the same in it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.document.document import Document, DocumentError
from designer.document.losses import MOST_SENTENCES
from designer.document.reading import parse_document
from designer.document.salvage import Salvaged, salvage
from designer.document.writing import dump_document
from designer.graph.block import Block, Edge, Endpoint, Node
from designer.graph.design import Design

WHOLE = {
    "blockyard": 1,
    "main": "Net",
    "blocks": [
        {
            "name": "Net",
            "title": "Net",
            "parameters": [{"name": "width", "default": [1, [2, 3]], "doc": "of all"}, {"name": "deep", "default": 2}],
            "nodes": [
                {"id": "input", "kind": "Input", "params": {"shape": [3, 8, 8]}},
                {"id": "s", "kind": "Scale", "name": "scale", "repeat": "=deep", "when": "=deep > 1"},
                {"id": "stem", "kind": "Stem", "position": [10, 20.5], "collapsed": True},
                {"id": "output", "kind": "Output"},
            ],
            "edges": [["input", "s"], ["s", "stem"], ["stem", "output"]],
            "notes": [{"id": "note-1", "text": "# Net", "size": [300, 200]}, {"id": "note-2", "frame": True}],
            "routes": [{"edge": ["input", "s"], "points": [[1, 2], [3, 4]]}],
            "downward": True,
        },
        {
            "name": "Stem",
            "nodes": [{"id": "input", "kind": "Input"}, {"id": "output", "kind": "Output"}],
            "edges": [["input", "output"]],
            "origin": {"library": "personal", "block": "Stem", "fingerprint": "0f" * 16},
        },
    ],
    "custom_layers": [
        {
            "name": "Scale",
            "summary": "Scales.",
            "source": ["class Scale(nn.Module):", "    def forward(self, x):", "        return x"],
            "parameters": [{"name": "k", "type": "int", "default": 1, "minimum": 0, "choices": [1, 2]}],
            "inputs": [{"name": "input", "shape": "N, ..."}],
            "outputs": [{"name": "output", "shape": "N, ..."}],
            "derived": {"in_channels": "C"},
        }
    ],
    "recipe": {"epochs": 5},
}


def damaged(change: Callable[[dict[str, Any]], object]) -> bytes:
    raw = json.loads(json.dumps(WHOLE))
    change(raw)
    return json.dumps(raw).encode()


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


LIMITS = {
    "a port's shape": (lambda raw: raw["custom_layers"][0]["outputs"][0].update(shape=7), "custom port output"),
    "all ports": (lambda raw: raw["custom_layers"][0].update(inputs=[7]), "its inputs cannot be read"),
    "no port": (lambda raw: raw["custom_layers"][0].update(outputs=[]), "its outputs cannot be read"),
    "no points": (lambda raw: raw["blocks"][0]["routes"][0].update(points=["far"]), "points cannot be read"),
    "too many points": (lambda raw: raw["blocks"][0]["routes"][0].update(points=[[0, 0]] * 101), "first 100"),
    "too many choices": (
        lambda raw: raw["custom_layers"][0]["parameters"][0].update(choices=[1] * 101),
        "only the first 100 are kept",
    ),
    "too many ports": (
        lambda raw: raw["custom_layers"][0].update(inputs=[{"name": f"x{i}", "shape": "N"} for i in range(65)]),
        "only the first 64 are kept",
    ),
    "too many blocks": (
        lambda raw: raw["blocks"].extend({"name": f"B{i}", "nodes": []} for i in range(1000)),
        "there are 1,002; only the first 1,000 are kept",
    ),
    "too many custom layers": (
        lambda raw: raw.update(custom_layers=[{**raw["custom_layers"][0], "name": f"L{i}"} for i in range(101)]),
        "only the first 100 are kept",
    ),
    "a long name": (lambda raw: raw["blocks"][0]["nodes"][0]["params"].update({"p" * 201: 1}), "is no name"),
    "too deep": (lambda raw: raw["blocks"][0]["parameters"][0].update(default=nested(60)), "nested deeper than 40"),
    "a name that is too long": (lambda raw: raw["blocks"][0].update(name="N" * 201), "it is called Net now"),
    "two names that are": (
        lambda raw: (raw.update(main=""), raw["blocks"][0].update(name="")),
        "it is called Block1 now",
    ),
    "an id that is none": (lambda raw: raw["blocks"][0]["nodes"][1].update(id="a b"), "it is node1 now"),
    "a list as the outermost block": (lambda raw: raw.update(main=["Net"]), "it is Net now"),
    "a node's edges in a wrong list": (
        lambda raw: raw["blocks"][0].update(nodes=raw["blocks"][0]["nodes"] + raw["blocks"][0].pop("edges")),
        "3 items of 'nodes' are taken for edges",
    ),
    "two lists of one form": (
        lambda raw: raw["blocks"][0].update(
            wires=raw["blocks"][0]["edges"][:1], more=raw["blocks"][0].pop("edges")[1:]
        ),
        "it is taken for edges",
    ),
    "a custom layer called as a block": (
        lambda raw: raw["custom_layers"].append({**raw["custom_layers"][0], "name": "Stem"}),
        "a custom layer is called 'Stem'",
    ),
    "a note with the id of a node": (lambda raw: raw["blocks"][0]["nodes"][1].update(id="note-1"), "the id 'note-1'"),
}


def reread(found: Salvaged) -> Document:
    document = parse_document(dump_document(found.document))
    assert document == found.document
    return document


@pytest.mark.parametrize("case", LIMITS)
def test_what_is_left_is_what_the_strict_reader_takes(case: str):
    change, words = LIMITS[case]
    data = damaged(change)
    with pytest.raises(DocumentError):
        parse_document(data)

    found = salvage(data, "x")

    assert any(words in loss for loss in found.losses), found.losses
    assert found.count >= len(found.losses)
    reread(found)


def test_the_source_of_a_custom_layer_outlives_the_loss_of_its_ports():
    found = salvage(damaged(lambda raw: raw["custom_layers"][0]["outputs"][0].update(shape=7)), "x")

    assert reread(found).design.customs["Scale"].source.startswith("class Scale")


def test_nothing_of_two_lists_of_one_form_is_lost():
    found = salvage(damaged(LIMITS["two lists of one form"][0]), "x")

    assert len(found.document.design.root.edges) == 3


def test_items_in_a_wrong_list_do_not_push_out_those_that_belong_there():
    def change(raw: dict[str, Any]) -> None:
        nodes, edges = raw["blocks"][0]["nodes"], raw["blocks"][0]["edges"]
        nodes.append(edges.pop())

    found = salvage(damaged(change), "x")

    assert len(found.document.design.root.edges) == 3


JSON = st.recursive(
    st.sampled_from([None, True, "", "x", "=x", "'", "note-1", "input", 0, -1, 2.5, 1e9, 2**63, 2**70])
    | st.integers(1, 300).map("n".__mul__)
    | st.integers(1, 60).map(nested),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


def a_place(draw: st.DrawFn, raw: Any) -> tuple[Any, Any]:
    """A container somewhere in the tree, and a key of it."""
    here, key = raw, draw(st.sampled_from(list(raw)))
    while isinstance(here[key], dict | list) and here[key] and draw(st.integers(0, 3)):
        here = here[key]
        key = draw(st.sampled_from(list(here) if isinstance(here, dict) else range(len(here))))
    return here, key


@st.composite
def trees(draw: st.DrawFn) -> bytes:
    """A document in which members are lost, replaced, renamed, doubled and mixed up."""
    raw: Any = json.loads(json.dumps(WHOLE))
    for _ in range(draw(st.integers(1, 5))):
        if not raw:
            break
        here, key = a_place(draw, raw)
        kind = draw(st.sampled_from(["delete", "replace", "rename", "repeat", "move", "empty"]))
        if kind == "delete":
            del here[key]
        elif kind == "rename" and isinstance(here, dict):
            here[draw(st.text(max_size=3))] = here.pop(key)
        elif kind == "repeat" and isinstance(here[key], list):
            here[key] = here[key] * draw(st.sampled_from([2, 65, 101]))
        elif kind == "move":
            other, place = a_place(draw, raw)
            other[place] = json.loads(json.dumps(here[key]))
        elif kind == "empty" and isinstance(here[key], dict | list):
            here[key].clear()
        else:
            here[key] = draw(JSON)
    return json.dumps(raw).encode()


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """A file in which lines are lost, doubled, swapped, cut, or hold something else."""
    lines = dump_document(parse_document(json.dumps(WHOLE).encode())).decode().split("\n")
    for _ in range(draw(st.integers(1, 5))):
        index, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        kind = draw(st.sampled_from(["delete", "double", "swap", "cut", "insert", "join"]))
        if kind == "delete" and len(lines) > 1:
            del lines[index]
        elif kind == "double":
            lines.insert(other, lines[index])
        elif kind == "swap":
            lines[index], lines[other] = lines[other], lines[index]
        elif kind == "cut":
            lines[index] = lines[index][: draw(st.integers(0, len(lines[index])))]
        elif kind == "join":
            lines[index] += lines[other]
        else:
            lines.insert(
                index, " " * draw(st.integers(0, 9)) + draw(st.sampled_from(['"x": [', "{", "}", "]", "[1e999]", "?"]))
            )
    return "\n".join(lines).encode()


@settings(max_examples=150)
@given(st.one_of(trees(), texts()))
def test_whatever_is_salvaged_can_be_saved_and_read_again(data: bytes):
    try:
        found = salvage(data, "x")
    except DocumentError:
        return
    reread(found)
    if found.count == 0:
        assert parse_document(data) == found.document


def test_a_design_that_could_not_be_opened_again_is_not_saved():
    block = Block("Net", nodes={"a": Node("a", "ReLU", "n" * 201)})

    with pytest.raises(DocumentError, match="could not be opened again"):
        dump_document(Document(Design("Net", {"Net": block})))
    wires = tuple(Edge(Endpoint(name, "output"), Endpoint("b", "input")) for name in ("a", "c"))
    nodes = {name: Node(name, "ReLU", name) for name in "abc"}
    with pytest.raises(DocumentError, match="could not be opened again"):
        dump_document(Document(Design("Net", {"Net": Block("Net", nodes=nodes, edges=wires)})))


# -- damaged all over --------------------------------------------------------------------------------------------------


def chain(count: int) -> dict[str, Any]:
    raw = json.loads(json.dumps(WHOLE))
    raw["blocks"][0]["nodes"] = [{"id": f"n{i}", "kind": "ReLU"} for i in range(count)]
    raw["blocks"][0]["edges"] = [[f"n{i}", f"n{i + 1}"] for i in range(count - 1)]
    raw["blocks"][0]["routes"] = []
    return raw


ALL_OVER: dict[str, Callable[[dict[str, Any], int], object]] = {
    "ids": lambda root, n: [node.pop("id") for node in root["nodes"]],
    "one id": lambda root, n: [node.update(id="n") for node in root["nodes"]],
    "kinds": lambda root, n: [node.pop("kind") for node in root["nodes"]],
    "fields": lambda root, n: [node.update(colour=1) for node in root["nodes"]],
    "places": lambda root, n: [node.update(position=[1e9, 0]) for node in root["nodes"]],
    "wires": lambda root, n: root.update(edges=[["gone", "n1"]] * n),
    "double wires": lambda root, n: root.update(edges=[["n0", "n1"]] * n),
    "parameters": lambda root, n: root.update(parameters=[{"name": f"p{i}", "default": "=x"} for i in range(n)]),
    "double parameters": lambda root, n: root.update(parameters=[{"name": "p", "default": 1}] * n),
    "notes": lambda root, n: root.update(notes=[{"id": "note-1"}] * n),
    "routes": lambda root, n: root.update(routes=[{"edge": ["gone", "n1"], "points": [[0, 0]]}] * n),
    "far routes": lambda root, n: root.update(routes=[{"edge": ["n0", "n1"], "points": [[1e9, 0]]}] * n),
    "members": lambda root, n: root.update({f"m{i}": i for i in range(n)}),
    "lists": lambda root, n: root.update({f"m{i}": [["n0", "n1"]] for i in range(n)}),
    "mixed lists": lambda root, n: root.update(nodes=root["nodes"] + root["edges"], edges=[]),
    "values": lambda root, n: root["nodes"][0].update(params={f"p{i}": {} for i in range(n)}),
}

LINES: dict[str, tuple[str, str]] = {
    "broken lines": ('{"id": "n', '{"id: "n'),
    "broken wires": ('", "n', '" "n'),
    "lists opened in each line": ('        {"id"', '      "nodes": [\n        {"id"'),
    "torn lines": ('{"id"', '{\n"id"'),
    "a list's name": ('"edges": [', '"edg?s" ['),
}


def calls(work: Callable[[], object]) -> int:
    """How many functions are called in it, those of Python and those of C."""
    count = 0

    def seen(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def salvaged(data: bytes) -> Salvaged | None:
    try:
        return salvage(data, "x")
    except DocumentError:
        return None


def assert_linear(make: Callable[[int], bytes]) -> None:
    salvaged(make(10))  # what is worked out once
    few, many = (make(count) for count in (150, 600))
    assert calls(lambda: salvaged(many)) < 4.6 * calls(lambda: salvaged(few))


@pytest.mark.parametrize("case", ALL_OVER)
def test_four_times_the_faults_take_four_times_the_work(case: str):
    def make(count: int) -> bytes:
        raw = chain(count)
        ALL_OVER[case](raw["blocks"][0], count)
        return json.dumps(raw).encode()

    assert_linear(make)
    found = salvage(make(300), "x")
    assert found.count >= 1
    assert len(found.losses) <= MOST_SENTENCES
    reread(found)


@pytest.mark.parametrize("case", LINES)
def test_four_times_the_broken_lines_take_four_times_the_work(case: str):
    def make(count: int) -> bytes:
        return dump_document(parse_document(json.dumps(chain(count)).encode())).decode().replace(*LINES[case]).encode()

    assert_linear(make)


def test_so_many_faults_are_counted_and_only_the_first_are_told():
    raw = chain(1000)
    ALL_OVER["fields"](raw["blocks"][0], 1000)

    found = salvage(json.dumps(raw).encode(), "x")

    assert found.count == 1000
    assert len(found.losses) == MOST_SENTENCES
