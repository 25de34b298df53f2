"""What can be plotted of a run: its figures by the protocol's names, how they are said, and the units of their axes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from designer.base import numbers

_CONTEXT = "Figures"


@dataclass(frozen=True)
class Figure:
    """One of them. say: a value in words, with its unit. scale, unit: from a value to what stands at the axis.

    is_noisy: it differs from batch to batch, so that its trend is drawn. of_sets: it is also told of whole sets after
    each epoch, as `train_` and so on.
    """

    key: str
    words: str
    say: Callable[[float], str]
    scale: float = 1.0
    unit: str = ""
    is_noisy: bool = True
    of_sets: bool = False

    @property
    def title(self) -> str:
        """What it is called."""
        return QCoreApplication.translate(_CONTEXT, self.words)


def _loss(value: float) -> str:
    """To three decimals, and one that explodes by its power of ten: `0.693`, `5.8e+13`."""
    return f"{value:.3f}" if abs(value) < 1e5 else f"{value:.2g}"


FIGURES = {
    figure.key: figure
    for figure in (
        Figure("loss", QT_TRANSLATE_NOOP("Figures", "Loss"), _loss, of_sets=True),
        Figure(
            "accuracy",
            QT_TRANSLATE_NOOP("Figures", "Accuracy"),
            lambda value: f"{100 * value:.1f} %",
            100.0,
            "%",
            of_sets=True,
        ),
        Figure("learning_rate", QT_TRANSLATE_NOOP("Figures", "Learning rate"), "{:.4g}".format, is_noisy=False),
        Figure("examples_per_second", QT_TRANSLATE_NOOP("Figures", "Examples per second"), "{:,.0f}".format),
        Figure(
            "memory_bytes",
            QT_TRANSLATE_NOOP("Figures", "Memory"),
            numbers.size_bytes,
            1 / (1 << 30),
            "GiB",
            is_noisy=False,
        ),
        Figure("gradient_norm", QT_TRANSLATE_NOOP("Figures", "Gradient norm"), "{:.3g}".format),
    )
}
AT_FIRST = ("loss", "accuracy")
