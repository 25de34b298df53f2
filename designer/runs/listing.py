"""Reading run folders: what each run was and how far it came. A broken folder is told of and breaks nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from designer.base.text import Text
from designer.engine.protocol import (
    RECIPE_FILE,
    STATUS_FILE,
    Epoch,
    Failed,
    Finished,
    Message,
    Started,
    Unreadable,
    read_status,
)
from designer.engine.protocol import read_metrics as read_messages
from designer.runs.folder import RUN_FILE, has_checkpoint
from designer.runs.notes import read_note

_MAX_BYTES = 1 << 20  # of a run's small files


@dataclass(frozen=True)
class Run:
    """One training.

    state: "starting", "running", "paused", "finished", "stopped", "failed", "interrupted" (the engine died, or never
    began), or "unreadable". figures: of the last epoch: epoch, train_loss, train_accuracy, test_loss, test_accuracy,
    examples_per_second. problem: why it failed or cannot be read.
    """

    path: Path
    state: str
    title: str = ""
    design: str = ""
    created: str = ""  # ISO 8601
    epoch: int = 0
    epochs: int = 0
    recipe: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    problem: str = ""
    note: str = ""  # the person's own

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.path.name

    def to_json(self) -> dict[str, Any]:
        """What the command line prints."""
        return {
            "run": str(self.path),
            "state": self.state,
            "title": self.title,
            "design": self.design,
            "created": self.created,
            "epoch": self.epoch,
            "epochs": self.epochs,
            "recipe": self.recipe,
            "figures": self.figures or None,
            "problem": self.problem,
            "note": self.note,
        }


def list_runs(root: Path) -> list[Run]:
    """The runs under a folder, the newest first; none where there is no folder."""
    try:
        folders = [entry for entry in Path(root).iterdir() if entry.is_dir() and _is_run(entry)]
    except OSError:
        return []
    return sorted((read_run(folder) for folder in folders), key=lambda run: (run.created, run.name), reverse=True)


def newest_trained(root: Path, design: str) -> Run | None:
    """The newest run of the design of that name that has saved its weights, None where there is none."""
    return next((run for run in list_runs(root) if run.design == design and has_checkpoint(run.path)), None)


def _is_run(folder: Path) -> bool:
    return any((folder / name).exists() for name in (RUN_FILE, RECIPE_FILE, STATUS_FILE))


def read_run(folder: Path) -> Run:
    """One run, as far as its folder can be read."""
    folder = Path(folder)
    try:
        about, recipe = _read_object(folder / RUN_FILE), _read_object(folder / RECIPE_FILE)
    except (OSError, ValueError, RecursionError) as error:
        return Run(
            folder,
            "unreadable",
            title=folder.name,
            problem=Text("Its files cannot be read: {reason}.", reason=_reason(error)),
        )
    status = read_status(folder)
    figures, epochs = {}, 0
    if status is not None:
        state = "interrupted" if status.state == "died" else str(status.state)
        epoch, epochs, problem = status.epoch, status.epochs, status.message
        figures = status.figures if isinstance(status.figures, dict) else {}
    else:
        state, epoch, problem = "interrupted", 0, ""
    if not figures:
        state, figures, epochs, problem = _from_messages(folder, state, status is None, epochs, problem)
    return Run(
        path=folder,
        state=state,
        title=str(about.get("title", folder.name)),
        design=str(about.get("design", "")),
        created=str(about.get("created", "")),
        epoch=epoch or int(figures.get("epoch", 0)),
        epochs=epochs,
        recipe=recipe,
        figures=figures,
        note=read_note(folder),
        problem=problem or ("The engine ended before its time." if state == "interrupted" else ""),
    )


def read_metrics(folder: Path) -> Iterator[Message | Unreadable]:
    """Every message of a run so far; nothing where its log cannot be read."""
    try:
        yield from read_messages(Path(folder))
    except OSError:
        return


def _from_messages(
    folder: Path, state: str, no_status: bool, epochs: int, problem: str
) -> tuple[str, dict[str, Any], int, str]:
    figures: dict[str, Any] = {}
    for message in read_metrics(folder):
        match message:
            case Epoch():
                figures = dict(vars(message))
            case Started(epochs=planned):
                epochs = planned
            case Finished(stopped=stopped) if no_status:
                state = "stopped" if stopped else "finished"
            case Failed(message=words) if no_status:
                state, problem = "failed", words
    return state, figures, epochs, problem


def _read_object(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        data = file.read(_MAX_BYTES + 1)
    value = json.loads(data) if len(data) <= _MAX_BYTES else None
    if not isinstance(value, dict):
        raise ValueError(f"{path.name} holds no JSON object")
    return value


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{Path(error.filename).name if error.filename else ''}: {error.strerror}"
    return "they are nested too deep" if isinstance(error, RecursionError) else str(error)
