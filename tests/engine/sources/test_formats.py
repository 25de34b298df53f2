"""Image files of every format: the pixels that training sees, and what is told of how they came to be."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from designer.engine.data import load_data
from designer.engine.decoding import FilePictures
from designer.engine.examples import Fit
from designer.engine.protocol import EngineError, Warned
from designer.engine.recipe import DataRecipe

RAMP = np.linspace(0, 255, 64).round().astype("uint8").reshape(8, 8)
COLOURS = np.stack([RAMP, RAMP.T, 255 - RAMP], axis=2)


def read(*paths: Path, channels: int | None = None):
    pictures = FilePictures(paths[0].parent, [path.name for path in paths]).fitted(Fit(None, False, channels))
    return pictures, pictures.read(torch.arange(len(paths)))


@pytest.mark.parametrize("name", ["x.png", "x.bmp", "x.dib", "x.tif", "x.TIFF", "x.webp", "x.ppm", "x.pnm"])
@pytest.mark.parametrize("pixels", [RAMP, COLOURS], ids=["grey", "colour"])
def test_formats_without_loss_give_the_very_pixels(tmp_path: Path, name: str, pixels: np.ndarray):
    options = {"lossless": True} if name.endswith("webp") else {}
    kind = {"x.dib": "DIB", "x.pnm": "PPM"}.get(name)
    Image.fromarray(pixels).save(tmp_path / name, kind, **options)
    channels = 1 if pixels.ndim == 2 else 3
    _, reading = read(tmp_path / name, channels=channels)
    assert not reading.faults
    expected = pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
    assert np.array_equal(reading.images[0].numpy(), expected)


@pytest.mark.parametrize("name", ["x.jpg", "x.jpe", "x.jfif", "x.JPEG", "x.gif", "x.pgm", "x.pbm"])
def test_the_others_come_close(tmp_path: Path, name: str):
    flat = np.full((8, 8), 255, "uint8")
    flat[4:] = 0
    kind = "JPEG" if name.lower()[2:] in ("jpe", "jfif", "jpg", "jpeg") else None
    Image.fromarray(flat).convert("1" if name == "x.pbm" else "L").save(tmp_path / name, kind)
    _, reading = read(tmp_path / name, channels=1)
    assert not reading.faults
    assert abs(reading.images[0, 0].numpy().astype(int) - flat).max() <= 2


@pytest.mark.parametrize("suffix", ["png", "tif", "pgm"])
@pytest.mark.parametrize(
    ("highest", "white"), [(65_535, 65_535), (40_000, 65_535), (16_000, 16_383), (4095, 4095), (900, 1023), (255, 255)]
)
def test_deep_images_are_scaled_by_the_bits_that_the_set_uses(tmp_path: Path, suffix: str, highest: int, white: int):
    bright = np.linspace(0, highest, 64).round().astype("uint16").reshape(8, 8)
    dark = bright // 4
    for name, pixels in (("bright", bright), ("dark", dark)):
        Image.fromarray(pixels).save(tmp_path / f"{name}.{suffix}")
    pictures, reading = read(tmp_path / f"bright.{suffix}", tmp_path / f"dark.{suffix}")
    assert pictures.shape == (1, 8, 8)
    for image, pixels in zip(reading.images, (bright, dark), strict=True):
        assert abs(image[0].numpy().astype(float) - pixels * (255 / white)).max() <= 0.51
    assert bool(pictures.notes) == (white != 65_535)
    assert all(f"{white:g} as white" in note for note in pictures.notes)


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-1, 1), (0, 255)])
def test_fractions_in_tiff_are_scaled_by_their_range(tmp_path: Path, low: float, high: float):
    pixels = np.linspace(low, high, 64, dtype="float32").reshape(8, 8)
    Image.fromarray(pixels).save(tmp_path / "x.tif")
    _, reading = read(tmp_path / "x.tif")
    assert abs(reading.images[0, 0].numpy() - (pixels - low) / (high - low) * 255).max() <= 0.51


def test_values_that_are_no_picture_are_told(tmp_path: Path):
    Image.fromarray(np.full((8, 8), -70_000, "int32")).save(tmp_path / "x.tif")
    with pytest.raises(EngineError, match="go from -70000 to -70000"):
        read(tmp_path / "x.tif")
    Image.fromarray(np.full((8, 8), np.nan, "float32")).save(tmp_path / "nan.tif")
    with pytest.raises(EngineError, match="go from nan to nan"):
        read(tmp_path / "nan.tif")


def inked(colour: tuple[int, int, int]) -> Image.Image:
    image = Image.new("RGBA", (8, 8), (*colour, 0))
    image.paste((*colour, 255), (2, 2, 6, 6))
    return image


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (40, 40, 40), (250, 250, 200)])
@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_drawn_in_alpha_alone_is_seen(tmp_path: Path, colour: tuple[int, int, int], mode: str):
    image = inked(colour)
    if mode == "P":
        image = image.quantize(4, method=Image.Quantize.FASTOCTREE)
    image.convert(mode).save(tmp_path / "x.png")
    _, reading = read(tmp_path / "x.png", channels=3)
    assert reading.seen == ("transparent",)
    inside, outside = reading.images[0, :, 3, 3].float().mean(), reading.images[0, :, 0, 0].float().mean()
    assert abs(inside - outside) > 100
    assert abs(inside - sum(colour) / 3) < 20


def test_several_colours_are_laid_on_white_and_full_alpha_changes_nothing(tmp_path: Path):
    image = Image.new("RGBA", (8, 8), (9, 9, 9, 0))
    image.paste((255, 0, 0, 255), (0, 0, 4, 4))
    image.paste((0, 0, 200, 128), (4, 4, 8, 8))
    image.save(tmp_path / "cut.png")
    Image.fromarray(COLOURS).convert("RGBA").save(tmp_path / "full.png")
    _, reading = read(tmp_path / "cut.png", tmp_path / "full.png")
    assert reading.images[0, :, 0, 7].tolist() == [255, 255, 255]
    assert reading.images[0, :, 0, 0].tolist() == [255, 0, 0]
    assert reading.images[0, :, 7, 7].tolist() == [127, 127, 227]
    assert np.array_equal(reading.images[1].numpy(), COLOURS.transpose(2, 0, 1))
    assert reading.seen == ("transparent",)


@pytest.mark.parametrize("suffix", ["gif", "tif", "webp", "png"])
def test_of_several_frames_the_first_is_used_and_that_is_told(tmp_path: Path, suffix: str):
    frames = [Image.new("L", (8, 8), level) for level in (250, 100, 5)]
    frames[0].save(tmp_path / f"x.{suffix}", save_all=True, append_images=frames[1:])
    _, reading = read(tmp_path / f"x.{suffix}", channels=1)
    assert reading.seen == ("frames",)
    assert reading.images.float().mean() > 240


def test_a_pipe_with_the_name_of_an_image_is_never_opened(tmp_path: Path):
    import os

    os.mkfifo(tmp_path / "x.png")
    Image.new("L", (8, 8)).save(tmp_path / "y.png")
    _, reading = read(tmp_path / "y.png", tmp_path / "x.png")
    assert [fault.reason for fault in reading.faults] == ["it is no regular file"]


def test_a_training_is_told_of_what_was_converted(tmp_path: Path):
    for label in ("a", "b"):
        (tmp_path / label).mkdir()
        for number in range(3):
            inked((number, 0, 0)).save(tmp_path / label / f"{number}.png")
    told: list[Warned] = []
    load_data(DataRecipe(source=str(tmp_path)), torch.device("cpu"), tell=told.append)
    (warning,) = [each for each in told if isinstance(each, Warned)]
    assert "laid on white, or on black where drawn in one light colour: 6 of the images" in warning.message


@pytest.mark.parametrize("suffix", ["bmp", "gif", "tif", "ppm", "pgm"])
def test_a_header_that_claims_a_huge_image_is_told_and_takes_no_memory(tmp_path: Path, suffix: str):
    Image.new("L", (8, 8)).save(tmp_path / f"sound.{suffix}")
    path = tmp_path / f"x.{suffix}"
    raw = bytearray((tmp_path / f"sound.{suffix}").read_bytes())
    match suffix:
        case "bmp":
            struct.pack_into("<ii", raw, 18, 60_000, 60_000)
        case "gif":
            struct.pack_into("<HH", raw, 6, 60_000, 60_000)
        case "tif":
            at, (count,) = struct.unpack_from("<I", raw, 4)[0], struct.unpack_from("<H", raw, raw[4])
            for entry in range(at + 2, at + 2 + 12 * count, 12):
                if struct.unpack_from("<H", raw, entry)[0] in (256, 257):
                    struct.pack_into("<HII", raw, entry + 2, 4, 1, 60_000)
        case _:
            raw = bytearray(b"P5\n60000 60000\n255\n") + bytes(64)
    path.write_bytes(raw)
    _, reading = read(tmp_path / f"sound.{suffix}", path, channels=1)
    (fault,) = reading.faults
    assert "pixels" in fault.reason
