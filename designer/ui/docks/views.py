"""What the docks show, as plain frozen data. A presenter makes these from the model; no dock knows the model."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class PaletteEntry:
    """One kind that can be put on the canvas. family: decides heading and icon; `block` comes first.

    group: a heading of its own, `design` or `library`, in place of the family's. has_news: its library has a newer one.
    """

    kind: str
    title: str
    family: str
    summary: str = ""
    group: str = ""
    has_news: bool = False


@dataclass(frozen=True)
class ParameterView:
    """One editable value. Texts are as a person types them: `3`, `(3, 3)`, `True`, `zeros`, `4 * width`.

    type: `int`, `float`, `number` (either, as it is written), `bool`, `choice`, `size` (an int or a tuple), `shape`,
    `folder` (or a name) or `text`.
    resolved_text: what an expression comes to, empty if unknown. error: the model's complaint, empty if none.
    is_mixed: several nodes are selected and differ. placeholder: shown in an empty editor.
    """

    name: str
    value_text: str
    type: str = "text"
    choices: tuple[str, ...] = ()
    default_text: str | None = None
    is_expression: bool = False
    resolved_text: str = ""
    doc: str = ""
    error: str = ""
    minimum: float | None = None
    maximum: float | None = None
    label: str = ""  # shown instead of the name
    is_mixed: bool = False
    is_enabled: bool = True
    placeholder: str = ""
    allows_expression: bool = True

    @property
    def is_default(self) -> bool:
        """Whether the value is the one that would be there untouched; so it is where no default is known."""
        return self.default_text is None or self.value_text == self.default_text


FieldView = ParameterView  # a recipe's field: the same editors as a node's parameter, but no expressions


@dataclass(frozen=True)
class FieldSection:
    """Fields under one heading, which folds. summary: what a closed one says of what is set in it."""

    title: str
    fields: tuple[FieldView, ...]
    is_open: bool = False
    summary: str = ""


@dataclass(frozen=True)
class FactView:
    """One figure that analysis knows, already written for people: `parameters`, `147,584`."""

    label: str
    value: str


@dataclass(frozen=True)
class NoticeView:
    """Something to know about what is shown, and what can be done: each answer with its words, the usual one first."""

    title: str
    lines: tuple[str, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class NodeView:
    """A selected node. key: any hashable identity; the same key again means an update in place.

    structure: `repeat` and `when`, as parameters. names: what an expression may use here, offered while typing.
    """

    key: object
    name: str
    kind: str
    family: str = ""
    summary: str = ""
    parameters: tuple[ParameterView, ...] = ()
    structure: tuple[ParameterView, ...] = ()
    facts: tuple[FactView, ...] = ()
    names: tuple[str, ...] = ()
    name_is_editable: bool = True
    name_error: str = ""
    has_help: bool = True
    notice: NoticeView | None = None


@dataclass(frozen=True)
class DesignView:
    """The design, or the block that is open: shown while nothing is selected."""

    key: object
    title: str
    kind: str = ""
    description: str = ""
    input_shape: ParameterView | None = None
    variables: tuple[ParameterView, ...] = ()
    totals: tuple[FactView, ...] = ()
    names: tuple[str, ...] = ()
    notice: NoticeView | None = None
    object_size: ParameterView | None = None


@dataclass(frozen=True)
class ProblemView:
    """One diagnostic in words. severity: `error`, `warning`, `info` or `hint`. fixes: the titles of its buttons."""

    severity: str
    code: str
    node_label: str
    node_key: object
    message: str
    expected: str = ""
    received: str = ""
    fixes: tuple[str, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class LayerView:
    """One row of the table of layers, its figures written for people. trained: None where there is nothing to train."""

    key: object
    name: str
    kind: str
    output: str
    params: str
    trained: bool | None
    macs: str
    activations: str
    memory: str
    field: str


@dataclass(frozen=True)
class MemoryView:
    """The memory of a training. parts: in words. limit: as a person set it, empty for the device's, `device_limit`."""

    parts: str
    limit: str = ""
    device_limit: str = ""
    limit_error: str = ""


@dataclass(frozen=True)
class RunView:
    """One row of the runs table. state: as its record has it. started: seconds since 1970. problem: why it failed, or
    what is wrong with its files, where it is damaged."""

    run_dir: str
    name: str
    design: str
    recipe: str
    epochs: str
    loss: float | None
    accuracy: float | None
    state: str
    started: float
    problem: str = ""
    note: str = ""
    is_damaged: bool = False

    @property
    def title(self) -> str:
        """What the training dock calls it: the design and the time at which it began."""
        return f"{self.design} · {datetime.fromtimestamp(self.started):%H:%M}" if self.started else self.design

    @property
    def can_go_on(self) -> bool:
        """Whether it was begun and did not come to its end."""
        return self.state in ("stopped", "failed", "interrupted")


@dataclass(frozen=True)
class ClassView:
    """How one class fares.

    precision: of what was taken for it, the share that is it. recall: of it, the share that was found.
    """

    name: str
    images: int
    precision: float | None
    recall: float | None


@dataclass(frozen=True)
class MistakeView:
    """A test image that was taken for something else. pixels: bytes row by row, one a pixel if grey, else RGB."""

    index: int
    label: str
    guess: str
    confidence: float
    width: int
    height: int
    grey: bool
    pixels: bytes


@dataclass(frozen=True)
class ResultsView:
    """What a network gets right and wrong on the test set.

    confusion: counts of images, right classes by row, guesses by column.
    """

    title: str
    epoch: int
    accuracy: float
    images: int
    names: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    classes: tuple[ClassView, ...]
    mistakes: tuple[MistakeView, ...]


@dataclass(frozen=True)
class HelpView:
    """A page of the help. text: Markdown. url: PyTorch's own page, empty where there is none. address: where it stands
    among the pages, empty for a block's."""

    title: str
    family: str
    text: str
    url: str = ""
    address: str = ""
