"""What runs are called among each other."""

from __future__ import annotations

from designer.ui.docks.views import RunView
from designer.ui.presenters.reports import told_apart


def run(started: float, design: str = "LeNet", name: str = "a") -> RunView:
    return RunView(f"/{name}", name, design, "", "", None, None, "finished", started)


def test_runs_are_called_by_no_more_than_tells_them_apart() -> None:
    first, second = told_apart([run(1e9), run(1e9 + 3600)])
    assert (len(first), len(second)) == (len("LeNet · 12:34"),) * 2
    first, second = told_apart([run(1e9), run(1e9 + 1)])
    assert first[-2:] != second[-2:]
    assert len(first) == len("LeNet · 12:34:56")
    first, second = told_apart([run(1e9), run(1e9 + 86_400)])
    assert len(first) == len("LeNet · 01-31 12:34")
    assert told_apart([run(1e9, name="a"), run(1e9, name="b")]) == ["a", "b"]
