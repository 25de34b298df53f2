"""Every field of a recipe as the form shows it, section by section: its words, and when it has a meaning.

Types and choices are those of the recipe's own dataclasses; nothing of them is said here again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from designer.engine.recipe import Recipe


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


_F = RecipeField
NAME = _F("name", "recipe", "Takes up a recipe that is known to work; data and device stay.")
_DATA = RecipeSection(
    "Data",
    (
        _F("data.source", "data", "A folder or file of images; or mnist, fashion-mnist, cifar-10.", browse=True),
        _F("data.limit", "limit", "Use at most so many images; all, where it is empty.", "all"),
        _F("data.validation", "validation", "The share of training images held out to watch it by."),
        _F("data.test", "test", "The share of images to test on, where the data bring no test set."),
        _F("data.split_seed", "split seed", "Which images are held out."),
    ),
    is_open=True,
)
_READING = RecipeSection(
    "Reading",
    (
        _F("data.format", "format", "Of the files, where it could be more than one."),
        _F("data.skip_broken", "skip broken", "Leave out images that cannot be read, instead of stopping."),
        _F("data.streaming", "streaming", "Read images as they are needed; auto where they do not fit into memory."),
        _F(
            "data.workers",
            "workers",
            "Processes that read images from files.",
            "as many as cores",
            lambda r: r.data.streaming != "never",
        ),
    ),
)
_IMAGES = RecipeSection(
    "Images",
    (
        _F("data.channels", "channels", "Grey or colour, whatever the files are."),
        _F("data.resize", "resize", "Height and width in pixels.", "as the input"),
        _F(
            "data.keep_ratio",
            "keep ratio",
            "Resize the shorter side; the middle square is used.",
            "",
            lambda r: r.data.resize is not None,
        ),
        _F("data.normalise", "normalise", "What is done to the values of the pixels."),
        _F("data.mean", "mean", "One number a channel, or one for all.", "", lambda r: r.data.normalise == "given"),
        _F("data.std", "deviation", "One number a channel, or one for all.", "", lambda r: r.data.normalise == "given"),
        _F("augment.scale", "scale jitter", "Lowest and highest length of the shorter side: 256, 512.", "none"),
        _F("augment.crop", "crop", "Side of a random window in pixels.", "none"),
        _F(
            "augment.padding",
            "padding",
            "Zeros put around before the crop, in pixels.",
            "",
            lambda r: r.augment.crop is not None,
        ),
        _F("augment.flip", "flip", "The share of images mirrored left to right."),
        _F("augment.colour", "colour jitter", "How far brightness, contrast, saturation go from 1."),
        _F("augment.erase", "erase", "The share of images in which a rectangle is blotted out."),
        _F("augment.mixup", "mixup", "Alpha by which two images are blended; 0 for not at all."),
        _F("augment.cutmix", "cutmix", "Alpha by which two images are joined; 0 for not at all."),
    ),
)
_LENGTH = RecipeSection(
    "Length",
    (
        _F("epochs", "epochs", "How often every image is seen."),
        _F("batch_size", "batch size", "Images that are seen between two steps."),
        _F("early_stopping", "early stopping", "End after so many epochs without a better validation.", "off"),
        _F("seed", "seed", "The same seed gives the same run."),
    ),
    is_open=True,
)
_OPTIMIZER = RecipeSection(
    "Optimizer",
    (
        _F("optimizer.kind", "optimizer", "How the weights follow the gradient."),
        _F("optimizer.lr", "learning rate", "The length of a step."),
        _F("optimizer.momentum", "momentum", "Keeps going where it went.", "", _optimizer("SGD", "RMSprop")),
        _F("optimizer.nesterov", "nesterov", "Looks ahead by the momentum.", "", _optimizer("SGD")),
        _F("optimizer.betas", "betas", "How long both averages remember.", "", _optimizer("Adam", "AdamW")),
        _F("optimizer.alpha", "alpha", "How long the average remembers.", "", _optimizer("RMSprop")),
        _F("optimizer.weight_decay", "weight decay", "Pulls weights to zero."),
        _F(
            "optimizer.decay_all",
            "decay all",
            "Also biases and the weights of normalisation layers.",
            "",
            lambda r: r.optimizer.weight_decay > 0,
        ),
    ),
    is_open=True,
)
_SCHEDULE = RecipeSection(
    "Schedule",
    (
        _F("schedule.kind", "schedule", "How the learning rate goes on."),
        _F("schedule.step_epochs", "every", "Epochs between two cuts.", "", _schedule("step")),
        _F("schedule.gamma", "cut to", "What a cut leaves of the rate.", "", _schedule("step", "plateau")),
        _F(
            "schedule.patience",
            "patience",
            "Epochs without a better validation before a cut.",
            "",
            _schedule("plateau"),
        ),
        _F(
            "schedule.warmup_epochs",
            "warm-up",
            "Epochs in which the rate rises in a line.",
            "",
            lambda r: r.schedule.kind != "one_cycle",
        ),
    ),
)
_LOSS = RecipeSection(
    "Loss",
    (
        _F("loss", "loss", "What training makes small."),
        _F(
            "label_smoothing",
            "smoothing",
            "The share of certainty spread over all classes.",
            "",
            lambda r: r.loss == "cross_entropy",
        ),
        _F(
            "class_weights",
            "class weights",
            "One number a class, of its errors.",
            "all alike",
            lambda r: r.loss == "cross_entropy",
        ),
    ),
)
_STEPS = RecipeSection(
    "Steps",
    (
        _F("clip_norm", "clip gradient", "The longest that a gradient may be.", "off"),
        _F("accumulate", "accumulate", "Batches whose gradients make one step."),
        _F("ema_decay", "weight average", "What each step leaves of an average: 0.999.", "off"),
    ),
)
_START = RecipeSection(
    "Start",
    (
        _F("init", "init", "How weights of convolutions and linear layers start."),
        _F(
            "start.weights",
            "weights from",
            "A run's name or folder, a checkpoint or a safetensors file.",
            "none",
            browse=True,
        ),
        _F(
            "start.match",
            "match",
            "How layers are matched: by name, in order, or by name if any fits.",
            "",
            lambda r: bool(r.start.weights),
        ),
        _F("start.frozen", "frozen", "Parts that are not trained, as the code names them: block1, conv.conv1.", "none"),
    ),
)
_MACHINE = RecipeSection(
    "Machine",
    (
        _F("device", "device", "auto, cpu, cuda, cuda:1 or mps."),
        _F("devices", "devices", "How many train together, each with its share of every batch."),
        _F(
            "sync_batchnorm",
            "sync batch norm",
            "Averages over the whole batch, not each device's share; on cuda.",
            "",
            lambda r: r.devices > 1,
        ),
        _F("precision", "precision", "Of activations; bf16 and fp16 are faster on a GPU."),
        _F("channels_last", "channels last", "How images lie in memory; faster on some GPUs."),
        _F("compile", "compile", "By torch.compile: slow to begin, then faster."),
        _F("deterministic", "deterministic", "The same figures again on a GPU, at some cost."),
    ),
)
SECTIONS = (_DATA, _LENGTH, _OPTIMIZER, _SCHEDULE, _IMAGES, _LOSS, _STEPS, _START, _READING, _MACHINE)
FIELDS = {entry.key: entry for entry in (NAME, *(entry for section in SECTIONS for entry in section.fields))}
