"""VGG-11 at 224 through the engine on a GPU: against a course's loop on the same card, and how busy the card is.

Run with `pytest tests/benchmarks/test_gpu_speed.py --benchmark-enable`. The aims are five times the course's loop and a
card that is busy for 90 % of the time. The same code runs on the CPU at a small size wherever the tests run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.profiler import ProfilerActivity, profile

from designer.engine.data import load_data
from designer.engine.device import prepare_device
from designer.engine.loop import Hooks, Training
from designer.engine.protocol import RECIPE_FILE, Batch, Message
from designer.engine.recipe import RECIPES, read_recipe
from tests.benchmarks.racing import note, race, run_folder
from tests.benchmarks.training_loops import network_of

RECIPE = RECIPES["vgg_course"]
FULL = Path("/usr/share/datasets/fashion-mnist")
CONTENDERS = {"engine": ("engine",), "course": ("course",), "course_4_workers": ("course", "4")}
ACTIVITIES = {"cpu": ProfilerActivity.CPU, "cuda": ProfilerActivity.CUDA}


def covered(spans: Iterable[tuple[float, float]]) -> float:
    """The share of the time from the first beginning to the last end that lies within some span, 0 to 1."""
    busy = 0.0
    began = reached = None
    for start, end in sorted(spans):
        began = start if began is None else began
        busy += max(0.0, end - (start if reached is None else max(start, reached)))
        reached = end if reached is None else max(end, reached)
    return busy / (reached - began) if began is not None and reached > began else 0.0


def busy_share(run_dir: Path, device: torch.device) -> float:
    """How much of the time the device works, from the first batch of an epoch to its last; evaluation is not in it."""
    recipe = read_recipe(run_dir / RECIPE_FILE)
    prepare_device(device, recipe.deterministic)
    watch = profile(activities=[ACTIVITIES[device.type]])

    def hear(message: Message) -> None:
        if isinstance(message, Batch) and message.batch == 1:
            watch.start()
        elif isinstance(message, Batch) and message.batch == message.batches:
            watch.stop()

    Training(network_of(run_dir, recipe, device), recipe, load_data(recipe.data, device), device, Hooks(hear)).run()
    events = [event for event in watch.events() if event.device_type.name.lower() == device.type]
    return covered((event.time_range.start, event.time_range.end) for event in events)


def test_a_share_of_time_counts_what_overlaps_once():
    assert covered([(0, 4), (2, 5), (3, 4), (8, 10)]) == pytest.approx(0.7)
    assert covered([]) == 0


def test_on_the_cpu_the_same_code_runs_at_a_small_size(tmp_path):
    data = replace(RECIPE.data, limit=8, resize=28)
    run_dir = run_folder("lenet_relu", replace(RECIPE, device="cpu", batch_size=4, data=data), tmp_path / "run")
    assert 0 < busy_share(run_dir, torch.device("cpu")) <= 1
    extra_info: dict = {}
    note(extra_info, race(run_dir, {"engine": CONTENDERS["engine"]}, 1))
    assert extra_info["clock_ratio_to_engine"] == 1


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an accelerator")
@pytest.mark.timeout(1800)
def test_vgg_at_224_against_a_courses_loop(benchmark, tmp_path):
    source = str(FULL) if FULL.is_dir() else RECIPE.data.source
    limit = None if benchmark.enabled else 512
    recipe = replace(RECIPE, device="cuda:0", data=replace(RECIPE.data, source=source, limit=limit))
    run_dir = run_folder("vgg11_small", recipe, tmp_path / "run")
    speeds = benchmark.pedantic(race, (run_dir, CONTENDERS, 3 if benchmark.enabled else 1), rounds=1)
    note(benchmark.extra_info, speeds)
    part = run_folder("vgg11_small", replace(recipe, data=replace(recipe.data, limit=12_800)), tmp_path / "part")
    benchmark.extra_info["busy_share"] = round(busy_share(part, torch.device("cuda:0")), 3)
    benchmark.extra_info["card"] = torch.cuda.get_device_name(0)
