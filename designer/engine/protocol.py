"""What the engine says and hears, and the files of a run folder. Standard library only.

One message is one JSON object on one line, with its kind under "type". The worker writes messages to its standard
output and to `metrics.jsonl`, and reads controls from its standard input and, so that others than who started it can
lead the run too, from lines added to `controls.jsonl`. Whoever talks to the engine uses this
module and `recipe`, and needs no torch. Reading never raises: a line that is no message becomes `Unreadable`.
Beside its fields it may have "texts": how sentences in them were made, for who says them in another language.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, get_args

from .records import (
    EVALUATION_FILE,
    HEARTBEAT_S,
    SILENT_S,
    STALE_S,
    STATUS_FILE,
    Evaluation,
    Mistake,
    State,
    Status,
    read_evaluation,
    read_status,
    sound_status,
    write_evaluation,
)
from .run_files import append_to, fits, is_sensible, parse_json, read_lines, replace_file
from .text import TEXTS, forms_of, in_forms

__all__ = ["CHECKPOINTS_DIR", "CONTROLS_FILE", "EVALUATION_FILE", "HEARTBEAT_S", "LAST_CHECKPOINT", "LOG_FILE"]
__all__ += ["METRICS_FILE", "MODEL_FILE", "RECIPE_FILE", "SILENT_S", "STALE_S", "STATUS_FILE", "WEIGHTS_FILE"]
__all__ += ["Batch", "Control", "EngineError", "Epoch", "Evaluation", "Failed", "Finished", "Kept", "Message"]
__all__ += ["Mistake", "Pause", "Paused", "Preparing", "Probed", "Resume", "Resumed", "Started", "State", "Status"]
__all__ += ["Stop", "Summary", "Unreadable", "WarmStarted", "Warned"]
__all__ += ["read_control", "read_evaluation", "read_line", "read_metrics", "read_status", "replace_file"]
__all__ += ["send_control", "sound_status", "write_evaluation", "write_line"]

MODEL_FILE = "model.py"  # the generated source; its last class is the network. Written by the caller
RECIPE_FILE = "recipe.json"  # `Recipe.to_json()`, with `data.source` resolved. Written by the caller
METRICS_FILE = "metrics.jsonl"  # every message of the run, one a line; goes on where the run goes on
CONTROLS_FILE = "controls.jsonl"  # controls, one a line, added by anybody while the run is under way
LOG_FILE = "log.txt"  # what the network printed, warnings, tracebacks
CHECKPOINTS_DIR = "checkpoints"
WEIGHTS_FILE = "weights.safetensors"  # what a run that ended as it should leaves to others
LAST_CHECKPOINT = "last.pt"  # in CHECKPOINTS_DIR: all that the run needs to go on; weights under "network"


class EngineError(Exception):
    """Something a person can mend: what happened, what was expected, what to do. Told as a `Failed` message."""

    def __init__(
        self, message: str, *, expected: str = "", fix: str = "", batch_size: int | None = None, node: str = ""
    ) -> None:
        """batch_size: that would fit. node: the part of the network where it happened, as its code names it."""
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.fix = fix
        self.batch_size = batch_size
        self.node = node


def first_line(error: BaseException) -> str:
    """The first line of what an error says, as torch's own go on for pages; "" where it says nothing."""
    return next(iter(str(error).strip().splitlines()), "")


@dataclass(frozen=True)
class Started:
    """The network and the data are ready, training begins. The first message of a run that can start.

    Told again, with the steps done so far, each time that a run goes on from its checkpoint.
    """

    type: ClassVar = "started"
    run: str  # the run folder
    device: str  # "cpu", "cuda:0", "mps"
    epochs: int
    batches_per_epoch: int
    params: int  # of the network, trainable or not
    train_examples: int
    test_examples: int
    num_classes: int
    validation_examples: int = 0
    steps_done: int = 0  # batches trained before, where the run goes on from its checkpoint
    devices: int = 1  # processes that train together, a device each
    classes: tuple[str, ...] = ()  # their names, in the order of their numbers; none where they would fill pages


