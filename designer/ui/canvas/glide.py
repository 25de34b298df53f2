"""Cards gliding to new places, where motion explains what happened: an automatic layout.

They go there at once where the desktop wants no motion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEasingCurve, QObject, QPointF, QVariantAnimation

from designer.ui.canvas.scene import CanvasScene
from designer.ui.theme.motion import moves

DURATION_MS = 160


class Glide(QObject):
    """Moves cards of one scene. A new glide starts from where the last one got to."""

    def __init__(self, scene: CanvasScene, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scene = scene
        self._ways: dict[str, tuple[QPointF, QPointF]] = {}
        self._then: Callable[[], object] = lambda: None
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.valueChanged.connect(self._step)
        self._animation.finished.connect(self._arrive)

    def to(self, places: Mapping[str, tuple[float, float]], then: Callable[[], object] = lambda: None) -> None:
        """Move cards to new places, and call `then` when they are there. Cards that are gone are left out."""
        self._animation.stop()
        self._then = then
        cards = self._scene.cards
        self._ways = {key: (cards[key].pos(), QPointF(*place)) for key, place in places.items() if key in cards}
        self._scene.held = frozenset(self._ways)
        if not moves() or not self._ways:
            self._step(1.0)
            self._arrive()
        else:
            self._animation.setDuration(DURATION_MS)
            self._animation.start()

    def finish(self) -> None:
        """Put what is on its way where it is going, at once."""
        if self._animation.state() == QVariantAnimation.State.Running:
            self._animation.stop()
            self._step(1.0)
            self._arrive()

    def _step(self, share: float) -> None:
        cards = self._scene.cards
        self._scene.move_cards(
            {key: start + (end - start) * share for key, (start, end) in self._ways.items() if key in cards}
        )

    def _arrive(self) -> None:
        self._scene.held = frozenset()
        self._then()
