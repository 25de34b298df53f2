"""Work in slices: it is done to its end, in order, whether in its own time or hurried, and never twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.ui import slices as module
from designer.ui.slices import Slices


@pytest.fixture
def slices(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Slices:
    """A slice holds one step."""
    monkeypatch.setattr(module, "SLICE_S", 0.0)
    parent = QObject()
    made = Slices(parent)
    made.kept = parent
    return made


def counting(into: list[object], to: int = 5) -> Iterator[None]:
    for number in range(to):
        into.append(number)
        yield


def test_the_first_step_is_done_at_once_and_the_rest_by_and_by(slices: Slices, qtbot: QtBot) -> None:
    done: list[object] = []
    slices.run(counting(done), lambda: done.append("end"))
    assert done == [0]
    assert slices.is_busy
    qtbot.waitUntil(lambda: not slices.is_busy)
    assert done == [0, 1, 2, 3, 4, "end"]


def test_what_is_hurried_is_done_once(slices: Slices, qapp: QApplication) -> None:
    done: list[object] = []
    slices.run(counting(done), lambda: done.append("end"))
    slices.finish()
    slices.finish()
    qapp.processEvents()
    assert done == [0, 1, 2, 3, 4, "end"]


def test_what_comes_next_waits_for_the_end_of_what_was_first(slices: Slices) -> None:
    done: list[object] = []
    slices.run(counting(done, 3), lambda: done.append("first"))
    slices.run(counting(done, 2), lambda: done.append("second"))
    slices.finish()
    assert done == [0, 1, 2, "first", 0, 1, "second"]


def test_what_is_dropped_stays_undone(slices: Slices, qapp: QApplication) -> None:
    done: list[object] = []
    slices.run(counting(done), lambda: done.append("end"))
    slices.drop()
    slices.finish()
    qapp.processEvents()
    assert done == [0]


def test_a_step_may_ask_for_the_end_or_begin_with_something_else(slices: Slices) -> None:
    done: list[object] = []

    def steps() -> Iterator[None]:
        slices.finish()
        done.append("asked")
        yield
        slices.drop()
        slices.run(counting(done, 2), lambda: done.append("other"))

    slices.run(steps(), lambda: done.append("never"))
    slices.finish()
    assert slices.is_busy
    slices.finish()
    assert done == ["asked", 0, 1, "other"]


def test_after_a_fault_something_else_can_be_done(slices: Slices) -> None:
    done: list[object] = []

    def faulty() -> Iterator[None]:
        yield
        raise ValueError("planted")

    slices.run(faulty(), lambda: done.append("never"))
    with pytest.raises(ValueError, match="planted"):
        slices.finish()
    assert not slices.is_busy
    slices.run(counting(done, 1))
    slices.finish()
    assert done == [0]
