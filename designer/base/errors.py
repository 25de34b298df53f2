"""The one exception that carries a sentence for a person.

Every room raises `BlockyardError` (or a subclass) for bad input; the command line prints it to stderr and the window
shows it. Anything else that escapes is a bug. Nothing here knows how an error is shown.
"""

from __future__ import annotations

from designer.base.text import Text, joined


class BlockyardError(Exception):
    """Bad input, told as what happened, what was expected and how to fix it.

    message: what happened and where, one sentence. expected: what would have been right. fix: what the person can do.
    """

    exit_status = 2  # of the command line: 2 bad usage or an unreadable file, 1 the design or the training failed

    def __init__(self, message: str, *, expected: str = "", fix: str = "") -> None:
        super().__init__(message)
        self.message = Text(message)
        self.expected = Text(expected)
        self.fix = Text(fix)

    def __str__(self) -> str:
        return joined(self.message, advice(self.expected, self.fix))


def advice(expected: str, fix: str) -> Text:
    """What would have been right and what to do, as sentences; either may be empty."""
    return joined(Text("Expected {expected}.", expected=Text(expected)) if expected else "", fix)


class DesignError(BlockyardError):
    """The document was read, but the design in it cannot do what was asked."""

    exit_status = 1


class TrainingError(BlockyardError):
    """A training could not start or did not finish."""

    exit_status = 1
