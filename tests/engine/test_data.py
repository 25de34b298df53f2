"""Batches: each image once, normalised and resized as the recipe says."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch.nn import functional

from designer.engine.data import batch_starts, load_data
from designer.engine.protocol import EngineError
from designer.engine.recipe import DataRecipe

CPU = torch.device("cpu")
MINI = str(Path(__file__).resolve().parents[2] / "resources" / "fashion-mnist-mini")


@pytest.mark.parametrize(
    ("examples", "batch_size", "batches"), [(10, 4, 3), (9, 4, 2), (8, 4, 2), (1, 4, 1), (2, 2, 1), (3, 8, 1)]
)
def test_batches_leave_out_a_last_one_of_a_single_image_where_they_must(examples, batch_size, batches):
    starts = batch_starts(examples, batch_size, least=2)
    assert len(starts) == batches
    assert starts.stop == (8 if examples == 9 else examples)
    assert len(batch_starts(examples, batch_size)) == -(-examples // batch_size)


def test_an_epoch_shows_each_image_once_in_an_order_that_the_seed_decides():
    data = load_data(DataRecipe(source=MINI, limit=3000, normalise="unit"), CPU)

    def epoch(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
        images, labels = zip(*data.train_batches(64, torch.Generator().manual_seed(seed)), strict=True)
        assert [len(batch) for batch in images] == [64] * 46 + [56]
        return torch.cat(images), torch.cat(labels)

    images, labels = epoch(0)
    assert torch.equal(images, epoch(0)[0])
    assert not torch.equal(images, epoch(1)[0])
    sums = (data.train.images.flatten(1).sum(1) * 16 + data.train.labels).sort().values
    seen = ((images * 255).round().long().flatten(1).sum(1) * 16 + labels).sort().values
    assert torch.equal(sums, seen)


def test_standard_pixels_have_no_mean_and_unit_spread():
    data = load_data(DataRecipe(source=MINI), CPU)
    pixels = data.prepare(data.train.images)
    assert pixels.mean().item() == pytest.approx(0, abs=1e-4)
    assert pixels.std().item() == pytest.approx(1, abs=1e-4)


def test_given_mean_and_std_are_used():
    data = load_data(DataRecipe(source=MINI, normalise="given", mean=(0.5,), std=(0.25,)), CPU)
    images = data.test.images[:8]
    torch.testing.assert_close(data.prepare(images), (images / 255 - 0.5) / 0.25)


def test_as_many_means_as_channels(data_folder):
    recipe = DataRecipe(source=str(data_folder()), normalise="given", mean=(0.5, 0.5), std=(1.0, 1.0))
    with pytest.raises(EngineError, match="2 values for mean"):
        load_data(recipe, CPU)


@pytest.mark.parametrize("size", [14, 28, 56])
def test_resizes_in_the_batch(size):
    data = load_data(DataRecipe(source=MINI, resize=size, normalise="unit", limit=100), CPU)
    (images, _), *_ = data.test_batches(10)
    plain = data.test.images[:10] / 255
    expected = functional.interpolate(plain, size=(size, size), mode="bilinear", antialias=size < 28)
    torch.testing.assert_close(images, expected)


def test_the_limit_holds_for_both_sets_and_keeps_the_classes():
    data = load_data(DataRecipe(source=MINI, limit=5), CPU)
    assert (len(data.train), len(data.test), data.num_classes) == (5, 5, 10)
