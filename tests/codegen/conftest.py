"""What the tests of generated code share: building designs, running their code, asking the formatter."""

from __future__ import annotations

import string
import subprocess
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import torch

from designer.analysis.analyser import Analyser
from designer.analysis.facts import Analysis
from designer.catalogue.registry import spec_of
from designer.codegen.module import GeneratedCode, generate
from designer.graph.block import Block
from designer.graph.design import Design
from tests.codegen.drawing import OUT, image
from tests.drawing import block


class Built(NamedTuple):
    """A design, what analysis says of it, its code, and the module that the code makes."""

    design: Design
    analysis: Analysis
    code: GeneratedCode
    namespace: dict[str, Any]

    @property
    def network(self) -> type[torch.nn.Module]:
        """The last class."""
        return self.namespace[self.design.main]

    def on_meta(self, **variables: Any) -> torch.nn.Module:
        """The network without memory for its weights."""
        with torch.device("meta"):
            return self.network(**variables)


def build(design: Design) -> Built:
    """Analyse a design, generate its code and execute it."""
    analysis = Analyser().analyse(design)
    assert analysis.ok, [d.sentence for d in analysis.diagnostics]
    code = generate(design, analysis)
    namespace: dict[str, Any] = {"__name__": "generated"}
    exec(compile(code.source, "generated.py", "exec"), namespace)  # noqa: S102
    return Built(design, analysis, code, namespace)


def ruff(*arguments: str, source: str) -> str:
    """What ruff says of a module, empty where it has nothing to say."""
    command = [sys.executable, "-m", "ruff", *arguments, "--isolated", "--no-cache", "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=False, encoding="utf-8")
    return done.stdout + done.stderr if done.returncode else ""


def assert_clean(source: str) -> None:
    """The formatter and the linter have nothing to say."""
    assert ruff("format", "--diff", source=source) == ""
    assert ruff("check", source=source) == ""


def assert_same_numbers(built: Built, **variables: Any) -> None:
    """The network gives the shapes and has the parameters that analysis says, for other values of its variables too."""
    analysis = built.analysis
    if variables:
        analysis = Analyser().analyse(built.design.with_variables(variables))
        assert analysis.ok, [d.sentence for d in analysis.diagnostics]
    network = built.on_meta(**variables).eval()
    assert sum(p.numel() for p in network.parameters()) == analysis.totals.params
    inputs = [torch.empty(shape, device="meta") for shape in analysis.input_shapes]
    outputs = network(*inputs)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    assert [tuple(o.shape) for o in outputs] == [tensor.shape for tensor in analysis.root.outputs]


def assert_sound(design: Design, *others: dict[str, Any]) -> Built:
    """All of it: builds, runs, agrees with analysis for the defaults and for other variables, and is clean."""
    built = build(design)
    assert_clean(built.code.source)
    for variables in ({}, *others):
        assert_same_numbers(built, **variables)
    assert_lines(built)
    return built


def assert_lines(built: Built) -> None:
    """Each node's lines name it, and a line leads back to its node."""
    assert_line_map(built.design, built.code)


def assert_line_map(design: Design, code: GeneratedCode) -> None:
    """Each node's lines name it, and a line leads back to its nodes, the last of which gives it its name."""
    lines = code.source.splitlines()
    for (name_of_block, key), ranges in code.lines.items():
        node = design.blocks[name_of_block].nodes[key]
        for first, last in ranges:
            assert 1 <= first <= last <= len(lines)
            text = "\n".join(lines[first - 1 : last])
            in_loop = f'f"{node.name.rstrip(string.digits)}{{' in code.source  # a row of a tuple of stages
            alone = code.nodes_at(first) == [(name_of_block, key)]
            nameless = (spec := spec_of(node.kind)) is not None and not spec.module and not alone  # a sum inside a call
            assert node.name in text or in_loop or nameless or text.strip().startswith("return ")
            assert all((name_of_block, key) in code.nodes_at(line) for line in range(first, last + 1))
    for line, text in enumerate(lines, 1):
        assert (code.node_at(line) is None) == (not code.nodes_at(line))
        name, assigned, _ = text.strip().replace(": Tensor = ", " = ").partition(" = ")
        if assigned and len(nodes := code.nodes_at(line)) > 1:
            block_name, key = code.node_at(line)
            assert code.node_at(line) in nodes
            assert name in (
                design.blocks[block_name].nodes[key].name,
                f"{design.blocks[block_name].nodes[key].name}, _",
            )
    assert code.node_at(1) is None


class Tools(NamedTuple):
    """The functions of this file, for tests."""

    block: Callable[..., Block]
    build: Callable[[Design], Built]
    sound: Callable[..., Built]
    clean: Callable[[str], None]
    numbers: Callable[..., None]
    lines: Callable[[Built], None]


@pytest.fixture(scope="session")
def tools() -> Tools:
    return Tools(block, build, assert_sound, assert_clean, assert_same_numbers, assert_lines)


@pytest.fixture
def net(tools):
    """A design: a chain from an image, or any graph with `edges`, and inner blocks."""

    def make(*nodes, inner=(), edges=None, shape=(3, 16, 16), **about):
        nodes = nodes if edges else (image(shape=shape), *nodes, OUT)
        main = tools.block("Net", *nodes, edges=edges, **about)
        return Design("Net", {"Net": main, **{block.name: block for block in inner}})

    return make
