"""Work as a generator that yields wherever it may be interrupted: whoever drives it decides when it goes on."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

Result = TypeVar("Result")
Steps = Generator[None, None, Result]


def finished(steps: Steps[Result]) -> Result:
    """Do all the steps that are left, at once. Returns what they come to."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
