"""The data dock: what a data set holds, its classes as bars, samples of it, and what the recipe does to them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from designer.ui.canvas.dropping import dragged_files
from designer.ui.docks.class_bars import ClassBars
from designer.ui.docks.data_views import ClassView, DataFacts, PictureView, TransformedView
from designer.ui.docks.picture_grid import PictureGrid
from designer.ui.docks.transform_grid import TransformGrid
from designer.ui.theme.icons import wear_icon
from designer.ui.widgets import ElidedLabel, EmptyState, FactTable, Sentence, set_state

_FACTS_PX, _CLASSES_PX = 264, 224
_SHOWN_BROKEN = 4
SAMPLES, TRANSFORMS = "samples", "transforms"


class Data(QWidget):
    """Shows what it is given, and tells what a person wants.

    refresh_requested: look again. cancel_requested: give up what is under way. fetch_requested: download the set.
    browse_requested: choose another set. dropped(path): take this one.
    skip_requested: train without the broken images. part_chosen(id), label_chosen(number or None): what to show samples
    of. more_wanted(first): samples from that place on. reroll_requested: other images, other chances. help_requested.
    """

    refresh_requested = Signal()
    cancel_requested = Signal()
    fetch_requested = Signal()
    browse_requested = Signal()
    dropped = Signal(object)
    skip_requested = Signal()
    part_chosen = Signal(str)
    label_chosen = Signal(object)
    more_wanted = Signal(int)
    reroll_requested = Signal()
    help_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Data"))
        self.setAcceptDrops(True)
        self.facts = _Facts()
        self.classes, self.grid, self.transforms = ClassBars(), PictureGrid(), TransformGrid()
        self.classes.setFixedWidth(_CLASSES_PX)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.grid)
        self._pages.addWidget(self.transforms)
        self._empty = EmptyState("image", self.tr("No data looked at yet"))
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 8, 0)
        row.setSpacing(8)
        row.addWidget(self.facts)
        row.addWidget(self.classes)
        row.addWidget(self._pages, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(body)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(self._bar())
        box.addWidget(self._stack, 1)
        self.facts.skip.clicked.connect(self.skip_requested)
        self.classes.chosen.connect(self.label_chosen)
        self.grid.more_wanted.connect(self.more_wanted)
        self._show_page(SAMPLES)

    def _bar(self) -> QHBoxLayout:
        self.views = {SAMPLES: QPushButton(self.tr("Samples")), TRANSFORMS: QPushButton(self.tr("Transforms"))}
        group = QButtonGroup(self)
        for key, button in self.views.items():
            button.setCheckable(True)
            group.addButton(button)
            button.clicked.connect(lambda _checked=False, key=key: self._show_page(key))
        self.part = QComboBox()
        self.part.setAccessibleName(self.tr("Set"))
        self.part.currentIndexChanged.connect(lambda _index: self.part_chosen.emit(self.part.currentData() or ""))
        self.reroll = QPushButton(self.tr("Reroll"))
        wear_icon(self.reroll, "repeat")
        self.reroll.setToolTip(self.tr("Other images, and other chances"))
        self.reroll.clicked.connect(self.reroll_requested)
        self.note = ElidedLabel("", "muted")
        self.busy = QProgressBar()
        self.busy.setTextVisible(False)
        self.busy.setFixedWidth(80)
        self.busy.setAccessibleName(self.tr("Reading"))
        self.busy.hide()
        self.browse = QPushButton(self.tr("Choose…"))
        wear_icon(self.browse, "folder-open")
        self.browse.clicked.connect(self.browse_requested)
        self.refresh = QPushButton(self.tr("Look again"))
        wear_icon(self.refresh, "refresh-cw")
        self.refresh.clicked.connect(self.refresh_requested)
        self.cancel = QPushButton(self.tr("Cancel"))
        wear_icon(self.cancel, "x")
        self.cancel.clicked.connect(self.cancel_requested)
        self.cancel.hide()
        self.fetch = QPushButton()
        wear_icon(self.fetch, "download", "on_accent")
        set_state(self.fetch, "primary", True)
        self.fetch.clicked.connect(self.fetch_requested)
        self.fetch.hide()
        self.help = QToolButton()
        wear_icon(self.help, "circle-question-mark")
        self.help.setToolTip(self.tr("What can be read, and how"))
        self.help.setAccessibleName(self.help.toolTip())
        self.help.clicked.connect(self.help_requested)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 8)
        bar.setSpacing(8)
        for part in (*self.views.values(), self.part, self.reroll):
            bar.addWidget(part)
        bar.addWidget(self.note, 1)
        for part in (self.busy, self.fetch, self.browse, self.cancel, self.refresh, self.help):
            bar.addWidget(part)
        return bar

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        event.setAccepted(len(dragged_files(event.mimeData())) == 1)

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.dropped.emit(dragged_files(event.mimeData())[0])

    def sizeHint(self) -> QSize:
        return QSize(900, 260)

    @property
    def page(self) -> str:
        """Which of both is shown: `samples` or `transforms`."""
        return TRANSFORMS if self.views[TRANSFORMS].isChecked() else SAMPLES

    def _show_page(self, key: str) -> None:
        self.views[key].setChecked(True)
        self._pages.setCurrentWidget(self.grid if key == SAMPLES else self.transforms)
        self._show_choices(self._stack.currentIndex() == 1)

    def _show_choices(self, shown: bool) -> None:
        """What can be chosen of the page that is shown, where there is something to choose from."""
        for button in self.views.values():
            button.setVisible(shown)
        self.part.setVisible(shown and self.page == SAMPLES)
        self.reroll.setVisible(shown and self.page == TRANSFORMS)

    # -- what is shown ----------------------------------------------------------------------------------------------

    def show_progress(self, text: str, share: float | None = None) -> None:
        """The engine is at work. share: done of it, 0 to 1, None where nobody knows."""
        self._say(text, "muted")
        self.busy.setRange(0, 0 if share is None else 100)
        self.busy.setValue(0 if share is None else round(100 * share))
        self._set_busy(True)

    def show_note(self, text: str, role: str = "muted") -> None:
        """The engine rests; a remark, or nothing."""
        self._say(text, role)
        self._set_busy(False)

    def show_refusal(self, message: str, fix: str, fetch: str = "") -> None:
        """There is nothing to show, and why. fetch: words of a button that downloads it."""
        self.show_note("")
        self._empty.set_texts(message, "" if fetch else fix)
        self._stack.setCurrentWidget(self._empty)
        self._show_choices(False)
        self.fetch.setText(fetch)
        self.fetch.setVisible(bool(fetch))

    def show_facts(self, facts: DataFacts) -> None:
        """A data set was looked at."""
        self.show_note("")
        self.fetch.hide()
        self.facts.show_facts(facts)
        if tuple((self.part.itemData(row), self.part.itemText(row)) for row in range(self.part.count())) != facts.parts:
            self.part.blockSignals(True)
            self.part.clear()
            for key, title in facts.parts:
                self.part.addItem(title, key)
            self.part.blockSignals(False)
        self._stack.setCurrentIndex(1)
        self._show_choices(True)

    def show_classes(self, classes: Sequence[ClassView]) -> None:
        """The bars of the chosen set."""
        self.classes.show_classes(classes)

    def clear_samples(self) -> None:
        """Others are on their way."""
        self.grid.clear()

    def add_samples(self, pictures: Sequence[PictureView], total: int) -> None:
        """More samples. total: how many there are to be had."""
        self.grid.add(pictures, total)

    def show_transforms(self, rows: Sequence[TransformedView]) -> None:
        """What the recipe makes of a few images."""
        self.transforms.show_rows(rows)

    def _set_busy(self, busy: bool) -> None:
        for part in (self.busy, self.cancel):
            part.setVisible(busy)
        self.refresh.setVisible(not busy)
        self.fetch.setEnabled(not busy)

    def _say(self, text: str, role: str) -> None:
        self.note.setText(text)
        set_state(self.note, "role", role)


class _Facts(QScrollArea):
    """The column at the left: figures, what is wrong, what can be done."""

    def __init__(self) -> None:
        super().__init__()
        self.title, self.path = ElidedLabel("", "heading"), ElidedLabel("", "muted")
        self.table = FactTable(22)
        self.problem, self.broken_line = Sentence(role="warn"), Sentence(role="warn")
        self.broken, self.notes = Sentence(role="muted"), Sentence(role="warn")
        self.skip = QPushButton(self.tr("Skip these"))
        self.skip.setToolTip(self.tr("Train without them; the recipe notes it"))
        inner = QWidget()
        box = QVBoxLayout(inner)
        box.setContentsMargins(16, 4, 12, 12)
        box.setSpacing(4)
        for part in (self.title, self.path, self.problem, self.broken_line, self.broken):
            box.addWidget(part)
        box.addWidget(self.skip, 0, Qt.AlignmentFlag.AlignLeft)
        box.addWidget(self.notes)
        box.addWidget(self.table)
        box.addStretch()
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedWidth(_FACTS_PX)

    def show_facts(self, facts: DataFacts) -> None:
        self.title.setText(facts.title)
        path, _, more = facts.path.partition("\n")
        self.path.setText(path)
        self.path.set_doc(more)
        self.table.set_facts(facts.facts)
        more = len(facts.broken) - _SHOWN_BROKEN
        shown = [*facts.broken[:_SHOWN_BROKEN], *([self.tr("and {0} more").format(more)] if more > 0 else [])]
        texts = (
            (self.problem, facts.problem),
            (self.broken_line, facts.broken_line),
            (self.broken, "\n".join(shown)),
            (self.notes, "\n".join(facts.notes)),
        )
        for part, text in texts:
            part.setText(text)
            part.setVisible(bool(text))
        self.broken.setToolTip("\n".join(facts.broken))
        self.skip.setVisible(facts.can_skip)
