"""The contract of a custom layer is that of every layer: what is declared is what torch does, and in code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from designer.analysis.analyser import Analyser
from designer.codegen.module import generate
from designer.graph.block import Node
from designer.graph.design import Design
from tests.codegen.conftest import assert_sound
from tests.custom_layers import MIXER, SCALED_CONV, with_custom
from tests.drawing import block

numbers = st.integers(1, 9)


@given(numbers, numbers, numbers, st.integers(1, 8), numbers, st.floats(0.5, 4), st.integers(0, 3))
@settings(max_examples=40)
def test_what_is_declared_is_what_torch_does(channels, height, width, stride, out, gain, repeat):
    params = {"out_channels": out, "stride": stride, "gain": gain}
    node = Node("mine", "ScaledConv", params=params, repeat=repeat)
    design = with_custom(SCALED_CONV, nodes=[node], shape=(channels, height, width))
    analysis = Analyser().analyse(design)
    assert analysis.ok, analysis.diagnostics
    names = {"__name__": "made"}
    exec(generate(design, analysis).source, names)  # noqa: S102 - running what is emitted is the point
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        network = names["Net"]()
        output = network(torch.zeros(1, channels, height, width))
    assert tuple(output.shape) == analysis.root.outputs[0].shape
    assert sum(p.numel() for p in network.parameters()) == analysis.totals.params
    assert counter.get_total_flops() == 2 * analysis.totals.macs


@given(st.integers(2, 9), st.lists(numbers, min_size=1, max_size=3), st.floats(0, 1))
@settings(max_examples=40)
def test_several_ports_and_any_number_of_axes(batch, lengths, keep):
    nodes = [
        Node("input", "Input", params={"shape": tuple(lengths)}),
        Node("mix", "Mixer", params={"keep": keep}),
        Node("output", "Output"),
        Node("mask", "Output"),
    ]
    edges = ["input>mix.a", "input>mix.b", "mix.mixed>output", "mix.mask>mask"]
    design = Design("Net", {"Net": block("Net", *nodes, edges=edges)}, {"Mixer": MIXER})
    analysis = Analyser().analyse(design, batch)
    assert analysis.ok, analysis.diagnostics
    names = {"__name__": "made"}
    exec(generate(design, analysis).source, names)  # noqa: S102 - running what is emitted is the point
    outputs = names["Net"]()(torch.zeros(batch, *lengths))
    assert [(tuple(o.shape), str(o.dtype).removeprefix("torch.")) for o in outputs] == list(analysis.root.outputs)


def test_the_module_runs_by_itself(tmp_path: Path):
    design = with_custom(SCALED_CONV, nodes=[Node("first", "ScaledConv"), Node("relu", "ReLU")])
    source = generate(design, Analyser().analyse(design)).source
    assert assert_sound(design).code.source == source
    (tmp_path / "model.py").write_text(source, "utf-8")
    done = subprocess.run([sys.executable, "model.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines() == ["first  (1, 8, 16, 16)", "relu   (1, 8, 16, 16)"], done.stderr
