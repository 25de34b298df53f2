"""A custom layer held against torch: what agrees, and each kind of difference."""

from __future__ import annotations

from dataclasses import replace

import pytest

from designer.catalogue.spec import Tensor
from designer.graph.custom import CustomPort
from designer.session.checking import CustomCheck
from designer.session.trust import trust_layers
from tests.custom_layers import MIXER, SCALED_CONV

IMAGE = Tensor((2, 3, 9, 8))
WRONG = replace(
    SCALED_CONV,
    outputs=(CustomPort("output", "N, out_channels, H, W", "int64"),),
    params="out_channels",
    macs="1",
)


@pytest.mark.parametrize(
    ("layer", "values", "inputs", "told"),
    [
        (MIXER, {"flip": True}, [Tensor((2, 5, 4)), Tensor((2, 5, 4))], []),
        (
            WRONG,
            {"stride": 2},
            [IMAGE],
            [
                "output has the shape (2, 8, 5, 4), and (2, 8, 9, 8) is declared.",
                "output is of float32, and int64 is declared.",
                "It has 224 parameters, and 8 are declared.",
                "It takes 8,640 MACs, and 1 are declared.",
            ],
        ),
    ],
    ids=["as declared", "all wrong"],
)
def test_what_was_declared_is_compared_with_what_torch_does(layer, values, inputs, told):
    trust_layers([layer])
    assert CustomCheck(layer, values, inputs).wait(120) == told
