"""Exports of a project: the design fitted to what it is trained on, and weights only where the person wants them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from designer.analysis.facts import Analysis
from designer.document.document import Document
from designer.engine.recipe import Recipe
from designer.exchange.project import START_FILE, export_project
from designer.session.preparing import fitted, with_run_found
from designer.session.weights import copy_weights


def export_task(
    document: Document, recipe: Recipe, analysis: Analysis, folder: Path, *, lazy: bool, with_weights: bool
) -> Callable[[], list[Path]]:
    """What writes a project and returns its files. It may be called in another thread.

    lazy: with PyTorch's lazy layers. with_weights: with the weights that the recipe starts from. Raises DesignError,
    ExportError, WeightsError when it is called.
    """

    def task() -> list[Path]:
        wanted = fitted(recipe, analysis)
        if not with_weights or not recipe.start.weights:
            return export_project(document, folder, wanted, lazy=lazy)
        with tempfile.TemporaryDirectory(prefix="blockyard-") as scratch:
            weights = Path(scratch, START_FILE)
            copy_weights(with_run_found(recipe).start.weights, weights)
            return export_project(document, folder, wanted, lazy=lazy, weights=weights)

    return task
