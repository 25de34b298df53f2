"""Every block of the library: an ordinary document, and what its paper describes.

The plain blocks are written in bare torch. Each is compared with the library's at several parameters, with the weights
copied over in order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from designer.analysis.analyser import Analyser
from designer.analysis.facts import Analysis
from designer.base.paths import presets_dir
from designer.codegen.module import generate
from designer.document.presets import library_blocks
from designer.document.reading import read_document
from designer.graph.block import INPUT, OUTPUT, Block, Node, edge
from designer.graph.design import Design

FILES = sorted((presets_dir() / "blocks").glob("*.blockyard"))


# -- the plain blocks -------------------------------------------------------------------------------------------------


class Function(nn.Module):
    """What a function makes of a tensor and of some layers, which are applied to it in their order."""

    def __init__(self, function: Callable[..., Tensor], *parts: list[nn.Module]) -> None:
        super().__init__()
        self.function = function
        self.parts = nn.ModuleList(nn.Sequential(*part) for part in parts)

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x, *(part(x) for part in self.parts))


def total(x: Tensor, one: Tensor, other: Tensor) -> Tensor:
    return one + other


def total_relu(x: Tensor, one: Tensor, other: Tensor) -> Tensor:
    return torch.relu(one + other)


def joined(x: Tensor, *paths: Tensor) -> Tensor:
    return torch.cat(paths, dim=1)


def conv(
    channels: int, width: int, kernel: int, stride: int = 1, padding: int = 0, bn: bool = False
) -> list[nn.Module]:
    """A convolution with bias, if wanted a batch normalisation, and a ReLU."""
    norm = [nn.BatchNorm2d(width)] if bn else []
    return [nn.Conv2d(channels, width, kernel, stride, padding), *norm, nn.ReLU()]


def conv_bn(
    channels: int, width: int, kernel: int, stride: int = 1, padding: int = 0, groups: int = 1
) -> list[nn.Module]:
    return [nn.Conv2d(channels, width, kernel, stride, padding, groups=groups, bias=False), nn.BatchNorm2d(width)]


def bn_conv(channels: int, width: int, kernel: int, stride: int = 1, padding: int = 0) -> list[nn.Module]:
    return [nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, width, kernel, stride, padding, bias=False)]


def shortcut(channels: int, width: int, stride: int, layers: list[nn.Module]) -> list[nn.Module]:
    return layers if stride != 1 or channels != width else []


def residual(c: int, width: int, stride: int) -> nn.Module:
    layers = [nn.Conv2d(c, width, 3, stride, 1), nn.BatchNorm2d(width), nn.ReLU()]
    layers += [nn.Conv2d(width, width, 3, 1, 1), nn.BatchNorm2d(width)]
    return Function(total_relu, layers, shortcut(c, width, stride, [nn.Conv2d(c, width, 1, stride)]))


def basic(c: int, width: int, stride: int) -> nn.Module:
    layers = [*conv_bn(c, width, 3, stride, 1), nn.ReLU(), *conv_bn(width, width, 3, 1, 1)]
    return Function(total_relu, layers, shortcut(c, width, stride, conv_bn(c, width, 1, stride)))


def bottleneck(c: int, width: int, stride: int, expansion: int) -> nn.Module:
    inner = width // expansion
    layers = [*conv_bn(c, inner, 1), nn.ReLU(), *conv_bn(inner, inner, 3, stride, 1), nn.ReLU()]
    layers += conv_bn(inner, width, 1)
    return Function(total_relu, layers, shortcut(c, width, stride, conv_bn(c, width, 1, stride)))


def preact(c: int, width: int, stride: int) -> nn.Module:
    layers = [*bn_conv(c, width, 3, stride, 1), *bn_conv(width, width, 3, 1, 1)]
    return Function(total, layers, shortcut(c, width, stride, [nn.Conv2d(c, width, 1, stride, bias=False)]))


def inception(c: int, c1: int, r2: int, c2: int, r3: int, c3: int, c4: int, bn: bool) -> nn.Module:
    return Function(
        joined,
        conv(c, c1, 1, bn=bn),
        [*conv(c, r2, 1, bn=bn), *conv(r2, c2, 3, padding=1, bn=bn)],
        [*conv(c, r3, 1, bn=bn), *conv(r3, c3, 5, padding=2, bn=bn)],
        [nn.MaxPool2d(3, 1, 1), *conv(c, c4, 1, bn=bn)],
    )


def vgg(c: int, num_convs: int, width: int, bn: bool) -> nn.Module:
    layers: list[nn.Module] = []
    for _ in range(num_convs):
        layers += conv(c, width, 3, padding=1, bn=bn)
        c = width
    return nn.Sequential(*layers, nn.MaxPool2d(2, 2))


def nin(c: int, width: int, kernel: int, stride: int, padding: int) -> nn.Module:
    return nn.Sequential(*conv(c, width, kernel, stride, padding), *conv(width, width, 1), *conv(width, width, 1))


def squeeze_excite(c: int, inner: int) -> nn.Module:
    gate = [nn.AdaptiveAvgPool2d(1), nn.Conv2d(c, inner, 1), nn.ReLU(), nn.Conv2d(inner, c, 1), nn.Sigmoid()]
    return Function(lambda x, weight: x * weight, gate)


def separable(c: int, width: int, stride: int) -> nn.Module:
    return nn.Sequential(*conv_bn(c, c, 3, stride, 1, groups=c), nn.ReLU(), *conv_bn(c, width, 1), nn.ReLU())


def inverted(c: int, width: int, stride: int, expansion: int) -> nn.Module:
    wide = expansion * c
    layers = [*conv_bn(c, wide, 1), nn.ReLU6()] if expansion != 1 else []
    layers += [*conv_bn(wide, wide, 3, stride, 1, groups=wide), nn.ReLU6(), *conv_bn(wide, width, 1)]
    return Function(total, layers, []) if stride == 1 and c == width else nn.Sequential(*layers)


def dense_layer(c: int, growth: int, size: int) -> nn.Module:
    return Function(joined, [], [*bn_conv(c, size * growth, 1), *bn_conv(size * growth, growth, 3, padding=1)])


def dense(c: int, count: int, growth: int, size: int) -> nn.Module:
    return nn.Sequential(*(dense_layer(c + index * growth, growth, size) for index in range(count)))


Case = tuple[str, dict[str, Any], int, Callable[[], nn.Module]]  # block, parameters, channels, the plain one
INCEPTION = {"c1": 3, "c2_reduce": 4, "c2": 5, "c3_reduce": 2, "c3": 6, "c4": 7}
CASES: list[Case] = [
    ("ConvReLU", {}, 3, lambda: nn.Sequential(*conv(3, 64, 3, padding=1))),
    (
        "ConvReLU",
        {"out_channels": 5, "kernel_size": 5, "stride": 2, "padding": 2, "batch_norm": True},
        4,
        lambda: nn.Sequential(*conv(4, 5, 5, 2, 2, bn=True)),
    ),
    ("ConvBN", {"out_channels": 6, "stride": 2}, 4, lambda: nn.Sequential(*conv_bn(4, 6, 1, 2))),
    ("ConvBN", {"kernel_size": 3, "padding": 1}, 4, lambda: nn.Sequential(*conv_bn(4, 64, 3, 1, 1))),
    ("VGGBlock", {"num_convs": 2, "out_channels": 6}, 3, lambda: vgg(3, 2, 6, False)),
    ("VGGBlock", {"num_convs": 3, "out_channels": 4, "batch_norm": True}, 1, lambda: vgg(1, 3, 4, True)),
    ("NiNBlock", {"out_channels": 6}, 3, lambda: nin(3, 6, 3, 1, 1)),
    (
        "NiNBlock",
        {"out_channels": 5, "kernel_size": 5, "stride": 2, "padding": 0},
        1,
        lambda: nin(1, 5, 5, 2, 0),
    ),
    ("Inception", INCEPTION, 4, lambda: inception(4, 3, 4, 5, 2, 6, 7, False)),
    ("Inception", {**INCEPTION, "batch_norm": True}, 4, lambda: inception(4, 3, 4, 5, 2, 6, 7, True)),
    *(
        (name, {"out_channels": width, "stride": stride}, 4, lambda p=plain, w=width, s=stride: p(4, w, s))
        for name, plain in (
            ("Residual", residual),
            ("BasicBlock", basic),
            ("PreActBlock", preact),
            ("DepthwiseSeparable", separable),
        )
        for width, stride in ((4, 1), (8, 1), (4, 2), (8, 2))
    ),
    *(
        (
            "Bottleneck",
            {"out_channels": width, "stride": stride, "expansion": expansion},
            8,
            lambda w=width, s=stride, e=expansion: bottleneck(8, w, s, e),
        )
        for width, stride, expansion in ((8, 1, 4), (16, 1, 4), (8, 2, 2), (16, 2, 4))
    ),
    ("SqueezeExcite", {}, 32, lambda: squeeze_excite(32, 2)),
    ("SqueezeExcite", {"reduction": 4}, 3, lambda: squeeze_excite(3, 1)),
    (
        "ConvBNReLU6",
        {"out_channels": 6, "kernel_size": 5, "stride": 2, "groups": 2},
        4,
        lambda: nn.Sequential(*conv_bn(4, 6, 5, 2, 2, 2), nn.ReLU6()),
    ),
    *(
        (
            "InvertedResidual",
            {"out_channels": width, "stride": stride, "expansion": expansion},
            4,
            lambda w=width, s=stride, e=expansion: inverted(4, w, s, e),
        )
        for width, stride, expansion in ((4, 1, 6), (6, 1, 6), (4, 2, 3), (4, 1, 1), (6, 2, 1))
    ),
    ("DenseLayer", {"growth_rate": 3, "bottleneck_size": 2}, 5, lambda: dense_layer(5, 3, 2)),
    ("DenseBlock", {"num_layers": 3, "growth_rate": 4}, 5, lambda: dense(5, 3, 4, 4)),
    ("DenseBlock", {"num_layers": 1, "growth_rate": 2, "bottleneck_size": 1}, 1, lambda: dense(1, 1, 2, 1)),
]


# -- the library ------------------------------------------------------------------------------------------------------


def design_of(name: str, params: dict[str, Any], shape: tuple[int, ...]) -> Design:
    """A design that holds one instance of a block of the library."""
    nodes = [Node("input", INPUT, params={"shape": shape}), Node("block", name, params=params)]
    nodes.append(Node("output", OUTPUT))
    root = Block("Net", nodes={n.id: n for n in nodes}, edges=(edge("input", "block"), edge("block", "output")))
    return Design("Net", {"Net": root, **library_blocks()})


def built(design: Design, analysis: Analysis) -> nn.Module:
    """The network of the design's generated code."""
    namespace: dict[str, Any] = {"__name__": "generated"}
    exec(compile(generate(design, analysis).source, "net.py", "exec"), namespace)  # noqa: S102
    return namespace["Net"]().eval()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_it_computes_what_the_plain_block_does(case: Case):
    name, params, channels, plain = case
    design = design_of(name, params, (channels, 14, 14))
    analysis = Analyser().analyse(design)
    assert [d.message for d in analysis.problems] == []
    random = torch.Generator().manual_seed(0)
    one, other = built(design, analysis), plain().eval()
    weights = [
        torch.rand(t.shape, generator=random) - (0.5 if t.ndim > 1 else 0) if t.is_floating_point() else t
        for t in other.state_dict().values()
    ]
    for network in (one, other):
        network.load_state_dict(dict(zip(network.state_dict(), weights, strict=True)), assign=True)
    images = torch.rand(2, channels, 14, 14, generator=random)
    with torch.no_grad():
        torch.testing.assert_close(one(images), other(images), rtol=1e-5, atol=1e-5)
    assert tuple(analysis.root.nodes["block"].output.shape[1:]) == tuple(one(images).shape[1:])
    assert analysis.root.totals.params == sum(p.numel() for p in other.parameters())


