"""The contract of every layer: what the catalogue says is what torch does.

One test runs over the whole registry. Hypothesis draws parameters and incoming tensors from the layer's own
definitions, as conftest.py says; shape, dtype, number of parameters, MACs and emitted code are held against real
execution, and where the layer's rule refuses, torch must refuse too, unless `stricter` gives the reason why Blockyard
asks for more.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from designer.catalogue.emit import application, constructor, source_of, target
from designer.catalogue.registry import registry
from designer.catalogue.spec import LayerError, LayerSpec, Remedy, Tensor, Values
from designer.catalogue.validate import check_value
from designer.graph.block import INPUT, OUTPUT
from designer.graph.expressions import from_text, to_text

LAYERS = [spec for spec in registry().values() if spec.kind not in (INPUT, OUTPUT)]
EXAMPLES = 60
LEAST_ACCEPTED = 4  # of the examples, so that no contract holds for want of legal ones

INTEGERS_ARE_A_MISTAKE = "torch takes integers on some devices, or when evaluating only"
NO_BATCH = "torch reads a tensor with one axis less as one without a batch; here the first axis is always the batch"


Case = Any  # a layer's parameters and what arrives, as the fixture `cases` draws them
Cases = Callable[[LayerSpec], st.SearchStrategy[Case]]


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
        case "wrong_rank", "MatMul" | "Select" | "Reshape" | "Bilinear":
            return NO_BATCH
        case "wrong_rank", "RNN" | "GRU" | "LSTM" | "MultiheadAttention" | "TransformerEncoderLayer" if rank == 2:
            return NO_BATCH
        case "wrong_rank" | "wrong_dtype", "PositionalEmbedding" | "ClassToken":
            return "torch would stretch the learnable tensor over whatever arrives"
        case "dropout_without_effect", _:
            return "torch warns that it does nothing"
        case "wrong_dtype", "MatMul" | "Upsample":
            return INTEGERS_ARE_A_MISTAKE
        case "too_few_parts", "Split":
            return "torch gives a tuple of one tensor"
        case "too_many_parts", "Chunk":
            return "torch gives fewer parts than it was asked for"
        case "batch_axis", "Squeeze":
            return "torch would take the batch away where it has one example"
        case "wrong_axes", _ if any(dim % rank == 0 for dim in case.params["dim"] if -rank <= dim < rank):
            return "torch would draw the examples of a batch together"
        case "too_few_elements", _ if case.params["track_running_stats"]:
            return "torch refuses while training"
        case "wrong_rank", _ if spec.kind.startswith(("ConstantPad", "ZeroPad")):
            return "torch pads the last axes of whatever arrives"
        case "wrong_rank", "PixelShuffle" | "PixelUnshuffle" if rank > 2:
            return "torch takes any number of axes before the channels, none too"
        case "wrong_rank", _ if spec.kind[-1] == "d" and rank == int(spec.kind[-2]) + 1:
            return NO_BATCH
        case "wrong_dtype", _ if "Pool" in spec.kind or "Dropout" in spec.kind:
            return INTEGERS_ARE_A_MISTAKE
        case "padding_too_large", _ if "Transpose" in spec.kind:
            return "the CPU gives a tensor without elements"
        case "too_many_axes", "LayerNorm" | "RMSNorm":
            return "the axes would reach over the batch, so that examples would depend on each other"
    return ""


# -- what torch does --------------------------------------------------------------------------------------------------


def emitted(spec: LayerSpec, case: Case) -> list[str]:
    """The statements that stand for the layer, with plain numbers for what follows from the input.

    They make `layer`, where the layer has one, and `y0`, `y1`, … from `x0`, `x1`, …
    """
    params = {name: source_of(value) for name, value in case.params.items()}
    inputs = [f"x{index}" for index in range(len(case.inputs))]
    outputs = [f"y{index}" for index in range(len(spec.output_ports(case.params)))]
    derived = {}
    for argument in spec.derived:
        try:
            derived[argument.name] = source_of(argument.of(Values(case.params), case.inputs))
        except IndexError:  # a rank without such an axis, which torch has to refuse whatever stands here
            derived[argument.name] = "1"
    made = [f"layer = {constructor(spec, params, derived)}"] if spec.module or spec.state else []
    return [*made, f"{target(spec, outputs)} = {application(spec, 'layer', params, inputs)}"]


def execute(spec: LayerSpec, case: Case, device: str) -> tuple[Any, list[torch.Tensor], int]:
    """Run the emitted source on a device; returns the module or the tensor that it keeps, what came out, its FLOPs."""
    tensors = [torch.zeros(x.shape, dtype=getattr(torch, x.dtype), device=device) for x in case.inputs]
    names: dict[str, Any] = {"torch": torch, "nn": nn, **{f"x{index}": tensor for index, tensor in enumerate(tensors)}}
    with torch.device(device), torch.no_grad(), FlopCounterMode(display=False) as counter:
        for statement in emitted(spec, case):
            exec(statement, names)  # noqa: S102 - running what is emitted is the point
            if isinstance(layer := names.get("layer"), nn.Module):
                layer.eval()
    outputs = [names[f"y{index}"] for index in range(len(spec.output_ports(case.params)))]
    return names.get("layer"), outputs, counter.get_total_flops()


def outcome(spec: LayerSpec, case: Case) -> tuple[Tensor, ...] | LayerError:
    """What the catalogue says of a case."""
    try:
        found = spec.infer(Values(case.params), case.inputs)
    except LayerError as error:
        return error
    return (found,) if isinstance(found, Tensor) else tuple(found)


def mended(spec: LayerSpec, case: Case, error: LayerError, remedy: Remedy) -> bool:
    """Whether a remedy does away with its error. Another one may come to light."""
    if remedy.insert:
        inserted = registry()[remedy.insert]
        params = {p.name: p.default for p in inserted.parameters} | remedy.params
        inputs = list(case.inputs)
        ports = [f"x{index + 1}" for index in range(len(inputs))] if spec.variadic else list(spec.inputs)
        index = ports.index(remedy.port) if remedy.port else 0
        inputs[index] = inserted.infer(Values(params), (inputs[index],))
        case = replace(case, inputs=tuple(inputs))
    else:
        parameter = spec.parameter(remedy.set_param)
        case = replace(case, params={**case.params, remedy.set_param: check_value(parameter, remedy.value)})
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
def test_layer_is_what_torch_does(spec: LayerSpec, cases: Cases) -> None:
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
        made, results, flops = execute(spec, case, "meta" if all_float else "cpu")
        assert [x.shape for x in predicted] == [tuple(result.shape) for result in results]
        assert [x.dtype for x in predicted] == [str(result.dtype).removeprefix("torch.") for result in results]
        assert spec.macs(values, case.inputs, predicted) * 2 == flops
        learnable = list(made.parameters()) if spec.module else [made] if spec.state else []
        assert all(isinstance(parameter, nn.Parameter) for parameter in learnable)
        assert spec.weights(values, case.inputs, predicted) == sum(p.numel() for p in learnable)
        assert not spec.module or type(made).__name__ == spec.kind

    holds()
    assert accepted >= LEAST_ACCEPTED


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.kind)
def test_parameters_survive_being_written_as_text(spec: LayerSpec, cases: Cases) -> None:
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
def test_rules_keep_how_a_dimension_was_calculated(spec: LayerSpec, cases: Cases) -> None:
    @settings(max_examples=20)
    @given(case=cases(spec))
    def holds(case: Case) -> None:
        plain = outcome(spec, case)
        if isinstance(plain, LayerError):
            return
        values = Values({name: traced(value) for name, value in case.params.items()})
        inputs = tuple(Tensor(traced(x.shape), x.dtype) for x in case.inputs)
        found = spec.infer(values, inputs)
        results = (found,) if isinstance(found, Tensor) else tuple(found)
        made = [(argument.of(values, inputs), argument.default) for argument in spec.derived]
        derived = [value for value, default in made if not isinstance(value, bool) and value != default]
        assert results == plain
        # A new axis has a length that follows from nothing: 1, or the number of tensors that it holds.
        lengths = [size for result in results for size in result.shape if size not in (1, len(inputs))]
        assert all(isinstance(size, Traced) for size in lengths)
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
        assert not spec.state or spec.function
        assert all(port.isidentifier() for port in (*spec.input_ports(), *spec.output_ports({})))


@pytest.mark.parametrize("spec", [spec for spec in LAYERS if spec.module], ids=lambda spec: spec.kind)
def test_defaults_are_those_of_torch(spec: LayerSpec) -> None:
    """What code leaves out is what torch fills in."""
    parameters = dict(inspect.signature(getattr(nn, spec.module.removeprefix("nn."))).parameters)
    if issubclass(getattr(nn, spec.kind), nn.RNNBase):  # whose own signatures are *args and **kwargs
        parameters = {
            **inspect.signature(nn.RNNBase).parameters,
            "nonlinearity": inspect.signature(nn.RNNCell).parameters["nonlinearity"],
        }
        del parameters["mode"]
    for parameter in spec.parameters:
        if not parameter.passed:
            assert parameter.name not in parameters
        elif not parameter.required:
            assert _default(parameters[parameter.name]) == parameter.default
        elif parameter.optional:
            assert parameters[parameter.name].default is None
    for argument in spec.derived:
        if argument.default is not None:
            assert parameters[argument.name].default == argument.default
    names = [name for name in parameters if name in spec.positional]
    assert list(parameters)[: len(names)] == list(spec.positional)


def _default(parameter: inspect.Parameter) -> Any:
    """Its default; of a function its name, which torch takes too."""
    return getattr(parameter.default, "__name__", parameter.default)


@pytest.mark.parametrize("spec", [spec for spec in LAYERS if spec.module], ids=lambda spec: spec.kind)
def test_lazy_classes_are_those_of_torch(spec: LayerSpec) -> None:
    name = spec.module.removeprefix("nn.")
    lazy = getattr(nn, f"Lazy{name}", None)
    assert spec.lazy == (f"nn.Lazy{name}" if lazy else "")
    if lazy:
        assert lazy.cls_to_become is getattr(nn, name)
        left = set(inspect.signature(getattr(nn, name).__init__).parameters) - set(
            inspect.signature(lazy.__init__).parameters
        )
        assert left == {derived.name for derived in spec.derived}
