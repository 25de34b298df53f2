"""How the time for code and for diagnostics grows with a design: its exponent between 1,000 and 10,000 nodes.

Run with `pytest tests/benchmarks/test_growth_speed.py --benchmark-enable`; extra_info has the seconds of processor time
and the exponent, 1 where twice the nodes take twice the time. Nothing here fails for being slow.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import pytest

from designer.analysis.analyser import Analyser
from designer.codegen.module import generate
from tests import growing

COUNTS = (1000, 2500, 10_000)
CYCLES = (1000, 4000, 16_000)


def seconds(work: Callable[[], Any]) -> float:
    """The least processor time of three rounds."""
    found = []
    for _ in range(3):
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return min(found)


def report(benchmark: Any, counts: tuple[int, ...], times: list[float]) -> None:
    benchmark.extra_info["seconds"] = {count: round(spent, 3) for count, spent in zip(counts, times, strict=True)}
    exponent = math.log(times[-1] / times[0]) / math.log(counts[-1] / counts[0])
    benchmark.extra_info["exponent"] = round(exponent, 2)
    print(benchmark.extra_info)


@pytest.mark.slow
@pytest.mark.parametrize("make", growing.SOUND)
def test_code(benchmark, make):
    times = []
    for count in COUNTS:
        design = make(count)
        analysis = Analyser().analyse(design)
        times.append(seconds(lambda d=design, a=analysis: generate(d, a)))
    report(benchmark, COUNTS, times)
    benchmark.pedantic(generate, args=(design, analysis), rounds=1)


@pytest.mark.slow
@pytest.mark.parametrize("make", growing.FAULTY)
def test_diagnostics(benchmark, make):
    times = []
    for count in CYCLES:
        design = make(count)
        times.append(seconds(lambda d=design: Analyser().analyse(d).diagnostics))
    report(benchmark, CYCLES, times)
    benchmark.pedantic(Analyser().analyse, args=(make(CYCLES[0]),), rounds=1)
