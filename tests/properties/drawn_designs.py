"""Whether code is what was drawn, over any number of random designs.

    python -m tests.properties.drawn_designs --count 1000 --seed 0

Each design is exported plain and lazy and compared with its interpretation: shapes, parameters, MACs, values.
"""

from __future__ import annotations

import argparse
import math
import time
import traceback
import warnings
from collections import Counter
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from designer.analysis.facts import Analysis
from designer.codegen.module import generate
from designer.graph.design import Design
from tests.properties.drawn import sound
from tests.properties.interpreter import Weights, interpreted


class DisagreementError(AssertionError):
    """Code that is not what was drawn."""


def check(design: Design, analysis: Analysis) -> None:
    """Raises DisagreementError where the code of a design, plain or lazy, is another network."""
    inputs = [_example(tensor.shape, tensor.dtype) for tensor in entering(analysis)]
    source = generate(design, analysis).source
    plain = built(source, design.main)
    _shake(plain)
    found = _run(plain, inputs)
    weights = Weights(plain)
    expected = interpreted(design, weights, inputs)
    if weights.left:
        raise DisagreementError(f"weights of nobody: {weights.left}")
    shapes = [tensor.shape for tensor in analysis.root.outputs]
    if not [tuple(t.shape) for t in found] == [tuple(t.shape) for t in expected] == shapes:
        raise DisagreementError(
            f"{[t.shape for t in found]} in the code, {[t.shape for t in expected]} drawn, {shapes} told"
        )
    _compare(found, expected, "plain")
    count = sum(weights.numel() for weights in plain.parameters())
    if count != analysis.totals.params:
        raise DisagreementError(f"{count} parameters in the code, {analysis.totals.params} told")
    lazy = built(generate(design, analysis, lazy=True).source, design.main)
    _run(lazy, inputs)
    if [(n, t.shape) for n, t in lazy.state_dict().items()] != [(n, t.shape) for n, t in plain.state_dict().items()]:
        raise DisagreementError("lazy: other weights")
    lazy.load_state_dict(plain.state_dict())
    _compare(_run(lazy, inputs), expected, "lazy")
    macs = _macs(source, design.main, analysis)
    if macs != analysis.totals.macs:
        raise DisagreementError(f"{macs} MACs in the code, {analysis.totals.macs} told")


def built(source: str, name: str) -> nn.Module:
    """The network that code builds."""
    namespace: dict[str, Any] = {"__name__": "generated"}
    exec(compile(source, "generated.py", "exec"), namespace)  # noqa: S102
    return namespace[name]().eval()


def entering(analysis: Analysis) -> list[Any]:
    return [analysis.root.nodes[node.id].output for node in analysis.root.block.inputs]


def _example(shape: tuple[int, ...], dtype: str) -> Tensor:
    if dtype == "float32":
        return torch.randn(shape)
    return torch.randint(0, 2, shape, dtype=getattr(torch, dtype))


def _shake(network: nn.Module) -> None:
    """Weights that no layer has at first, so that no two are alike."""
    with torch.no_grad():
        for weights in network.parameters():
            weights.uniform_(-0.6, 0.6)
        for name, buffer in network.named_buffers():
            if buffer.is_floating_point():
                buffer.uniform_(0.5, 1.5) if name.endswith("var") else buffer.uniform_(-0.5, 0.5)


def _run(network: nn.Module, inputs: list[Tensor]) -> tuple[Tensor, ...]:
    with torch.no_grad():
        found = network(*inputs)
    return found if isinstance(found, tuple) else (found,)


def _compare(found: tuple[Tensor, ...], expected: tuple[Tensor, ...], what: str) -> None:
    for mine, theirs in zip(found, expected, strict=True):
        if not torch.allclose(mine.double(), theirs.double(), rtol=1e-3, atol=1e-5, equal_nan=True):
            raise DisagreementError(f"{what}: values differ by {(mine - theirs).abs().max()}")


def _macs(source: str, name: str, analysis: Analysis) -> int:
    with torch.device("meta"), torch.no_grad(), FlopCounterMode(display=False) as counter:
        network = built(source, name)
        network(*(torch.zeros(t.shape, dtype=getattr(torch, t.dtype)) for t in entering(analysis)))
    return counter.get_total_flops() // 2


_MOST_ELEMENTS = 1 << 26  # of a tensor, or of all weights: more says nothing that less would not


def _largest(analysis: Analysis) -> int:
    tensors = (tensor for row in analysis.rows(depth=99) for tensor in row.facts.outputs if tensor)
    return max((math.prod(tensor.shape) for tensor in tensors), default=0)


def survey(seeds: range, *, log: float = 60.0) -> tuple[Counter, list[tuple[int, str]]]:
    """What becomes of some seeds: how many agree, are refused, or fail, and the failures in words."""
    counts: Counter = Counter()
    failures: list[tuple[int, str]] = []
    start = last = time.monotonic()
    for seed in seeds:
        torch.manual_seed(seed)
        try:
            drawn = sound(seed)
            if drawn is None:
                counts["refused"] += 1
                continue
            design, analysis, refused = drawn
            if _largest(analysis) > _MOST_ELEMENTS or analysis.totals.params > _MOST_ELEMENTS:
                counts["too large to run"] += 1
                continue
            counts.update(f"taken out: {code}" for code in refused)
            check(design, analysis)
            counts["agree"] += 1
            counts["nodes"] += sum(len(block.nodes) for block in design.blocks.values())
        except Exception as error:  # any is a finding
            counts["fail"] += 1
            where = traceback.extract_tb(error.__traceback__)[-1]
            failures.append((seed, f"{type(error).__name__}: {str(error)[:200]} ({where.filename}:{where.lineno})"))
            print(f"seed {seed}: {failures[-1][1]}", flush=True)
        if time.monotonic() - last > log:
            last = time.monotonic()
            print(f"{seed - seeds.start + 1} designs in {last - start:.0f} s: {dict(counts)}", flush=True)
    print(
        f"{len(seeds)} designs from seed {seeds.start} in {time.monotonic() - start:.0f} s: {dict(counts)}", flush=True
    )
    return counts, failures


def main() -> None:
    """Ask for a number of designs, and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="of the first design")
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    _, failures = survey(range(options.seed, options.seed + options.count))
    raise SystemExit(bool(failures))


if __name__ == "__main__":
    main()
