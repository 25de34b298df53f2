"""The contract of every layer: what the catalogue says is what torch does.

One test runs over the whole registry. Hypothesis draws parameters and incoming tensors from the layer's own
definitions; shape, dtype, number of parameters, MACs and emitted code are held against real execution, and where the
layer's rule refuses, torch must refuse too, unless `stricter` gives the reason why Blockyard asks for more.
"""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from designer.catalogue.emit import constructor, expression, source_of
from designer.catalogue.registry import registry
from designer.catalogue.spec import Family, LayerError, LayerSpec, Parameter, ParameterType, Remedy, Tensor, Values
from designer.catalogue.validate import check_value
from designer.graph.block import INPUT, OUTPUT
from designer.graph.expressions import from_text, to_text

LAYERS = [spec for spec in registry().values() if spec.kind not in (INPUT, OUTPUT)]
EXAMPLES = 60
LEAST_ACCEPTED = 6  # of the examples, so that no contract holds for want of legal ones

INTEGERS_ARE_A_MISTAKE = "torch takes integers on some devices, or when evaluating only"
NO_BATCH = "torch reads a tensor with one axis less as one without a batch; here the first axis is always the batch"


@dataclass(frozen=True)
class Case:
    """A layer's parameters, all of them, and what arrives."""

    params: dict[str, Any]
    inputs: tuple[Tensor, ...]


def stricter(spec: LayerSpec, error: LayerError, case: Case) -> str:
    """Why a rule refuses what torch may take; empty where torch has to refuse too."""
    rank = case.inputs[0].rank
    match error.code, spec.kind:
        case "linear_needs_flat", _:
            return "torch would act on the last axis, an image's width, which is hardly ever meant"
        case "wrong_rank", "Linear" if rank == 1:
            return NO_BATCH
        case "wrong_rank", _ if spec.kind.startswith("AdaptiveAvgPool"):
            return "with output_size=1 torch takes a mean over the last axes, whatever the others are"
        case "wrong_rank", "Dropout2d" | "Dropout3d":
            return "torch only warns of another rank"
        case "wrong_rank", "FeatureAlphaDropout":
            return "torch refuses while training"
        case "too_few_elements", _ if case.params["track_running_stats"]:
            return "torch refuses while training"
        case "wrong_rank", _ if spec.kind[-1] == "d" and rank == spatial_axes(spec) + 1:
            return NO_BATCH
        case "wrong_dtype", _ if "Pool" in spec.kind or "Dropout" in spec.kind:
            return INTEGERS_ARE_A_MISTAKE
        case "padding_too_large", _ if "Transpose" in spec.kind:
            return "the CPU gives a tensor without elements"
        case "too_many_axes", "LayerNorm" | "RMSNorm":
            return "the axes would reach over the batch, so that examples would depend on each other"
    return ""


# -- what to draw -----------------------------------------------------------------------------------------------------


def spatial_axes(spec: LayerSpec) -> int:
    """The number of spatial axes in a kind's name: `Conv2d` -> 2, `Linear` -> 0."""
    return int(spec.kind[-2]) if spec.kind[-1] == "d" and spec.kind[-2].isdecimal() else 0


