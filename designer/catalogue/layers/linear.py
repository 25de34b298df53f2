"""Fully connected layers."""

from __future__ import annotations

from collections.abc import Sequence

from designer.base.text import Text, all_of
from designer.catalogue.briefs import brief_of
from designer.catalogue.rules import reach, saved
from designer.catalogue.rules.cost import linear_macs, linear_weights
from designer.catalogue.rules.doubts import ADD_CHANNELS, unbatched
from designer.catalogue.rules.expect import expect_float, expect_rank, rank_from, shape_text
from designer.catalogue.spec import (
    Derived,
    Doubt,
    Family,
    LayerError,
    LayerSpec,
    Parameter,
    ParameterType,
    Saved,
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
    expect_rank(x, rank_from(1), "(N, …, in_features)", "Check the layers before it.")
    expect_float(x)
    return Tensor((*x.shape[:-1], values.out_features), x.dtype)


def _doubts(values: Values, inputs: Sequence[Tensor]) -> list[Doubt]:
    return [_alone(x, "(N, in_features)") for x in inputs if x.rank == 1]


def _alone(x: Tensor, layout: str) -> Doubt:
    """One vector: PyTorch takes the batch for its features."""
    fix = "Insert Unsqueeze with dim=1 where each example is one number, or check the layers before it."
    return unbatched(x, layout, Text("features"), fix, ADD_CHANNELS)


def _weights(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
    return linear_weights(inputs[0].shape[-1], values.out_features, values.bias)


def _macs(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
    return linear_macs(inputs[0].shape, values.out_features)


def _saved(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
    # Matrices are multiplied as they lie; of more axes it makes a matrix first.
    return Saved(inputs=(0,), only_for_weights=True, needs_contiguous=inputs[0].rank > 2)


def _bilinear(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    first, second = inputs
    for x in inputs:
        expect_rank(x, rank_from(1), "(N, …, features)", "Check the layers before it.")
        expect_float(x)
    if first.shape[:-1] != second.shape[:-1]:
        shapes = all_of([shape_text(first.shape), shape_text(second.shape)])
        raise LayerError(
            "merge_mismatch",
            Text("cannot weigh the pairs of {shapes}: they differ before the last axis.", shapes=shapes),
            expected="shapes that agree on every axis but the last",
            received=shapes,
            fix="Change the layers before it so that the shapes agree.",
        )
    return Tensor((*first.shape[:-1], values.out_features), first.dtype)


def _bilinear_doubts(values: Values, inputs: Sequence[Tensor]) -> list[Doubt]:
    return [_alone(x, "(N, features)") for x in inputs[:1] if x.rank == 1]


def _bilinear_weights(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
    first, second = inputs
    return linear_weights(first.shape[-1] * second.shape[-1], values.out_features, values.bias)


def _bilinear_sees(
    values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor], port: int
) -> Sequence[reach.Field]:
    return [reach.along(x, outputs[port], {x.rank - 1: reach.everything(x.shape[-1])}) for x in inputs]


SPECS = (
    LayerSpec(
        kind="Linear",
        family=Family.LINEAR,
        stem="fc",
        summary="Weighs all inputs for each output: a fully connected layer.",
        help="""Computes each output as a weighted sum of all inputs: `y = x Wᵀ + b`.

Use it as a network's head, after Flatten or a global pool, and between the axes of a sequence's elements.

`(N, in_features)` becomes `(N, out_features)`; of `(N, …, in_features)` each vector along the last axis is treated
by itself.

*Pitfall:* an image `(N, C, H, W)` must be flattened first, or only its width is seen.""",
        url="https://pytorch.org/docs/stable/generated/torch.nn.Linear.html",
        infer=_infer,
        parameters=_PARAMETERS,
        doubts=_doubts,
        weights=_weights,
        macs=_macs,
        saved=_saved,
        sees=reach.of_one(lambda values, x, y: {x.rank - 1: reach.everything(x.shape[-1])}),
        module="nn.Linear",
        lazy="nn.LazyLinear",
        derived=(Derived("in_features", lambda values, inputs: inputs[0].shape[-1]),),
        positional=("in_features", "out_features"),
        brief=brief_of(_PARAMETERS),
    ),
    LayerSpec(
        kind="Bilinear",
        family=Family.LINEAR,
        stem="bilinear",
        summary="Weighs all products of two tensors' elements for each output.",
        help="""Computes each output as a weighted sum over all pairs of elements: `y = x₁ᵀ A x₂ + b`.

Use it where two vectors shall be compared in a way that is learnt: a question and an answer, two views of a thing.

`(N, in1_features)` and `(N, in2_features)` become `(N, out_features)`.

*Pitfall:* it has in1 · in2 · out weights. PyTorch's counter of operations leaves it out, and so do the MACs.""",
        url="https://pytorch.org/docs/stable/generated/torch.nn.Bilinear.html",
        infer=_bilinear,
        parameters=_PARAMETERS,
        doubts=_bilinear_doubts,
        inputs=("input1", "input2"),
        weights=_bilinear_weights,
        saved=saved.all_inputs,
        sees=_bilinear_sees,
        module="nn.Bilinear",
        derived=(
            Derived("in1_features", lambda values, inputs: inputs[0].shape[-1]),
            Derived("in2_features", lambda values, inputs: inputs[1].shape[-1]),
        ),
        positional=("in1_features", "in2_features", "out_features"),
        brief=brief_of(_PARAMETERS),
    ),
)
