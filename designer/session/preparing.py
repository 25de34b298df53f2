"""From a document to a run folder that the engine can be started on."""

from __future__ import annotations

from pathlib import Path

from designer.base.paths import runs_dir
from designer.document.document import Document
from designer.document.writing import dump_document
from designer.engine.recipe import Recipe
from designer.exchange.module import generated
from designer.runs.folder import RunDesign, create_run


def prepare_run(document: Document, recipe: Recipe, *, root: Path | None = None, run_dir: Path | None = None) -> Path:
    """Make the run folder of a training: under `root`, by default the person's own runs, or exactly `run_dir`.

    Raises DesignError where the design has errors, RunFolderError where the folder cannot be made.
    """
    design = document.design
    return create_run(
        root or runs_dir(),
        RunDesign(
            name=design.main,
            title=design.root.title,
            document=dump_document(Document(design, recipe)),
            source=generated(design).source,
            variables=design.root.defaults,
        ),
        recipe,
        run_dir,
    )