def values_of(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Legal values of a parameter, small ones of those that are sizes."""
    low = max(parameter.minimum if parameter.minimum is not None else 0, -5)
    small = st.integers(int(low), int(min(parameter.maximum or math.inf, low + 4 if low >= 0 else 4)))
    drawn = {
        ParameterType.INT: small,
        ParameterType.FLOAT: st.floats(low, min(parameter.maximum or math.inf, 10)),
        ParameterType.BOOL: st.booleans(),
        ParameterType.CHOICE: st.sampled_from(parameter.choices or ("",)),
        ParameterType.SIZE: st.one_of(small, st.tuples(*[small] * parameter.axes)),
        ParameterType.SHAPE: st.lists(small, min_size=1, max_size=4).map(tuple),
        ParameterType.TEXT: st.text(max_size=20),
    }[parameter.type]
    return st.one_of(st.none(), drawn) if parameter.default is None else drawn


@st.composite
def cases(draw: st.DrawFn, spec: LayerSpec) -> Case:
    """Parameters by their definitions, each at its default half of the time, and inputs that often suit them."""
    params = {
        p.name: p.default if not p.required and draw(st.booleans()) else draw(values_of(p)) for p in spec.parameters
    }
    axes = spatial_axes(spec)
    usual = {0: (2, 3, 4), 1: (3,)}.get(axes, (axes + 2,))
    rank = draw(st.sampled_from(usual * 4 + (1, 2, 3, 4, 5)))
    # One example has no variance to normalise by: the fault of the batch, not of the layer.
    least = 2 if spec.family is Family.NORMALISATION else 1
    shape = tuple(draw(st.integers(1 if index else least, 9 if index > 1 else 6)) for index in range(rank))
    if spec.kind == "Unflatten" and draw(st.booleans()):
        axis = params["dim"] % rank
        shape = (*shape[:axis], max(1, abs(math.prod(params["unflattened_size"]))), *shape[axis + 1 :])
    shapes = [draw(like(shape)) for _ in range(draw(st.integers(2, 3)))] if spec.variadic else [shape]
    return Case(params, tuple(Tensor(each, draw(dtypes)) for each in shapes))


dtypes = st.sampled_from(["float32"] * 9 + ["int64"])


@st.composite
def like(draw: st.DrawFn, shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape itself, or with one axis changed, or without its first one: what may meet in a merge."""
    change = draw(st.integers(0, 5))
    axis = draw(st.integers(0, len(shape) - 1))
    if change == 0 and len(shape) > 1:
        return shape[1:]
    if change == 1:
        return (*shape[:axis], draw(st.integers(1, 4)), *shape[axis + 1 :])
    return shape


# -- what torch does --------------------------------------------------------------------------------------------------


def emitted(spec: LayerSpec, case: Case) -> str:
    """The source that stands for the layer, with plain numbers for what follows from the input."""
    params = {name: source_of(value) for name, value in case.params.items()}
    if spec.function:
        return expression(spec, params, [f"x{index}" for index in range(len(case.inputs))])
    derived = {}
    for argument in spec.derived:
        try:
            derived[argument.name] = source_of(argument.of(Values(case.params), case.inputs))
        except IndexError:  # a rank without such an axis, which torch has to refuse whatever stands here
            derived[argument.name] = "1"
    return constructor(spec, params, derived)


def execute(spec: LayerSpec, case: Case, device: str) -> tuple[nn.Module | None, torch.Tensor, int]:
    """Run the emitted source on a device; returns the module, what came out, and its FLOPs."""
    tensors = [torch.ones(x.shape, dtype=getattr(torch, x.dtype), device=device) for x in case.inputs]
    names = {"torch": torch, "nn": nn, **{f"x{index}": tensor for index, tensor in enumerate(tensors)}}
    with torch.device(device), torch.no_grad(), FlopCounterMode(display=False) as counter:
        made = eval(emitted(spec, case), names)  # noqa: S307 - running what is emitted is the point
        if isinstance(made, nn.Module):
            return made, made.eval()(*tensors), counter.get_total_flops()
        return None, made, counter.get_total_flops()


def outcome(spec: LayerSpec, case: Case) -> Tensor | LayerError:
    """What the catalogue says of a case."""
    try:
        return spec.infer(Values(case.params), case.inputs)
    except LayerError as error:
        return error


def mended(spec: LayerSpec, case: Case, error: LayerError, remedy: Remedy) -> bool:
    """Whether a remedy does away with its error. Another one may come to light."""
    if remedy.insert:
        inserted = registry()[remedy.insert]
        params = {p.name: p.default for p in inserted.parameters} | remedy.params
        inputs = list(case.inputs)
        index = int(remedy.port[1:]) - 1 if remedy.port else 0
        inputs[index] = inserted.infer(Values(params), (inputs[index],))
        case = Case(case.params, tuple(inputs))
    else:
        parameter = spec.parameter(remedy.set_param)
        case = Case({**case.params, remedy.set_param: check_value(parameter, remedy.value)}, case.inputs)
    after = outcome(spec, case)
    return not isinstance(after, LayerError) or after.message != error.message


def refuses(spec: LayerSpec, case: Case) -> bool:
    """Whether torch raises. On the CPU: the meta device leaves out some of the kernels' checks."""
    try:
        with warnings.catch_warnings(action="ignore"):  # what torch warns of, it takes
            execute(spec, case, "cpu")
    except (RuntimeError, ValueError, IndexError, TypeError, AssertionError):
        return True
    return False


# -- the contract -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.kind)
def test_layer_is_what_torch_does(spec: LayerSpec) -> None:
    accepted = 0

    @settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
    @given(case=cases(spec))
    def holds(case: Case) -> None:
        nonlocal accepted
        for parameter in spec.parameters:
            assert check_value(parameter, case.params[parameter.name]) == case.params[parameter.name]
        values = Values(case.params)
        predicted = outcome(spec, case)
        if isinstance(predicted, LayerError):
            said = (predicted.message, predicted.expected, predicted.received, predicted.fix)
            assert all(said)
            assert not any(ours in " ".join(said) for ours in ("Dim", "Traced", "None"))
            assert stricter(spec, predicted, case) or refuses(spec, case), f"torch does not refuse: {predicted}"
            for remedy in predicted.remedies:
                assert mended(spec, case, predicted, remedy), f"{remedy.title} does not mend: {predicted}"
            return
        accepted += 1
        all_float = all(x.dtype == "float32" for x in case.inputs)
        module, result, flops = execute(spec, case, "meta" if all_float else "cpu")
        assert predicted.shape == tuple(result.shape)
        assert predicted.dtype == str(result.dtype).removeprefix("torch.")
        assert spec.macs(values, case.inputs, (predicted,)) * 2 == flops
        parameters = list(module.parameters()) if module else []
        assert spec.weights(values, case.inputs, (predicted,)) == sum(p.numel() for p in parameters)
        assert type(module).__name__ == (spec.kind if module else "NoneType")

    holds()
    assert accepted >= LEAST_ACCEPTED


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.kind)
def test_parameters_survive_being_written_as_text(spec: LayerSpec) -> None:
    @settings(max_examples=20)
    @given(case=cases(spec))
    def holds(case: Case) -> None:
        for value in case.params.values():
            again = from_text(to_text(value))
            assert (again, type(again)) == (value, type(value))

    holds()


