"""Dropout: zeros at random while training, nothing at all afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from designer.catalogue.briefs import brief_of
from designer.catalogue.rules.expect import LAYOUTS, expect_float, expect_rank, expect_spatial
from designer.catalogue.spec import Family, LayerSpec, Parameter, ParameterType, Tensor, Values

_P = (Parameter("p", ParameterType.FLOAT, 0.5, "Chance that an element becomes zero.", 0, 1, required=True),)
_THINGS = {1: "a sequence", 2: "an image", 3: "a volume"}


def _any_rank(x: Tensor) -> None:
    """Elements are dropped one by one: the rank does not matter."""


def _with_features(x: Tensor) -> None:
    expect_rank(x, range(2, 9), "(N, C, …)", "Check the layers before it.")


def _dropout(kind: str, summary: str, text: str, check: Callable[[Tensor], None]) -> LayerSpec:
    def infer(values: Values, inputs: Sequence[Tensor]) -> Tensor:
        check(inputs[0])
        expect_float(inputs[0])
        return inputs[0]

    return LayerSpec(
        kind=kind,
        family=Family.LINEAR,
        stem="dropout",
        summary=summary,
        help=text,
        url=f"https://pytorch.org/docs/stable/generated/torch.nn.{kind}.html",
        infer=infer,
        parameters=_P,
        module=f"nn.{kind}",
        positional=("p",),
        brief=brief_of(_P),
    )


def _spatial(axes: int) -> LayerSpec:
    return _dropout(
        f"Dropout{axes}d",
        "Zeroes whole channels at random while training.",
        f"""Sets each channel of {_THINGS[axes]} to zero with probability `p` while training, and scales the rest by
`1 / (1 − p)`.

Use it between convolutions, where neighbouring elements agree so much that dropping single ones changes little.

The shape stays as it is: `{LAYOUTS[axes]}`. When evaluating, it passes everything through.

*Pitfall:* a tensor without an axis for the batch would be taken for something else; keep its {axes + 2} axes.""",
        lambda x: expect_spatial(x, axes),
    )


SPECS = (
    _dropout(
        "Dropout",
        "Zeroes elements at random while training.",
        """Sets each element to zero with probability `p` while training, and scales the rest by `1 / (1 − p)`.

Use it between fully connected layers against overfitting: no unit can rely on another one alone.

The shape stays as it is. When evaluating, it passes everything through.

*Pitfall:* before a batch normalisation it disturbs the statistics that the normalisation learns.""",
        _any_rank,
    ),
    *(_spatial(axes) for axes in (2, 1, 3)),
    _dropout(
        "AlphaDropout",
        "Dropout that keeps mean and variance, for SELU.",
        """Sets each element to SELU's lower bound with probability `p` while training, then scales and shifts all of
them so that mean 0 and variance 1 stay.

Use it between the layers of a network with SELU, in place of Dropout.

The shape stays as it is. When evaluating, it passes everything through.

*Pitfall:* behind other activations than SELU its correction is wrong.""",
        _any_rank,
    ),
    _dropout(
        "FeatureAlphaDropout",
        "AlphaDropout of whole channels.",
        """Sets each channel to SELU's lower bound with probability `p` while training, then scales and shifts all of
them so that mean 0 and variance 1 stay.

Use it between the convolutions of a network with SELU.

The shape stays as it is: `(N, C, …)`. When evaluating, it passes everything through.

*Pitfall:* behind other activations than SELU its correction is wrong.""",
        _with_features,
    ),
)
