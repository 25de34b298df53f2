"""From a document to a run folder that the engine can be started on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from designer.analysis.analyser import Analyser
from designer.analysis.facts import Analysis
from designer.base.paths import runs_dir
from designer.document.document import Document
from designer.document.writing import dump_document
from designer.engine.recipe import Recipe
from designer.exchange.module import generated
from designer.runs.folder import RunDesign, create_run
from designer.session.trust import require_trust, trust_run

_IMAGE_AXES = 4  # (N, C, H, W)
_LARGEST_PX = 4096  # that a recipe takes


def fitted(recipe: Recipe, analysis: Analysis) -> Recipe:
    """The recipe with images brought to the size of the design's input, where it says nothing about their size:
    neither `resize` nor a crop.

    That is known of a design with one input (N, C, H, W), H equal to W; any other recipe stays as it is.
    """
    is_sized = recipe.data.resize is not None or recipe.augment.crop is not None
    if is_sized or len(analysis.input_shapes) != 1:
        return recipe
    shape = analysis.input_shapes[0]
    if len(shape) != _IMAGE_AXES or shape[2] != shape[3] or shape[2] > _LARGEST_PX:
        return recipe
    return replace(recipe, data=replace(recipe.data, resize=int(shape[2])))


def prepare_run(document: Document, recipe: Recipe, *, root: Path | None = None, run_dir: Path | None = None) -> Path:
    """Make the run folder of a training: under `root`, by default the person's own runs, or exactly `run_dir`.

    The run's recipe says to which size images are brought; its copy of the document keeps what the person wrote.
    Raises UntrustedError where the document brings code that the person has not trusted, DesignError where the design
    has errors, RunFolderError where the folder cannot be made.
    """
    design = document.design
    require_trust(design)
    analysis = Analyser().analyse(design)
    folder = create_run(
        root or runs_dir(),
        RunDesign(
            name=design.main,
            title=design.root.title,
            document=dump_document(Document(design, recipe)),
            source=generated(design, analysis).source,
            variables=design.root.defaults,
        ),
        fitted(_with_run_found(recipe), analysis),
        run_dir,
    )
    trust_run(folder)  # the person may go on with it
    return folder


def _with_run_found(recipe: Recipe) -> Recipe:
    """The weights to start from may be named by the name of one of the person's runs."""
    weights = recipe.start.weights
    run = runs_dir() / weights
    if not weights or Path(weights).exists() or not run.is_dir():
        return recipe
    return replace(recipe, start=replace(recipe.start, weights=str(run)))
