"""Fully connected layers."""

from __future__ import annotations

from collections.abc import Sequence

from designer.catalogue.briefs import brief_of
from designer.catalogue.rules.cost import linear_macs, linear_weights
from designer.catalogue.rules.expect import expect_float, expect_rank, shape_text
from designer.catalogue.spec import (
    Derived,
    Family,
    LayerError,
    LayerSpec,
    Parameter,
    ParameterType,
    Remedy,
    Tensor,
    Values,
)

_PARAMETERS = (
    Parameter(
        "out_features",
        ParameterType.INT,
        128,
        "Number of outputs.",
        minimum=1,
        maximum=1 << 20,
        required=True,
    ),
    Parameter("bias", ParameterType.BOOL, True, "Adds a learnable number to each output."),
)


def _infer(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    if x.rank > 3:
        # torch would act on the last axis, the width of an image: legal, and hardly ever what was meant.
        raise LayerError(
            "linear_needs_flat",
            f"a {x.rank}-d tensor {shape_text(x.shape)} arrives, of which it would see only the last axis.",
            expected="(N, in_features) or (N, L, in_features)",
            received=shape_text(x.shape),
            fix="Insert Flatten.",
            remedies=(Remedy("Insert Flatten", insert="Flatten"),),
        )
    expect_rank(x, (2, 3), "(N, in_features) or (N, L, in_features)", "Check the layers before it.")
    expect_float(x)
    return Tensor((*x.shape[:-1], values.out_features), x.dtype)


def _weights(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
    return linear_weights(inputs[0].shape[-1], values.out_features, values.bias)


def _macs(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
    return linear_macs(inputs[0].shape, values.out_features)


SPECS = (
    LayerSpec(
        kind="Linear",
        family=Family.LINEAR,
        stem="fc",
        summary="Weighs all inputs for each output: a fully connected layer.",
        help="""Computes each output as a weighted sum of all inputs: `y = x Wᵀ + b`.

Use it as a network's head, after Flatten or a global pool, and between the axes of a sequence's elements.

`(N, in_features)` becomes `(N, out_features)`; in a sequence `(N, L, in_features)` each element is treated by itself.

*Pitfall:* an image `(N, C, H, W)` must be flattened first, or only its width would be seen.""",
        url="https://pytorch.org/docs/stable/generated/torch.nn.Linear.html",
        infer=_infer,
        parameters=_PARAMETERS,
        weights=_weights,
        macs=_macs,
        window=lambda values: "all",
        module="nn.Linear",
        derived=(Derived("in_features", lambda values, inputs: inputs[0].shape[-1]),),
        positional=("in_features", "out_features"),
        brief=brief_of(_PARAMETERS),
    ),
)
