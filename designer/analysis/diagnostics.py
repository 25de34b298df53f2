"""What analysis has to say to a person: diagnostics, and the fixes that mend them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from designer.base.text import joined
from designer.graph.design import Design
from designer.graph.expressions import Setting


class Severity(StrEnum):
    """error: it cannot run. warning: it runs, and is probably not what was meant. info: worth knowing.

    hint: it could be neater; many published networks are so, and nobody is told unless he asks.
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    HINT = "hint"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return list(Severity).index(self)


@dataclass(frozen=True)
class Fix:
    """A titled, undoable edit.

    apply: the design as it is -> the design as it should be.
    blocks: the names of the blocks that it edits; every instance of them is changed with them.
    sets: where it gives one parameter another value, its node's id, its name and the value.
    """

    title: str
    apply: Callable[[Design], Design]
    blocks: tuple[str, ...] = ()
    sets: tuple[str, str, Setting] | None = None


@dataclass(frozen=True)
class Diagnostic:
    """One problem.

    path: node ids from the outermost block down; empty for the design itself.
    label: the names along it, dotted.
    parameter: the name of the node's parameter that is at fault, empty where it is none alone.
    """

    code: str
    severity: Severity
    message: str
    expected: str = ""
    received: str = ""
    advice: str = ""  # what to do, in words
    fixes: tuple[Fix, ...] = ()
    path: tuple[str, ...] = ()
    label: str = ""
    parameter: str = ""

    @property
    def sentence(self) -> str:
        """The message with what to do, as it stands in a list."""
        return joined(self.message, self.advice)
