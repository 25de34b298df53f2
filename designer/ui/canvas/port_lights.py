"""Which ports the wires in hand could end at: those light up, the others step back; and the words for why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from designer.ui.canvas.cards import PortRef
from designer.ui.canvas.geometry import card_fonts

if TYPE_CHECKING:
    from designer.ui.canvas.view import CanvasView

_MOST_AT_ONCE = 80  # cards: within a frame
_WORDS_PX = 360.0  # as wide as words at the pointer become, before they go on in another line


@dataclass(frozen=True)
class Fit:
    """What stands against a wire between two ports. reason: why it cannot be drawn; remark: why it had better not."""

    reason: str = ""
    remark: str = ""

    @property
    def words(self) -> str:
        return self.reason or self.remark


class PortLights:
    """The ports of the cards that are seen, asked once each. is_output: of which side the wires in hand want one;
    home: the card that they hang on, which stays as it is."""

    def __init__(self, view: CanvasView, is_output: bool, home: str, ask: Callable[[PortRef], Fit]) -> None:
        self._view, self._is_output, self._home, self._ask = view, is_output, home, ask
        self._fits: dict[PortRef, Fit] = {}
        self._lit: set[str] = set()

    def fit(self, port: PortRef) -> Fit:
        """What stands against a wire to a port of the wanted side."""
        if port not in self._fits:
            self._fits[port] = self._ask(port)
        return self._fits[port]

    def show(self) -> None:
        """Light up what can be seen by now; of very many cards some, and more the next time."""
        new = [key for key in self._view.visible_cards() if key not in self._lit and key != self._home]
        for card_id in new[:_MOST_AT_ONCE]:
            self._lit.add(card_id)
            item = self._view.canvas.cards[card_id]
            ports = [ref for ref, _ in item.ports()]
            good = [ref for ref in ports if ref.is_output == self._is_output and not self.fit(ref).words]
            fitting = frozenset((ref.port, ref.is_output) for ref in good)
            others = frozenset((ref.port, ref.is_output) for ref in ports) - fitting if fitting else frozenset()
            item.show_fit(fitting, dimmed=not fitting, faded_ports=others)

    def put_out(self) -> None:
        """All as it was."""
        for card_id in self._lit:
            if card_id in self._view.canvas.cards:
                self._view.canvas.cards[card_id].show_fit(frozenset(), dimmed=False)
        self._lit.clear()


def paint_words(painter: QPainter, view: CanvasView, at: QPointF, words: str, colour: str) -> None:
    """Paint words beside a point of the scene, in viewport pixels, within what is seen."""
    theme = view.canvas.theme
    painter.setFont(card_fonts().brief)
    wraps = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap)
    area = QRectF(view.viewport().rect())
    room = QRectF(0, 0, min(_WORDS_PX, area.width() - 36), area.height())
    needed = painter.fontMetrics().boundingRect(room.toRect(), wraps, words)
    box = QRectF(0, 0, needed.width() + 22, needed.height() + 10)
    box.moveTo(QPointF(view.viewportTransform().map(at)) + QPointF(14, 18))
    box.moveLeft(max(min(box.left(), area.right() - box.width() - 8), 8))
    box.moveTop(min(box.top(), area.bottom() - box.height() - 8))
    painter.setPen(QPen(QColor(colour), 1))
    painter.setBrush(QColor(theme.panel))
    painter.drawRoundedRect(box, 6, 6)
    painter.setPen(QColor(theme.text))
    painter.drawText(box.adjusted(10, 5, -8, -5), wraps, words)
