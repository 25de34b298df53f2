"""Training through the engine, metrics on, against the barest loop in memory and against a course's loop.

Run with `pytest tests/benchmarks/test_engine_speed.py --benchmark-enable`, and OMP_NUM_THREADS set for more threads
than one. The loops of `training_loops` take turns, an epoch each, in processes of their own of which one works at a
time. The report's extra_info has, for each rival, how many times as fast the engine is: by the clock, the best epoch of
each against the other's; by the processor's time, the median over the rounds. The aims are 0.97 of the barest loop and
twice the course's. Nothing here fails for being slow.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from designer.engine.recipe import RECIPES
from tests.benchmarks.racing import note, race, run_folder

CONTENDERS = {"engine": ("engine",), "bare": ("bare",), "course": ("course",), "course_4_workers": ("course", "4")}


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("preset", "recipe", "limit", "rounds"),
    [
        ("lenet_sigmoid", RECIPES["lenet_course"], None, 25),
        ("lenet_relu", RECIPES["lenet_course"], None, 15),
        ("vgg11_small", replace(RECIPES["vgg_course"], batch_size=64), 128, 4),
    ],
    ids=["lenet_sigmoid", "lenet_relu", "vgg11_small"],
)
def test_the_engine_against_the_barest_loop_and_a_courses(benchmark, tmp_path, preset, recipe, limit, rounds):
    if not benchmark.enabled:
        limit, rounds = 16, 1
    data = replace(recipe.data, limit=limit)
    run_dir = run_folder(preset, replace(recipe, device="cpu", data=data), tmp_path / "run")
    few = ("engine", "bare", "course") if preset == "lenet_sigmoid" else ("engine",)  # enough to see that they run
    contenders = CONTENDERS if benchmark.enabled else {name: CONTENDERS[name] for name in few}
    speeds = benchmark.pedantic(race, (run_dir, contenders, rounds), rounds=1)
    note(benchmark.extra_info, speeds)
    assert all(min(speed) > 0 for epochs in speeds.values() for speed in epochs)
