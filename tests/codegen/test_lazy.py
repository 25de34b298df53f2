"""Lazy layers: after one example the network has the shapes, the names and the numbers of weights of the plain one."""

from __future__ import annotations

import inspect
import itertools
import warnings
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from torch import nn

from designer.analysis.analyser import Analyser
from designer.base.errors import DesignError
from designer.catalogue.registry import registry
from designer.codegen.module import generate
from designer.document.presets import list_presets, open_design
from designer.graph.block import Node
from designer.graph.design import Design
from designer.graph.expressions import Expression as X
from tests.codegen.conftest import assert_clean, assert_line_map
from tests.codegen.drawing import FLATTEN, IN, OUT, P, conv, image, linear, relu
from tests.properties.test_designs import designs


def lazy_source(design: Design) -> str:
    analysis = Analyser().analyse(design)
    code = generate(design, analysis, lazy=True)
    assert_line_map(design, code)
    return code.source


def settled(design: Design, *, lazy: bool) -> tuple[dict[str, Any], list[Any], str]:
    """The shapes of the weights, and of what comes out and of each stage, of a network that has seen one example."""
    analysis = Analyser().analyse(design)
    source = generate(design, analysis, lazy=lazy).source
    namespace: dict[str, Any] = {"__name__": "generated"}
    exec(compile(source, "generated.py", "exec"), namespace)  # noqa: S102
    with warnings.catch_warnings(), torch.device("meta"):
        warnings.filterwarnings("ignore", "Lazy modules are a new feature", UserWarning)
        network = namespace[design.main]().eval()
    shapes: list[Any] = []
    for stage in network.children():
        if isinstance(stage, nn.Identity) or (isinstance(stage, nn.Sequential) and not len(stage)):
            continue  # what stands for a layer that is not there is a matter of taste
        stage.register_forward_hook(lambda _m, _a, out: shapes.append(out.shape if hasattr(out, "shape") else len(out)))
    out = network(*(torch.empty(shape, device="meta") for shape in analysis.input_shapes))
    shapes += [tensor.shape for tensor in (out if isinstance(out, tuple) else (out,))]
    return {name: tensor.shape for name, tensor in network.state_dict().items()}, shapes, source


def assert_same(design: Design) -> str:
    plain, plain_shapes, _ = settled(design, lazy=False)
    lazy, lazy_shapes, source = settled(design, lazy=True)
    assert list(lazy.items()) == list(plain.items())
    assert lazy_shapes == plain_shapes
    return source


@pytest.mark.parametrize("key", [preset.id for preset in list_presets()])
def test_every_preset_is_the_same_network_with_lazy_layers(key):
    design = open_design(key).design
    source = assert_same(design)
    assert "nn.LazyConv2d(" in source
    for plain in ("nn.Conv2d(", "nn.Linear(", "nn.BatchNorm2d("):
        assert plain not in source
    assert_clean(source)


def test_blocks_lose_the_channels_that_nothing_needs(net, tools):
    body = tools.block("Body", IN, conv("a", padding=1, repeat=2), Node("bn", "BatchNorm2d"), relu(), OUT)
    source = lazy_source(net(Node("body", "Body"), FLATTEN, linear(), inner=[body]))
    assert "class Body(nn.Sequential):" in source
    assert "def __init__(self) -> None:" in source
    assert "nn.LazyConv2d(8, kernel_size=3, padding=1) for _ in range(2)" in source
    assert "self.bn = nn.LazyBatchNorm2d()" in source
    assert "self.body = Body()" in source
    assert "self.fc = nn.LazyLinear(10)" in source


def test_what_torch_has_no_lazy_class_for_stays_explicit(net, tools):
    body = tools.block("Body", IN, conv("a"), Node("norm", "GroupNorm", params={"num_groups": 2}), OUT)
    design = net(Node("body", "Body"), inner=[body])
    assert "nn.GroupNorm(2, 8)" in lazy_source(design)
    own = tools.block("Body", IN, Node("norm", "GroupNorm", params={"num_groups": 1}), conv("a"), OUT)
    source = lazy_source(net(Node("body", "Body"), inner=[own]))
    assert "def __init__(self, in_channels: int) -> None:" in source
    assert "self.body = Body(3)" in source


