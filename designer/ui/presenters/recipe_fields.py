"""Every field of a recipe as the form shows it, section by section: its words, and when it has a meaning.

Types and choices are those of the recipe's own dataclasses; nothing of them is said here again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QT_TR_NOOP, QCoreApplication

from designer.engine.recipe import Recipe

tr = QT_TR_NOOP  # marks a text of the table, where lupdate finds it by this name

tr = QT_TR_NOOP  # marks a text of the table, where lupdate finds it by this name


@dataclass(frozen=True)
class RecipeField:
    """One field. key: its dotted name in a recipe. label and doc: in the form. unset: what an empty field means.

    applies: whether it has a meaning in a recipe; where it has none it is not shown.
    """

    key: str
    label: str
    doc: str
    unset: str = ""
    applies: Callable[[Recipe], bool] = lambda recipe: True
    browse: bool = False

    def value(self, recipe: Recipe) -> Any:
        """What the recipe holds there."""
        part, _, name = self.key.rpartition(".")
        return getattr(getattr(recipe, part) if part else recipe, name)


@dataclass(frozen=True)
class RecipeSection:
    """Fields under one heading. is_open: whether they are seen from the start."""

    title: str
    fields: tuple[RecipeField, ...]
    is_open: bool = False


def _optimizer(*kinds: str) -> Callable[[Recipe], bool]:
    return lambda recipe: recipe.optimizer.kind in kinds


def _schedule(*kinds: str) -> Callable[[Recipe], bool]:
    return lambda recipe: recipe.schedule.kind in kinds


def _is_table(recipe: Recipe) -> bool:
    """Whether the data are, or may be, a list of images."""
    data = recipe.data
    chosen = data.path_column or data.label_column or data.split_column or data.fold
    return data.format == "csv" or data.source.lower().endswith((".csv", ".tsv")) or bool(chosen)


_F = RecipeField
NAME = _F("name", tr("recipe"), tr("Takes up a recipe that is known to work; data and device stay."))
_DATA = RecipeSection(
    tr("Data"),
    (
        _F(
            "data.source", tr("data"), tr("A folder or file of images; or mnist, fashion-mnist, cifar-10."), browse=True
        ),
        _F("data.limit", tr("limit"), tr("Use at most so many images; all, where it is empty."), tr("all")),
        _F("data.validation", tr("validation"), tr("The share of training images held out to watch it by.")),
        _F("data.test", tr("test"), tr("The share of images to test on, where the data bring no test set.")),
        _F("data.split_seed", tr("split seed"), tr("Which images are held out.")),
    ),
    is_open=True,
)
_READING = RecipeSection(
    tr("Reading"),
    (
        _F("data.format", tr("format"), tr("Of the files, where it could be more than one.")),
        _F("data.path_column", tr("path column"), tr("Of a CSV: its name, or its number."), tr("found out"), _is_table),
        _F(
            "data.label_column",
            tr("label column"),
            tr("Of a CSV: its name, or its number."),
            tr("found out"),
            _is_table,
        ),
        _F("data.split_column", tr("set column"), tr("Of a CSV: its name, or its number."), tr("found out"), _is_table),
        _F("data.fold", tr("fold"), tr("Of a CSV with numbered folds: the one to test on."), tr("lowest"), _is_table),
        _F("data.skip_broken", tr("skip broken"), tr("Leave out images that cannot be read, instead of stopping.")),
        _F(
            "data.streaming",
            tr("streaming"),
            tr("Read images as they are needed; auto where they do not fit into memory."),
        ),
        _F(
            "data.workers",
            tr("workers"),
            tr("Processes that read images from files."),
            tr("as many as cores"),
            lambda r: r.data.streaming != "never",
        ),
    ),
)
_IMAGES = RecipeSection(
    tr("Images"),
    (
        _F("data.channels", tr("channels"), tr("Grey or colour, whatever the files are.")),
        _F("data.resize", tr("resize"), tr("Height and width in pixels."), tr("as the input")),
        _F(
            "data.keep_ratio",
            tr("keep ratio"),
            tr("Resize the shorter side; the middle square is used."),
            "",
            lambda r: r.data.resize is not None,
        ),
        _F("data.normalise", tr("normalise"), tr("What is done to the values of the pixels.")),
        _F(
            "data.mean",
            tr("mean"),
            tr("One number a channel, or one for all."),
            "",
            lambda r: r.data.normalise == "given",
        ),
        _F(
            "data.std",
            tr("deviation"),
            tr("One number a channel, or one for all."),
            "",
            lambda r: r.data.normalise == "given",
        ),
        _F(
            "augment.scale",
            tr("scale jitter"),
            tr("Lowest and highest length of the shorter side: 256, 512."),
            tr("none"),
        ),
        _F("augment.crop", tr("crop"), tr("Side of a random window in pixels."), tr("none")),
        _F(
            "augment.padding",
            tr("padding"),
            tr("Zeros put around before the crop, in pixels."),
            "",
            lambda r: r.augment.crop is not None,
        ),
        _F("augment.flip", tr("flip"), tr("The share of images mirrored left to right.")),
        _F("augment.flip_vertical", tr("flip vertical"), tr("The share of images turned upside down.")),
        _F("augment.colour", tr("colour jitter"), tr("How far brightness, contrast, saturation go from 1.")),
        _F("augment.erase", tr("erase"), tr("The share of images in which a rectangle is blotted out.")),
        _F("augment.mixup", tr("mixup"), tr("Alpha by which two images are blended; 0 for not at all.")),
        _F("augment.cutmix", tr("cutmix"), tr("Alpha by which two images are joined; 0 for not at all.")),
    ),
)
_LENGTH = RecipeSection(
    tr("Length"),
    (
        _F("epochs", tr("epochs"), tr("How often every image is seen.")),
        _F("batch_size", tr("batch size"), tr("Images that are seen between two steps.")),
        _F(
            "early_stopping",
            tr("early stopping"),
            tr("End after so many epochs without a better validation."),
            tr("off"),
        ),
        _F(
            "early_stopping_monitor",
            tr("monitor"),
            tr("What has to get better, on the validation set: accuracy should rise, loss should fall."),
            "",
            lambda r: r.early_stopping is not None,
        ),
        _F(
            "keep_best",
            tr("keep best"),
            tr("Weights of the epoch of highest accuracy or lowest loss, by validation, else by the test set."),
        ),
        _F("seed", tr("seed"), tr("The same seed gives the same run.")),
    ),
    is_open=True,
)
_OPTIMIZER = RecipeSection(
    tr("Optimizer"),
    (
        _F("optimizer.kind", tr("optimizer"), tr("How the weights follow the gradient.")),
        _F("optimizer.lr", tr("learning rate"), tr("The length of a step.")),
        _F("optimizer.momentum", tr("momentum"), tr("Keeps going where it went."), "", _optimizer("SGD", "RMSprop")),
        _F("optimizer.nesterov", tr("nesterov"), tr("Looks ahead by the momentum."), "", _optimizer("SGD")),
        _F("optimizer.betas", tr("betas"), tr("How long both averages remember."), "", _optimizer("Adam", "AdamW")),
        _F("optimizer.alpha", tr("alpha"), tr("How long the average remembers."), "", _optimizer("RMSprop")),
        _F("optimizer.weight_decay", tr("weight decay"), tr("Pulls weights to zero.")),
        _F(
            "optimizer.decay_all",
            tr("decay all"),
            tr("Also biases and what normalisation layers scale and shift by."),
            "",
            lambda r: r.optimizer.weight_decay > 0,
        ),
    ),
    is_open=True,
)
_SCHEDULE = RecipeSection(
    tr("Schedule"),
    (
        _F("schedule.kind", tr("schedule"), tr("How the learning rate goes on.")),
        _F("schedule.step_epochs", tr("every"), tr("Epochs between two cuts."), "", _schedule("step")),
        _F("schedule.gamma", tr("cut to"), tr("What a cut leaves of the rate."), "", _schedule("step", "plateau")),
        _F(
            "schedule.monitor",
            tr("monitor"),
            tr("What decides on a cut, on the validation set: accuracy should rise, loss should fall."),
            "",
            _schedule("plateau"),
        ),
        _F(
            "schedule.patience",
            tr("patience"),
            tr("Epochs without a better value of it before a cut."),
            "",
            _schedule("plateau"),
        ),
        _F(
            "schedule.cycle_momentum",
            tr("cycle momentum"),
            tr("Momentum, or the first beta, goes from 0.95 to 0.85 and back meanwhile."),
            "",
            lambda r: r.schedule.kind == "one_cycle" and r.optimizer.kind != "Adagrad",
        ),
        _F(
            "schedule.warmup_epochs",
            tr("warm-up"),
            tr("Epochs in which the rate rises in a line."),
            "",
            lambda r: r.schedule.kind != "one_cycle",
        ),
    ),
)
_LOSS = RecipeSection(
    tr("Loss"),
    (
        _F("loss", tr("loss"), tr("What training makes small.")),
        _F(
            "label_smoothing",
            tr("smoothing"),
            tr("The share of certainty spread over all classes."),
            "",
            lambda r: r.loss == "cross_entropy",
        ),
        _F(
            "class_weights",
            tr("class weights"),
            tr("One number a class, of its errors."),
            tr("all alike"),
            lambda r: r.loss == "cross_entropy",
        ),
    ),
)
_STEPS = RecipeSection(
    tr("Steps"),
    (
        _F("clip_norm", tr("clip gradient"), tr("The longest that a gradient may be."), tr("off")),
        _F("accumulate", tr("accumulate"), tr("Batches whose gradients make one step.")),
        _F("ema_decay", tr("weight average"), tr("What each step leaves of an average: 0.999."), tr("off")),
    ),
)
_START = RecipeSection(
    tr("Start"),
    (
        _F("init", tr("init"), tr("How weights of convolutions and linear layers start.")),
        _F(
            "start.weights",
            tr("weights from"),
            tr("A run's name or folder, a checkpoint or a safetensors file."),
            tr("none"),
            browse=True,
        ),
        _F(
            "start.epoch",
            tr("of epoch"),
            tr("Of a run: the weights of its last epoch, or of its best."),
            "",
            lambda r: bool(r.start.weights),
        ),
        _F(
            "start.match",
            tr("match"),
            tr("How layers are matched: by name, in order, or by name if any fits."),
            "",
            lambda r: bool(r.start.weights),
        ),
        _F(
            "start.frozen",
            tr("frozen"),
            tr("Parts that are not trained, as the code names them: block1, conv.conv1."),
            tr("none"),
        ),
    ),
)
_MACHINE = RecipeSection(
    tr("Machine"),
    (
        _F("device", tr("device"), tr("auto, cpu, cuda, cuda:1 or mps.")),
        _F("devices", tr("devices"), tr("How many train together, each with its share of every batch.")),
        _F(
            "sync_batchnorm",
            tr("sync batch norm"),
            tr("Averages over the whole batch, not each device's share; on cuda."),
            "",
            lambda r: r.devices > 1,
        ),
        _F("precision", tr("precision"), tr("Of activations; bf16 and fp16 are faster on a GPU.")),
        _F("channels_last", tr("channels last"), tr("How images lie in memory; faster on some GPUs.")),
        _F("compile", tr("compile"), tr("By torch.compile: slow to begin, then faster.")),
        _F("tensorboard", tr("TensorBoard"), tr("Write its event files into the run's folder, as it trains.")),
        _F("deterministic", tr("deterministic"), tr("The same figures again on a GPU, at some cost.")),
    ),
)
SECTIONS = (_DATA, _LENGTH, _OPTIMIZER, _SCHEDULE, _IMAGES, _LOSS, _STEPS, _START, _READING, _MACHINE)
FIELDS = {entry.key: entry for entry in (NAME, *(entry for section in SECTIONS for entry in section.fields))}


def translated(text: str) -> str:
    """A text of the table in the person's language."""
    return QCoreApplication.translate("", text) if text else ""
