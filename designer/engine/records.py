"""The files of a run folder that are replaced whole: where the run stands, and what its network gets wrong.

Standard library only; others import this from `protocol`.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

STATUS_FILE = "status.json"  # a `Status`, replaced in one step about once a second
EVALUATION_FILE = "evaluation.json"  # an `Evaluation` of the last epoch
HEARTBEAT_S = 1.0  # seconds between two writes of the status file
STALE_S = 5.0  # an engine that has not written its status for so long is taken for dead

State = Literal["starting", "running", "paused", "finished", "stopped", "failed", "died"]


@dataclass(frozen=True)
class Status:
    """Where a run stands, from its status file.

    `died` is never written: it is what `read_status` makes of a run that claims to be under way but whose engine has
    not been heard of for `STALE_S` seconds. Times are seconds since 1970.
    """

    state: State
    pid: int
    started_at: float
    heartbeat: float
    epoch: int = 0  # the one under way, from 1; 0 before the first
    epochs: int = 0
    figures: dict[str, Any] | None = None  # the fields of the last `Epoch` message
    message: str = ""  # why it failed

    @property
    def under_way(self) -> bool:
        """Whether an engine is at work on the run."""
        return self.state in ("starting", "running", "paused")


def read_status(run_dir: Path, now: float | None = None) -> Status | None:
    """Where the run stands, or None where no engine ever began or the file is damaged.

    now: seconds since 1970, the present by default.
    """
    try:
        values = json.loads((Path(run_dir) / STATUS_FILE).read_text("utf-8"))
        status = Status(**{field.name: values[field.name] for field in fields(Status)})
        stale = (time.time() if now is None else now) - status.heartbeat > STALE_S
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    if status.under_way and stale:
        return Status(**{**asdict(status), "state": "died"})
    return status


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
        values = json.loads((Path(run_dir) / EVALUATION_FILE).read_text("utf-8"))
        rows = tuple(tuple(int(count) for count in row) for row in values["confusion"])
        evaluation = Evaluation(
            epoch=int(values["epoch"]),
            classes=tuple(map(str, values["classes"])),
            confusion=rows,
            mistakes=tuple(Mistake(**mistake) for mistake in values["mistakes"]),
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    widths = {len(row) for row in rows}
    return evaluation if rows and len(widths) == 1 and min(widths) >= len(rows) else None


def replace_file(path: Path, text: str) -> None:
    """Write a text file so that a reader sees either the old contents or the new, never a part."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)
