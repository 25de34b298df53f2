"""What a parameter takes, and what is said of what it does not take."""

from typing import Any

import pytest

from designer.catalogue.registry import spec_of
from designer.catalogue.spec import LayerError, Parameter, ParameterType
from designer.catalogue.validate import check_value, expectation

KERNEL = spec_of("Conv2d").parameter("kernel_size")
CHANNELS = spec_of("Conv2d").parameter("out_channels")
STRIDE = spec_of("MaxPool2d").parameter("stride")
BIAS = spec_of("Linear").parameter("bias")
P = spec_of("Dropout").parameter("p")
MODE = spec_of("Conv2d").parameter("padding_mode")
SHAPE = spec_of("Input").parameter("shape")
SCALE = spec_of("Upsample").parameter("scale_factor")
TEXT = Parameter("note", ParameterType.TEXT, "", "A note.")


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        (KERNEL, 3),
        (KERNEL, (3, 5)),
        (CHANNELS, 1 << 20),
        (STRIDE, None),
        (SCALE, None),
        (BIAS, False),
        (P, 0),
        (P, 0.5),
        (MODE, "reflect"),
        (SHAPE, (3, 224, 224)),
        (TEXT, "hello"),
    ],
)
def test_legal_values_stay_as_they_are(parameter: Parameter, value: Any) -> None:
    assert check_value(parameter, value) is value


def test_lists_of_a_document_become_tuples() -> None:
    assert check_value(KERNEL, [3, 5]) == (3, 5)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        (KERNEL, 0),
        (KERNEL, (3, 3, 3)),
        (KERNEL, (3, True)),
        (KERNEL, None),
        (KERNEL, 3.0),
        (CHANNELS, True),
        (CHANNELS, (1 << 20) + 1),
        (CHANNELS, "64"),
        (CHANNELS, 10**30),
        (BIAS, 1),
        (P, 1.5),
        (P, float("nan")),
        (P, float("inf")),
        (P, True),
        (MODE, "mirror"),
        (SHAPE, ()),
        (SHAPE, 28),
        (SHAPE, (1,) * 65),
        (TEXT, 3),
    ],
)
def test_illegal_values_are_refused_in_words(parameter: Parameter, value: Any) -> None:
    with pytest.raises(LayerError) as caught:
        check_value(parameter, value)
    error = caught.value
    assert error.code == "bad_parameter"
    assert error.message.startswith(f"{parameter.name}=")
    assert error.expected == expectation(parameter)
    assert error.received
    assert error.fix
    assert check_value(parameter, error.remedies[0].value) == parameter.default


def test_a_whole_number_with_a_point_gets_advice() -> None:
    with pytest.raises(LayerError, match="divide with //"):
        check_value(CHANNELS, 32.0)


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        (KERNEL, "an integer from 1 to 4096, or a tuple of 2 of them"),
        (STRIDE, "an integer from 1 to 4096, or a tuple of 2 of them, or None"),
        (SCALE, "a number from 0.000244140625 to 4096, or a tuple of one a spatial axis, or None"),
        (P, "a number from 0 to 1"),
        (MODE, 'one of "zeros", "reflect", "replicate", "circular"'),
    ],
)
def test_expectations_in_words(parameter: Parameter, words: str) -> None:
    assert expectation(parameter) == words