def test_channels_that_a_condition_reads_stay_an_argument(net, tools):
    body = tools.block("Body", IN, conv("a", when=X("in_channels != 8")), OUT)
    design = net(Node("one", "Body"), Node("two", "Body"), inner=[body])
    assert "def __init__(self, in_channels: int) -> None:" in lazy_source(design)
    assert_same(design)


def test_variables_of_the_image_alone_are_left_out(net, tools):
    parameters = (P("channels", 3, "of the images."), P("width", 8, "of the first layer."), P("spare", 1))
    design = net(conv("a", out_channels=X("width")), shape=X("(channels, 16, 16)"), parameters=parameters)
    source = lazy_source(design)
    assert "def __init__(self, width: int = 8, spare: int = 1) -> None:" in source
    assert "channels: of the images." not in source
    assert_same(design)


def test_several_inputs_and_paths(net, tools):
    nodes = (image("left"), image("right", (5, 16, 16)), conv("a"), conv("b"), Node("cat", "Concat"),
             Node("up", "ConvTranspose2d"), FLATTEN, linear(), OUT)  # fmt: skip
    edges = ["left>a", "right>b", "a>cat.x1", "b>cat.x2", "cat>up", "up>flatten", "flatten>fc", "fc>output"]
    source = assert_same(net(*nodes, edges=edges))
    assert "nn.LazyConvTranspose2d(64, kernel_size=3)" in source


def test_layers_that_are_not_there_need_no_place(net):
    design = net(conv("a", repeat=2, when=X("wide")), FLATTEN, linear(), parameters=(P("wide", False),))
    assert_same(design)


@settings(max_examples=50, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(designs())
def test_random_designs_are_the_same_network_with_lazy_layers(design):
    assume(Analyser().analyse(design).ok)
    try:
        assert_same(design)
    except DesignError:
        assume(False)
    source = lazy_source(design)
    assert_clean(source)


# -- defaults -----------------------------------------------------------------------------------------------------

LAZY = [spec for spec in registry().values() if spec.lazy]


@pytest.mark.parametrize("spec", LAZY, ids=lambda spec: spec.kind)
def test_what_a_lazy_class_takes_otherwise_is_known(spec):
    """A lazy class whose defaults are not those of the plain one says so, or code would build another network."""
    eager, lazy = (
        inspect.signature(getattr(nn, name.removeprefix("nn."))).parameters for name in (spec.module, spec.lazy)
    )
    other = {name for name, parameter in lazy.items() if parameter.default != eager[name].default}
    assert other - {derived.name for derived in spec.derived} == set(spec.lazy_switches)
    assert all(eager[name].default is False and lazy[name].default is True for name in spec.lazy_switches)
    assert other <= {p.name for p in spec.parameters} | {derived.name for derived in spec.derived}


@pytest.mark.parametrize("spec", LAZY, ids=lambda spec: spec.kind)
def test_every_switch_of_a_lazy_layer_is_the_same_layer(spec, net):
    switches = [p.name for p in spec.parameters if isinstance(p.default, bool) and p.passed]
    shape = (4,) + (8,) * (int(spec.kind[-2]) if spec.kind.endswith("d") else 0)
    for values in itertools.product((False, True), repeat=len(switches)):
        node = Node("layer", spec.kind, params=dict(zip(switches, values, strict=True)))
        assert_same(net(node, shape=shape))


@pytest.mark.parametrize("learns", [False, True])
@pytest.mark.parametrize("tracks", [False, True])
def test_an_instance_norm_is_the_same_where_variables_decide(net, learns, tracks):
    node = Node("n", "InstanceNorm2d", params={"affine": X("learns"), "track_running_stats": X("tracks")})
    assert_same(net(node, parameters=(P("learns", learns), P("tracks", tracks))))


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("tracks", [False, True])
@pytest.mark.parametrize("drops", [None, True, False])
def test_an_instance_norm_without_a_batch_is_the_same(net, axes, tracks, drops):
    """PyTorch's lazy norms take axis 1 for the channels, which they are not here; a condition may hide the rank."""
    condition = {} if drops is None else {"when": X("wide")}
    first = Node("first", "Mean", params={"dim": (2,)}, **condition)
    norm = Node("n", f"InstanceNorm{axes}d", params={"affine": True, "track_running_stats": tracks})
    design = net(first, norm, shape=(4, *(3,) * axes), parameters=(P("wide", bool(drops)),))
    assert ("nn.LazyInstanceNorm" in assert_same(design)) == (drops is False)