@dataclass(frozen=True)
class Preparing:
    """What takes a while before training begins: a download, or images that are read. At most a few a second."""

    type: ClassVar = "preparing"
    what: str  # in words, such as "Reading images"
    done: int
    total: int | None  # null where it is not known
    unit: str  # "images" or "bytes"


@dataclass(frozen=True)
class WarmStarted:
    """The network has taken over trained weights; comes before `Started`. Layers by their paths in the code."""

    type: ClassVar = "warm_start"
    source: str  # the run's folder or the file
    layers: int  # with weights, of the network
    taken: tuple[str, ...]  # `fc3`, or `fc3 from head`
    left: tuple[str, ...]  # those that start anew, with the reason: `fc3: it is 10 × 84 there and 7 × 84 here`
    unused: tuple[str, ...]  # of the source


@dataclass(frozen=True)
class Batch:
    """How training goes, at most about 20 times a second; always after the first and last batch of an epoch."""

    type: ClassVar = "batch"
    epoch: int  # from 1
    batch: int  # from 1, within the epoch
    batches: int  # of one epoch
    step: int  # from 1, over the whole run
    loss: float  # mean over the examples since the last message
    accuracy: float  # likewise, 0 to 1
    learning_rate: float
    examples_per_second: float  # since the last message
    memory_bytes: int | None  # peak on the device; of this process on a CPU; null where the system does not tell
    gradient_norm: float | None = None  # of one step since the last message, before it is clipped
    time: float | None = None  # when it was told, in seconds since 1970; older logs lack it


@dataclass(frozen=True)
class Epoch:
    """One epoch is trained and evaluated; `Kept` tells when that is saved."""

    type: ClassVar = "epoch"
    epoch: int  # from 1
    train_loss: float  # mean over the epoch while the weights were changing
    train_accuracy: float
    test_loss: float
    test_accuracy: float
    examples_per_second: float  # of training alone
    validation_loss: float | None = None  # null where the recipe holds no validation set out
    validation_accuracy: float | None = None


@dataclass(frozen=True)
class Kept:
    """What came of an epoch is in the run's folder: its checkpoint, and the evaluation, if there is one."""

    type: ClassVar = "kept"
    epoch: int  # from 1


@dataclass(frozen=True)
class Paused:
    """The run waits, on request. Its checkpoint holds all that is done: the engine may be ended now."""

    type: ClassVar = "paused"
    epoch: int  # the one under way, from 1
    batch: int  # the last one done, from 1


@dataclass(frozen=True)
class Resumed:
    """A paused run goes on, on request."""

    type: ClassVar = "resumed"
    epoch: int
    batch: int


@dataclass(frozen=True)
class Warned:
    """Something to tell the person; no failure.

    Codes: `stuck_at_chance`, `stopped_early`, `unreadable_control`, `empty_class`, `lonely_class`, `skipped_broken`,
    `nothing_to_freeze`, `too_many_outputs`, `damaged_checkpoint`, `no_checksum`, `not_answering`, `data_note`,
    `converted`.
    """

    type: ClassVar = "warning"
    code: str
    message: str
    fix: str = ""


@dataclass(frozen=True)
class Failed:
    """The run ended in an error. The last message of such a run; the exit status is 1."""

    type: ClassVar = "failed"
    message: str
    expected: str = ""
    fix: str = ""
    batch_size: int | None = None  # one that would fit, where the memory ran out
    node: str = ""  # the part of the network where it happened, as its code names it, such as block1.conv

    @classmethod
    def of(cls, error: EngineError) -> Failed:
        """The message that tells of an error."""
        return cls(error.message, error.expected, error.fix, error.batch_size, error.node)


@dataclass(frozen=True)
class Finished:
    """The run ended as it should: trained to the end, or stopped on request. The last message of such a run."""

    type: ClassVar = "finished"
    run: str
    stopped: bool


@dataclass(frozen=True)
class Summary:
    """torchinfo's table of a network."""

    type: ClassVar = "summary"
    text: str
    params: int