@pytest.mark.parametrize("width", [(16, 4, 24), (12, 1, 6)], ids=str)
def test_the_transformer_encoder_is_torchs_own_with_the_normalisation_first(width: tuple[int, int, int]):
    features, heads, inner = width
    params = {"d_model": features, "num_heads": heads, "dim_feedforward": inner, "dropout": 0.25}
    design = design_of("TransformerEncoder", params, (7, features))
    analysis = Analyser().analyse(design)
    assert [d.message for d in analysis.diagnostics] == []
    network = built(design, analysis)
    theirs = nn.TransformerEncoderLayer(
        features, heads, inner, 0.25, activation="gelu", norm_first=True, batch_first=True
    ).eval()
    # torch lists its parts in another order: attention, the two Linear, the two LayerNorm.
    ours = {"self_attn": "attention", "linear1": "linear1", "linear2": "linear2", "norm1": "norm1", "norm2": "norm2"}
    random = torch.Generator().manual_seed(0)
    for name, weight in theirs.named_parameters():
        part, _, rest = name.partition(".")
        weight.data = torch.rand(weight.shape, generator=random) - 0.5
        network.get_parameter(f"block.{ours[part]}.{rest}").data = weight.data
    assert {module.p for module in network.modules() if isinstance(module, nn.Dropout)} == {0.25}
    assert network.block.attention.dropout == 0.25
    sequences = torch.rand(2, 7, features, generator=random)
    with torch.no_grad():
        torch.testing.assert_close(network(sequences), theirs(sequences), rtol=1e-5, atol=1e-5)
    assert tuple(analysis.root.nodes["block"].output.shape[1:]) == (7, features)
    assert analysis.root.totals.params == sum(p.numel() for p in theirs.parameters())


def test_every_block_of_the_library_is_compared():
    assert {name for name, *_ in CASES} | {"TransformerEncoder"} == set(library_blocks())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_block_is_a_document_of_its_own(path):
    design = read_document(path).design
    assert design.main == path.stem
    assert {block.name for block in design.inner_blocks()} | {design.main} == set(design.blocks)
    for name, block in design.blocks.items():
        assert block == library_blocks()[name], f"{name} in {path.name}"


@pytest.mark.parametrize("block", library_blocks().values(), ids=library_blocks())
def test_a_block_says_what_it_is(block: Block):
    assert block.title
    assert len(block.description) > 50
    assert block.description.endswith(".")
    assert block.parameters
    assert all(parameter.doc.endswith(".") for parameter in block.parameters)
    assert block.source or block.name == "ConvReLU"  # which nobody claims
