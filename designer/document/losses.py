"""What of a damaged document could not be read, told to a person: the first sentences, and how many things it were."""

from __future__ import annotations

MOST_SENTENCES = 200  # that are kept; of a file that is damaged all over, the rest only counts


class Losses:
    """sentences: the first that were told, each once. count: of all things that were lost or guessed."""

    def __init__(self) -> None:
        self._sentences: dict[str, None] = {}
        self.count = 0

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is told one by one."""
        return tuple(self._sentences)

    def lose(self, sentence: str) -> None:
        """Tell of one thing."""
        self.count += 1
        if len(self._sentences) < MOST_SENTENCES:
            self._sentences[sentence] = None
