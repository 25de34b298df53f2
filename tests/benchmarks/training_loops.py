"""Three ways to train a run folder's network for an epoch: the engine, the barest loop in memory, a course's loop.

A program, so that each has a process of its own, as when a person starts it: `training_loops.py LOOP RUN_DIR [WORKERS]`
trains an epoch for each line on its standard input, and answers each with a line: examples a second, and examples a
second of the processor's time. Evaluation is in none of them. All take the images in the order of the engine: another
one leads to other weights, and how fast torch's max pooling is on a CPU depends on them, by a tenth of the whole.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from designer.engine.data import ImageData, load_data
from designer.engine.device import choose_device, prepare_device
from designer.engine.journal import Journal
from designer.engine.loop import Hooks, Training, seed_of_epoch
from designer.engine.network import build_network, initialise
from designer.engine.optimize import make_optimizer
from designer.engine.protocol import MODEL_FILE, RECIPE_FILE, Batch, Epoch, Message
from designer.engine.recipe import Recipe, read_recipe

Speed = tuple[float, float]  # examples a second, and examples a second of the processor's time
_CPU = torch.device("cpu")


def network_of(run_dir: Path, recipe: Recipe, device: torch.device) -> nn.Module:
    torch.manual_seed(0)
    network = build_network(run_dir / MODEL_FILE)
    initialise(network, recipe.init)
    return network.to(device).train()


def order_of(recipe: Recipe) -> torch.Generator:
    """Draws the order in which the engine takes the images of a run's only epoch."""
    return torch.Generator().manual_seed(seed_of_epoch(recipe.seed, 1))


class Stopwatch:
    """Runs from when it is made; `speed` waits for the device."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._began = time.perf_counter(), time.process_time()

    def speed(self, examples: int) -> Speed:
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        began, began_at = self._began
        return examples / (time.perf_counter() - began), examples / (time.process_time() - began_at)


def engine(run_dir: Path, recipe: Recipe, device: torch.device, _workers: int) -> Iterator[Speed]:
    """As the engine itself reports it, each message logged in a run folder, all memory and threads set as by it."""
    prepare_device(device, recipe.deterministic)
    data = load_data(recipe.data, device)
    log = run_dir / "log"
    log.mkdir(exist_ok=True)
    while True:
        speed = trained_at = 0.0

        def hear(message: Message) -> None:
            nonlocal speed, trained_at
            if isinstance(message, Epoch):
                speed = message.examples_per_second
            elif isinstance(message, Batch) and message.batch == message.batches:
                trained_at = time.process_time()

        with Journal(log, hear) as journal:
            training = Training(network_of(run_dir, recipe, device), recipe, data, device, Hooks(journal.tell))
            began_at = time.process_time()
            training.run()
        yield speed, len(data.train) / (trained_at - began_at)


def bare(run_dir: Path, recipe: Recipe, device: torch.device, _workers: int) -> Iterator[Speed]:
    """Over float batches made beforehand, with the optimizer that the engine uses, and nothing counted."""
    data = load_data(recipe.data, device)
    batches = list(data.train_batches(recipe.batch_size, order_of(recipe)))
    while True:
        network = network_of(run_dir, recipe, device)
        optimizer = make_optimizer(recipe.optimizer, network, device)
        watch = Stopwatch(device)
        for images, labels in batches:
            loss = functional.cross_entropy(network(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        yield watch.speed(len(data.train))


class OneAtATime(Dataset):
    """Images as torchvision's FashionMNIST gives them with Resize and ToTensor: each by itself, by way of Pillow.

    Written out here, step by step, since torchvision is none of our dependencies.
    """

    def __init__(self, data: ImageData, size_px: int | None) -> None:
        self._images = data.train.images[:, 0]  # (N, H, W)
        self._labels = data.train.labels
        self._size_px = size_px

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        image = Image.fromarray(self._images[index].numpy())
        if self._size_px is not None and image.size != (self._size_px, self._size_px):
            image = image.resize((self._size_px, self._size_px), Image.Resampling.BILINEAR)
        pixels = torch.from_numpy(np.array(image, np.uint8, copy=True))
        pixels = (
            pixels.view(image.height, image.width, len(image.getbands())).permute(2, 0, 1).contiguous()
        )  # (C, H, W)
        return pixels.to(torch.float32).div(255), int(self._labels[index])


def course(run_dir: Path, recipe: Recipe, device: torch.device, workers: int) -> Iterator[Speed]:
    """A DataLoader that fetches images one at a time, torch's plain optimizer, sums brought to Python at each step."""
    data = load_data(recipe.data, _CPU)
    images = OneAtATime(data, recipe.data.resize)
    stay = workers > 0  # a course starts its workers anew for each epoch; ours are too short for that to be fair
    order = torch.randperm(len(images), generator=order_of(recipe)).tolist()
    loader = DataLoader(images, recipe.batch_size, sampler=order, num_workers=workers, persistent_workers=stay)
    while True:
        network = network_of(run_dir, recipe, device)
        optimizer = getattr(torch.optim, recipe.optimizer.kind)(network.parameters(), lr=recipe.optimizer.lr)
        loss_of = nn.CrossEntropyLoss()
        sums = [0.0, 0.0, 0.0]  # loss, hits, examples
        watch = Stopwatch(device)
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            scores = network(images)
            loss = loss_of(scores, labels)
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                hits = (scores.argmax(1).type(labels.dtype) == labels).type(labels.dtype).sum().item()
                new = (loss.item() * len(labels), hits, len(labels))
                sums = [total + float(more) for total, more in zip(sums, new, strict=True)]
        yield watch.speed(int(sums[2]))


LOOPS: dict[str, Callable[[Path, Recipe, torch.device, int], Iterator[Speed]]] = {
    loop.__name__: loop for loop in (engine, bare, course)
}


def main(name: str, folder: str, workers: str = "0") -> None:
    run_dir = Path(folder)
    recipe = read_recipe(run_dir / RECIPE_FILE)
    epochs = LOOPS[name](run_dir, recipe, choose_device(recipe.device), int(workers))
    for _ in sys.stdin:
        print(json.dumps(next(epochs)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
