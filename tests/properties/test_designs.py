"""Random designs: what analysis says is what happens when their code is run, and the code is formatted.

A design is drawn as a tree of pieces: layers, branches that join, and blocks with parameters, `repeat`, `when` and
expressions, nested up to three deep. It is kept if analysis finds no fault in it.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
from typing import Any

import torch
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from designer.analysis.analyser import Analyser
from designer.analysis.facts import BlockFacts
from designer.base.errors import DesignError
from designer.codegen.module import generate
from designer.graph.block import Block, BlockParameter, Edge, Endpoint, Node
from designer.graph.design import Design
from designer.graph.expressions import Expression as X
from tests.codegen.conftest import assert_line_map

WIDTHS = st.integers(1, 6)
PARAMETERS = ("width", "depth", "wide")
NUMBERS = st.sampled_from(["width", "2 * width", "width + depth", "max(width, depth)", "in_channels", "4 // depth + 1",
                           "in_channels + width", "width if wide else depth"])  # fmt: skip
CONDITIONS = st.sampled_from(["wide", "not wide", "width > 3", "in_channels != width", "depth % 2 == 0 or wide",
                              "wide == True", "in_channels == 2 * width and wide"])  # fmt: skip


class Drawing:
    """Draws one block: a chain of pieces from its Input to its Output."""

    def __init__(self, draw: st.DrawFn, name: str, inner: list[str], is_main: bool) -> None:
        self.draw, self.name, self.inner, self.is_main = draw, name, inner, is_main
        self.nodes: dict[str, Node] = {}
        self.edges: list[Edge] = []
        self.count = itertools.count(1)

    def number(self) -> Any:
        if self.draw(st.booleans()):
            return self.draw(WIDTHS)
        text = self.draw(NUMBERS)
        return X(text.replace("in_channels", "width") if self.is_main else text)

    def condition(self) -> Any:
        text = self.draw(CONDITIONS)
        return X(text.replace("in_channels", "depth") if self.is_main else text)

    def add(self, kind: str, sources: list[str], **fields: Any) -> str:
        key = f"{kind.lower()}{next(self.count)}"
        self.nodes[key] = Node(key, kind, **fields)
        ports = ["input"] if len(sources) == 1 else [f"x{k}" for k in range(1, len(sources) + 1)]
        self.edges += [Edge(Endpoint(a, "output"), Endpoint(key, port)) for a, port in zip(sources, ports, strict=True)]
        return key

    def around(self) -> dict[str, Any]:
        """`repeat` and `when` of a node, mostly neither."""
        fields: dict[str, Any] = {}
        if self.draw(st.integers(0, 3)) == 0:
            fields["repeat"] = self.draw(st.sampled_from([2, 3, 0, X("depth"), X("depth - 1")]))
        if self.draw(st.integers(0, 3)) == 0:
            fields["when"] = self.draw(st.sampled_from([False, True])) if self.draw(st.booleans()) else self.condition()
        return fields

    def layer(self, at: str) -> str:
        kind = self.draw(st.sampled_from(["Conv2d", "Conv2d", "Conv2d", "ReLU", "BatchNorm2d", "MaxPool2d", "Dropout"]))
        params: dict[str, Any] = {}
        if kind == "Conv2d":
            size = self.draw(st.sampled_from([1, 3, (1, 3)]))
            params = {"out_channels": self.number(), "kernel_size": size, "padding": self.draw(st.sampled_from([0, 1]))}
            if self.draw(st.integers(0, 3)) == 0:
                params |= {"stride": self.draw(st.sampled_from([2, X("depth")])), "bias": X("wide")}
        elif kind == "MaxPool2d":
            params = {
                "kernel_size": self.draw(st.sampled_from([2, 3])),
                "stride": self.draw(st.sampled_from([None, 1, 2])),
            }
        elif kind == "Dropout":
            params = {"p": self.draw(st.sampled_from([0.5, X("width / 10")]))}
        return self.add(kind, [at], params=params, **self.around())

    def branch(self, at: str, depth: int) -> str:
        kind = self.draw(st.sampled_from(["Add", "Concat", "Concat"]))
        ends = [self.pieces(at, depth + 1, 2) for _ in range(self.draw(st.integers(1, 2)))]
        fields = {"when": self.condition()} if self.draw(st.integers(0, 4)) == 0 else {}
        return self.add(kind, [*ends, at], **fields)

    def instance(self, at: str) -> str:
        kind = self.draw(st.sampled_from(self.inner))
        given_names = self.draw(st.lists(st.sampled_from(PARAMETERS), unique=True, max_size=3))
        params = {name: self.condition() if name == "wide" else self.number() for name in given_names}
        return self.add(kind, [at], params=params, **self.around())

    def pieces(self, at: str, depth: int, most: int) -> str:
        for _ in range(self.draw(st.integers(0 if depth else 1, most))):
            choice = self.draw(st.integers(0, 5))
            if choice == 0 and depth < 2:
                at = self.branch(at, depth)
            elif choice <= 2 and self.inner:
                at = self.instance(at)
            else:
                at = self.layer(at)
        return at

    def block(self) -> Block:
        shape = {"shape": (self.draw(WIDTHS), 12, 13)} if self.is_main else {}
        self.nodes["input"] = Node("input", "Input", params=shape)
        at = self.pieces("input", 0, 4)
        if self.draw(st.integers(0, 2)) == 0:
            at = self.add("Linear", [self.add("Flatten", [at])], params={"out_features": self.number()})
        self.add("Output", [at])
        defaults = {"width": self.draw(WIDTHS), "depth": self.draw(st.integers(1, 3)), "wide": self.draw(st.booleans())}
        parameters = tuple(BlockParameter(name, value, f"the {name}.") for name, value in defaults.items())
        return Block(self.name, parameters=parameters, nodes=self.nodes, edges=tuple(self.edges))


@st.composite
def designs(draw: st.DrawFn) -> Design:
    blocks: list[Block] = []
    for level in range(draw(st.integers(0, 3))):
        blocks.append(Drawing(draw, f"Block{level}", [block.name for block in blocks], False).block())
    main = Drawing(draw, "Net", [block.name for block in blocks], True).block()
    return Design("Net", {"Net": main, **{block.name: block for block in blocks}})


def broadcasts(facts: BlockFacts) -> bool:
    """Whether an axis of length 1 stretches in it: for other variables another one may, and the code cannot know."""
    for node in facts.nodes.values():
        if node.node.kind == "Add" and len({tensor.shape for tensor in node.inputs}) > 1:
            return True
    return any(broadcasts(inner) for node in facts.nodes.values() for inner in node.copies)


def run(design: Design, source: str, variables: dict[str, Any]) -> None:
    """The network with these variables has the shapes and the parameters that analysis says."""
    analysis = Analyser().analyse(design.with_variables(variables))
    assume(analysis.ok)
    assume(not variables or not broadcasts(analysis.root))
    namespace: dict[str, Any] = {"__name__": "generated"}
    exec(compile(source, "generated.py", "exec"), namespace)  # noqa: S102
    with torch.device("meta"):
        network = namespace["Net"](**variables).eval()
    assert sum(p.numel() for p in network.parameters()) == analysis.totals.params
    (shape,) = analysis.input_shapes
    assert tuple(network(torch.empty(shape, device="meta")).shape) == analysis.root.outputs[0].shape


def complaints(source: str, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", "-"],
        input=source, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr if done.returncode else ""


@settings(max_examples=120, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(designs())
def test_what_analysis_says_is_what_happens(design):
    analysis = Analyser().analyse(design)
    assume(analysis.ok)
    try:
        code = generate(design, analysis)
    except DesignError as error:
        event("no code")
        assert error.message.startswith("No code yet: ")  # noqa: PT017
        assert error.fix  # noqa: PT017
        return
    event("code")
    run(design, code.source, {})
    assert complaints(code.source, "format", "--diff") == ""
    assert complaints(code.source, "check") == ""
    assert_line_map(design, code)


@settings(max_examples=60, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(designs(), WIDTHS, st.integers(1, 3), st.booleans())
def test_the_same_source_serves_other_variables(design, width, depth, wide):
    analysis = Analyser().analyse(design)
    assume(analysis.ok and not broadcasts(analysis.root))
    try:
        code = generate(design, analysis)
    except DesignError:
        return
    run(design, code.source, {"width": width, "depth": depth, "wide": wide})
