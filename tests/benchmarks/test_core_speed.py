"""Analysis and code generation: a whole analysis against torch's forward on `meta`, an edit against a whole analysis.

Run with `pytest tests/benchmarks/test_core_speed.py --benchmark-enable`. The report's extra_info has the ratios of
medians taken in turns in the same run. The aims: the analysis of resnet152 30 times faster than the forward, an edit in
a chain of 1,000 nodes 10 times faster than the whole, its code in 100 ms. Nothing here fails for being slow.
"""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
import torch

from designer.analysis.analyser import Analyser
from designer.codegen.module import generate
from designer.document.presets import list_presets, open_design
from designer.graph.block import Block, Node, edge
from designer.graph.design import Design

IDS = [key for key in ("googlenet", "resnet", "resnet152") if key in {preset.id for preset in list_presets()}]
NODES = 1000
ROUNDS = 7


def ratio(fast: Callable[[], Any], slow: Callable[[], Any]) -> float:
    """How many times longer `slow` takes than `fast`: medians over rounds in which they take turns."""
    times: dict[Callable[[], Any], list[float]] = {fast: [], slow: []}
    for _ in range(ROUNDS):
        for function, found in times.items():
            started = time.perf_counter()
            function()
            found.append(time.perf_counter() - started)
    return statistics.median(times[slow]) / statistics.median(times[fast])


def chain_of(length: int) -> Design:
    """Convolutions, normalisations and activations in a row."""
    kinds = itertools.cycle(
        [("Conv2d", {"out_channels": 16, "kernel_size": 3, "padding": 1}), ("BatchNorm2d", {}), ("ReLU", {})]
    )
    body = [Node(f"n{k}", kind, params=params) for k, (kind, params) in zip(range(length), kinds, strict=False)]
    row = [Node("input", "Input", params={"shape": (3, 32, 32)}), *body, Node("output", "Output")]
    wires = tuple(edge(a.id, b.id) for a, b in itertools.pairwise(row))
    return Design("Net", {"Net": Block("Net", nodes={n.id: n for n in row}, edges=wires)})


@pytest.mark.parametrize("key", IDS)
def test_a_whole_analysis(benchmark, key):
    design = open_design(key).design
    analysis = Analyser().analyse(design)
    namespace: dict[str, Any] = {"__name__": "generated"}
    exec(generate(design, analysis).source, namespace)  # noqa: S102
    with torch.device("meta"):
        network = namespace[design.main]().eval()
    (shape,) = analysis.input_shapes
    image = torch.empty(shape, device="meta")

    def analyse() -> None:
        assert Analyser().analyse(design).ok

    def forward() -> None:
        with torch.no_grad():
            network(image)

    benchmark(analyse)
    benchmark.extra_info["times_faster_than_forward_on_meta"] = round(ratio(analyse, forward), 1)


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_an_edit_in_a_long_chain(benchmark, place):
    design, key = chain_of(NODES), {"first": "n0", "middle": "n501", "last": f"n{NODES - 1}"}[place]
    analyser = Analyser()
    analyser.analyse(design)
    present = [design]
    values = itertools.cycle([5, 3])  # a kernel whose padding keeps the size: nothing downstream changes

    def edit() -> None:
        node = present[0].root.nodes[key]
        if node.kind == "Conv2d":
            size = next(values)
            node = node.with_param("kernel_size", size).with_param("padding", size // 2)
        else:
            node = Node(node.id, node.kind, node.name, node.params, position=(float(next(values)), 0.0))
        present[0] = present[0].with_block(present[0].root.with_node(node))
        analyser.analyse(present[0])

    def whole() -> None:
        Analyser().analyse(design)

    benchmark(edit)
    benchmark.extra_info["times_faster_than_the_whole"] = round(ratio(edit, whole), 1)


@pytest.mark.parametrize("key", IDS)
def test_code(benchmark, key):
    design = open_design(key).design
    analysis = Analyser().analyse(design)
    assert benchmark(generate, design, analysis).source