class Traced(int):
    """An int as code generation passes it: results of arithmetic are of its kind."""


def _keeping(operation: Callable[..., int]) -> Callable[..., Traced]:
    return lambda self, *others: Traced(operation(self, *others))


for _name in ("add", "radd", "sub", "rsub", "mul", "rmul", "floordiv", "rfloordiv", "neg", "mod"):
    setattr(Traced, f"__{_name}__", _keeping(getattr(int, f"__{_name}__")))


def traced(value: Any) -> Any:
    """A value with each of its ints traced."""
    if isinstance(value, tuple):
        return tuple(traced(item) for item in value)
    return Traced(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.kind)
def test_rules_keep_how_a_dimension_was_calculated(spec: LayerSpec) -> None:
    @settings(max_examples=20)
    @given(case=cases(spec))
    def holds(case: Case) -> None:
        plain = outcome(spec, case)
        if isinstance(plain, LayerError):
            return
        values = Values({name: traced(value) for name, value in case.params.items()})
        inputs = tuple(Tensor(traced(x.shape), x.dtype) for x in case.inputs)
        result = spec.infer(values, inputs)
        made = [(argument.of(values, inputs), argument.default) for argument in spec.derived]
        derived = [value for value, default in made if default is None or value != default]
        assert result == plain
        assert all(isinstance(size, Traced) for size in result.shape)
        assert all(isinstance(d, Traced) or all(isinstance(size, Traced) for size in d) for d in derived)

    holds()


@pytest.mark.parametrize("spec", list(registry().values()), ids=lambda spec: spec.kind)
def test_layer_explains_itself(spec: LayerSpec) -> None:
    assert spec.summary.endswith(".")
    assert spec.url.startswith("https://pytorch.org/docs/stable/")
    assert spec.stem.isidentifier()
    assert spec.stem.islower()
    for parameter in spec.parameters:
        assert parameter.doc.endswith(".")
        assert check_value(parameter, parameter.default) == parameter.default
    if spec.kind not in (INPUT, OUTPUT):
        assert 3 <= len(spec.help.splitlines()) <= 12
        assert "Pitfall" in spec.help
        assert bool(spec.module) != bool(spec.function)


@pytest.mark.parametrize("spec", [spec for spec in LAYERS if spec.module], ids=lambda spec: spec.kind)
def test_defaults_are_those_of_torch(spec: LayerSpec) -> None:
    """What code leaves out is what torch fills in."""
    signature = inspect.signature(getattr(nn, spec.module.removeprefix("nn.")))
    for parameter in spec.parameters:
        if not parameter.passed:
            assert parameter.name not in signature.parameters
        elif not parameter.required:
            assert signature.parameters[parameter.name].default == parameter.default
    for argument in spec.derived:
        if argument.default is not None:
            assert signature.parameters[argument.name].default == argument.default
    names = [name for name in signature.parameters if name in spec.positional]
    assert list(signature.parameters)[: len(names)] == list(spec.positional)
