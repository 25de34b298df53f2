"""From a document to a run folder that the engine can be started on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from designer.analysis.analyser import Analyser
from designer.analysis.checks.walk import nodes_of
from designer.analysis.data_fit import DataFacts, check_data
from designer.analysis.diagnostics import Diagnostic, Severity
from designer.analysis.facts import Analysis, BlockFacts
from designer.base.errors import BlockyardError, DesignError, TrainingError
from designer.base.paths import runs_dir
from designer.base.text import Text, joined
from designer.document.document import Document
from designer.document.writing import dump_document
from designer.engine.protocol import EngineError
from designer.engine.recipe import Recipe
from designer.engine.recipe_checks import require_sense
from designer.exchange.module import generated
from designer.graph.design import Design
from designer.runs.folder import RunDesign, create_run
from designer.session.data_facts import known_facts
from designer.session.trust import require_trust, trust_run

_IMAGE_AXES = 4  # (N, C, H, W)
_LARGEST_PX = 4096  # that a recipe takes
_BATCH_NORMS = ("BatchNorm1d", "BatchNorm2d", "BatchNorm3d")
_CHANNELS = {1: "grey", 3: "rgb"}


def fitted(recipe: Recipe, analysis: Analysis) -> Recipe:
    """The recipe with images brought to the design's input, where it says nothing of it: to its size, unless `resize`
    or a crop does so, and to its channels, if they are 1 or 3.

    That is known of a design with one input (N, C, H, W); the size, where H is equal to W.
    """
    shape = analysis.input_shapes[0] if len(analysis.input_shapes) == 1 else ()
    if len(shape) != _IMAGE_AXES:
        return recipe
    data, (channels, height, width) = recipe.data, map(int, shape[1:])
    if data.channels == "auto" and channels in _CHANNELS:
        data = replace(data, channels=_CHANNELS[channels])
    is_sized = data.resize is not None or recipe.augment.crop is not None
    if not is_sized and height == width <= _LARGEST_PX:
        data = replace(data, resize=height)
    return replace(recipe, data=data)


def prepare_run(
    document: Document,
    recipe: Recipe,
    *,
    root: Path | None = None,
    run_dir: Path | None = None,
    data: DataFacts | None = None,
) -> Path:
    """Make the run folder of a training: under `root`, by default the person's own runs, or exactly `run_dir`.

    data: what is known of the recipe's data; of sets that have a name it need not be told.
    The run's recipe says to which size images are brought; its copy of the document keeps what the person wrote.
    Raises UntrustedError where the document brings code that the person has not trusted, DesignError where the design
    has errors or is not of the kind that a data set trains, BlockyardError where the recipe contradicts itself or the
    design, RunFolderError where the folder cannot be made.
    """
    design = document.design
    require_trust(design)
    analysis = Analyser().analyse(design)
    _check_ends(design)
    _check_sense(recipe)
    _check_batches(analysis, recipe)
    _check_fit(analysis, recipe, data)
    folder = create_run(
        root or runs_dir(),
        RunDesign(
            name=design.main,
            title=design.root.title,
            document=dump_document(Document(design, recipe)),
            source=generated(design, analysis).source,
            variables=design.root.defaults,
        ),
        fitted(with_run_found(recipe), analysis),
        run_dir,
    )
    trust_run(folder)  # the person may go on with it
    return folder


def _check_ends(design: Design) -> None:
    """Raises DesignError where a data set of images and classes has not what a design takes and gives."""
    for what, count, has in (
        (Text("inputs"), len(design.root.inputs), Text("brings one image at a time")),
        (Text("outputs"), len(design.root.outputs), Text("has one class an image to compare with")),
    ):
        if count > 1:
            raise DesignError(
                Text(
                    "'{main}' has {count} {what}, but a data set {has}.",
                    main=design.main,
                    count=count,
                    what=what,
                    has=has,
                ),
                expected=Text("one of its {what}, to train it here", what=what),
                fix=Text("Keep one of the {what}, or export the code and train that on data of your own.", what=what),
            )


def fit_of(analysis: Analysis, recipe: Recipe, data: DataFacts | None = None) -> tuple[Diagnostic, ...]:
    """How a design fits the recipe's data, where these are known, by their name if nobody tells; else nothing."""
    data = data or known_facts(recipe)
    return check_data(analysis, data) if data else ()


def _check_fit(analysis: Analysis, recipe: Recipe, data: DataFacts | None) -> None:
    """Raises DesignError where the design cannot learn the data, as far as they are known; else the engine tells."""
    for found in fit_of(analysis, recipe, data):
        if found.severity == Severity.ERROR:
            raise DesignError(
                found.message,
                expected=found.expected,
                fix=joined(found.advice, *(Text("{fix}.", fix=fix.title) for fix in found.fixes)),
            )


def _check_sense(recipe: Recipe) -> None:
    try:
        require_sense(recipe)
    except EngineError as error:
        raise BlockyardError(error.message, expected=error.expected, fix=error.fix) from error


def _check_batches(analysis: Analysis, recipe: Recipe) -> None:
    """Raises TrainingError where batches of one image meet a batch normalisation that has one value a channel of it.

    What else cannot be trained one by one, the engine finds; a part that is frozen normalises by what it learned.
    """
    least = 2 * recipe.devices
    if recipe.batch_size >= least or recipe.start.frozen:
        return
    for path, kind in _flat_normalisations(analysis.root, analysis.batch):
        raise TrainingError(
            Text(
                "{kind} '{path}' normalises each channel over the batch, and has one value a channel of a batch of one "
                "image: batch_size is {batch_size}.",
                path=path,
                kind=kind,
                batch_size=recipe.batch_size,
            ),
            expected=Text("batches of {least} images or more", least=least),
            fix=Text("Set batch_size to {least} or more, or use LayerNorm or GroupNorm in its place.", least=least),
        )


def _flat_normalisations(facts: BlockFacts, batch: int, path: str = "") -> Iterator[tuple[str, str]]:
    """Paths and kinds of the batch normalisations that see one value a channel of each image."""
    for _, node in nodes_of(facts, _BATCH_NORMS):
        arriving = node.inputs[0]
        if arriving is not None and math.prod(arriving.shape[:1] + arriving.shape[2:]) == batch:
            yield f"{path}{node.node.name}", node.node.kind
    for key in facts.instances:
        node = facts.nodes[key]
        if node.is_there:
            yield from _flat_normalisations(node.copies[0], batch, f"{path}{node.node.name}.")


def with_run_found(recipe: Recipe) -> Recipe:
    """The weights to start from may be named by the name of one of the person's runs."""
    weights = recipe.start.weights
    run = runs_dir() / weights
    if weights and not Path(weights).exists() and run.is_dir():
        recipe = replace(recipe, start=replace(recipe.start, weights=str(run)))
    source = recipe.start.source
    if recipe.start.epoch == "best" and source != weights and not Path(source).is_file():
        raise TrainingError(
            Text("The run {run} has no weights of a best epoch.", run=weights),
            expected="a run that has trained for an epoch, with keep_best other than off",
            fix="Set start.epoch to last, or choose another run.",
        )
    return replace(recipe, start=replace(recipe.start, weights=source))
