"""Images that cannot be read: listed, left out only by consent, and never a run that ends without a word."""

from __future__ import annotations

import shutil
import struct
import zlib
from pathlib import Path

import pytest
import torch
from PIL import Image

from designer.engine import protocol
from designer.engine.checkpoints import last_checkpoint, load_checkpoint
from designer.engine.data import load_data
from designer.engine.protocol import EngineError, Warned
from designer.engine.recipe import DataRecipe

CPU = torch.device("cpu")
NETWORK = """
import torch
from torch import nn

class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(192, 3)

    def forward(self, x):
        return self.linear(x.flatten(1))
"""


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-60])


def bomb(path: Path) -> None:
    """A small file whose header claims to hold 60,000 × 60,000 pixels."""
    png = bytearray(path.read_bytes())
    png[16:24] = struct.pack(">II", 60_000, 60_000)
    png[29:33] = struct.pack(">I", zlib.crc32(png[12:29]))
    path.write_bytes(png)


DAMAGE = {
    "cut": cut,
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("an image, honestly"),
    "another format": lambda path: Image.new("L", (8, 8)).save(path, format="TGA"),
    "bomb": bomb,
}


def everything(data) -> int:
    """Reads all that there is. Returns how many images that are."""
    batches = [*data.train_batches(5, torch.Generator()), *data.test_batches(5)]
    return sum(len(labels) for _, labels in batches)


def test_those_of_all_sets_are_told_together(pictures):
    for under in ("train", "test"):
        folder = pictures(under=under)
        cut(folder / under / "dog" / "3.png")
    with pytest.raises(EngineError, match=r"2 images cannot be read: train/dog/3\.png .*; test/dog/3\.png"):
        load_data(DataRecipe(source=str(folder), streaming="never"), CPU)


def test_what_a_list_names_and_is_not_there_is_told_all_at_once(pictures):
    folder = pictures()
    rows = [f"{name}/{number}.png,{name}" for name in ("cat", "dog") for number in range(6)]  # 4 and 5 are not there
    (folder / "list.csv").write_text("\n".join(rows))
    with pytest.raises(EngineError, match=r"4 images are gone: (?=.*cat/4\.png)(?=.*dog/5\.png)") as told:
        load_data(DataRecipe(source=str(folder / "list.csv"), skip_broken=True), CPU)
    assert "Correct the list" in told.value.fix


@pytest.mark.parametrize(
    ("damage", "suffix"), [("cut", "jpg"), ("cut", "webp"), *((damage, "png") for damage in DAMAGE)]
)
@pytest.mark.parametrize("streaming", ["never", "always"])
def test_a_damaged_image_stops_or_is_left_out_by_consent(pictures, damage, suffix, streaming):
    folder = pictures(count=8, suffix=suffix)
    DAMAGE[damage](folder / "dog" / f"3.{suffix}")
    recipe = {"source": str(folder), "streaming": streaming}
    with pytest.raises(EngineError, match=rf"1 image cannot be read: dog/3\.{suffix} \(\S") as told:
        everything(load_data(DataRecipe(**recipe), CPU))
    assert "data.skip_broken" in told.value.fix
    heard = []
    data = load_data(DataRecipe(**recipe, skip_broken=True), CPU, tell=heard.append)
    assert len(data.train) + len(data.test) == 23
    (warning,) = heard
    assert isinstance(warning, Warned)
    assert f"dog/3.{suffix}" in warning.message
    assert everything(data) == 23


def test_many_damaged_images_are_counted_and_the_first_are_named(pictures):
    folder = pictures(count=12)
    for path in folder.glob("*/[2-9].png"):
        cut(path)
    with pytest.raises(EngineError, match=r"cat/\d\.png .*; and \d+ more\.") as told:
        load_data(DataRecipe(source=str(folder)), CPU)
    assert told.value.message.count(".png") == 5


def test_nothing_but_damaged_images_is_told(pictures):
    folder = pictures()
    for path in folder.glob("*/*.png"):
        path.write_bytes(b"no")
    with pytest.raises(EngineError, match="None of the images that were looked at"):
        load_data(DataRecipe(source=str(folder), skip_broken=True), CPU)


def test_a_run_on_damaged_images_says_so_and_keeps_its_record(run_folder, start_engine, pictures):
    folder = pictures()
    cut(folder / "cat" / "0.png")
    run_dir = run_folder(model=NETWORK, data={"source": str(folder)})
    with start_engine(run_dir) as engine:
        *_, failed = engine.messages()
        assert engine.process.wait() == 1
    assert isinstance(failed, protocol.Failed)
    assert "cat/0.png" in failed.message
    assert protocol.read_status(run_dir).state == "failed"
    assert list(protocol.read_metrics(run_dir))[-1] == failed


def test_a_folder_that_vanishes_during_a_run_is_told_and_the_run_goes_on_once_it_is_back(
    run_folder, start_engine, pictures
):
    folder = pictures(count=10)
    aside = folder.with_name("aside")
    slow = "__import__('time').sleep(0.02)"
    model = NETWORK.replace("        return self.linear", f"        {slow}\n        return self.linear")
    data = {"source": str(folder), "streaming": "always", "workers": 0}
    run_dir = run_folder(model=model, data=data, epochs=400, batch_size=4)
    with start_engine(run_dir) as engine:
        engine.wait_for(protocol.Epoch)
        shutil.move(folder, aside)
        *_, failed = engine.messages()
        assert engine.process.wait() == 1
    assert isinstance(failed, protocol.Failed)
    assert "gone: " in failed.message
    assert "resume" in failed.fix
    done = load_checkpoint(last_checkpoint(run_dir))["epoch"]
    assert done >= 1
    shutil.move(aside, folder)
    with start_engine(run_dir, "--resume") as engine:
        assert engine.wait_for(protocol.Started).classes == ("cat", "dog", "owl")
        engine.wait_for(protocol.Epoch)
        engine.say('{"type": "stop"}')
        assert engine.wait_for(protocol.Finished).stopped
