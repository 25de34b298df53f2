"""Dropout: zeros at random while training, nothing at all afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from designer.catalogue.briefs import brief_of
from designer.catalogue.rules.expect import expect_float, expect_spatial
from designer.catalogue.spec import Family, LayerSpec, Parameter, ParameterType, Tensor, Values

_P = (Parameter("p", ParameterType.FLOAT, 0.5, "Chance that an element becomes zero.", 0, 1, required=True),)


def _dropout(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    expect_float(inputs[0])
    return inputs[0]


def _dropout2d(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    expect_spatial(inputs[0], 2)
    expect_float(inputs[0])
    return inputs[0]


SPECS = (
    LayerSpec(
        kind="Dropout",
        family=Family.LINEAR,
        stem="dropout",
        summary="Zeroes elements at random while training.",
        help="""Sets each element to zero with probability `p` while training, and scales the rest by `1 / (1 − p)`.

Use it between fully connected layers against overfitting: no unit can rely on another one alone.

The shape stays as it is. When evaluating, it passes everything through.

*Pitfall:* before a batch normalisation it disturbs the statistics that the normalisation learns.""",
        url="https://pytorch.org/docs/stable/generated/torch.nn.Dropout.html",
        infer=_dropout,
        parameters=_P,
        module="nn.Dropout",
        positional=("p",),
        brief=brief_of(_P),
    ),
    LayerSpec(
        kind="Dropout2d",
        family=Family.LINEAR,
        stem="dropout",
        summary="Zeroes whole channels at random while training.",
        help="""Sets each channel of an image to zero with probability `p` while training, and scales the rest by
`1 / (1 − p)`.

Use it between convolutions, where neighbouring elements agree so much that dropping single ones changes little.

The shape stays as it is: `(N, C, H, W)`. When evaluating, it passes everything through.

*Pitfall:* a tensor without an axis for the batch would be taken for something else; keep it four-dimensional.""",
        url="https://pytorch.org/docs/stable/generated/torch.nn.Dropout2d.html",
        infer=_dropout2d,
        parameters=_P,
        module="nn.Dropout2d",
        positional=("p",),
        brief=brief_of(_P),
    ),
)
