"""What a training told before somebody came to hear it, thinned where it is long: the curves begin where it began."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from designer.engine.protocol import Batch, Epoch, Message, Started, Unreadable, read_metrics

_MOST_BATCHES = 4000


def thinned(told: Iterable[Message | Unreadable]) -> Iterator[Message | Unreadable]:
    """The same with batches left out where there are many. Of several beginnings the last counts, told first."""
    told = list(told)
    began = [message for message in told if isinstance(message, Started)]
    yield from began[-1:]
    batches = sum(isinstance(message, Batch) for message in told)
    every, number = batches // _MOST_BATCHES + 1, 0
    for message in told:
        if isinstance(message, Started | Unreadable):
            continue
        number += isinstance(message, Batch)
        if not isinstance(message, Batch) or number % every == 0:
            yield message


def told_before(run_dir: Path, started: Started) -> Iterator[Message | Unreadable]:
    """The figures that the run's log holds from before it went on. started: with how much was done by then."""
    done = started.steps_done
    yield from thinned(
        message
        for message in (read_metrics(run_dir) if done else ())
        if (isinstance(message, Batch) and message.step <= done)
        or (isinstance(message, Epoch) and message.epoch * started.batches_per_epoch <= done)
    )
