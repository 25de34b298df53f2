"""The style sheet, built from a theme. Shapes and spacing are decided here; colours come from `tokens`.

Widgets ask for a variant through dynamic properties, never through a sheet of their own: `primary` and `quiet` on
buttons, `role` on labels and frames (`heading`, `muted`, `error`, `card`),
`state` on editors (`expression`, `invalid`).
"""

from __future__ import annotations

from string import Template

from PySide6.QtGui import QColor

from designer.base.paths import resources_dir
from designer.ui.theme.tokens import Theme

CONTROL_PX = 28
CORNER_PX = 6

_SHEET = Template("""
QWidget { color: $text; selection-background-color: $selection; selection-color: $text; }
QMainWindow, QDialog { background: $panel; }
QDialogButtonBox, QMessageBox { dialogbuttonbox-buttons-have-icons: 0; }
QMessageBox { border: 1px solid $line; }
QMessageBox QLabel#qt_msgbox_label { font-weight: 600; }
QMainWindow::separator { background: $line; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: $accent; }
QSplitter::handle { background: $line; }
QSplitter::handle:hover { background: $accent; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QToolTip {
  background: $raised; color: $text; border: 1px solid $line; padding: 5px 7px; qproperty-textFormat: PlainText;
}

QLabel { background: transparent; }
QLabel[role="heading"] { font-weight: 600; }
QLabel[role="section"], QLabel[role="muted"] { color: $muted; }
QLabel[role="error"] { color: $bad_text; }
QLabel[role="good"] { color: $good_text; }
QLabel[role="warn"] { color: $warn_text; }
QLabel[role="expression"] { color: $accent; }
QFrame[role="hairline"] { background: $line; border: none; max-height: 1px; min-height: 1px; }
QFrame[role="card"] { background: $panel; border: 1px solid $line; border-radius: 8px; }
QFrame[role="card"]:focus { border-color: $accent; }
QFrame[role="toast"] { background: $raised; border: 1px solid $line; border-radius: 8px; }
QFrame[role="banner"] { background: $raised; border: none; border-bottom: 1px solid $line; }
QFrame[role="banner"] QPushButton { background: $hover; }
QFrame[role="banner"] QPushButton[quiet="true"] { background: transparent; }
QFrame[role="banner"] QPushButton:hover { background: $pressed; }
QFrame[role="notice"] { background: $raised; border: none; border-radius: 8px; }
QFrame[role="plot"] { background: $ground; border: 1px solid $line; border-radius: 8px; }
QFrame[role="popup"] { background: $panel; border: 1px solid $line; border-radius: 8px; }

QLineEdit, QAbstractSpinBox, QComboBox, QTextEdit[role="field"], QPlainTextEdit[role="field"] {
  background: $raised; color: $text; border: 1px solid transparent; border-radius: ${corner}px; padding: 0 8px;
  min-height: ${inner}px; }
QTextEdit[role="field"], QPlainTextEdit[role="field"] { padding: 3px 4px; }
QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover { border-color: $line; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus, QTextEdit[role="field"]:focus,
QPlainTextEdit[role="field"]:focus { border-color: $accent; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: $faint; }
QLineEdit[state="expression"] { color: $accent; border-color: $accent; }
QLineEdit[state="invalid"], QLineEdit[state="invalid"]:focus { border-color: $bad; }
QLineEdit[role="title"] { background: transparent; font-weight: 600; padding: 0; border: none;
  border-bottom: 1px solid transparent; border-radius: 0; min-height: ${inner}px; }
QLineEdit[role="title"]:hover { border-bottom-color: $line; }
QLineEdit[role="title"]:focus { border-bottom-color: $accent; }
QLineEdit[role="title"][readOnly="true"]:hover { border-bottom-color: transparent; }
QLineEdit[role="title"][state="invalid"] { border-bottom-color: $bad; }
QLineEdit QToolButton { min-height: 0; min-width: 0; padding: 0; border: none; background: transparent; }
QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::down-button {
  subcontrol-origin: border; width: 20px; border: none; background: transparent; }
QSpinBox::up-button, QDoubleSpinBox::up-button { subcontrol-position: top right; }
QSpinBox::down-button, QDoubleSpinBox::down-button { subcontrol-position: bottom right; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url("$glyphs/chevron-up.svg"); width: 10px; height: 10px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {
  image: url("$glyphs/chevron-down.svg"); width: 10px; height: 10px; }
QComboBox::drop-down { subcontrol-origin: padding; subcontrol-position: center right; width: 24px; border: none; }
QComboBox::down-arrow { image: url("$glyphs/chevron-down.svg"); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $panel; border: 1px solid $line; padding: 4px; outline: none; }
QComboBox QAbstractItemView::item { min-height: 26px; padding: 0 6px; border-radius: 4px; }

QPushButton { background: $raised; color: $text; border: 1px solid transparent; border-radius: ${corner}px;
  min-height: ${inner}px; padding: 0 12px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed, QPushButton:checked { background: $pressed; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $faint; }
QPushButton[primary="true"] { background: $accent; color: $on_accent; font-weight: 600; padding: 0 16px; }
QPushButton[primary="true"]:hover { background: $accent_hover; }
QPushButton[primary="true"]:pressed { background: $accent_pressed; }
QPushButton[primary="true"]:focus { border-color: $text; }
QPushButton[primary="true"]:disabled { background: $raised; color: $faint; }
QPushButton[quiet="true"], QPushButton[link="true"] { background: transparent; }
QPushButton[quiet="true"]:hover { background: $raised; }
QPushButton[quiet="true"]:checked { background: $raised; color: $text; }
QPushButton[link="true"] { color: $accent; padding: 0; border: none; min-height: 18px; }
QPushButton[link="true"]:hover, QPushButton[link="true"]:focus { text-decoration: underline; background: transparent; }
QPushButton[chip="true"] { border-radius: 14px; color: $muted; }
QPushButton[chip="true"]:hover { color: $text; }
QPushButton::menu-indicator { image: none; width: 0; }
QToolButton { background: transparent; border: 1px solid transparent; border-radius: ${corner}px; padding: 0 6px;
  min-height: ${inner}px; min-width: 14px; }
QToolButton:hover { background: $raised; }
QToolButton:pressed, QToolButton:checked { background: $pressed; }
QToolButton:focus { border-color: $accent; }
QToolButton:disabled { color: $faint; }
QToolButton::menu-indicator { image: none; }
QToolButton[menu="true"] { padding: 0 24px 0 8px; }
QToolButton[small="true"] { color: $muted; min-height: 18px; min-width: 18px; padding: 0; border-radius: 4px; }

QCheckBox, QRadioButton { spacing: 8px; min-height: ${inner}px; background: transparent; }
QCheckBox::indicator { width: 16px; height: 16px; border-radius: 4px; border: 1px solid $muted; background: $raised; }
QCheckBox::indicator:hover, QCheckBox::indicator:focus { border-color: $accent; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$glyphs/check.svg"); }
QCheckBox::indicator:indeterminate { background: $accent; border-color: $accent; image: url("$glyphs/minus.svg"); }
QCheckBox:focus { color: $accent; }

QTabWidget::pane { border: none; border-top: 1px solid $line; }
QTabBar { background: transparent; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $muted; padding: 0 14px; min-height: 32px; border: none;
  border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:bottom { border-bottom: none; border-top: 2px solid transparent; }
QTabBar::tab:bottom:selected { border-top-color: $accent; }
QTabBar::tab:focus { color: $accent; }
QTabBar::close-button { image: url("$glyphs/x.svg"); subcontrol-position: right; }
QTabBar::close-button:hover { background: $hover; border-radius: 4px; }
QTabBar#design_tabs::tab { background: transparent; color: $muted; border: 1px solid $line; border-radius: ${corner}px;
  margin: 0 4px 0 0; min-height: ${inner}px; padding: 0 4px 0 12px; }
QTabBar#design_tabs::tab:hover { color: $text; background: $hover; }
QTabBar#design_tabs::tab:selected { color: $text; background: $raised; border-color: $raised; }
QTabBar#design_tabs::tab:selected:focus { border-color: $accent; }
QTabBar#design_tabs::scroller { width: 44px; }
QTabBar#design_tabs QToolButton { background: $panel; border-radius: 0; padding: 0; min-width: 20px; }
QDockWidget { color: $muted; }
QDockWidget::title { background: $panel; padding: 6px 12px; text-align: left; }

QMenuBar { background: $panel; border-bottom: 1px solid $line; }
QMenuBar::item { padding: 5px 10px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: $raised; }
QMenu { background: $panel; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 5px 28px 5px 12px; border-radius: 4px; }
QMenu::icon { padding-left: 8px; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QToolBar { background: $panel; border: none; border-bottom: 1px solid $line; padding: 6px 12px; spacing: 4px; }
QToolBar::separator { background: $line; width: 1px; margin: 6px 4px; }
QStatusBar { background: $panel; border-top: 1px solid $line; color: $muted; }
QStatusBar::item { border: none; }
QStatusBar QLabel { padding: 0 8px; min-height: ${inner}px; }
QProgressBar { background: $raised; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QAbstractScrollArea { background: $panel; border: none; }
QAbstractItemView { background: $panel; outline: none; border: none; }
QAbstractItemView::item:selected { background: $selection; color: $text; }
QTreeView[role="contents"]::item { min-height: 24px; border-radius: 4px; }
QTableView { gridline-color: $line; alternate-background-color: $panel; }
QTableView::item { padding: 0 8px; border-bottom: 1px solid $line; }
QTableView::item:hover { background: $raised; }
QHeaderView { background: $panel; border: none; }
QHeaderView::section { background: $panel; color: $muted; border: none; border-bottom: 1px solid $line;
  padding: 0 10px; min-height: 28px; }
QHeaderView::section:hover { color: $text; }
QHeaderView::down-arrow { image: url("$glyphs/chevron-down.svg"); width: 12px; height: 12px; }
QHeaderView::up-arrow { image: url("$glyphs/chevron-up.svg"); width: 12px; height: 12px; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $thumb; border-radius: 2px; margin: 3px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; }
""")


def mix(first: str, second: str, part: float) -> str:
    """The colour `part` of the way from `first` to `second`, as `#rrggbb`."""
    a, b = QColor(first), QColor(second)
    return QColor.fromRgbF(
        a.redF() + (b.redF() - a.redF()) * part,
        a.greenF() + (b.greenF() - a.greenF()) * part,
        a.blueF() + (b.blueF() - a.blueF()) * part,
    ).name()


def build_stylesheet(theme: Theme) -> str:
    """The whole application's sheet in the colours of `theme`."""
    return _SHEET.substitute(
        vars(theme),
        glyphs=(resources_dir() / "icons" / "control" / theme.name).as_posix(),
        corner=CORNER_PX,
        inner=CONTROL_PX - 2,  # the border takes one px on either side
        hover=mix(theme.raised, theme.text, 0.08),
        pressed=mix(theme.raised, theme.text, 0.16),
        selection=mix(theme.panel, theme.accent, 0.28),
        faint=mix(theme.muted, theme.panel, 0.4),
        thumb=mix(theme.line, theme.muted, 0.2),
        accent_hover=mix(theme.accent, theme.text, 0.14),
        accent_pressed=mix(theme.accent, theme.text, 0.28),
    )
