"""Tries a run's network on image files: they come to the form of the run's data, and on as its evaluation goes.

On the CPU, since a training may need the GPU meanwhile. What is asked and answered is in `protocol_data`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor

from .checkpoints import best_checkpoint, last_checkpoint, load_best, load_last, require_same_design
from .data import Preparation, fit_of
from .decoding import FilePictures
from .examples import Fit
from .levels import Levels
from .network import build_network, try_network
from .protocol import MODEL_FILE, EngineError, first_line
from .protocol_data import Guess, Tried, TryImage
from .recipe import Recipe
from .stepper import scores_of
from .text import Text
from .viewing import picture_of

Scale = Literal["softmax", "sigmoid", "raw"]
_SCALES: dict[str, Scale] = {"cross_entropy": "softmax", "bce": "sigmoid", "mse": "raw"}  # by the recipe's loss
_MOST_PIXELS = 2**26


class Trial:
    """A run's network with its last weights or its best, or the average of them that its figures are taken of."""

    def __init__(self, run_dir: Path, best: bool = False) -> None:
        """Runs the code of the run's model. Raises EngineError where there is no checkpoint, or it does not fit."""
        self._key = _key(run_dir, best)
        loaded = load_best(run_dir) if best else load_last(run_dir)
        state, path = loaded.state, loaded.path
        self._warning = "" if best or loaded.is_last or loaded.warning is None else loaded.warning.message
        try:
            recipe = Recipe.from_json(state["recipe"])
            self._take_inputs(state["inputs"], recipe)
            weights = state["average"]["network"] if "average" in state else state["network"]
            self.epoch = int(state["epoch"])
        except (LookupError, TypeError, ValueError, AttributeError, RuntimeError) as error:
            if isinstance(error, EngineError):
                raise
            raise EngineError(
                Text("The checkpoint {path} does not tell how its network is given an image.", path=path),
                expected="a checkpoint of this version of the engine",
                fix="Train the run on for an epoch, or anew.",
            ) from error
        self._recipe = replace(recipe, precision="float32") if recipe.precision == "fp16" else recipe  # is for cuda
        network = build_network(run_dir / MODEL_FILE)
        try_network(network, self._prepare(torch.zeros(2, *self._shape, dtype=torch.uint8)), len(self._classes))
        require_same_design(network, weights, path)
        network.load_state_dict(weights)
        if recipe.channels_last:
            network.to(memory_format=torch.channels_last)
        self._network = network.eval()

    def _take_inputs(self, inputs: Mapping[str, Any], recipe: Recipe) -> None:
        """As `ImageData.inputs` left them. Raises what wrong ones happen to lead to."""
        channels, height, width = map(int, inputs["shape"])
        if channels not in (1, 3):
            raise EngineError(
                Text("The run's images have {channels} channels, which no image file has.", channels=channels),
                expected="a run on grey or colour images",
                fix="Try it from Python, with the run's model.py.",
            )
        if min(height, width) < 1 or height * width > _MOST_PIXELS:
            raise ValueError("its images have no sensible size")
        self._shape = channels, height, width
        self._classes = tuple(map(str, inputs["classes"]))
        levels = inputs.get("levels")  # which older checkpoints do not have
        self._levels = None if levels is None else Levels(*map(float, levels))
        data = recipe.data
        self._prepare = Preparation(inputs["scale"], inputs["shift"], data.resize, data.keep_ratio, recipe.augment)
        self._fit = Fit(max(height, width), fit_of(data, recipe.augment).keep_ratio)

    def is_current(self, run_dir: Path, best: bool = False) -> bool:
        """Whether it is of those weights of that run, which has saved no newer ones meanwhile."""
        return self._key == _key(run_dir, best)

    def answer(self, request: TryImage) -> Tried:
        """What the network makes of the file. Raises EngineError where it is no image, or the network fails on it."""
        image = self._read(Path(request.path))  # (C, H, W)
        prepared = self._prepare((255 - image if request.invert else image)[None])
        try:
            with torch.inference_mode():
                scores = scores_of(self._network, prepared, self._recipe)[0].float()  # (classes)
        except Exception as error:  # a custom layer may do anything, and the person is to hear of it
            raise EngineError(
                Text(
                    "The network fails on this image: {name}: {reason}",
                    name=type(error).__name__,
                    reason=first_line(error),
                ),
                expected="a network that takes the images of its run",
                fix="Check the design, and train it again.",
            ) from error
        if not torch.isfinite(scores).all():
            raise EngineError(
                "What the network gives for this image is no number.",
                expected="finite scores",
                fix="Check that the run's loss stayed finite; a lower learning rate helps.",
            )
        scale = _SCALES[self._recipe.loss]
        values = {"softmax": scores.softmax(0), "sigmoid": scores.sigmoid(), "raw": scores}[scale]
        best = values.topk(min(max(request.top, 1), len(values)))
        guesses = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        channels, height, width = prepared.shape[1:]
        return Tried(
            request=request.request,
            path=request.path,
            epoch=self.epoch,
            scale=scale,
            guesses=tuple(Guess(label, self._name(label), value) for label, value in guesses),
            shape=(channels, height, width),
            picture=picture_of(self._prepare.shown(prepared)[0]),
            warning=self._warning,
        )

    def _name(self, label: int) -> str:
        return self._classes[label] if label < len(self._classes) else str(label)

    def _read(self, path: Path) -> Tensor:
        """The file in the form in which the run's images are stored, uint8 (C, H, W)."""
        reason = "it is no file" if path.exists() and not path.is_file() else ""
        if not reason:
            files = FilePictures(path.parent, [path.name], self._fit, self._shape, self._levels)
            reading = files.read(torch.zeros(1, dtype=torch.int64))
            if not reading.faults:
                return reading.images[0]
            reason = reading.faults[0].reason
        raise EngineError(
            Text("{path} cannot be tried: {reason}.", path=path.name, reason=reason),
            expected="a whole PNG, JPEG, WebP, BMP, TIFF, GIF or PPM file of no more than 67 million pixels",
            fix="Choose another file, or save this one again.",
        )


def _key(run_dir: Path, best: bool) -> tuple[Path, int, int]:
    """Changes whenever the run saves its weights."""
    path = best_checkpoint(run_dir) if best else last_checkpoint(run_dir)
    try:
        status = path.stat()
    except OSError:
        return path, 0, 0
    return path, status.st_mtime_ns, status.st_ino
