"""Reading run folders: what each run was and how far it came. A broken folder is told of and breaks nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from designer.base.text import Text, joined
from designer.engine.protocol import (
    RECIPE_FILE,
    SILENT_S,
    STATUS_FILE,
    Epoch,
    Failed,
    Finished,
    Message,
    Started,
    Status,
    Unreadable,
    sound_status,
)
from designer.engine.protocol import read_metrics as read_messages
from designer.engine.recipe import Recipe, RecipeError
from designer.engine.run_files import DamagedError, read_object
from designer.runs.folder import RUN_FILE, RunFolderError, has_checkpoint
from designer.runs.notes import read_note
from designer.runs.silence import silence

_OF_A_RUN = (RUN_FILE, RECIPE_FILE, STATUS_FILE)
_LATEST = 32_503_680_000  # seconds since 1970: what every system can show as a date


@dataclass(frozen=True)
class Run:
    """One training.

    state: "starting", "running", "paused", "finished", "stopped", "failed", "interrupted" (the engine died, or never
    began), or "unreadable". figures: of the last epoch: epoch, train_loss, train_accuracy, test_loss, test_accuracy,
    examples_per_second. damage: what is wrong with its files, empty where they are sound. problem: that, or why it
    failed.
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
    damage: str = ""
    problem: str = ""
    note: str = ""  # the person's own

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.path.name

    @property
    def started(self) -> float:
        """When it was created, in seconds since 1970; 0 where its record does not say."""
        try:
            moment = datetime.fromisoformat(self.created).timestamp()
        except (ValueError, OverflowError, OSError):
            return 0.0
        return moment if 0 <= moment < _LATEST else 0.0

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
            "damage": self.damage,
            "problem": self.problem,
            "note": self.note,
        }


def list_runs(root: Path) -> list[Run]:
    """The runs under a folder, the newest first; none where there is no folder. Raises RunFolderError."""
    root = Path(root)
    try:
        folders = [entry for entry in root.iterdir() if entry.is_dir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RunFolderError(
            Text("The runs in {root} cannot be listed: {reason}.", root=root, reason=error.strerror),
            expected="a folder that can be read",
            fix="Check the path and its permissions.",
        ) from error
    runs = (read_run(folder) for folder in folders if _is_run(folder))
    return sorted(runs, key=lambda run: (run.started, run.name), reverse=True)


def newest_trained(root: Path, design: str) -> Run | None:
    """The newest run of the design of that name that has saved its weights, None where there is none."""
    return next((run for run in list_runs(root) if run.design == design and has_checkpoint(run.path)), None)


def _is_run(folder: Path) -> bool:
    try:
        return any((folder / name).is_symlink() or (folder / name).exists() for name in _OF_A_RUN)
    except OSError:  # a folder that may not be looked into: `read_run` says so
        return True


def read_run(folder: Path) -> Run:
    """One run, as far as its folder can be read. Never raises."""
    folder = Path(folder)
    damage: list[str] = []
    try:
        about, recipe = _about(folder), read_object(folder / RECIPE_FILE)
    except OSError as error:
        return _unreadable(folder, error)
    try:
        Recipe.from_json(recipe)
    except RecipeError as error:
        damage.append(Text("{file} holds no recipe: {reason}", file=RECIPE_FILE, reason=error.message.rstrip(".")))
        recipe = {}
    status = None
    try:
        status = sound_status(folder)
    except OSError as error:
        damage.append(_reason(error))
    past = _past(folder, status)
    if damage and status is None and not past.has_messages and not about:
        return _unreadable(folder, DamagedError(damage[-1]))
    told = joined(*(Text("The run is damaged: {reason}.", reason=reason) for reason in damage))
    ended = "The engine ended before its time." if past.state == "interrupted" and not told else ""
    return Run(
        path=folder,
        state=past.state,
        title=about.get("title", folder.name),
        design=about.get("design", ""),
        created=about.get("created", ""),
        epoch=past.epoch or past.figures.get("epoch", 0),
        epochs=past.epochs,
        recipe=recipe,
        figures=past.figures,
        note=read_note(folder),
        damage=told,
        problem=joined(told, past.problem or ended),
    )


def _unreadable(folder: Path, error: OSError) -> Run:
    damage = Text("The run is damaged: {reason}.", reason=_reason(error))
    return Run(folder, "unreadable", title=folder.name, damage=damage, problem=damage)


def _about(folder: Path) -> dict[str, Any]:
    about = read_object(folder / RUN_FILE)
    for name in ("title", "design", "created"):
        if not isinstance(about.get(name, ""), str):
            raise DamagedError(Text("{file} says that {field} is not a text", file=RUN_FILE, field=name))
    return about


def read_metrics(folder: Path) -> Iterator[Message | Unreadable]:
    """Every message of a run so far; nothing where its log cannot be read."""
    try:
        yield from read_messages(Path(folder))
    except OSError:
        return


@dataclass
class _Past:
    """How a run went, by its status file, and by its log where that says nothing."""

    state: str
    epoch: int = 0
    epochs: int = 0
    figures: dict[str, Any] = field(default_factory=dict)
    problem: str = ""
    has_messages: bool = False


def _past(folder: Path, status: Status | None) -> _Past:
    past = _Past("interrupted")
    if status is not None:
        state = "interrupted" if status.state == "died" else str(status.state)
        problem = status.message
        if status.under_way and status.silent_s >= SILENT_S:
            problem = silence(status.silent_s)
        past = _Past(state, status.epoch, status.epochs, dict(status.figures or {}), problem)
    if past.figures or (status is not None and status.under_way):  # else its first epoch has not ended
        return past
    for message in read_metrics(folder):
        past.has_messages |= not isinstance(message, Unreadable)
        match message:
            case Epoch():
                past.figures = dict(vars(message))
            case Started(epochs=planned):
                past.epochs = planned
            case Finished(stopped=stopped) if status is None:
                past.state = "stopped" if stopped else "finished"
            case Failed(message=words) if status is None:
                past.state, past.problem = "failed", words
    return past


def _reason(error: OSError) -> str:
    if isinstance(error, DamagedError) or not error.filename:
        return str(error.strerror or error)
    return Text("{file} cannot be read ({reason})", file=Path(error.filename).name, reason=error.strerror)
