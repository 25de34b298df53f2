"""Custom layers for tests: good ones of several forms, and a design around one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from designer.graph.block import Node
from designer.graph.custom import CustomLayer, CustomParameter, CustomPort
from designer.graph.design import Design
from tests.drawing import block

SCALED_CONV = CustomLayer(
    "ScaledConv",
    "A convolution whose results are scaled.",
    '''import math

from torch.nn import functional as F


class ScaledConv(nn.Module):
    """A convolution whose results are scaled."""

    def __init__(
        self, in_channels: int, out_channels: int = 8, stride: int = 1, gain: float = 1
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 3, stride, 1)
        self.gain = gain * math.sqrt(2)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.conv(x)) * self.gain
''',
    parameters=(
        CustomParameter("out_channels", "int", 8, "Channels of the output.", 1, 4096),
        CustomParameter("stride", "int", 1, "Step of the window.", 1, 8),
        CustomParameter("gain", "float", 2.0, "What the results are multiplied with."),
    ),
    outputs=(CustomPort("output", "N, out_channels, (H - 1) // stride + 1, (W - 1) // stride + 1"),),
    derived=(("in_channels", "C"),),
    params="out_channels * (9 * C + 1)",
    macs="9 * C * N * output[1] * output[2] * output[3]",
)

# Any number of axes in the middle, two inputs and two outputs, lengths that need a function and a condition.
MIXER = CustomLayer(
    "Mixer",
    source="""class Mixer(nn.Module):
    def __init__(self, keep: float, *, flip=False, sizes=(1, 2), **others) -> None:
        super().__init__()
        self.keep, self.flip = keep, flip

    def forward(self, a, b):
        kept = int(a.shape[-1] * self.keep)
        mixed = (a + b)[..., : max(kept, 1)]
        return mixed, a.flip(1) > 0 if self.flip else a > 0
""",
    parameters=(
        CustomParameter("keep", "float", 0.5, minimum=0, maximum=1),
        CustomParameter("flip", "bool", False),
        CustomParameter("sizes", "shape", (1, 2)),
        CustomParameter("mode", "choice", "soft", choices=("soft", "hard")),
    ),
    inputs=(CustomPort("a", "N, ..., E"), CustomPort("b", "(N, ..., E)")),
    outputs=(CustomPort("mixed", "N, ..., max(int(E * keep), 1)"), CustomPort("mask", "N, ..., a[-1]", "bool")),
)


def with_custom(*customs: CustomLayer, nodes: Sequence[Node], shape=(3, 16, 16), **about) -> Design:
    """A design with a chain from an image through `nodes`, and these custom layers."""
    row = [Node("input", "Input", params={"shape": shape}), *nodes, Node("output", "Output")]
    return Design("Net", {"Net": block("Net", *row, **about)}, {layer.name: layer for layer in customs})


def hostile(marker: Path) -> Design:
    """A design whose custom layer writes a file as soon as its class is defined; it is drawn without a fault."""
    source = f"""class Harmless(nn.Module):
    open({str(marker)!r}, "w").close()

    def forward(self, x):
        return x
"""
    layer = CustomLayer("Harmless", "Does no harm.", source, params="0", macs="0")
    nodes = [
        Node("harmless", "Harmless"),
        Node("flatten", "Flatten"),
        Node("fc", "Linear", params={"out_features": 10}),
    ]
    return with_custom(layer, nodes=nodes, shape=(1, 28, 28))
