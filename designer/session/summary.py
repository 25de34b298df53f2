"""torchinfo's table of the real module, asked of the engine."""

from __future__ import annotations

from collections.abc import Sequence

from designer.base.text import Text
from designer.engine.protocol import Summary
from designer.session.question import Question


class SummaryProcess(Question[Summary]):
    """One table under way. `poll` it until it answers."""

    def __init__(self, source: str, input_shape: Sequence[int]) -> None:
        """source: the generated module. input_shape: (N, C, H, W), the batch first."""
        sizes = [str(int(length)) for length in input_shape]
        super().__init__(source, "summary", ["--input-size", *sizes], Summary, Text("The table"))
