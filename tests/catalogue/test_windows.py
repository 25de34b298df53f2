"""The windows of which receptive fields are made, against the gradients that torch computes.

What else receptive fields are made of, tests/analysis/test_fields.py holds against them.
"""

import pytest
import torch
from torch import nn

from designer.catalogue.registry import spec_of
from designer.catalogue.spec import Values

LENGTH = 24


def reached(module: nn.Module, output: int) -> list[int]:
    """The positions of a (1, 1, L) input on which one position of the output depends."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.fill_(1.0)
    x = torch.zeros(1, 1, LENGTH, requires_grad=True)
    module(x)[0, 0, output].backward()
    return x.grad[0, 0].nonzero().flatten().tolist()


@pytest.mark.parametrize("params", [{"kernel_size": 3}, {"kernel_size": 5, "stride": 2, "padding": 2}])
@pytest.mark.parametrize("kind", ["Conv1d", "AvgPool1d"])
def test_window_is_what_an_output_sees(kind: str, params: dict[str, int]) -> None:
    spec = spec_of(kind)
    defaults = {parameter.name: parameter.default for parameter in spec.parameters}
    ((kernel, stride, padding, dilation),) = spec.window(Values(defaults | params))
    module = nn.Conv1d(1, 1, **params) if kind == "Conv1d" else nn.AvgPool1d(**params)
    start = 3 * stride - padding
    assert reached(module, 3) == [start + step * dilation for step in range(kernel)]


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_padding_in_words_is_what_torch_adds(padding: str, kernel: int, dilation: int) -> None:
    params = {"kernel_size": kernel, "dilation": dilation, "padding": padding}
    spec = spec_of("Conv1d")
    defaults = {parameter.name: parameter.default for parameter in spec.parameters}
    ((_, stride, before, step),) = spec.window(Values(defaults | params))
    start = 10 * stride - before
    assert reached(nn.Conv1d(1, 1, **params), 10) == [start + step * k for k in range(kernel)]


def test_dilated_window() -> None:
    assert reached(nn.Conv1d(1, 1, 3, dilation=4), 0) == [0, 4, 8]
