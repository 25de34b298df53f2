"""Tensors of many axes, and the products of all small shapes: what the rules say of them is what torch does."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from designer.catalogue.registry import registry, spec_of
from designer.catalogue.spec import MAX_RANK, LayerError, LayerSpec, Tensor, Values
from designer.graph.block import INPUT, OUTPUT
from tests.catalogue.execution import Case, outcome, refuses

FITTING = {"num_groups": 1, "out_features": 2, "chunks": 1, "upscale_factor": 1, "downscale_factor": 1, "groups": 1}
LAYERS = [spec for spec in registry().values() if spec.kind not in (INPUT, OUTPUT)]


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.kind)
def test_no_number_of_axes_is_taken_that_torch_refuses(spec: LayerSpec):
    params = {p.name: FITTING.get(p.name, p.default) for p in spec.parameters}
    for rank in (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 25, 26, MAX_RANK):
        shape = (2, 2, 2, *(1,) * (rank - 4), 2)[-rank:]
        case = Case(params, (Tensor(shape),) * (2 if spec.variadic else len(spec.inputs)))
        if not isinstance(outcome(spec, case), LayerError):
            assert not refuses(spec, case), f"rank {rank}"


@pytest.mark.parametrize("rank", [1, 12, 13, 20])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("approximate", ["none", "tanh"])
def test_gelu_is_refused_where_torch_refuses_it(rank, dtype, approximate):
    refused = set()
    for length in (1, 2):
        case = Case({"approximate": approximate}, (Tensor((length, *(1,) * (rank - 1)), dtype),))
        found = outcome(spec_of("GELU"), case)
        assert isinstance(found, LayerError) == refuses(spec_of("GELU"), case)
        refused |= {(found.code, str(found.expected))} if isinstance(found, LayerError) else set()
    is_refused = rank > 12 and approximate == "none" and dtype in ("float32", "bfloat16")
    assert refused == ({("wrong_rank", "12 axes or fewer")} if is_refused else set())


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.kind)
def test_what_is_seen_is_known_for_any_number_of_axes(spec: LayerSpec):
    params = {p.name: FITTING.get(p.name, p.default) for p in spec.parameters}
    for rank in (0, 1, 2, 3, 4, 5, 13):
        shape = ((2, 2, 2, *(1,) * (rank - 4), 2) * 2)[:rank]
        case = Case(params, (Tensor(shape),) * (2 if spec.variadic else len(spec.inputs)))
        outputs = outcome(spec, case)
        if spec.sees and not isinstance(outputs, LayerError):
            for port in range(len(outputs)):
                assert spec.sees(Values(params), case.inputs, outputs, port)


def test_products_of_matrices_and_vectors_count_what_torch_counts():
    spec, tried = spec_of("MatMul"), 0
    for ranks in itertools.product((1, 2, 3, 4), repeat=2):
        for lengths in itertools.product((1, 2), repeat=sum(ranks)):
            shapes = lengths[: ranks[0]], lengths[ranks[0] :]
            case = Case({}, tuple(map(Tensor, shapes)))
            outputs = outcome(spec, case)
            if isinstance(outputs, LayerError):
                continue
            tried += 1
            with torch.device("meta"), FlopCounterMode(display=False) as counter:
                torch.matmul(*map(torch.zeros, shapes))
            assert spec.macs(Values({}), case.inputs, outputs) == counter.get_total_flops() // 2, shapes
    assert tried > 300
