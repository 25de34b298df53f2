"""How shapes meet, and the projection that is offered where they do not."""

import pytest

from designer.catalogue.registry import spec_of
from designer.catalogue.rules.broadcast import broadcast, concatenate
from designer.catalogue.spec import LayerError, Tensor, Values


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


@pytest.mark.parametrize(
    ("shapes", "offered"),
    [
        (((1, 8, 28, 28), (1, 8, 27, 27)), ["Conv2d", "ZeroPad2d"]),
        (((1, 8, 28, 28), (1, 4, 13, 13)), ["Conv2d"]),  # a window of 3 with a stride of 2: none of 1×1 gives 13
        (((1, 8, 10, 10), (1, 8, 9, 8)), ["Conv2d", "ZeroPad2d"]),
        (((1, 8, 10, 9), (1, 8, 9, 10)), ["ZeroPad2d"]),
        (((1, 8, 9, 9), (1, 4, 5, 5), (1, 8, 9, 9)), ["Conv2d"]),  # two projections at once
        (((1, 64), (1, 10)), ["Linear", "Linear"]),
        (((1, 8, 10, 9), (1, 4, 9, 10)), []),
        (((2, 8, 9, 9), (3, 8, 9, 9)), []),
    ],
)
def test_each_remedy_makes_the_shapes_agree(shapes: tuple, offered: list[str]) -> None:
    with pytest.raises(LayerError) as caught:
        broadcast(tensors(*shapes), "add")
    assert [remedy.insert for remedy in caught.value.remedies] == offered
    for remedy in caught.value.remedies:
        mended = list(tensors(*shapes))
        for step in (remedy, *remedy.also):
            index, spec = int(step.port[1:]) - 1, spec_of(step.insert)
            values = {parameter.name: parameter.default for parameter in spec.parameters} | dict(step.params)
            mended[index] = spec.infer(Values(values), [mended[index]])
        assert len({tensor.shape for tensor in mended}) == 1


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
