"""Ranks, axes and element types, and how types promote as torch promotes them."""

from itertools import product as pairs

import pytest
import torch

from designer.catalogue.rules.expect import DTYPES, expect_spatial, product, promote, resolve_axis
from designer.catalogue.spec import LayerError, Tensor


@pytest.mark.parametrize(("a", "b"), list(pairs(DTYPES, DTYPES)))
def test_types_promote_as_in_torch(a: str, b: str) -> None:
    expected = torch.promote_types(getattr(torch, a), getattr(torch, b))
    assert promote([a, b]) == str(expected).removeprefix("torch.")


def test_a_vector_before_a_convolution_can_be_unflattened() -> None:
    with pytest.raises(LayerError) as caught:
        expect_spatial(Tensor((1, 512)), 2)
    error = caught.value
    assert (error.code, error.expected, error.received) == ("wrong_rank", "(N, C, H, W)", "(1, 512)")
    assert error.remedies[0].params == {"dim": 1, "unflattened_size": (512, 1, 1)}


def test_axes_count_from_both_ends() -> None:
    assert resolve_axis(-1, 4, "dim") == 3
    assert resolve_axis(1, 4, "dim") == 1
    with pytest.raises(LayerError, match="names no axis of a 2-d tensor"):
        resolve_axis(2, 2, "dim")


def test_product() -> None:
    assert product(()) == 1
    assert product((2, 3, 4)) == 24
