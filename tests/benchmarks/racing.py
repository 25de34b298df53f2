"""Lets the loops of `training_loops` train the same run folder in turns, and says how fast each was."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import torch

from designer.document.presets import open_design
from designer.engine.recipe import Recipe
from designer.session.preparing import prepare_run

ROOT = Path(__file__).resolve().parents[2]
Speed = list[float]  # as `training_loops` tells it


def run_folder(preset: str, recipe: Recipe, run_dir: Path) -> Path:
    """The network and the recipe of a preset, as the window hands them to the engine."""
    return prepare_run(open_design(preset), replace(recipe, epochs=1), run_dir=run_dir)


def race(run_dir: Path, contenders: Mapping[str, tuple[str, ...]], rounds: int) -> dict[str, list[Speed]]:
    """The speeds of each contender's epochs, in turns: forwards, backwards, and so on."""
    program = str(Path(__file__).with_name("training_loops.py"))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with ExitStack() as stack:
        processes = {
            name: stack.enter_context(
                subprocess.Popen(
                    [sys.executable, program, loop, str(run_dir), *workers],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    env=environment,
                )
            )
            for name, (loop, *workers) in contenders.items()
        }
        for process in processes.values():
            stack.callback(process.kill)
        speeds: dict[str, list[Speed]] = {name: [] for name in contenders}
        for turn in range(rounds):
            for name in list(contenders) if turn % 2 else reversed(contenders):
                processes[name].stdin.write("go\n")
                processes[name].stdin.flush()
                speeds[name].append(json.loads(processes[name].stdout.readline()))
        for process in processes.values():
            process.stdin.close()
            assert process.wait() == 0
    return speeds


def note(extra_info: dict, speeds: Mapping[str, list[Speed]], first: int = 1) -> None:
    """Say how fast each was, and how many times as fast the engine. first: rounds that only warm up."""
    own = speeds["engine"][first:] or speeds["engine"]
    for name, all_of_it in speeds.items():
        rival = all_of_it[first:] or all_of_it
        best, best_own = (max(wall for wall, _ in some) for some in (rival, own))
        extra_info[f"{name}_examples_per_second"] = round(best)
        extra_info[f"clock_ratio_to_{name}"] = round(best_own / best, 3)
        ratios = [ours / theirs for (_, ours), (_, theirs) in zip(own, rival, strict=True)]
        extra_info[f"processor_ratio_to_{name}"] = round(statistics.median(ratios), 3)
    extra_info["torch"], extra_info["cores"] = torch.__version__, os.cpu_count()
    extra_info["threads"] = torch.get_num_threads()
