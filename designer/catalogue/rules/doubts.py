"""What PyTorch takes and is probably not meant: axes taken for others than those that they are, work along the batch,
whole numbers where real ones belong.

Blockyard has the batch first throughout; PyTorch cannot tell from a shape which axis is the batch. The functions here
give Doubts and refuse nothing; what PyTorch refuses is the business of `expect`.
"""

from __future__ import annotations

from collections.abc import Sequence

from designer.base.text import Text
from designer.catalogue.rules.expect import LAYOUTS, is_float, shape_text
from designer.catalogue.spec import Doubt, DoubtRule, Remedy, Tensor, Values

ADD_CHANNELS = Remedy("Insert Unsqueeze for the axis that lacks", insert="Unsqueeze", params={"dim": 1})


def unbatched(x: Tensor, layout: str, taken_for: str, fix: str, *remedies: Remedy) -> Doubt:
    """The first axis, which is the batch, is taken for something else. taken_for: for what, in words."""
    return Doubt(
        "unbatched_input",
        Text(
            "a {rank}-d tensor {shape} arrives, and PyTorch takes its first axis, the batch, for {what}.",
            rank=x.rank,
            shape=shape_text(x.shape),
            what=taken_for,
        ),
        expected=layout,
        received=shape_text(x.shape),
        fix=fix,
        remedies=remedies,
    )


def unusual_rank(x: Tensor, layout: str, effect: str) -> Doubt:
    """Another number of axes than the layer is made for. effect: what PyTorch does then, in words."""
    return Doubt(
        "unusual_rank",
        Text("a {rank}-d tensor {shape} arrives; {effect}.", rank=x.rank, shape=shape_text(x.shape), effect=effect),
        expected=layout,
        received=shape_text(x.shape),
        fix="Use the form of this layer that fits the tensor, or check the layers before it.",
    )


def without_batch(axes: int) -> DoubtRule:
    """Doubts of a layer over channels and `axes` spatial axes: the batch may lack, or other axes may stand before."""

    def doubts(values: Values, inputs: Sequence[Tensor]) -> list[Doubt]:
        (x,) = inputs
        if x.rank == axes + 1:
            fix = "Insert Unsqueeze with dim=1, which adds an axis of channels behind the batch."
            return [unbatched(x, LAYOUTS[axes], Text("channels"), fix, ADD_CHANNELS)]
        if x.rank != axes + 2:
            effect = Text("it works on the last axis alone")
            if axes > 1:
                effect = Text("it works on the last {count} axes alone", count=axes)
            return [unusual_rank(x, LAYOUTS[axes], effect)]
        return []

    return doubts


def alone_in_sequence(x: Tensor) -> list[Doubt]:
    """A layer over sequences, (N, L, features), that receives one without a batch."""
    if x.rank != 2:
        return []
    fix = "Insert Unsqueeze with dim=1 where each example is one element, or make sequences of the examples."
    return [unbatched(x, "(N, L, features)", Text("the steps of one sequence"), fix, ADD_CHANNELS)]


def over_batch(x: Tensor, dims: Sequence[int], setting: str, effect: str, *remedies: Remedy) -> list[Doubt]:
    """A layer that works along the first axis. dims: its axes, from either end; setting: what says so, as `dim=0`;
    effect: what that means for the examples of a batch, in words."""
    if not any(x.rank and dim % x.rank == 0 for dim in dims):
        return []
    return [
        Doubt(
            "batch_axis",
            Text("{setting} reaches the first axis, the batch: {effect}.", setting=setting, effect=effect),
            expected="axes behind the batch",
            received=setting,
            fix="Choose an axis behind the batch, unless this is meant.",
            remedies=remedies,
        )
    ]


def whole_numbers(values: Values, inputs: Sequence[Tensor]) -> list[Doubt]:
    """A layer for real numbers that PyTorch runs on integers too, on the CPU."""
    dtype = next((x.dtype for x in inputs if not is_float(x.dtype)), "")
    if not dtype:
        return []
    return [
        Doubt(
            "integer_input",
            Text(
                "a tensor of {dtype} arrives, which PyTorch takes on the CPU only, and without gradients.", dtype=dtype
            ),
            expected="a floating-point tensor, such as float32",
            received=dtype,
            fix="Feed it the output of a layer that calculates with real numbers.",
        )
    ]


def both(*rules: DoubtRule) -> DoubtRule:
    """The doubts of several rules."""
    return lambda values, inputs: [doubt for rule in rules for doubt in rule(values, inputs)]