@dataclass(frozen=True)
class Probed:
    """What a network made of the inputs that it was given. Not part of a run.

    shapes: of each output as text, such as `(2, 10)`. params: numbers in all parameters. macs: as FlopCounterMode
    counts them.
    """

    type: ClassVar = "probed"
    shapes: tuple[str, ...]
    dtypes: tuple[str, ...]
    params: int
    macs: int


@dataclass(frozen=True)
class Stop:
    """Control: stop at the end of the current batch."""

    type: ClassVar = "stop"


@dataclass(frozen=True)
class Pause:
    """Control: save at the end of the current batch, and wait. Answered by `Paused`."""

    type: ClassVar = "pause"


@dataclass(frozen=True)
class Resume:
    """Control: go on after `Pause`. Answered by `Resumed`; means nothing to a run that is not paused."""

    type: ClassVar = "resume"


@dataclass(frozen=True)
class Unreadable:
    """A line that is no message of this protocol. Never written."""

    type: ClassVar = "unreadable"
    line: str  # its beginning
    reason: str


Message = (
    Started
    | Preparing
    | WarmStarted
    | Batch
    | Epoch
    | Kept
    | Paused
    | Resumed
    | Warned
    | Failed
    | Finished
    | Summary
    | Probed
)
Control = Stop | Pause | Resume
_MESSAGES = {kind.type: kind for kind in get_args(Message)}
_CONTROLS = {kind.type: kind for kind in get_args(Control)}
_SHOWN_CHARACTERS = 120  # of an unreadable line
_MOST_NONSENSE = 64 << 20  # bytes of a log that are no messages, before it is given up


def write_line(message: Message | Control) -> str:
    """The message as one line of JSON, without the line's end."""
    return json.dumps({"type": message.type, **vars(message), **forms_of(vars(message))}, allow_nan=False)


def read_line(line: str | bytes) -> Message | Unreadable:
    """The message on one line of the engine's output. Fields that this version does not know are ignored."""
    return _read(line, _MESSAGES)


def read_control(line: str | bytes) -> Control | Unreadable:
    """The control on one line of the engine's input."""
    return _read(line, _CONTROLS)


def read_metrics(run_dir: Path) -> Iterator[Message | Unreadable]:
    """Every message of a run so far, from its folder; nothing where there is no log yet. Raises OSError."""
    nonsense = 0
    with suppress(FileNotFoundError):
        for line in read_lines(Path(run_dir) / METRICS_FILE):
            message = read_line(line)
            if line.strip():
                yield message
            nonsense += len(line) if isinstance(message, Unreadable) else 0
            if nonsense > _MOST_NONSENSE:
                return


def _read(line: str | bytes, kinds: dict[str, type]) -> Any:
    text = line.decode("utf-8", "replace") if isinstance(line, bytes) else line

    def unreadable(reason: str) -> Unreadable:
        return Unreadable(text.strip()[:_SHOWN_CHARACTERS], reason)

    try:
        values = parse_json(text, finite=False)
    except ValueError:
        return unreadable("it is not JSON")
    if not isinstance(values, dict):
        return unreadable("it is not a JSON object")
    name = values.get("type")
    kind = kinds.get(name) if isinstance(name, str) else None
    if kind is None:
        return unreadable(f'its "type" is none of {", ".join(kinds)}')
    known = {field.name: field for field in fields(kind) if field.name in values}
    for field in known.values():
        value = values[field.name]
        if not fits(field, value):
            return unreadable(f'its "{field.name}" is not {field.type}, or not of a sensible size')
        if isinstance(value, list):
            values[field.name] = tuple(value)
        elif isinstance(value, int | float) and not is_sensible(value):
            values[field.name] = math.nan if field.default is MISSING else None
    try:
        return kind(**in_forms({name: values[name] for name in known}, values.get(TEXTS)))
    except TypeError:
        return unreadable("a field is missing")


def send_control(run_dir: Path, control: Control) -> None:
    """Lead a run that somebody else started. Heard within a second, by an engine that lives. Raises OSError."""
    with append_to(Path(run_dir) / CONTROLS_FILE) as lines:
        lines.write(write_line(control).encode() + b"\n")
