"""What is done with each batch waits for no value: on `meta`, where tensors have none, whatever asks for one fails."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from designer.engine.data import ImageData, preparation
from designer.engine.examples import Split
from designer.engine.losses import make_loss
from designer.engine.meter import Meter
from designer.engine.recipe import AugmentRecipe, DataRecipe, OptimizerRecipe, Recipe
from designer.engine.review import Review
from designer.engine.stepper import Stepper

META = torch.device("meta")
CLASSES = 10


def data(recipe: Recipe) -> ImageData:
    images = Split(torch.empty(200, 1, 28, 28, dtype=torch.uint8, device=META), torch.empty(200, device=META).long())
    spread = torch.tensor([0.5], dtype=torch.float64)
    prepare = preparation(recipe.data, recipe.augment, (spread, spread), META)
    return ImageData(images, images, tuple(map(str, range(CLASSES))), prepare)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"optimizer": OptimizerRecipe("SGD", 0.1, momentum=0.9), "label_smoothing": 0.1, "clip_norm": 1.0},
        {"data": DataRecipe(resize=56), "ema_decay": 0.9, "accumulate": 2, "channels_last": True},
        {"loss": "bce", "augment": AugmentRecipe(crop=28, padding=2, flip=0.5, colour=0.2, erase=0.3, mixup=0.2)},
    ],
    ids=["plain", "smoothed", "resized", "augmented"],
)
def test_a_batch_is_trained_evaluated_and_counted_without_a_value_read(fields):
    recipe = Recipe(**fields)
    layers = (nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.AdaptiveAvgPool2d(4), nn.Flatten())
    network = nn.Sequential(*layers, nn.Linear(64, CLASSES)).to(META)
    stepper = Stepper(network, recipe, make_loss(recipe, CLASSES, META), META)
    known, meter, review = data(recipe), Meter(META), Review(CLASSES, META)
    for images, labels in known.train_batches(64, torch.Generator().manual_seed(0)):
        scores, loss = stepper.train(images, labels, 0.1, 1 / recipe.accumulate, last=True)
        meter.add(loss, scores, labels if labels.ndim == 1 else labels.argmax(1))
    for images, labels in known.test_batches(64):
        scores, loss = stepper.run(stepper.evaluated, images, labels)
        meter.add(loss, scores, labels)
        review.add(scores, labels, 0)
    with pytest.raises((RuntimeError, NotImplementedError)):
        meter.read()
