"""What torch saves of a layer for its backward pass, in bytes: the memory that grows with the batch.

The figures are those of torch's own kernels on the CPU, which `torch.autograd.graph.saved_tensors_hooks` shows. They
differ on a GPU in three places, and there the figures err on the side of more: a dropout's mask takes four bytes an
element here and one there, attention with dropout saves its matrices here and not there, and cuDNN's LSTM saves about
half as much. A parameter that a layer saves is counted with the weights, not here.
"""

from __future__ import annotations

from collections.abc import Sequence

from designer.catalogue.rules.expect import product
from designer.catalogue.spec import Saved, SavedRule, Tensor, Values

FLOAT_BYTES = 4
INDEX_BYTES = 8  # torch's indices are int64
_DTYPE_BYTES = {"float64": 8, "int64": 8, "float32": 4, "int32": 4, "float16": 2, "bfloat16": 2, "bool": 1, "uint8": 1}


def elements(tensor: Tensor) -> int:
    """The number of elements of a tensor."""
    return int(product(tensor.shape))


def size_bytes(tensor: Tensor) -> int:
    """The memory that a tensor takes, in bytes."""
    return elements(tensor) * _DTYPE_BYTES.get(tensor.dtype, FLOAT_BYTES)


def _always(saved: Saved) -> SavedRule:
    return lambda values, inputs, outputs: saved


nothing = _always(Saved())
the_input = _always(Saved(inputs=(0,)))
the_output = _always(Saved(outputs=(0,)))
input_and_output = _always(Saved(inputs=(0,), outputs=(0,)))
a_view = _always(Saved(view=True))  # nothing, and its output shares the memory of its input
input_for_weights = _always(Saved(inputs=(0,), only_for_weights=True))


def reshaped(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
    """Nothing; the output is a view, or a copy of an input whose elements lie in another order."""
    return Saved(view=True, needs_contiguous=True)


def strided_view(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
    """Nothing; the output is a view whose elements do not lie in its order."""
    return Saved(view=True, is_strided=True)


def input_and_more(count: float) -> SavedRule:
    """The input, and `count` tensors of its size."""
    return lambda values, inputs, outputs: Saved(inputs=(0,), own_bytes=int(count * size_bytes(inputs[0])))


def input_and_indices(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
    """The input of a max pool, and for each element of the output where it comes from."""
    return Saved(inputs=(0,), own_bytes=elements(outputs[0]) * INDEX_BYTES)


def dropout_mask(axes: int = 0, least: int = 0) -> SavedRule:
    """A factor for each element, or for each channel where the layer has spatial axes or needs at least two.

    Source: ATen's Dropout.cpp and torch.nn.functional.
    """

    def rule(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
        if not values.p:
            return Saved(view=True)
        if values.p == 1:
            return Saved(fixed_bytes=FLOAT_BYTES)  # a single zero
        (x,) = inputs
        drawn = x.rank if not (axes or least) else 1 if axes in (1, 3) and x.rank != axes + 2 else 2
        return Saved(own_bytes=int(product(x.shape[:drawn])) * FLOAT_BYTES)

    return rule


def all_inputs(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
    """Every input, as of a product."""
    return Saved(inputs=tuple(range(len(inputs))))


def attention_elements(length: int, others: int, features: int, heads: int, has_dropout: bool, is_self: bool) -> int:
    """What the products of attention save for one example, in elements, without the inputs of the projections.

    length: of the queries; others: of the keys. Query, key and value as projected, the result, and one number a query
    and head; with dropout, where the CPU has no fused kernel, the matrix of weights three times and scaled copies
    instead. Source: ATen's sdp_utils.cpp and attention.cpp.
    """
    projected = features * (length + 2 * others)
    result = features * length
    if not has_dropout:
        return projected + result + heads * length
    scaled = features * (length + others)
    values = projected if is_self else features * others  # one storage holds all three where they are one projection
    return scaled + values + result + 3 * heads * length * others
