"""Dropout: zeros at random while training, nothing at all afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from designer.base.text import Text
from designer.catalogue.briefs import brief_of
from designer.catalogue.rules import saved
from designer.catalogue.rules.doubts import ADD_CHANNELS, unbatched, unusual_rank
from designer.catalogue.rules.expect import LAYOUTS, expect_numbers, expect_rank, is_float, shape_text
from designer.catalogue.spec import Doubt, Family, LayerSpec, Parameter, ParameterType, Tensor, Values

_P = (Parameter("p", ParameterType.FLOAT, 0.5, "Chance that an element becomes zero.", 0, 1, required=True),)
_THINGS = {1: "a sequence", 2: "an image", 3: "a volume"}


def _dropout(kind: str, summary: str, text: str, axes: int = 0, least: int = 0) -> LayerSpec:
    """A layer of the family. axes: of a form for channels, the spatial axes; least: the axes that training needs."""

    def infer(values: Values, inputs: Sequence[Tensor]) -> Tensor:
        (x,) = inputs
        if axes == 1:  # torch is strict here alone, and takes whatever arrives at the other forms
            expect_rank(x, (2, 3), LAYOUTS[1], "Check the layers before it.")
        expect_numbers(x)
        return x

    def doubts(values: Values, inputs: Sequence[Tensor]) -> list[Doubt]:
        (x,) = inputs
        found = _in_training(x, least) if 0 < values.p < 1 else []
        if axes and x.rank == axes + 1 and axes != 2:
            fix = "Use Dropout, or insert Unsqueeze with dim=1, which adds an axis of channels behind the batch."
            found.append(unbatched(x, LAYOUTS[axes], Text("channels"), fix, ADD_CHANNELS))
        elif axes and x.rank != axes + 2:
            effect = Text(
                "PyTorch takes one of its first two axes for channels, and warns that it will not do so for long"
            )
            found.append(unusual_rank(x, LAYOUTS[axes], effect))
        return found

    return LayerSpec(
        kind=kind,
        family=Family.LINEAR,
        stem="dropout",
        summary=summary,
        help=text,
        url=f"https://pytorch.org/docs/stable/generated/torch.nn.{kind}.html",
        infer=infer,
        parameters=_P,
        doubts=doubts,
        saved=saved.dropout_mask(axes, least),
        module=f"nn.{kind}",
        positional=("p",),
        brief=brief_of(_P),
    )


def _in_training(x: Tensor, least: int) -> list[Doubt]:
    """What passes through when evaluating, and in training is an error of PyTorch's."""
    if is_float(x.dtype) and x.rank >= least:
        return []
    arriving = Text("a {rank}-d tensor {shape}", rank=x.rank, shape=shape_text(x.shape))
    if not is_float(x.dtype):
        arriving = Text("a tensor of {dtype}", dtype=x.dtype)
    return [
        Doubt(
            "raises_in_training",
            Text(
                "{arriving} arrives, which PyTorch refuses in training and passes on when evaluating.",
                arriving=arriving,
            ),
            expected=Text("a floating-point tensor of {least} axes or more", least=least)
            if least
            else "a floating-point tensor, such as float32",
            received=x.dtype if not is_float(x.dtype) else shape_text(x.shape),
            fix="Put it behind a layer that calculates with real numbers, or remove it.",
        )
    ]


def _spatial(axes: int) -> LayerSpec:
    return _dropout(
        f"Dropout{axes}d",
        "Zeroes whole channels at random while training.",
        f"""Sets each channel of {_THINGS[axes]} to zero with probability `p` while training, and scales the rest by
`1 / (1 − p)`.

Use it between convolutions, where neighbouring elements agree so much that dropping single ones changes little.

The shape stays as it is: `{LAYOUTS[axes]}`. When evaluating, it passes everything through.

*Pitfall:* a tensor without an axis for the batch would be taken for something else; keep its {axes + 2} axes.""",
        axes,
        {1: 2, 2: 2, 3: 1}[axes],
    )


SPECS = (
    _dropout(
        "Dropout",
        "Zeroes elements at random while training.",
        """Sets each element to zero with probability `p` while training, and scales the rest by `1 / (1 − p)`.

Use it between fully connected layers against overfitting: no unit can rely on another one alone.

The shape stays as it is. When evaluating, it passes everything through.

*Pitfall:* before a batch normalisation it disturbs the statistics that the normalisation learns.""",
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
    ),
    _dropout(
        "FeatureAlphaDropout",
        "AlphaDropout of whole channels.",
        """Sets each channel to SELU's lower bound with probability `p` while training, then scales and shifts all of
them so that mean 0 and variance 1 stay.

Use it between the convolutions of a network with SELU.

The shape stays as it is: `(N, C, …)`. When evaluating, it passes everything through.

*Pitfall:* behind other activations than SELU its correction is wrong.""",
        least=2,
    ),
)
