"""Every preset computes what a plain network of its description does, with the weights copied over in order.

The plain networks are written from the papers in bare torch. Where a preset has a ratio, both are built with a quarter
or an eighth of the channels: the structure is the same, and memory and time are small. At full size the shapes of all
weights are compared, without memory for them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from designer.analysis.analyser import Analyser
from designer.codegen.module import generate
from designer.document.presets import open_design

TOLERANCE = 1e-5  # of the largest output


# -- the plain networks -----------------------------------------------------------------------------------------------


def conv_relu(*arguments: int, **more: Any) -> list[nn.Module]:
    return [nn.Conv2d(*arguments, **more), nn.ReLU()]


def lenet_sigmoid() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.Sigmoid(), nn.MaxPool2d(2, 2),
        nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.MaxPool2d(2, 2),
        nn.Flatten(), nn.Linear(256, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10),
    )  # fmt: skip


def lenet_relu() -> nn.Module:
    return nn.Sequential(
        *conv_relu(1, 20, 5), nn.MaxPool2d(2, 2), *conv_relu(20, 50, 3), nn.MaxPool2d(2, 2),
        nn.Flatten(), nn.Linear(1250, 128), nn.ReLU(), nn.Linear(128, 10),
    )  # fmt: skip


def hidden(features: int) -> list[nn.Module]:
    return [nn.Linear(features, 4096), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(0.5)]


def alexnet() -> nn.Module:
    return nn.Sequential(
        *conv_relu(1, 96, 11, stride=4), nn.MaxPool2d(3, 2),
        *conv_relu(96, 256, 5, padding=2), nn.MaxPool2d(3, 2),
        *conv_relu(256, 384, 3, padding=1), *conv_relu(384, 384, 3, padding=1), *conv_relu(384, 256, 3, padding=1),
        nn.MaxPool2d(3, 2), nn.Flatten(), *hidden(6400), nn.Linear(4096, 10),
    )  # fmt: skip


def vgg(columns: str, channels: int, num_classes: int, ratio: int) -> nn.Module:
    """columns: the paper's table, a line for each block; `3` and `1` are the filters, `b` a batch normalisation and
    `l` a local response normalisation behind the one before."""
    layers: list[nn.Module] = []
    for filters, width in zip(columns.split(), (64, 128, 256, 512, 512), strict=True):
        for letter in filters:
            if letter in "13":
                layers.append(nn.Conv2d(channels, width // ratio, int(letter), padding=int(letter) // 2))
                channels = width // ratio
                layers.append(nn.ReLU())
            elif letter == "b":
                layers.insert(-1, nn.BatchNorm2d(channels))
            else:  # the paper's alpha is not divided by the size
                layers.append(nn.LocalResponseNorm(5, alpha=5 * 1e-4, beta=0.75, k=2))
        layers.append(nn.MaxPool2d(2, 2))
    return nn.Sequential(*layers, nn.Flatten(), *hidden(49 * channels), nn.Linear(4096, num_classes))


VGG = {
    "vgg11": "3 3 33 33 33",
    "vgg11_lrn": "3l 3 33 33 33",
    "vgg13": "33 33 33 33 33",
    "vgg16_conv1": "33 33 331 331 331",
    "vgg16": "33 33 333 333 333",
    "vgg19": "33 33 3333 3333 3333",
    "vgg11_bn": "3b 3b 3b3b 3b3b 3b3b",
    "vgg13_bn": "3b3b 3b3b 3b3b 3b3b 3b3b",
    "vgg16_bn": "3b3b 3b3b 3b3b3b 3b3b3b 3b3b3b",
    "vgg19_bn": "3b3b 3b3b 3b3b3b3b 3b3b3b3b 3b3b3b3b",
}
VGG_FASHION = {"vgg11_fashion": "3 3 33 33 33", "vgg11_small": "3 3 33 33 33", "vgg13_fashion": "33 33 33 33 33"}


def nin_block(channels: int, width: int, kernel: int, stride: int = 1, padding: int = 0) -> list[nn.Module]:
    first = conv_relu(channels, width, kernel, stride=stride, padding=padding)
    return [*first, *conv_relu(width, width, 1), *conv_relu(width, width, 1)]


def nin() -> nn.Module:
    return nn.Sequential(
        *nin_block(1, 96, 11, stride=4), nn.MaxPool2d(3, 2),
        *nin_block(96, 256, 5, padding=2), nn.MaxPool2d(3, 2),
        *nin_block(256, 384, 3, padding=1), nn.MaxPool2d(3, 2),
        nn.Dropout(0.5), *nin_block(384, 10, 3, padding=1), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
    )  # fmt: skip


class Paths(nn.Module):
    """Several ways side by side, joined along the channels."""

    def __init__(self, *paths: nn.Module) -> None:
        super().__init__()
        self.paths = nn.ModuleList(paths)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([path(x) for path in self.paths], dim=1)


def inception(channels: int, c1: int, r2: int, c2: int, r3: int, c3: int, c4: int) -> nn.Module:
    return Paths(
        nn.Sequential(*conv_relu(channels, c1, 1)),
        nn.Sequential(*conv_relu(channels, r2, 1), *conv_relu(r2, c2, 3, padding=1)),
        nn.Sequential(*conv_relu(channels, r3, 1), *conv_relu(r3, c3, 5, padding=2)),
        nn.Sequential(nn.MaxPool2d(3, 1, 1), *conv_relu(channels, c4, 1)),
    )


def googlenet() -> nn.Module:
    return nn.Sequential(
        *conv_relu(1, 64, 7, stride=2, padding=3), nn.MaxPool2d(3, 2),
        *conv_relu(64, 64, 1), *conv_relu(64, 192, 3, padding=1), nn.MaxPool2d(3, 2),
        inception(192, 64, 96, 128, 16, 32, 32), inception(256, 128, 128, 192, 32, 96, 64), nn.MaxPool2d(3, 2),
        inception(480, 192, 96, 208, 16, 48, 64), inception(512, 160, 112, 224, 24, 64, 64),
        inception(512, 128, 128, 256, 24, 64, 64), inception(512, 112, 144, 288, 32, 64, 64),
        inception(528, 256, 160, 320, 32, 128, 128), nn.MaxPool2d(3, 2),
        inception(832, 256, 160, 320, 32, 128, 128), inception(832, 384, 192, 384, 48, 128, 128),
        nn.AvgPool2d(2), nn.Flatten(), nn.Linear(9216, 10),
    )  # fmt: skip


class Residual(nn.Module):
    """ReLU of what some layers make of the input, plus the input or what a shortcut makes of it."""

    def __init__(self, layers: list[nn.Module], shortcut: list[nn.Module]) -> None:
        super().__init__()
        self.layers, self.shortcut = nn.Sequential(*layers), nn.Sequential(*shortcut)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.layers(x) + self.shortcut(x))


def course_block(channels: int, width: int, stride: int = 1) -> nn.Module:
    layers = [nn.Conv2d(channels, width, 3, stride, 1), nn.BatchNorm2d(width), nn.ReLU()]
    layers += [nn.Conv2d(width, width, 3, 1, 1), nn.BatchNorm2d(width)]
    return Residual(layers, [nn.Conv2d(channels, width, 1, stride)] if (stride, channels) != (1, width) else [])


def resnet() -> nn.Module:
    blocks = [course_block(64, 64), course_block(64, 64)]
    for width in (128, 256, 512):
        blocks += [course_block(width // 2, width, 2), course_block(width, width)]
    return nn.Sequential(
        nn.Conv2d(1, 64, 7, 2), nn.MaxPool2d(3, 2), *blocks, nn.AvgPool2d(3), nn.Flatten(), nn.Linear(2048, 10)
    )


def conv_bn(channels: int, width: int, kernel: int, stride: int = 1) -> list[nn.Module]:
    return [nn.Conv2d(channels, width, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(width)]


def resnet_block(channels: int, width: int, stride: int, expansion: int) -> nn.Module:
    if expansion == 1:
        layers = [*conv_bn(channels, width, 3, stride), nn.ReLU(), *conv_bn(width, width, 3)]
    else:
        layers = [*conv_bn(channels, width, 1), nn.ReLU(), *conv_bn(width, width, 3, stride), nn.ReLU()]
        layers += conv_bn(width, expansion * width, 1)
    same = stride == 1 and channels == expansion * width
    return Residual(layers, [] if same else conv_bn(channels, expansion * width, 1, stride))


def resnet_paper(counts: tuple[int, ...], expansion: int) -> nn.Module:
    blocks, channels = [], 64
    for index, (count, width) in enumerate(zip(counts, (64, 128, 256, 512), strict=True)):
        for copy in range(count):
            blocks.append(resnet_block(channels, width, 2 if index and not copy else 1, expansion))
            channels = expansion * width
    stem = [*conv_bn(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1000))


PLAIN: dict[str, Callable[[], nn.Module]] = {
    "lenet_sigmoid": lenet_sigmoid,
    "lenet_relu": lenet_relu,
    "alexnet": alexnet,
    "nin": nin,
    "googlenet": googlenet,
    "resnet": resnet,
    "resnet18": lambda: resnet_paper((2, 2, 2, 2), 1),
    "resnet34": lambda: resnet_paper((3, 4, 6, 3), 1),
    "resnet50": lambda: resnet_paper((3, 4, 6, 3), 4),
    "resnet152": lambda: resnet_paper((3, 8, 36, 3), 4),
}
SIZE = {"lenet_sigmoid": 28, "lenet_relu": 28} | {f"resnet{depth}": 64 for depth in (18, 34, 50, 152)}


def plain_vgg(name: str, ratio: int) -> nn.Module:
    return vgg(VGG[name], 3, 1000, ratio) if name in VGG else vgg(VGG_FASHION[name], 1, 10, ratio)


# -- the presets ------------------------------------------------------------------------------------------------------


def generated(name: str, **variables: int) -> nn.Module:
    """The network of a preset's generated module."""
    design = open_design(name).design.with_variables(variables)
    namespace: dict[str, Any] = {"__name__": "generated"}
    exec(compile(generate(design, Analyser().analyse(design)).source, f"{name}.py", "exec"), namespace)  # noqa: S102
    classes = [value for value in namespace.values() if isinstance(value, type) and value.__module__ == "generated"]
    return classes[-1]()


