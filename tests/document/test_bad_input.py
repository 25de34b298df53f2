"""A file that is no document gives one sentence, whatever is wrong; a wrong design that can be held loads as it is."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.document.document import DocumentError
from designer.document.format import MAX_BYTES
from designer.document.reading import parse_document, read_document
from designer.document.upgrade import upgrade
from designer.document.writing import dump_document


def document(*blocks: dict, **fields) -> bytes:
    return json.dumps({"blockyard": 1, "main": "A", "blocks": list(blocks) or [{"name": "A"}], **fields}).encode()


def block(*nodes: dict, edges=(), **fields) -> dict:
    return {"name": "A", "nodes": list(nodes), "edges": list(edges), **fields}


def node(key: str = "a", kind: str = "ReLU", **fields) -> dict:
    return {"id": key, "kind": kind, **fields}


def custom(name: str, *lines: str) -> dict:
    port = [{"name": "x", "shape": "..."}]
    return {"name": name, "source": list(lines), "inputs": port, "outputs": port}


REFUSED = {
    "empty": (b"  \n", "is empty"),
    "not JSON": (b"hello", "not JSON"),
    "cut short": (document()[:-5], "not JSON"),
    "not UTF-8": (b'{"blockyard": 1, "main": "\xff"}', "not JSON"),
    "half a character": (b'{"blockyard": 1, "main": "\\ud800"}', "not JSON"),
    "a list": (b"[1]", "not a Blockyard document"),
    "another program's": (b'{"name": "x"}', "not a Blockyard document"),
    "newer": (b'{"blockyard": 7, "pages": []}', "format 7; this one reads up to 1"),
    "version is true": (b'{"blockyard": true}', "not a Blockyard document"),
    "version 0": (b'{"blockyard": 0}', "not a Blockyard document"),
    "deep": (b'{"blockyard": 1, "main": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deep"),
    "rather deep": (b'{"blockyard": 1, "main": ' + b"[" * 60 + b"]" * 60 + b"}", "nested too deep"),
    "too large": (b" " * (MAX_BYTES + 1), "too large"),
    "NaN": (document().replace(b"[]", b"[NaN]").replace(b'"A"', b"NaN"), "not JSON"),
    "infinity": (document(block(node(params={"p": 1}))).replace(b'"p": 1', b'"p": 1e999'), "out of range"),
    "unknown field": (document(zoom=3), "unknown field 'zoom'"),
    "unknown field of a node": (document(block(node(colour="red"))), "blocks[0].nodes[0]"),
    "no blocks": (document(blocks=[]), "blocks"),
    "no main": (document({"name": "B"}), "outermost block is called 'A'"),
    "two blocks": (document({"name": "A"}, {"name": "A"}), "two blocks are called 'A'"),
    "two nodes": (document(block(node(), node())), "two nodes have the id 'a'"),
    "two parameters": (
        document(block(parameters=[{"name": "p", "default": 1}] * 2)),
        "two parameters are called 'p'",
    ),
    "a dot in an id": (document(block(node("a.b"))), "blocks[0].nodes[0].id"),
    "an edge to nowhere": (document(block(node(), edges=[["a", "b"]])), "'b', and there is no such node"),
    "an odd port": (document(block(node(), edges=[["a", "a.x y"]])), "an end at 'a.x y'"),
    "a full port": (document(block(node(), node("b"), edges=[["a", "b"], ["b", "b"]])), "two edges end at 'b.input'"),
    "an object as a value": (document(block(node(params={"p": {}}))), "node a, parameter p"),
    "an expression in a list": (document(block(node(params={"p": ["=a"]}))), "only values can stand"),
    "an enormous number": (document(block(node(repeat=10**400))), "too large"),
    "far away": (document(block(node(position=[1e200, 0]))), "too far out"),
    "an odd origin": (document(block(origin={"library": "x", "block": "y", "fingerprint": "z"})), "blocks[0].origin"),
    "10,000 custom layers": (document(custom_layers=[custom(f"A{k}") for k in range(10_000)]), "custom_layers"),
    "two custom layers": (document(custom_layers=[custom("B"), custom("B")]), "called 'B', and so is a custom layer"),
    "a custom layer and a block": (document(custom_layers=[custom("A")]), "called 'A', and so is a block"),
    "an odd custom layer": (document(custom_layers=[custom("a b")]), "custom_layers[0].name"),
    "a custom layer without outputs": (document(custom_layers=[{**custom("B"), "outputs": []}]), "[0].outputs"),
    "a custom layer that is too long": (document(custom_layers=[custom("B", "#" * (1 << 18))]), "262,145 characters"),
    "an expression as a default": (
        document(custom_layers=[{**custom("B"), "parameters": [{"name": "p", "type": "int", "default": "=1"}]}]),
        "custom layer B, parameter p",
    ),
    "a bad recipe": (document(recipe={"epochs": 0}), "epochs is 0"),
    "an odd recipe": (document(recipe={"epoks": 1}), "epoks"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_words(case: str):
    data, words = REFUSED[case]
    with pytest.raises(DocumentError) as caught:
        parse_document(data, "net.blockyard")
    assert "net.blockyard" in caught.value.message
    assert words in str(caught.value)
    assert caught.value.expected or caught.value.fix


WRONG_BUT_HELD = {
    "unknown kind": document(block(node(kind="Blur3000", params={"x": 1}))),
    "cycle": document(block(node(), node("b"), edges=[["a", "b"], ["b", "a"]])),
    "itself": document(block(node(kind="A"))),
    "missing port": document(block(node(), node("b"), edges=[["a.left", "b.right"]])),
    "two of one name": document(block(node(name="x"), node("b", name="x"))),
    "parameter out of range": document(block(node(kind="Dropout", params={"p": -7}))),
    "parameter of another type": document(block(node(kind="Conv2d", params={"out_channels": "many"}))),
    "huge repeat": document(block(node(repeat=10**15))),
    "broken expression": document(block(node(repeat="=1 +"))),
    "odd names": document(block(node(name="import os; x"))),
    "no nodes": document(),
    "a faulty custom layer": document(block(node(kind="import_")), custom_layers=[custom("Broken", "import os; x")]),
}


@pytest.mark.parametrize("case", WRONG_BUT_HELD)
def test_a_wrong_design_loads_and_is_saved_unchanged(case: str):
    first = parse_document(WRONG_BUT_HELD[case])
    assert parse_document(dump_document(first)) == first


@given(st.binary(max_size=200))
def test_any_bytes_give_a_document_error(data: bytes):
    with pytest.raises(DocumentError):
        parse_document(data)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ["id", "kind", "name", "params", "repeat", "when", "position", "nodes", "edges", "parameters", "main"]


@given(st.sampled_from(FIELDS), values)
def test_any_value_in_any_field_gives_a_document_or_a_document_error(field: str, value):
    tree = json.loads(document(block(node(), edges=[["a", "a"]])))
    place = tree if field == "main" else tree["blocks"][0]
    (place if field in place else place["nodes"][0])[field] = value
    with suppress(DocumentError):
        parse_document(json.dumps(tree).encode("utf-8", "surrogatepass"))


def test_files_that_are_not_there(tmp_path):
    for path in (tmp_path / "none.blockyard", tmp_path, tmp_path / "a\0b"):
        with pytest.raises(DocumentError):
            read_document(path)


def test_an_older_version_is_upgraded_step_by_step():
    planted = {1: lambda raw: {**raw, "one": True}, 2: lambda raw: {**raw, "two": raw["one"]}}
    assert upgrade({"blockyard": 1}, "x", planted, newest=3) == {"blockyard": 3, "one": True, "two": True}
    assert upgrade({"blockyard": 3}, "x", planted, newest=3) == {"blockyard": 3}
    with pytest.raises(DocumentError, match="format 4; this one reads up to 3"):
        upgrade({"blockyard": 4}, "x", planted, newest=3)
