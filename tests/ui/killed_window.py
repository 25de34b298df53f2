"""A window in which somebody types until it is killed. Started by test_recovery.py.

Usage: python -m tests.ui.killed_window SEED. Tells of each edit when it is begun (-) and when it has ended (+).
"""

from __future__ import annotations

import random
import sys

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from designer.session.session import Session
from designer.ui.theme.apply import ThemeFollower
from designer.ui.window import MainWindow
from tests.session.killed_while_editing import state_of

Key, CTRL, NONE = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
KEYS = ((Key.Key_D, CTRL), (Key.Key_Right, NONE), (Key.Key_Delete, NONE), (Key.Key_Z, CTRL), (Key.Key_M, NONE))


def main() -> None:
    """Type for ever."""
    dice = random.Random(int(sys.argv[1]))
    app = QApplication(["blockyard"])
    session = Session.open("lenet_relu")
    session.changed.connect(lambda *_: print("-" + state_of(session), flush=True))
    window = MainWindow(session, ThemeFollower(app, "dark"))
    session.changed.connect(lambda *_: print("+" + state_of(session), flush=True))
    window.show()
    window.activateWindow()
    view = window.panel.view
    while True:
        cards = list(window.panel.scene.cards)
        if not cards or dice.random() < 0.3:
            QTest.keyClick(view, Key.Key_Tab)
            QTest.keyClicks(window.panel.search.focusWidget() or view, dice.choice(("conv2d", "relu", "linear")))
            QTest.keyClick(QApplication.focusWidget() or view, Key.Key_Return)
        else:
            window.panel.scene.select(dice.sample(cards, min(len(cards), 2)))
            QTest.keyClick(view, *dice.choice(KEYS))
        app.processEvents()


if __name__ == "__main__":
    main()
