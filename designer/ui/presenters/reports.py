"""Problems, code lines and runs as the docks show them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from designer.analysis.diagnostics import Diagnostic
from designer.base import numbers
from designer.engine.protocol import Kept, Preparing
from designer.ui.docks.views import ProblemView, RunView
from designer.ui.language import translated

if TYPE_CHECKING:  # loaded when there is code or a run to show
    from designer.codegen.classes import Range
    from designer.codegen.module import GeneratedCode, NodeKey
    from designer.runs.listing import Run

translate = QCoreApplication.translate


def problem_views(diagnostics: Sequence[Diagnostic]) -> list[ProblemView]:
    """The problems, in the order of analysis; node_key is the path of node ids."""
    return [
        ProblemView(
            d.severity.value,
            d.code,
            d.label,
            d.path,
            translated(d.sentence),
            translated(d.expected),
            translated(d.received),
            tuple(translated(fix.title) for fix in d.fixes),
        )
        for d in diagnostics
    ]


def line_map(code: GeneratedCode) -> dict[Hashable, Range]:
    """The lines of each node: (block, id) is where it is made, (block, id, 1) where `forward` uses it."""
    found: dict[Hashable, Range] = {}
    for key, ranges in code.lines.items():
        for index, lines in enumerate(ranges):
            found[(*key, index) if index else key] = lines
    return found


def line_names(code: GeneratedCode) -> dict[Hashable, str]:
    """What the nodes of `line_map` are called in the code."""
    return {key: code.names[node_of(key)] for key in line_map(code)}


def fixed_line(code: GeneratedCode) -> str:
    """Which variables the code could not keep general, with their values; nothing where it kept all."""
    if not code.fixed:
        return ""
    is_one_block = len({variable.block for variable in code.fixed}) == 1
    said = ", ".join(v.text if is_one_block else f"{v.block}.{v.text}" for v in code.fixed)
    if len(code.fixed) == 1:
        return translate("Reports", "1 variable is fixed: {0}").format(said)
    return translate("Reports", "{0} variables are fixed: {1}").format(len(code.fixed), said)


def node_of(line_key: Hashable) -> NodeKey:
    """The node of a key of `line_map`."""
    block, node = line_key[:2]  # type: ignore[index]
    return block, node


def best_line(kept: Kept) -> str:
    """Which epoch was the best so far; nothing where its weights are not kept."""
    if kept.best_epoch is None or kept.best_value is None:
        return ""
    figures = {
        "validation_accuracy": translate("Reports", "validation accuracy"),
        "validation_loss": translate("Reports", "validation loss"),
        "test_accuracy": translate("Reports", "test accuracy"),
        "test_loss": translate("Reports", "test loss"),
    }
    figure = figures.get(kept.best_figure, kept.best_figure)
    told = translate("Reports", "best: epoch {0}, {1} {2}")
    return told.format(kept.best_epoch, figure, f"{kept.best_value:.3f}")


def progress_line(report: Preparing) -> str:
    """How far a download or a reading is: `Reading images: 1,200 of 6,000 images`."""
    done = numbers.progress(report.done, report.total, report.unit)
    return f"{translated(report.what)}: {translated(done)}"


def _recipe_line(recipe: Mapping[str, object]) -> str:
    """A run's recipe in short, as far as its file can be understood: `fashion-mnist-mini · Adam`."""
    data, optimizer = recipe.get("data"), recipe.get("optimizer")
    source = str(data.get("source", "")) if isinstance(data, dict) else ""
    kind = str(optimizer.get("kind", "")) if isinstance(optimizer, dict) else ""
    return " · ".join(part for part in (source.rstrip("/\\").replace("\\", "/").rpartition("/")[2], kind) if part)


def told_apart(runs: Sequence[RunView]) -> list[str]:
    """What the runs are called among each other: as ever, or with as much of their beginning as they need."""
    for form in ("%H:%M", "%H:%M:%S", "%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"):
        texts = [f"{run.design} · {datetime.fromtimestamp(run.started):{form}}" for run in runs]
        if len(set(texts)) == len(texts):
            return texts
    return [run.name for run in runs]


def run_view(run: Run) -> RunView:
    """One row of the runs table."""
    figures: Mapping[str, float] = run.figures
    return RunView(
        str(run.path),
        run.path.name,
        run.title or run.design,
        _recipe_line(run.recipe),
        f"{run.epoch} / {run.epochs}" if run.epochs else "",
        figures.get("test_loss", figures.get("train_loss")),
        figures.get("test_accuracy", figures.get("train_accuracy")),
        run.state,
        run.started,
        translated(run.problem),
        run.note,
        bool(run.damage),
    )
