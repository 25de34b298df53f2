"""Run folders with small real networks, and the engine as a real child process."""

from __future__ import annotations

import json
import os
import random
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from designer.engine import protocol

ROOT = Path(__file__).resolve().parents[2]
MINI = ROOT / "resources" / "fashion-mnist-mini"
NETWORK = """
import torch
from torch import nn

class Stem(nn.Module):
    def __init__(self, width: int = 8):
        super().__init__()
        self.linear = nn.Linear(784, width)

    def forward(self, x):
        return torch.relu(self.linear(x.flatten(1)))

class Network(nn.Module):
    def __init__(self, num_classes: int = 10):
        super().__init__()
        self.stem = Stem()
        self.head = nn.Linear(8, num_classes)

    def forward(self, x):
        return self.head(self.stem(x))
"""


class Engine:
    """A worker under test, its pipes read and written as a window would."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process

    def say(self, line: str) -> None:
        """Send one line on its standard input."""
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def messages(self) -> Iterator[protocol.Message | protocol.Unreadable]:
        """Its messages as they come, to the end."""
        yield from map(protocol.read_line, self.process.stdout)

    def wait_for(self, kind: type) -> Any:
        """The next message of a kind, those before it dropped."""
        return next(message for message in self.messages() if isinstance(message, kind))


@pytest.fixture
def start_engine() -> Callable[..., AbstractContextManager[Engine]]:
    """A context manager that runs the worker on a run folder, with more arguments if any."""
    return _started


@contextmanager
def _started(run_dir: Path, *arguments: str, before: Callable[[], None] | None = None) -> Iterator[Engine]:
    """`python -m designer.engine.worker RUN_DIR`, killed at the end if it still runs. before: run in the child."""
    with subprocess.Popen(
        [sys.executable, "-m", "designer.engine.worker", run_dir, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        preexec_fn=before,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    ) as process:
        try:
            yield Engine(process)
        finally:
            process.kill()


@pytest.fixture(scope="session")
def train() -> Iterator[Callable[..., list[int]]]:
    """Trains a run folder in `size` processes to their ends, as the worker does: real children, forked to save time.

    The first one's messages are in `told.jsonl` beside the folder. Returns the exit statuses.
    """
    if not hasattr(os, "fork"):
        pytest.skip("the processes are forked")
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(Path(__file__).with_name("forking.py"))]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) as server:

        def train(run_dir: Path, *options: str, size: int = 1) -> list[int]:
            server.stdin.write(json.dumps([size, str(run_dir), *options]) + "\n")
            server.stdin.flush()
            return json.loads(server.stdout.readline())

        yield train
        server.stdin.close()


@pytest.fixture
def run_folder(tmp_path: Path) -> Callable[..., Path]:
    """Makes a run folder as the window does. in_forward: a statement that the network runs with each batch.

    The other keywords are fields of the recipe.
    """

    def make(
        name: str = "run",
        model: str = NETWORK,
        in_forward: str = "pass",
        data: dict[str, Any] | None = None,
        **recipe: Any,
    ) -> Path:
        model = model.replace("        return self.head(", f"        {in_forward}\n        return self.head(")
        run_dir = tmp_path / name
        run_dir.mkdir()
        (run_dir / protocol.MODEL_FILE).write_text(model, "utf-8")
        value = {"device": "cpu", "epochs": 1, "data": {"source": str(MINI), **(data or {})}, **recipe}
        (run_dir / protocol.RECIPE_FILE).write_text(json.dumps(value), "utf-8")
        return run_dir

    return make


@pytest.fixture
def idx() -> Callable[[tuple[int, ...], bytes], bytes]:
    """Makes the contents of an IDX file of bytes from a shape and the elements."""
    return _idx


def _idx(shape: tuple[int, ...], elements: bytes) -> bytes:
    return struct.pack(f">I{len(shape)}I", 0x800 + len(shape), *shape) + elements


@pytest.fixture
def draw() -> Callable[..., Path]:
    """Draws an image file: noise of its own kind for each seed, in the format that the name says."""
    return _draw


def _draw(path: Path, seed: int = 0, size: tuple[int, int] = (8, 8), mode: str = "RGB", **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    channels = len(Image.new(mode, (1, 1)).getbands())
    noise = random.Random(seed).randbytes(size[0] * size[1] * channels)
    Image.frombytes(mode, size, noise).save(path, **options)
    return path


@pytest.fixture
def pictures(tmp_path: Path) -> Callable[..., Path]:
    """Makes folders of images by class, `count` each; what an image shows depends on class and number alone."""

    def make(
        classes: tuple[str, ...] = ("cat", "dog", "owl"),
        count: int = 4,
        suffix: str = "png",
        under: str = "",
        **options,
    ) -> Path:
        folder = tmp_path / "pictures"
        for label, name in enumerate(classes):
            for number in range(count):
                _draw(folder / under / name / f"{number}.{suffix}", seed=100 * label + number, **options)
        return folder

    return make


@pytest.fixture
def data_folder(tmp_path: Path) -> Callable[..., Path]:
    """Makes a sound little data set of 12 and 6 images of 4 × 4 in 3 classes.

    Keywords such as train_images replace a file's contents, or leave it out where None.
    """

    def make(**replaced: bytes | None) -> Path:
        folder = tmp_path / "data"
        folder.mkdir(exist_ok=True)
        for prefix, count in (("train", 12), ("t10k", 6)):
            images = _idx((count, 4, 4), bytes(range(16)) * count)
            labels = _idx((count,), bytes(index % 3 for index in range(count)))
            for kind, axes, contents in (("images", 3, images), ("labels", 1, labels)):
                contents = replaced.get(f"{prefix}_{kind}", contents)
                if contents is not None:
                    packed = ".gz" if contents.startswith(b"\x1f\x8b") else ""
                    (folder / f"{prefix}-{kind}-idx{axes}-ubyte{packed}").write_bytes(contents)
        return folder

    return make
