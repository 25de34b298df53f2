"""Transforms: sizes, seeds, and what each does to an image that one can reckon by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from designer.engine import protocol, transforms
from designer.engine.checkpoints import last_checkpoint, load_checkpoint
from designer.engine.data import load_data
from designer.engine.recipe import AugmentRecipe, DataRecipe, Recipe, RecipeError

MINI = str(Path(__file__).resolve().parents[2] / "resources" / "fashion-mnist-mini")
CPU = torch.device("cpu")
ALL = {
    "scale": [28, 34],
    "crop": 28,
    "padding": 2,
    "flip": 0.5,
    "flip_vertical": 0.5,
    "colour": 0.2,
    "erase": 0.3,
    "mixup": 0.2,
    "cutmix": 1,
}


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def images() -> torch.Tensor:
    return torch.rand(40, 3, 12, 16, generator=chance(9))


def test_sizes(images):
    assert transforms.short_side_resized(images, 24).shape == (40, 3, 24, 32)
    assert transforms.short_side_resized(images, 6).shape == (40, 3, 6, 8)
    assert transforms.resized(images, 5, 7).shape == (40, 3, 5, 7)
    assert torch.equal(transforms.centre_cropped(images, 8), images[..., 2:10, 4:12])
    framed = transforms.centre_cropped(images, 20)
    assert framed.shape == (40, 3, 20, 20)
    assert torch.equal(framed[..., 4:16, 2:18], images)
    assert framed.sum().item() == pytest.approx(images.sum().item(), rel=1e-5)


def test_a_random_crop_is_a_window_of_the_image_and_no_two_are_alike(images):
    windows = transforms.randomly_cropped(images, 8, 0, chance())
    everywhere = images.unfold(2, 8, 1).unfold(3, 8, 1)  # (N, C, 5, 9, 8, 8)
    same = (everywhere == windows[:, :, None, None]).all(-1).all(-1).all(1)  # (N, 5, 9)
    assert same.flatten(1).sum(1).tolist() == [1] * 40
    assert len({tuple(place.tolist()) for place in same.nonzero()[:, 1:]}) > 10
    assert transforms.randomly_cropped(images, 12, 4, chance()).shape == (40, 3, 12, 12)


def test_a_flip_mirrors_whole_images(images):
    assert torch.equal(transforms.flipped(images, 1, chance()), images.flip(-1))
    assert torch.equal(transforms.flipped(images, 0, chance()), images)
    upside_down = AugmentRecipe(flip_vertical=1)
    assert torch.equal(transforms.augmented(images, upside_down, chance()), images.flip(-2))
    some = transforms.flipped(images, 0.5, chance())
    turned = (some == images.flip(-1)).flatten(1).all(1)
    assert torch.equal(turned, ~(some == images).flatten(1).all(1))
    assert 8 < turned.sum() < 32


def test_colours_stay_in_range_and_differ_by_image(images):
    jittered = transforms.colour_jittered(images, 0.4, chance())
    assert 0 <= jittered.min() <= jittered.max() <= 1
    assert len({round(value, 4) for value in (jittered / images).flatten(1).median(1).values.tolist()}) > 30
    assert transforms.colour_jittered(images[:, :1], 0.4, chance()).shape == (40, 1, 12, 16)


def test_erasing_blots_out_one_rectangle(images):
    images = images + 1
    erased = transforms.erased(images, 1, chance()) == 0
    assert torch.equal(erased[:, 0], erased[:, 2])
    for blot in erased[:, 0]:
        rows, columns = blot.any(1), blot.any(0)
        assert torch.equal(blot, rows[:, None] & columns)
    assert 0.05 < erased.float().mean() < 0.3
    assert torch.equal(transforms.erased(images, 0, chance()), images)


@pytest.mark.parametrize("mix", [transforms.mixed_up, transforms.cut_mixed])
def test_mixed_targets_tell_how_much_of_each_image_is_there(mix):
    labels = torch.arange(8)
    images = labels.float().view(8, 1, 1, 1).expand(8, 1, 16, 16)
    for seed in range(5):
        mixed, targets = mix(images, torch.eye(8), 1.0, chance(seed))
        torch.testing.assert_close(targets.sum(1), torch.ones(8))
        torch.testing.assert_close(mixed.mean((1, 2, 3)), targets @ labels.float(), atol=1e-4, rtol=1e-4)


def test_an_epoch_does_not_depend_on_where_it_is_taken_up():
    recipe = AugmentRecipe(**{**ALL, "scale": (28, 34)})
    data = load_data(DataRecipe(source=MINI, limit=300), CPU, augment=recipe)
    whole = list(data.train_batches(64, chance(5)))
    rest = list(data.train_batches(64, chance(5), first=3))
    assert [len(part) for part in (whole, rest)] == [5, 2]
    for (images, targets), (late_images, late_targets) in zip(whole[3:], rest, strict=True):
        assert torch.equal(images, late_images)
        assert torch.equal(targets, late_targets)
    assert whole[0][0].shape == (64, 1, 28, 28)
    assert whole[0][1].shape == (64, 10)
    assert not torch.equal(whole[0][0], next(data.train_batches(64, chance(6)))[0])
    (tested, labels), *_ = data.test_batches(32)
    assert tested.shape == (32, 1, 28, 28)
    assert labels.shape == (32,)


def test_the_mean_alone_can_be_taken_off():
    data = load_data(DataRecipe(source=MINI, normalise="mean"), CPU)
    pixels = data.prepare(data.train.images)
    assert pixels.mean().item() == pytest.approx(0, abs=1e-4)
    assert (pixels.max() - pixels.min()).item() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"augment": {"scale": [512, 256]}}, "augment.scale is [512, 256]"),
        ({"augment": {"scale": [256]}}, "augment.scale is [256]"),
        ({"augment": {"crop": 0}}, "augment.crop is 0"),
        ({"augment": {"padding": 4}}, "augment.padding is 4"),
        ({"augment": {"flip": 1.5}}, "augment.flip is 1.5"),
        ({"augment": {"erase": -1}}, "augment.erase is -1"),
        ({"augment": {"colour": 1}}, "augment.colour is 1"),
        ({"augment": {"mixup": -0.2}}, "augment.mixup is -0.2"),
        ({"data": {"keep_ratio": True}}, "data.keep_ratio is true"),
    ],
)
def test_faults_are_told_in_words(value, words):
    with pytest.raises(RecipeError) as caught:
        Recipe.from_json(value)
    assert words in caught.value.message
    assert caught.value.fix


@pytest.mark.slow
def test_an_augmented_run_stopped_and_resumed_is_as_if_never_stopped(run_folder, start_engine):
    ends = []
    for name, statement in (("unbroken", "pass"), ("stopped", "__import__('time').sleep(0.02)")):
        run_dir = run_folder(name, in_forward=statement, epochs=2, data={"limit": 1500}, augment=ALL)
        with start_engine(run_dir) as engine:
            if name == "stopped":
                next(m for m in engine.messages() if isinstance(m, protocol.Batch) and m.step >= 10)
                engine.say('{"type": "stop"}')
            assert engine.process.wait() == 0
        if name == "stopped":
            with start_engine(run_dir, "--resume") as engine:
                assert engine.process.wait() == 0
        ends.append(load_checkpoint(last_checkpoint(run_dir)))
    assert ends[0]["epoch"] == ends[1]["epoch"] == 2
    assert all(torch.equal(ends[0]["network"][name], ends[1]["network"][name]) for name in ends[0]["network"])
