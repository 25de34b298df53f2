"""The status bar: the totals of the open design, and the first of its problems."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QStatusBar

from designer.analysis.diagnostics import Diagnostic, Severity
from designer.analysis.facts import Analysis
from designer.base import numbers
from designer.ui.language import translated
from designer.ui.widgets import LinkLine, label, set_state

translate = QCoreApplication.translate


class StatusLine:
    """What stands in the bar is public; a click on `problem` is the window's matter."""

    def __init__(self, bar: QStatusBar) -> None:
        bar.setSizeGripEnabled(False)
        self.params, self.macs, self.memory = label(), label("", "muted"), label("", "muted")
        for part in (self.params, self.macs, self.memory):
            part.setContentsMargins(12, 0, 4, 0)
            bar.addWidget(part)
        self.problem = LinkLine(role="error")
        self.problem.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.problem.setContentsMargins(24, 0, 16, 0)
        bar.addPermanentWidget(self.problem, 1)

    def show_analysis(self, analysis: Analysis, problems: Sequence[Diagnostic]) -> None:
        """The totals and the first problem of a design as it is now. problems: the gravest first."""
        totals = analysis.totals
        params = (
            translate("StatusLine", "{0} parameters")
            if analysis.ok
            else translate("StatusLine", "{0} parameters so far")
        )
        self.params.setText(params.format(numbers.count(totals.params)))
        self.macs.setText(translate("StatusLine", "{0} MACs").format(numbers.count(totals.macs)))
        set_state(self.problem, "role", "error" if problems and problems[0].severity == Severity.ERROR else "warn")
        has_begun = bool(analysis.root.block.nodes)  # an empty canvas is no fault yet; the dock says how to begin
        self.problem.setText(_first_problem(problems) if problems and has_begun else "")

    def show_memory(self, line: str, fits: bool) -> None:
        """The memory of a training. fits: whether the device has as much."""
        self.memory.setText(line)
        set_state(self.memory, "role", "muted" if fits else "warn")


def _first_problem(problems: Sequence[Diagnostic]) -> str:
    counted = translate("StatusLine", "1 problem") if len(problems) == 1 else translate("StatusLine", "{0} problems")
    fixes = [translated(fix.title) for fix in problems[0].fixes[:1]]
    fix = translate("StatusLine", " Fix: {0}").format(*fixes) if fixes else ""
    return f"{counted.format(len(problems))}: {translated(problems[0].message)}{fix}"