def drawn(tensors: Iterator[tuple[str, Tensor]]) -> list[Tensor]:
    """Values for weights and statistics that let signals through; none is as a fresh layer has it."""
    random = torch.Generator().manual_seed(0)
    values = []
    for name, tensor in tensors:
        if not tensor.is_floating_point():
            values.append(torch.zeros(tensor.shape, dtype=tensor.dtype))
            continue
        value = torch.rand(tensor.shape, generator=random)
        if tensor.ndim > 1:
            value.sub_(0.5).mul_(2 * math.sqrt(6 / tensor[0].numel()))
        elif name.endswith(("bias", "mean")):
            value.sub_(0.5).mul_(0.2)
        else:
            value.add_(0.5)
        values.append(value)
    return values


def fill(network: nn.Module, values: list[Tensor]) -> nn.Module:
    """Give a network its weights in order, and share their memory."""
    names = network.state_dict().keys()
    network.load_state_dict(dict(zip(names, values, strict=True)), assign=True)
    return network.eval()


def shapes(network: nn.Module) -> list[torch.Size]:
    return [tensor.shape for tensor in network.state_dict().values()]


def compare(one: nn.Module, other: nn.Module, channels: int, size: int) -> None:
    """Both networks answer alike, and not the same to every image."""
    values = drawn(iter(other.state_dict().items()))
    fill(one, values), fill(other, values)
    images = torch.rand(2, channels, size, size, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        answers, expected = one(images), other(images)
    largest = expected.abs().max()
    assert torch.isfinite(largest)
    assert (answers - expected).abs().max() <= TOLERANCE * largest
    assert (expected[0] - expected[1]).abs().max() > 100 * TOLERANCE * largest


@pytest.mark.parametrize("name", PLAIN)
def test_it_computes_what_the_plain_network_does(name):
    with torch.device("meta"):
        one, other = generated(name), PLAIN[name]()
    assert shapes(one) == shapes(other)
    compare(one, other, 3 if name in ("resnet18", "resnet34", "resnet50", "resnet152") else 1, SIZE.get(name, 224))


@pytest.mark.parametrize("name", [*VGG, *VGG_FASHION])
def test_a_vgg_has_the_weights_of_the_plain_network(name):
    with torch.device("meta"):
        assert shapes(generated(name)) == shapes(plain_vgg(name, 4 if name == "vgg11_small" else 1))


@pytest.mark.parametrize("name", [*VGG, *VGG_FASHION])
def test_a_vgg_computes_what_the_plain_network_does(name):
    with torch.device("meta"):
        one, other = generated(name, ratio=8), plain_vgg(name, 8)
    assert shapes(one) == shapes(other)
    compare(one, other, 3 if name in VGG else 1, 224)


def test_order_of_weights_matters():
    with torch.device("meta"):
        one, other = generated("resnet18"), PLAIN["resnet18"]()
    values = drawn(iter(other.state_dict().items()))
    fill(one, values), fill(other, values)
    first, second = one.stage1.first, one.stage1.rest[0]
    first.conv1, second.conv1 = second.conv1, first.conv1
    images = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        assert (one(images) - other(images)).abs().max() > 100 * TOLERANCE * other(images).abs().max()
