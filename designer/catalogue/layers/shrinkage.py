"""Activations that cut: between bounds, below a threshold, or around zero."""

from __future__ import annotations

from collections.abc import Sequence

from designer.base.text import Text
from designer.catalogue.layers.activation import activation, keep_any, number, to_float
from designer.catalogue.rules import saved
from designer.catalogue.spec import LayerError, Remedy, Saved, Tensor, Values


def _between_bounds(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    low, high = float(values.min_val), float(values.max_val)
    if high <= low:
        raise LayerError(
            "bounds_out_of_order",
            Text("max_val={high} is not above min_val={low}.", high=high, low=low),
            expected=Text("a max_val above {low}", low=low),
            received=f"max_val={high}",
            fix=Text("Use max_val={value}.", value=low + 1),
            remedies=(Remedy(Text("Set max_val to {value}", value=low + 1), set_param="max_val", value=low + 1),)
            if low <= 999
            else (),
        )
    return keep_any(values, inputs)


def _tanhshrink(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
    return Saved(own_bytes=saved.size_bytes(outputs[0]))  # the tanh itself


SPECS = (
    activation(
        "Hardtanh",
        "Cuts each element off at two bounds.",
        "Use it in place of Tanh on small devices, or to bound what a layer gives.",
        "Computes `min(max(x, min_val), max_val)` for each element.",
        "beyond its bounds it has no gradient.",
        _between_bounds,
        (number("min_val", -1.0, "The lower bound."), number("max_val", 1.0, "The upper bound.")),
    ),
    activation(
        "Threshold",
        "Replaces what is not above a threshold.",
        "Use it to silence small values; with threshold 0 and value 0 it is a ReLU.",
        "Computes `x` where it is above `threshold` and `value` elsewhere.",
        "where value and threshold differ, the function jumps.",
        keep_any,
        (
            number("threshold", 0.0, "What an element has to exceed to pass.", required=True),
            number("value", 0.0, "What takes the place of the others.", required=True),
        ),
        positional=("threshold", "value"),
    ),
    activation(
        "Hardshrink",
        "Sets what is near zero to zero.",
        "Use it for sparse codes: what is small counts as noise.",
        "Computes `x` where `|x|` is above `lambd` and 0 elsewhere.",
        "the function jumps at ±lambd, and within it has no gradient.",
        parameters=(number("lambd", 0.5, "How far from zero an element has to be."),),
    ),
    activation(
        "Softshrink",
        "Pulls each element towards zero, and sets what is near it to zero.",
        "Use it for sparse codes, as the step of iterative shrinkage: unlike Hardshrink it does not jump.",
        "Computes `x − lambd` above lambd, `x + lambd` below −lambd, and 0 between.",
        "all that passes becomes smaller by `lambd`.",
        parameters=(number("lambd", 0.5, "How far each element is pulled.", minimum=0),),
    ),
    activation(
        "Tanhshrink",
        "What a tanh takes away.",
        "Use it in sparse codes, where small values shall vanish smoothly.",
        "Computes `x − tanh(x)` for each element.",
        "near zero both the result and its gradient vanish.",
        to_float,
        saves=_tanhshrink,
    ),
)
