"""Windows along spatial axes, against figures of the papers and against the words of a refusal."""

import pytest

from designer.catalogue.rules.sliding_window import (
    as_size,
    per_axis,
    pool_shape,
    transposed_shape,
    window_length,
    window_shape,
    windows_of,
)
from designer.catalogue.spec import LayerError, Window


@pytest.mark.parametrize(
    ("arguments", "length"),
    [
        ((224, 7, 2, 3), 112),  # ResNet's stem
        ((224, 11, 4), 54),  # AlexNet's first convolution without padding
        ((28, 5), 24),  # LeNet
        ((112, 3, 2, 1), 56),
        ((10, 3, 1, 2, 2), 10),  # dilation
        ((5, 2, 2), 2),  # an odd size loses its last element
    ],
)
def test_length(arguments: tuple[int, ...], length: int) -> None:
    assert window_length(*arguments) == length


def test_ceil_mode_rounds_up_but_starts_no_window_in_the_right_padding() -> None:
    assert window_length(5, 2, 2, ceil_mode=True) == 3
    assert window_length(1, 2, 2, padding=1, ceil_mode=True) == 1
    assert window_length(1, 2, 2, ceil_mode=True) == 1


def test_too_large_a_window_says_what_would_fit() -> None:
    with pytest.raises(LayerError) as caught:
        window_shape((2, 8), kernel=(5, 3))
    error = caught.value
    assert error.code == "window_too_large"
    assert "5×3" in error.message
    assert error.received == "an input of 2×8"
    assert [(r.set_param, r.value) for r in error.remedies] == [("padding", (2, 0)), ("kernel_size", (2, 3))]


def test_pool_takes_padding_up_to_half_of_its_kernel() -> None:
    assert pool_shape((8, 8), 3, None, 1) == (3, 3)
    with pytest.raises(LayerError) as caught:
        pool_shape((8, 8), 3, 2, 2)
    assert caught.value.code == "padding_too_large"
    assert caught.value.remedies[0].value == 1


def test_transposed_convolution_doubles() -> None:
    assert transposed_shape((7, 7), 4, 2, 1, 0, 1) == (14, 14)
    assert transposed_shape((7,), 3, 2, 1, 1, 1) == (14,)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(((7,), 3, 2, 1, 2, 1), "output_padding_too_large"), (((1,), 1, 1, 1, 0, 1), "padding_too_large")],
)
def test_transposed_convolution_refuses(arguments: tuple, code: str) -> None:
    with pytest.raises(LayerError) as caught:
        transposed_shape(*arguments)
    assert caught.value.code == code


def test_sizes() -> None:
    assert per_axis(3, 2) == (3, 3)
    assert per_axis((1, 2), 2) == (1, 2)
    assert as_size([3, 3]) == 3
    assert as_size([1, 2]) == (1, 2)
    assert windows_of(2, 3, (2, 1), 1) == (Window(3, 2, 1), Window(3, 1, 1))
