"""The files of a run folder that are replaced whole: where the run stands, and what its network gets wrong.

Standard library only; others import this from `protocol`.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from .processes import ProcessIdentity
from .run_files import DamagedError, fits, is_sensible, read_object, replace_file
from .text import Text

STATUS_FILE = "status.json"  # a `Status`, replaced in one step about once a second
EVALUATION_FILE = "evaluation.json"  # an `Evaluation` of the last epoch
HEARTBEAT_S = 1.0  # seconds between two writes of the status file
SILENT_S = 20.0  # after which a person is told that an engine does not answer
STALE_S = 5.0  # an engine that has not written its status for so long is taken for dead

_EVALUATION_BYTES = 64 << 20
_MOST_MISTAKES = 1000
_FIGURES = (  # of an `Epoch` message, which are numbers
    *("epoch", "train_loss", "train_accuracy", "test_loss", "test_accuracy", "examples_per_second"),
    *("validation_loss", "validation_accuracy"),
)

State = Literal["starting", "running", "paused", "finished", "stopped", "failed", "died"]


@dataclass(frozen=True)
class Status:
    """Where a run stands, from its status file.

    `died` is never written: it is what `read_status` makes of a run that claims to be under way but whose engine has
    ended or, where that cannot be told, has not been heard of for `STALE_S` seconds. Times are seconds since 1970.
    """

    state: State
    pid: int
    started_at: float
    heartbeat: float
    epoch: int = 0  # the one under way, from 1; 0 before the first
    epochs: int = 0
    figures: dict[str, Any] | None = None  # the fields of the last `Epoch` message
    message: str = ""  # why it failed
    host: str = ""  # with pid and began, which process it is; older runs do not tell
    began: str = ""
    silent_s: float = 0.0  # for how long training has not come to the end of a batch

    @property
    def process(self) -> ProcessIdentity:
        """The engine's."""
        return ProcessIdentity(self.host, self.pid, self.began)

    @property
    def under_way(self) -> bool:
        """Whether an engine is at work on the run."""
        return self.state in ("starting", "running", "paused")


def read_status(run_dir: Path, now: float | None = None) -> Status | None:
    """Where the run stands, or None where no engine ever began or the file is damaged.

    now: seconds since 1970, the present by default.
    """
    try:
        return sound_status(run_dir, now)
    except OSError:
        return None


def sound_status(run_dir: Path, now: float | None = None) -> Status | None:
    """Likewise, None where no engine ever began. Raises DamagedError, OSError."""
    path = Path(run_dir) / STATUS_FILE
    try:
        values = read_object(path)
    except FileNotFoundError:
        return None
    for field in fields(Status):
        if field.name not in values and field.name in _LATER:
            values[field.name] = field.default
        if field.name not in values:
            raise DamagedError(Text("{file} has no {field}", file=STATUS_FILE, field=field.name))
        value = values[field.name]
        fitting = _STATUS_FITS[field.name](value) if field.name in _STATUS_FITS else fits(field, value)
        if not fitting or (isinstance(value, int | float) and not is_sensible(value)):
            raise _misfit(field.name, value)
    for name in _FIGURES:
        if not _is_figure(name, (values["figures"] or {}).get(name)):
            raise _misfit(f"figures.{name}", values["figures"][name])
    status = Status(**{field.name: values[field.name] for field in fields(Status)})
    return _judged(status, time.time() if now is None else now) if status.under_way else status


def _judged(status: Status, now: float) -> Status:
    """The status of a run that claims to be under way, by what is known of its process, else by the clock."""
    age_s, alive = now - status.heartbeat, status.process.is_alive()
    is_stale = abs(age_s) > STALE_S  # from the future: the clock was set back
    if alive is False or (alive is None and is_stale):
        return replace(status, state="died")
    return replace(status, silent_s=status.silent_s + max(0.0, age_s)) if is_stale else status


_LATER = ("host", "began", "silent_s")  # which older runs do not tell
_STATUS_FITS = {
    "state": lambda value: isinstance(value, str) and value in get_args(State) and value != "died",
    "figures": lambda value: value is None or isinstance(value, dict),
}


def _is_figure(name: str, value: Any) -> bool:
    if value is None:
        return True
    if isinstance(value, bool) or not isinstance(value, int if name == "epoch" else int | float):
        return False
    return is_sensible(value) and (name != "epoch" or value >= 0)


def _misfit(name: str, value: Any) -> DamagedError:
    shown = repr(value)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    return DamagedError(Text("{file} says that {field} is {value}", file=STATUS_FILE, field=name, value=shown))


@dataclass(frozen=True)
class Mistake:
    """A test image that the network takes for something else, as a small picture.

    index: in the test set. label, guess: numbers of classes. confidence: of the guess, 0 to 1. pixels: base64 of
    channels × height × width bytes, channel by channel.
    """

    index: int
    label: int
    guess: int
    confidence: float
    channels: int
    height: int
    width: int
    pixels: str


@dataclass(frozen=True)
class Evaluation:
    """What the network gets right and wrong on the test set after an epoch.

    confusion: how many images of each class, by row, were taken for which, by column. mistakes: the worst, surest
    first. classes: their names; none where the data have no names.
    """

    epoch: int
    classes: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    mistakes: tuple[Mistake, ...]


def write_evaluation(run_dir: Path, evaluation: Evaluation) -> None:
    """Keep it in the run folder. Raises OSError."""
    replace_file(Path(run_dir) / EVALUATION_FILE, json.dumps(asdict(evaluation)))


def read_evaluation(run_dir: Path) -> Evaluation | None:
    """What a run's folder holds of it, None where there is none or the file is damaged."""
    try:
        values = read_object(Path(run_dir) / EVALUATION_FILE, _EVALUATION_BYTES)
        evaluation = Evaluation(
            epoch=values["epoch"],
            classes=tuple(values["classes"]),
            confusion=tuple(map(tuple, values["confusion"])),
            mistakes=tuple(Mistake(**mistake) for mistake in values["mistakes"]),
        )
    except (OSError, TypeError, KeyError):
        return None
    return evaluation if _is_sound(evaluation) else None


def _is_sound(evaluation: Evaluation) -> bool:
    rows, mistakes = evaluation.confusion, evaluation.mistakes
    counts = (evaluation.epoch, *(count for row in rows for count in row))
    width = len(rows[0]) if rows else 0
    return (
        all(type(count) is int and count >= 0 for count in counts)
        and all(isinstance(name, str) for name in evaluation.classes)
        and len(mistakes) <= _MOST_MISTAKES
        and all(fits(field, getattr(mistake, field.name)) for mistake in mistakes for field in fields(Mistake))
        and all(0 <= mistake.confidence <= 1 for mistake in mistakes)
        and all(len(row) == width for row in rows)
        and width >= len(rows) > 0
    )
