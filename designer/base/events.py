"""Signals without Qt: how a model tells its listeners, without knowing who they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Signal:
    """A list of listeners, called in the order in which they connected.

    A listener that raises does not keep the others from being called; the first exception is raised after the round.
    """

    def __init__(self) -> None:
        self._listeners: list[Callable[..., Any]] = []

    def connect(self, listener: Callable[..., Any]) -> Callable[[], None]:
        """Add a listener; returns a function that removes it again."""
        self._listeners.append(listener)

        def disconnect() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return disconnect

    def emit(self, *args: Any) -> None:
        """Call every listener with `args`."""
        failure: Exception | None = None
        for listener in tuple(self._listeners):
            try:
                listener(*args)
            except Exception as error:
                failure = failure or error
        if failure is not None:
            raise failure
