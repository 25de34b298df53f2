"""The bounds of parameters are torch's: a number that a parameter refuses torch refuses too."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from designer.catalogue.registry import registry
from designer.catalogue.spec import LayerError, LayerSpec, Parameter, ParameterType, Tensor
from designer.catalogue.validate import check_value, doubt_of
from designer.graph.block import INPUT, OUTPUT
from tests.catalogue.conftest import spatial_axes
from tests.catalogue.execution import Case, execute, outcome

LAYERS = [spec for spec in registry().values() if spec.kind not in (INPUT, OUTPUT)]
TRIED = {
    ParameterType.INT: [-1, 0, 1, 70],
    ParameterType.SIZE: [-1, 0, 1, 3],
    ParameterType.FACTOR: [-1.0, 0, 0.01, 0.5, 70],
    ParameterType.FLOAT: [-1e4, -0.5, 0.0, 1e-14, 0.5, 1.0, 10.0, 1e9],
}
FITTING: dict[str, dict[str, Any]] = {  # what else a layer needs to take the tensors below
    "Reshape": {"shape": (-1,)},
    **{kind: {"dim": (2,)} for kind in ("Mean", "Sum", "Max", "Min")},
}
SHAPES = {
    "Unflatten": (4, 400, 2),
    "Split": (4, 64, 2),
    **dict.fromkeys(("Upsample", "PixelShuffle", "PixelUnshuffle"), (4, 4, 8, 8)),
}


def reason(parameter: Parameter, value: float) -> str:
    """Why Blockyard has a bound that torch has not; empty where it may not. The whole list."""
    match parameter.name:
        case "output_size" | "out_features" | "embedding_dim" | "dim_feedforward" | "length" if value == 0:
            return "a tensor without elements, from which nothing follows"
        case "num_dims":
            return "Blockyard's own: more axes than a tensor can have"
        case "chunks" if not 1 <= value <= 64:
            return "each part is a port on a card"
    return ""


def case_with(spec: LayerSpec, name: str, value: Any) -> Case:
    params = {p.name: 2 if p.name in ("num_heads", "nhead", "num_groups") else p.default for p in spec.parameters}
    params |= {"groups": 2} if spec.kind == "ChannelShuffle" else {}
    usual = {2: (4, 6, 8, 8), 3: (4, 6, 8, 8, 8)}.get(spatial_axes(spec), (4, 6, 8))
    tensor = Tensor(SHAPES.get(spec.kind, usual), "int64" if spec.kind == "Embedding" else "float32")
    count = 2 if spec.variadic else len(spec.inputs)
    return Case({**params, **FITTING.get(spec.kind, {}), name: value}, (tensor,) * count)


def takes(spec: LayerSpec, parameter: Parameter, case: Case) -> bool:
    try:
        check_value(parameter, case.params[parameter.name])
    except LayerError:
        return False
    return not isinstance(outcome(spec, case), LayerError)


def torch_takes(spec: LayerSpec, case: Case) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):
            for training in (False, True):
                execute(spec, case, "cpu", training=training)
    except (RuntimeError, ValueError, IndexError, TypeError, AssertionError, ArithmeticError):
        return False
    return True


CASES = [
    pytest.param(spec, parameter, id=f"{spec.kind}-{parameter.name}")
    for spec in LAYERS
    for parameter in spec.parameters
    if parameter.type in TRIED
]


@pytest.mark.parametrize(("spec", "parameter"), CASES)
def test_a_parameter_takes_what_torch_takes(spec: LayerSpec, parameter: Parameter) -> None:
    for value in TRIED[parameter.type]:
        case = case_with(spec, parameter.name, value)
        if not reason(parameter, value):
            assert takes(spec, parameter, case) == torch_takes(spec, case), f"{parameter.name}={value}"


@pytest.mark.parametrize(("spec", "parameter"), CASES)
def test_a_default_is_usual(spec: LayerSpec, parameter: Parameter) -> None:
    assert parameter.default is None or doubt_of(parameter, parameter.default) is None
