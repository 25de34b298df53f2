"""The settings: one page made from their table, one with the keys of all commands. What is changed counts at once."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from designer.base.errors import BlockyardError
from designer.ui import files
from designer.ui.dialogs.keys import KeysPage
from designer.ui.settings.shortcuts import Shortcuts
from designer.ui.settings.store import settings
from designer.ui.settings.table import SETTINGS, Setting, translated
from designer.ui.theme.icons import wear_icon
from designer.ui.widgets import Sentence, label, set_state, show_text

_EDITOR_PX = 220


class SettingRow(QWidget):
    """One setting: its words at the left, its editor at the right, and a button back to the default."""

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self.setting = setting
        self.words = f"{translated(setting.title)} {translated(setting.doc)} {translated(setting.section)}".lower()
        self.editor = self._make_editor()
        self.editor.setAccessibleName(translated(setting.title))
        self.editor.setAccessibleDescription(translated(setting.doc))
        self.reset_button = QToolButton()
        self.reset_button.setAccessibleName(self.tr("Reset {0}").format(translated(setting.title)))
        self.reset_button.setToolTip(self.tr("Back to the default"))
        wear_icon(self.reset_button, "rotate-ccw", size=14)
        self.reset_button.clicked.connect(lambda: settings().reset(setting.key))
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(label(translated(setting.title)))
        texts.addWidget(Sentence(translated(setting.doc), "muted"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 8)
        row.setSpacing(8)
        row.addLayout(texts, 1)
        row.addSpacing(16)
        row.addWidget(self.editor, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if setting.is_folder:
            row.addWidget(self._make_browse())
        row.addWidget(self.reset_button)
        settings().changed.connect(self._changed)
        self._show()

    def _make_editor(self) -> QWidget:
        setting = self.setting
        if isinstance(setting.default, bool):
            box = QCheckBox()
            box.toggled.connect(self._put)
            return box
        if setting.choices:
            combo = QComboBox()
            combo.setFixedWidth(_EDITOR_PX)
            for value, title in setting.choices:
                combo.addItem(translated(title), value)
            combo.activated.connect(lambda _index: self._put(combo.currentData()))
            return combo
        if isinstance(setting.default, int):
            spin = QSpinBox()
            spin.setRange(setting.least, setting.most)
            spin.valueChanged.connect(self._put)
            return spin
        line = QLineEdit()
        line.setFixedWidth(_EDITOR_PX)
        line.setPlaceholderText(self.tr("none"))
        line.editingFinished.connect(lambda: self._finish(line))
        return line

    def _make_browse(self) -> QToolButton:
        button = QToolButton()
        button.setAccessibleName(self.tr("Choose a folder for {0}").format(translated(self.setting.title)))
        button.setToolTip(self.tr("Choose a folder"))
        wear_icon(button, "folder-open")
        title = translated(self.setting.title)
        button.clicked.connect(lambda: files.ask_folder(self.window(), title, lambda path: self._put(str(path))))
        return button

    def _finish(self, line: QLineEdit) -> None:
        line.setModified(False)
        self._put(line.text().strip())

    def _put(self, value: object) -> None:
        try:
            settings().put(self.setting.key, value)
        except BlockyardError:
            self._show()  # an editor lets nothing else through; the value stays as it was

    def _changed(self, key: str) -> None:
        if key == self.setting.key:
            self._show()

    def _show(self) -> None:
        value, editor = settings().get(self.setting.key), self.editor
        blocked = editor.blockSignals(True)
        match editor:
            case QCheckBox():
                editor.setChecked(bool(value))
            case QComboBox():
                editor.setCurrentIndex(editor.findData(value))
            case QSpinBox() if editor.value() != value:  # digits that are typed stand there already
                editor.setValue(int(value))
            case QLineEdit():
                show_text(editor, str(value))
        editor.blockSignals(blocked)
        self.reset_button.setEnabled(value != self.setting.default)


class SettingsDialog(QDialog):
    """A search field above, and below it the settings and the keys."""

    def __init__(self, shortcuts: Shortcuts, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Settings"))
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search settings and commands"))
        self.search.setAccessibleName(self.tr("Search settings and commands"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.rows = [SettingRow(setting) for setting in SETTINGS]
        self.keys = KeysPage(shortcuts)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(self.tr("Settings and shortcuts"))
        self.tabs.addTab(self._make_page(), self.tr("General"))
        self.tabs.addTab(self.keys, self.tr("Keys"))
        close = QPushButton(self.tr("Close"))
        close.setAutoDefault(False)
        close.clicked.connect(self.close)
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 12, 16, 12)
        foot.addStretch()
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 16, 0, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setContentsMargins(16, 0, 16, 0)
        head.addWidget(self.search)
        column.addLayout(head)
        column.addWidget(self.tabs, 1)
        column.addLayout(foot)
        self.resize(self.sizeHint().boundedTo(parent.window().size()))  # Qt would take two thirds of a small screen

    def sizeHint(self) -> QSize:
        return QSize(680, 620)

    def _make_page(self) -> QWidget:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 8, 16, 16)
        column.setSpacing(0)
        self._headings: dict[str, QWidget] = {}
        for row in self.rows:
            section = row.setting.section
            if section not in self._headings:
                heading = label(translated(section), "section")
                heading.setContentsMargins(0, 12, 0, 4)
                self._headings[section] = heading
                column.addWidget(heading)
            column.addWidget(row)
        self._nothing = label(self.tr("No setting is called so."), "muted")
        self._nothing.hide()
        column.addWidget(self._nothing)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setAccessibleName(self.tr("General settings"))
        return scroll

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        shown = set()
        for row in self.rows:
            fits = all(word in row.words for word in words)
            row.setVisible(fits)
            if fits:
                shown.add(row.setting.section)
        for section, heading in self._headings.items():
            heading.setVisible(section in shown)
        self._nothing.setVisible(not shown)
        count = self.keys.filter(text)
        if words and not shown and count:
            self.tabs.setCurrentWidget(self.keys)
        elif words and shown and not count:
            self.tabs.setCurrentIndex(0)
        set_state(self.search, "state", "" if shown or count else "invalid")
