"""The child process that looks into data sets, and tries runs on images: `python -m designer.engine.viewer`.

Requests come on standard input and answers go to standard output, a JSON line each, as `protocol_data` says. It ends
when its input does. A description under way is given up when another is asked for.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .protocol import EngineError, Preparing, Unreadable, Warned, first_line, write_line
from .protocol_data import (
    Answer,
    DataRequest,
    Describe,
    Refused,
    Request,
    ShowSamples,
    ShowTransforms,
    TryImage,
    read_request,
    write_answer,
)
from .recipe import AugmentRecipe, Recipe

if TYPE_CHECKING:
    from .trial import Trial
    from .viewing import View

_STANDARD_INPUT, _STANDARD_OUTPUT, _STANDARD_ERROR = range(3)


class _SupersededError(Exception):
    """Something else is wanted now."""


class Viewer:
    """Answers requests, one after the other. The last data set and the last network stay open between them."""

    def __init__(self, write: Callable[[str], None]) -> None:
        """write: gets lines, from one thread."""
        self._write = write
        self._waiting: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._newest = 0  # number of the last description that was asked for
        self._key: Recipe | None = None
        self._view: View | None = None
        self._trial: Trial | None = None

    def hear(self, lines: Iterable[bytes]) -> None:
        """Take requests in, in a thread of its own, until the input ends. A line that is none is passed over."""
        for line in lines:
            request = read_request(line)
            if isinstance(request, Unreadable):
                continue
            if isinstance(request, Describe):
                self._newest = request.request
            self._waiting.put(request)
        self._waiting.put(None)

    def run(self) -> None:
        """Answer until there are no more requests."""
        while (request := self._waiting.get()) is not None:
            number = request.request
            try:
                self._write(write_answer(self._answer(request)))
            except _SupersededError:
                continue
            except EngineError as error:
                self._write(write_answer(Refused(number, error.message, error.expected, error.fix)))
            except BrokenPipeError:
                raise
            except Exception as error:  # whatever a file or a network does, the person is to hear of it
                what = "The image cannot be tried" if isinstance(request, TryImage) else "The data cannot be shown"
                told = f"{what}: {type(error).__name__}: {first_line(error)}"
                self._write(write_answer(Refused(number, told)))

    def _answer(self, request: Request) -> Answer:
        if isinstance(request, TryImage):
            return self._tried(request)

        def tell(message: Preparing | Warned) -> None:
            if isinstance(request, Describe) and request.request != self._newest:
                raise _SupersededError
            if isinstance(message, Preparing):
                self._write(write_line(message))

        view = self._opened(request, tell)
        match request:
            case Describe():
                return view.described(request.request)
            case ShowSamples():
                return view.samples(request.request, request.part, request.label, request.first, request.count)
            case ShowTransforms():
                return view.transforms(request.request, request.recipe, request.seed, request.count, request.draws)

    def _tried(self, request: TryImage) -> Answer:
        from .trial import Trial  # brings torch

        run_dir = Path(request.run_dir)
        if self._trial is None or not self._trial.is_current(run_dir, request.best):
            self._trial = Trial(run_dir, request.best)
        return self._trial.answer(request)

    def _opened(self, request: DataRequest, tell: Callable[[Preparing | Warned], None]) -> View:
        """The view of the recipe's data; another way to normalise or to augment needs no new one."""
        from .viewing import View  # brings torch

        recipe = request.recipe
        data = replace(recipe.data, normalise="unit", mean=(), std=())
        key = Recipe(data=data, augment=AugmentRecipe(scale=recipe.augment.scale))
        if isinstance(request, Describe) or self._view is None or self._key != key:
            describes = isinstance(request, Describe)
            self._view = View(recipe, tell, describes and request.fetch, describes and request.whole)
            self._key = key
        self._view.tell = tell
        return self._view


def main() -> int:
    """Answer what standard input asks. Returns the exit status."""
    descriptor = os.dup(_STANDARD_OUTPUT)
    os.dup2(_STANDARD_ERROR, _STANDARD_OUTPUT)  # what a library prints is no answer
    if hasattr(os, "nice"):
        os.nice(5)  # the window stays smooth
    with os.fdopen(descriptor, "w", encoding="utf-8") as answers, os.fdopen(os.dup(_STANDARD_INPUT), "rb") as lines:

        def write(line: str) -> None:
            answers.write(line + "\n")
            answers.flush()

        viewer = Viewer(write)
        threading.Thread(target=viewer.hear, args=(lines,), name="requests", daemon=True).start()
        try:
            viewer.run()
        except BrokenPipeError:
            os._exit(0)  # whoever asked has gone; there is nothing to write any more, not even what is buffered
    return 0


if __name__ == "__main__":
    sys.exit(main())
