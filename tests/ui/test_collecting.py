"""Garbage is collected in the window's thread, and in no other, while a window lives."""

from __future__ import annotations

import gc
import threading
import weakref

from PySide6.QtCore import QEvent, QObject

from designer.ui import collecting
from designer.ui.collecting import Collector


class Knot:
    """Garbage that only a search for cycles finds."""

    def __init__(self) -> None:
        self.itself = self


def test_another_thread_collects_nothing(qapp, monkeypatch):
    monkeypatch.setattr(collecting, "_living", set())  # windows of other tests may still be there
    parent = QObject()
    collector = Collector(parent)
    knot = weakref.ref(Knot())
    kept: list[list] = []  # far more than Python's threshold asks for
    thread = threading.Thread(target=lambda: kept.extend([] for _ in range(200_000)))
    thread.start()
    thread.join()
    assert knot() is not None
    collector.look()
    assert knot() is None
    assert not gc.isenabled()
    del collector
    parent.deleteLater()
    qapp.sendPostedEvents(parent, QEvent.Type.DeferredDelete)
    assert gc.isenabled()
