"""The presets' code against published figures, and against plain networks written from their papers' descriptions."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import Tensor, nn

from designer.analysis.analyser import Analyser
from designer.document.presets import list_presets, open_design

# id: input shape, the shape behind each stage, the number of parameters
FIGURES: dict[str, tuple[tuple[int, ...], dict[str, tuple[int, ...]], int]] = {
    "lenet_sigmoid": (
        (1, 1, 28, 28),
        {"conv": (1, 16, 4, 4), "fc": (1, 10)},
        44_426,
    ),
    "vgg11_fashion": (
        (1, 1, 224, 224),
        {
            "block1": (1, 64, 112, 112),
            "block2": (1, 128, 56, 56),
            "block3": (1, 256, 28, 28),
            "block4": (1, 512, 14, 14),
            "block5": (1, 512, 7, 7),
            "flatten": (1, 25088),
            "fc1": (1, 4096),
            "relu1": (1, 4096),
            "drop1": (1, 4096),
            "fc2": (1, 4096),
            "relu2": (1, 4096),
            "drop2": (1, 4096),
            "fc3": (1, 10),
        },
        128_806_154,
    ),
    "vgg11_small": (
        (1, 1, 224, 224),
        {
            "block1": (1, 16, 112, 112),
            "block2": (1, 32, 56, 56),
            "block3": (1, 64, 28, 28),
            "block4": (1, 128, 14, 14),
            "block5": (1, 128, 7, 7),
            "flatten": (1, 6272),
            "fc1": (1, 4096),
            "relu1": (1, 4096),
            "drop1": (1, 4096),
            "fc2": (1, 4096),
            "relu2": (1, 4096),
            "drop2": (1, 4096),
            "fc3": (1, 10),
        },
        43_093_322,
    ),
    "googlenet": (
        (1, 1, 224, 224),
        {
            "b1": (1, 64, 55, 55),
            "b2": (1, 192, 27, 27),
            "b3": (1, 480, 13, 13),
            "b4": (1, 832, 6, 6),
            "b5": (1, 1024, 3, 3),
            "b6": (1, 10),
        },
        6_059_450,
    ),
    "resnet": (
        (1, 1, 224, 224),
        {
            "b1": (1, 64, 109, 109),
            "b2": (1, 64, 54, 54),
            "b3": (1, 128, 27, 27),
            "b4": (1, 256, 14, 14),
            "b5": (1, 512, 7, 7),
            "b6": (1, 10),
        },
        11_193_610,
    ),
}
IDS = sorted(FIGURES)


@pytest.mark.parametrize("key", sorted({preset.id for preset in list_presets()} - set(FIGURES)))
def test_every_other_preset_builds_runs_and_is_clean(tools, key):
    tools.sound(open_design(key).design)


@pytest.fixture(scope="module")
def built(tools):
    """The code of each preset, made once."""
    return {key: tools.build(open_design(key).design) for key in IDS}


@pytest.mark.parametrize("key", IDS)
def test_analysis_gives_the_figures(built, key):
    shape, stages, parameters = FIGURES[key]
    analysis = built[key].analysis
    assert analysis.input_shapes == (shape,)
    assert {row.path: row.facts.output.shape for row in analysis.rows()} == stages
    assert analysis.totals.params == parameters


@pytest.mark.parametrize("key", IDS)
def test_the_network_gives_the_figures(built, key):
    shape, stages, parameters = FIGURES[key]
    network = built[key].on_meta().eval()
    assert sum(p.numel() for p in network.parameters()) == parameters
    found: dict[str, tuple[int, ...]] = {}
    for name, stage in network.named_children():
        stage.register_forward_hook(lambda _m, _a, out, name=name: found.update({name: tuple(out.shape)}))
    network(torch.empty(shape, device="meta"))
    assert found == stages
    assert list(found) == list(stages)


@pytest.mark.parametrize("key", IDS)
def test_formatter_and_linter_have_nothing_to_say(built, tools, key):
    tools.clean(built[key].code.source)


@pytest.mark.parametrize("key", IDS)
def test_the_last_class_is_the_network(built, key):
    classes = [value for value in built[key].namespace.values() if isinstance(value, type)]
    assert classes[-1] is built[key].network


@pytest.mark.parametrize("key", IDS)
def test_every_node_has_its_lines(built, tools, key):
    tools.lines(built[key])
    for block in (built[key].design.root, *built[key].design.inner_blocks()):
        assert {node for name, node in built[key].code.lines if name == block.name} <= set(block.nodes)


@pytest.mark.parametrize("key", ["lenet_sigmoid", "vgg11_small", "resnet"])
def test_run_as_a_program_it_prints_its_stages(built, key, tmp_path):
    path = tmp_path / "model.py"
    path.write_text(built[key].code.source, "utf-8")
    done = subprocess.run([sys.executable, "-W", "error", str(path)], capture_output=True, text=True, check=True)
    rows = [line.split(maxsplit=1) for line in done.stdout.splitlines()]
    assert [(name, shape) for name, shape in rows] == [(n, str(s)) for n, s in FIGURES[key][1].items()]


VARIABLES = [
    ("vgg11_fashion", {"ratio": 4}, 43_093_322),
    ("vgg11_fashion", {"num_classes": 500}, None),
    ("vgg11_fashion", {"in_channels": 3}, None),
    ("vgg11_fashion", {"ratio": 2, "in_channels": 3, "num_classes": 7}, None),
    ("vgg11_small", {"ratio": 1}, 128_806_154),
    ("googlenet", {"num_classes": 500}, None),
    ("resnet", {"num_classes": 500}, None),
    ("lenet_sigmoid", {"num_classes": 500}, None),
]


@pytest.mark.parametrize(("key", "variables", "parameters"), VARIABLES)
def test_variables_are_arguments_of_the_same_source(built, tools, key, variables, parameters):
    tools.numbers(built[key], **variables)
    analysis = Analyser().analyse(built[key].design.with_variables(variables))
    assert parameters in (None, analysis.totals.params)


# -- the same networks, plainly ---------------------------------------------------------------------------------------


def plain_lenet() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.Sigmoid(), nn.MaxPool2d(2, 2),
        nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.MaxPool2d(2, 2),
        nn.Flatten(), nn.Linear(256, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10),
    )  # fmt: skip


def plain_vgg11(ratio: int) -> nn.Module:
    layers: list[nn.Module] = []
    before = 1
    for count, channels in ((1, 64), (1, 128), (2, 256), (2, 512), (2, 512)):
        for _ in range(count):
            layers += [nn.Conv2d(before, channels // ratio, 3, padding=1), nn.ReLU()]
            before = channels // ratio
        layers.append(nn.MaxPool2d(2, 2))
    layers += [nn.Flatten(), nn.Linear(before * 49, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU()]
    return nn.Sequential(*layers, nn.Dropout(), nn.Linear(4096, 10))


class PlainInception(nn.Module):
    def __init__(self, before: int, c1: int, r2: int, c2: int, r3: int, c3: int, c4: int) -> None:
        super().__init__()
        self.a = nn.Conv2d(before, c1, 1)
        self.b1, self.b2 = nn.Conv2d(before, r2, 1), nn.Conv2d(r2, c2, 3, padding=1)
        self.c1, self.c2 = nn.Conv2d(before, r3, 1), nn.Conv2d(r3, c3, 5, padding=2)
        self.d = nn.Conv2d(before, c4, 1)
        self.pool = nn.MaxPool2d(3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        a = self.a(x).relu()
        b = self.b2(self.b1(x).relu()).relu()
        c = self.c2(self.c1(x).relu()).relu()
        return torch.cat([a, b, c, self.d(self.pool(x)).relu()], 1)


def plain_googlenet() -> nn.Module:
    layers: list[nn.Module] = [nn.Conv2d(1, 64, 7, 2, 3), nn.ReLU(), nn.MaxPool2d(3, 2)]
    layers += [nn.Conv2d(64, 64, 1), nn.ReLU(), nn.Conv2d(64, 192, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2)]
    before = 192
    for group in (
        [(64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64)],
        [(192, 96, 208, 16, 48, 64), (160, 112, 224, 24, 64, 64), (128, 128, 256, 24, 64, 64),
         (112, 144, 288, 32, 64, 64), (256, 160, 320, 32, 128, 128)],
        [(256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)],
    ):  # fmt: skip
        for widths in group:
            layers.append(PlainInception(before, *widths))
            before = widths[0] + widths[2] + widths[4] + widths[5]
        layers.append(nn.MaxPool2d(3, 2))
    layers[-1] = nn.AvgPool2d(2)
    return nn.Sequential(*layers, nn.Flatten(), nn.LazyLinear(10))


class PlainResidual(nn.Module):
    def __init__(self, before: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(before, channels, 3, stride, 1), nn.BatchNorm2d(channels)
        self.conv2, self.bn2 = nn.Conv2d(channels, channels, 3, 1, 1), nn.BatchNorm2d(channels)
        self.skip = nn.Conv2d(before, channels, 1, stride) if before != channels or stride != 1 else None

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        return (y + (x if self.skip is None else self.skip(x))).relu()


def plain_resnet() -> nn.Module:
    layers: list[nn.Module] = [nn.Conv2d(1, 64, 7, 2), nn.MaxPool2d(3, 2)]
    before = 64
    for channels, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        layers += [PlainResidual(before, channels, stride), PlainResidual(channels, channels, 1)]
        before = channels
    return nn.Sequential(*layers, nn.AvgPool2d(3), nn.Flatten(), nn.LazyLinear(10))


PLAIN = [
    ("lenet_sigmoid", plain_lenet, {}),
    ("vgg11_small", lambda: plain_vgg11(4), {}),
    ("vgg11_fashion", lambda: plain_vgg11(16), {"ratio": 16}),
    ("googlenet", plain_googlenet, {}),
    ("resnet", plain_resnet, {}),
]


@pytest.mark.parametrize(("key", "plain", "variables"), PLAIN, ids=[case[0] for case in PLAIN])
def test_weights_line_up_in_order_with_a_plain_network(built, key, plain, variables):
    torch.manual_seed(0)
    ours, theirs = built[key].network(**variables).eval(), plain().eval()
    x = torch.rand(FIGURES[key][0])
    with torch.no_grad():
        theirs(x)  # what is lazy gets its shape
        for state in ("parameters", "buffers"):
            pairs = zip(getattr(theirs, state)(), getattr(ours, state)(), strict=True)
            for source, target in pairs:
                assert source.shape == target.shape
                if source.is_floating_point():
                    source.copy_(_drawn(source.shape))
                    target.copy_(source)
        expected = theirs(x)
        assert expected.isfinite().all()
        assert expected.std() > 1e-3
        torch.testing.assert_close(ours(x), expected, rtol=1e-5, atol=1e-5)


def _drawn(shape: torch.Size) -> Tensor:
    """Weights that keep the signal's size; for what has one axis numbers around 1, as variances must be positive."""
    if len(shape) < 2:
        return torch.rand(shape) * 0.5 + 0.75
    return torch.randn(shape) * (2 / shape[1:].numel()) ** 0.5
