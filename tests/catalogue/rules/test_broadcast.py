"""How shapes meet, and the projection that is offered where they do not."""

import pytest

from designer.catalogue.rules.broadcast import broadcast, concatenate
from designer.catalogue.spec import LayerError, Tensor


def tensors(*shapes: tuple[int, ...]) -> list[Tensor]:
    return [Tensor(shape) for shape in shapes]


@pytest.mark.parametrize(
    ("shapes", "result"),
    [
        (((1, 64, 56, 56), (1, 64, 56, 56)), (1, 64, 56, 56)),
        (((1, 64, 56, 56), (1, 64, 1, 1)), (1, 64, 56, 56)),  # a squeeze-and-excite gate
        (((4,), (3, 1), (2, 1, 1)), (2, 3, 4)),
    ],
)
def test_broadcast(shapes: tuple, result: tuple) -> None:
    assert broadcast(tensors(*shapes), "add") == result


def test_mismatch_of_a_residual_block_offers_the_projection() -> None:
    with pytest.raises(LayerError) as caught:
        broadcast(tensors((1, 128, 28, 28), (1, 64, 56, 56)), "add")
    error = caught.value
    assert error.code == "merge_mismatch"
    assert error.message == "cannot add (1, 128, 28, 28) and (1, 64, 56, 56): axis 1 (channels) differs."
    (remedy,) = error.remedies
    assert (remedy.insert, remedy.port) == ("Conv2d", "x2")
    assert remedy.params == {"out_channels": 128, "kernel_size": 1, "stride": 2}


def test_mismatch_that_no_stride_mends_offers_nothing() -> None:
    with pytest.raises(LayerError) as caught:
        broadcast(tensors((1, 8, 10, 10), (1, 8, 9, 8)), "add")
    assert caught.value.remedies == ()


def test_concatenate() -> None:
    assert concatenate(tensors((1, 64, 28, 28), (1, 128, 28, 28), (1, 32, 28, 28)), 1) == (1, 224, 28, 28)
    assert concatenate(tensors((1, 4, 3), (1, 4, 5)), -1) == (1, 4, 8)


@pytest.mark.parametrize(
    ("shapes", "dim", "code"),
    [
        (((1, 64, 28, 28), (1, 64, 14, 14)), 1, "merge_mismatch"),
        (((1, 64), (1, 64, 1)), 1, "merge_mismatch"),
        (((1, 64), (1, 64)), 2, "axis_out_of_range"),
    ],
)
def test_concatenate_refuses(shapes: tuple, dim: int, code: str) -> None:
    with pytest.raises(LayerError) as caught:
        concatenate(tensors(*shapes), dim)
    assert caught.value.code == code
