"""What a network gets right and wrong on the test set: the confusion matrix, and the worst mistakes as pictures.

Gathered on the device while the set is gone through anyway; what becomes of it is `protocol.Evaluation`.
"""

from __future__ import annotations

import base64

import torch
from torch import Tensor
from torch.nn import functional

from .group import ALONE, Group
from .placing import Placed
from .protocol import Evaluation, Mistake
from .transforms import short_side_resized

_MOST_CLASSES = 400  # whose matrix is kept: 160,000 numbers
_MOST_MISTAKES = 24
_PICTURE_PX = 64  # the longest that the shorter side of a picture is


class Review:
    """Takes in the set batch by batch, in its own order; `written` sums up."""

    def __init__(self, classes: int, device: torch.device, group: Group = ALONE) -> None:
        """classes: of the data. group: each of its processes takes in batches of its own."""
        self._group = group
        self._classes = classes
        self._counts: Tensor | None = None  # int64 (C * C,), by right class and guess, C as many as scores
        self._worst = torch.empty(0, 4, dtype=torch.float64, device=device)  # surprise, index, guess, confidence

    def add(self, scores: Tensor, labels: Tensor, first: int) -> None:
        """scores: (N, C). labels: int64 (N,). first: where the batch begins in the set. Waits for nothing."""
        width = scores.shape[1]
        shares = functional.softmax(scores.float(), 1)
        confidence, guesses = shares.max(1)
        if self._counts is None:
            self._counts = labels.new_zeros(width * width)
        self._counts.index_add_(0, labels * width + guesses, torch.ones_like(labels))  # bincount would wait on cuda
        surprise = confidence - shares.gather(1, labels.unsqueeze(1)).squeeze(1)  # 0 where the guess is right
        indices = torch.arange(first, first + len(labels), device=labels.device)
        rows = torch.stack([column.double() for column in (surprise, indices, guesses, confidence)], 1)
        rows = torch.cat([self._worst, rows])
        self._worst = rows[rows[:, 0].topk(min(_MOST_MISTAKES, len(rows))).indices]

    def written(self, epoch: int, examples: Placed, classes: tuple[str, ...]) -> Evaluation | None:
        """The sum of it, None where there are too many classes. examples: the set. Waits for the device.

        To be called in each process of the group.
        """
        parts = self._group.gathered(None if self._counts is None else (self._counts.cpu(), self._worst.cpu()))
        parts = [part for part in parts if part is not None]
        if not parts or self._classes > _MOST_CLASSES:
            return None
        counts, rows = sum(part[0] for part in parts), torch.cat([part[1] for part in parts])
        width = round(len(counts) ** 0.5)
        matrix = counts.view(width, width)
        if not matrix[:, self._classes :].any():
            matrix = matrix[: self._classes, : self._classes]
        worst = rows[rows[:, 0].topk(min(_MOST_MISTAKES, len(rows))).indices]
        wrong = [row for row in worst.tolist() if row[0] > 0] if self._group.leads else []
        return Evaluation(
            epoch=epoch,
            classes=classes,
            confusion=tuple(map(tuple, matrix.tolist())),
            mistakes=tuple(self._mistakes(wrong, examples)),
        )

    def _mistakes(self, wrong: list[list[float]], examples: Placed) -> list[Mistake]:
        if not wrong:
            return []
        indices = torch.tensor([int(row[1]) for row in wrong])
        ((images, labels),) = examples.fetched([indices])
        side = min(_PICTURE_PX, *images.shape[-2:])
        pictures = short_side_resized(images.float(), side).round().clamp(0, 255).byte().cpu()
        pictures = pictures[..., : 4 * side, : 4 * side]
        return [
            Mistake(
                index=int(index),
                label=int(label),
                guess=int(guess),
                confidence=confidence,
                channels=picture.shape[0],
                height=picture.shape[1],
                width=picture.shape[2],
                pixels=base64.b64encode(bytes(picture.flatten().tolist())).decode(),
            )
            for (_, index, guess, confidence), label, picture in zip(wrong, labels.tolist(), pictures, strict=True)
        ]
