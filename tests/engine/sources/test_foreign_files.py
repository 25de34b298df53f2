"""Files from anywhere: whatever bytes they hold, they are data or an error in words."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from designer.engine.data import load_data
from designer.engine.decoding import FilePictures
from designer.engine.examples import Fit
from designer.engine.protocol import EngineError
from designer.engine.recipe import DataRecipe

FEW = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def saved(**arrays: np.ndarray) -> bytes:
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)
    return packed.getvalue()


def drawn(suffix: str) -> bytes:
    drawn = io.BytesIO()
    Image.effect_noise((24, 16), 90).convert("RGB").save(drawn, suffix)
    return drawn.getvalue()


NPZ = saved(images=np.arange(96, dtype=np.uint8).reshape(6, 4, 4), labels=np.arange(6) % 2)
NPY = io.BytesIO()
np.save(NPY, np.arange(96, dtype=np.uint8).reshape(6, 4, 4))
CSV = b"path,label\nimages/a.png,cat\nimages/b.png,dog\n"
SOUND = {"data.npz": NPZ, "images.npy": NPY.getvalue(), "list.csv": CSV, "data_batch_1.bin": bytes(3073)}
IMAGES = {suffix: drawn(suffix) for suffix in ("png", "jpeg", "webp", "bmp", "gif", "tiff", "ppm")}


@st.composite
def damaged(draw: st.DrawFn, sound: bytes) -> bytes:
    """A sound file with a few bytes changed, cut short, or with something behind it."""
    contents = bytearray(sound)
    for _ in range(draw(st.integers(0, 4))):
        contents[draw(st.integers(0, len(contents) - 1))] = draw(st.integers(0, 255))
    end = draw(st.integers(0, len(contents)))
    return bytes(contents[:end] if draw(st.booleans()) else contents) + draw(st.binary(max_size=8))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", SOUND)
@given(chance=st.data())
@FEW
def test_any_file_is_data_or_an_error_in_words(tmp_path: Path, name: str, chance: st.DataObject):
    folder = tmp_path / "data"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(chance.draw(st.binary(max_size=60) | damaged(SOUND[name])))
    if name == "images.npy":
        np.save(folder / "labels.npy", np.arange(6) % 2)
    outcome: object = None
    try:
        outcome = load_data(DataRecipe(source=str(folder), test=0.4), torch.device("cpu"))
    except EngineError as error:
        outcome = error
    if isinstance(outcome, EngineError):
        assert all((outcome.message, outcome.expected, outcome.fix))
    else:
        assert len(outcome.train) + len(outcome.test) > 0


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("suffix", IMAGES)
@given(chance=st.data())
@example(chance=None)
@FEW
def test_any_image_is_decoded_or_a_fault(tmp_path: Path, suffix: str, chance: st.DataObject | None):
    path = tmp_path / f"image.{suffix}"
    path.write_bytes(IMAGES[suffix] if chance is None else chance.draw(damaged(IMAGES[suffix])))
    try:
        pictures = FilePictures(tmp_path, [path.name]).fitted(Fit(8, False, 3))
    except EngineError:
        assert chance is not None
        return
    reading = pictures.read(torch.tensor([0]))
    assert reading.images.shape == (1, 3, 8, 8)
    assert chance is not None or not reading.faults
    assert all(fault.kind == "broken" and fault.reason for fault in reading.faults)
