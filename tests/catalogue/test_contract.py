"""The contract of every layer: what the catalogue says is what torch does, in both directions.

One test runs over the whole registry. Hypothesis draws parameters and incoming tensors from the layer's own
definitions, as conftest.py says: of any rank, of real and of whole numbers. What the layer's rule takes, torch takes,
when evaluating and in training, with the shape, dtype, number of parameters and MACs that the catalogue says. What the
rule refuses, torch refuses, but for the few `EXCEPTIONS`, each with its reason. What torch warns of is told.
"""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from designer.catalogue.registry import registry
from designer.catalogue.spec import Doubt, LayerError, LayerSpec, Remedy, Tensor, Values
from designer.catalogue.validate import check_value
from designer.graph.block import INPUT, OUTPUT
from designer.graph.expressions import from_text, to_text
from tests.catalogue.execution import Case, execute, outcome, refuses

LAYERS = [spec for spec in registry().values() if spec.kind not in (INPUT, OUTPUT)]
EXAMPLES = 60
HARMLESS = re.compile("even kernel lengths|enable_nested_tensor|zero-element")  # of what torch warns
LEAST_ACCEPTED = 4  # of the examples, so that no contract holds for want of legal ones

Cases = Callable[[LayerSpec], st.SearchStrategy[Case]]


def stricter(spec: LayerSpec, error: LayerError, case: Case) -> str:
    """Why a rule refuses what torch may take; empty where torch has to refuse too. The whole list."""
    match error.code, spec.kind:
        case "wrong_rank" | "wrong_dtype", "PositionalEmbedding" | "ClassToken":
            return "no layers of torch's: a learnable tensor would stretch over whatever arrives"
        case "too_few_elements", _ if case.params.get("track_running_stats"):
            return "torch takes it when evaluating, and refuses it in training whatever the batch"
        case "padding_too_large", _ if "Transpose" in spec.kind or "Pad" in spec.kind:
            return "torch gives a tensor without elements, from which nothing follows"
    return ""


def not_in_training(case: Case, doubts: Sequence[Doubt]) -> bool:
    """Whether torch may refuse in training what it takes when evaluating: as is told, or for want of examples."""
    if any(doubt.code == "raises_in_training" for doubt in doubts):
        return True
    return case.inputs[0].rank > 1 and prod(case.inputs[0].shape[2:]) * case.inputs[0].shape[0] == 1


# -- remedies --------------------------------------------------------------------------------------------------------


def changed(spec: LayerSpec, case: Case, remedy: Remedy) -> Case:
    """The case as a remedy leaves it. Raises LayerError where what it inserts does not fit."""
    for step in (remedy, *remedy.also):
        if step.insert:
            inserted = registry()[step.insert]
            params = {p.name: p.default for p in inserted.parameters} | step.params
            inputs = list(case.inputs)
            ports = [f"x{index + 1}" for index in range(len(inputs))] if spec.variadic else list(spec.inputs)
            index = ports.index(step.port) if step.port else 0
            inputs[index] = inserted.infer(Values(params), (inputs[index],))
            case = replace(case, inputs=tuple(inputs))
        else:
            parameter = spec.parameter(step.set_param)
            case = replace(case, params={**case.params, step.set_param: check_value(parameter, step.value)})
    return case


def mended(spec: LayerSpec, case: Case, error: LayerError, remedy: Remedy) -> bool:
    """Whether a remedy does away with its error. Another one may come to light."""
    after = outcome(spec, changed(spec, case, remedy))
    return not isinstance(after, LayerError) or after.message != error.message


def cleared(spec: LayerSpec, case: Case, doubt: Doubt, remedy: Remedy) -> bool:
    """Whether a remedy does away with its doubt. An error may come to light: another parameter that has to follow."""
    case = changed(spec, case, remedy)
    if isinstance(outcome(spec, case), LayerError):
        return True
    return doubt not in spec.doubts(Values(case.params), case.inputs)


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
        doubts = spec.doubts(values, case.inputs)
        for doubt in doubts:
            assert all((doubt.message, doubt.expected, doubt.received, doubt.fix))
            assert not any(ours in f"{doubt.message} {doubt.fix}" for ours in ("Dim", "Traced", "None"))
            for remedy in doubt.remedies:
                assert cleared(spec, case, doubt, remedy), f"{remedy.title} does not do away with: {doubt}"
        all_float = all(x.dtype == "float32" for x in case.inputs)
        with warnings.catch_warnings(record=True, action="always") as warned, FlopCounterMode(display=False) as counter:
            made, results = execute(spec, case, "meta" if all_float else "cpu")
        flops = counter.get_total_flops()
        assert doubts or not [w for w in warned if not HARMLESS.search(str(w.message))], warned[0].message
        with warnings.catch_warnings(action="ignore"):
            execute(spec, case, "cpu")
            if not not_in_training(case, doubts):
                execute(spec, case, "cpu", training=True)
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
