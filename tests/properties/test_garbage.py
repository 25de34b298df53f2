"""Garbage in a design: whatever expressions, names and values it holds, analysis ends soon, raises nothing, says what
is wrong in words, and a file keeps all of it. What is found sound becomes code that Python can read."""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from designer.analysis.analyser import Analyser
from designer.analysis.diagnostics import Severity
from designer.base.errors import BlockyardError, DesignError
from designer.codegen.module import generate
from designer.document.document import Document
from designer.document.reading import parse_document
from designer.document.writing import dump_document
from designer.editing import blocks as block_commands
from designer.editing import lifting, nodes, parameters, variables
from designer.graph.block import Block, BlockParameter, Edge, Endpoint, Node
from designer.graph.design import Design
from designer.graph.expressions import Expression, from_text

_TOKENS = """1 0 9 64 1e308 width depth in_channels nope ( ) [ ] , + - * / // % ** < == != lambda : ' " max min int
    float len round abs True None . = # \\ é __class__ ~ @ { } 0x _ j""".split()  # noqa: SIM905
_TOKENS += [" and ", " or ", " not ", " if ", " else ", " in ", " is ", " for ", "\n"]
_WORDS = """class None print forward self torch nn int x conv1 width in_channels A Net Conv2d __init__ l é 1a range
    super train Tensor""".split()  # noqa: SIM905
_BOMBS = ["9**9**9", "10**10**8", "(9,)*999", "((1,)*999)*999", "1//0", "'a'*10**9", "int('9'*400)", "-" * 400 + "1"]
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
sources = st.lists(st.sampled_from(_TOKENS), max_size=14).map("".join) | texts | st.sampled_from(_BOMBS)
numbers = st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-2, 9)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts, lambda v: st.lists(v, max_size=3).map(tuple), max_leaves=5
)
garbage = sources.map(Expression) | values
names = st.sampled_from([*_WORDS, "a b"]) | texts.filter(bool)
kinds = st.sampled_from(
    ["Conv2d", "Linear", "Add", "LSTM", "Chunk", "Reshape", "A", "B", "Net", "Blur3000", "Input", "Output"]
)
params = st.dictionaries(
    st.sampled_from(["out_channels", "kernel_size", "stride", "shape", "dim", "width", "chunks", "p"]) | names,
    garbage,
    max_size=3,
)


@st.composite
def designs(draw: st.DrawFn) -> Design:
    """Three blocks of a few nodes, each in a chain, which may stand in each other and in themselves."""
    made = {}
    for name in ("Net", "A", "B"):
        drawn = [Node("input", "Input", params={"shape": draw(st.just((3, 8, 8)) | garbage)} if name == "Net" else {})]
        for index in range(draw(st.integers(0, 3))):
            fields: dict[str, Any] = {"params": draw(params)}
            if draw(st.booleans()):
                fields |= {"repeat": draw(garbage), "when": draw(garbage), "name": draw(names)}
            drawn.append(Node(f"n{index}", draw(kinds), **fields))
        drawn.append(Node("output", "Output", name=draw(names)))
        pairs = pairwise(drawn)
        port = st.sampled_from(["input", "x1", "output", "query"])
        edges = [Edge(Endpoint(a.id, "output"), Endpoint(b.id, draw(port))) for a, b in pairs]
        given_names = draw(st.lists(st.sampled_from(["width", "depth"]) | names, max_size=3, unique=True))
        defaults = tuple(BlockParameter(key, draw(values), draw(texts)) for key in given_names if key)
        made[name] = Block(name, draw(texts), parameters=defaults, nodes={n.id: n for n in drawn}, edges=tuple(edges))
    return Design("Net", made)


def told(design: Design) -> str:
    """All that a design holds, with types and order."""
    return repr(design)


@given(designs())
@settings(max_examples=150, deadline=20_000)
def test_analysis_ends_and_a_file_keeps_everything(design: Design):
    analysis = Analyser().analyse(design)
    for diagnostic in analysis.diagnostics:
        assert diagnostic.message
        assert diagnostic.severity != Severity.ERROR or diagnostic.expected
        for fix in diagnostic.fixes:
            Analyser().analyse(fix.apply(design))
    read = parse_document(dump_document(Document(design))).design
    assert told(read) == told(design)
    if analysis.ok:
        try:
            source = generate(design, analysis).source
        except DesignError:
            return  # refused in words
        ast.parse(source)


@given(designs(), sources, names, st.data())
@settings(max_examples=80)
def test_edits_with_garbage_are_made_or_refused_in_words(design: Design, text: str, name: str, data: st.DataObject):
    block = design.blocks[data.draw(st.sampled_from(["Net", "A", "B"]))]
    key = data.draw(st.sampled_from(sorted(block.nodes)))
    edits = [
        lambda d: nodes.rename(d, block.name, key, name),
        lambda d: nodes.add_node(d, block.name, name)[0],
        lambda d: nodes.add_node(d, "A", "B")[0],
        lambda d: block_commands.rename_block(d, "A", name),
        lambda d: variables.add_variable(d, block.name, name, 1),
        lambda d: variables.rename_variable(d, block.name, "width", name),
        lambda d: parameters.set_param_text(d, block.name, key, "out_channels", text),
        lambda d: parameters.set_repeat(d, block.name, key, from_text(text)),
        lambda d: parameters.set_when(d, block.name, key, from_text(text)),
        lambda d: lifting.lift(d, block.name, key, "repeat")[0],
    ]
    for edit in edits:
        before = told(design)
        refused = None
        try:
            changed = edit(design)
        except BlockyardError as error:
            refused = error
        if refused is None:
            Analyser().analyse(changed)
            dump_document(Document(changed))
        else:
            assert refused.message
            assert refused.expected or refused.fix
        assert told(design) == before
