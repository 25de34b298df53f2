"""One card in the scene: a single item that blits its picture, with less detail the further one zooms out.

The item is a plain rectangle to Qt (bounds and index stay in C++); only painting comes to Python. Seen from afar it is
not painted here but with all others in `afar`.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from designer.ui.canvas.afar import Afar, FlatLook, flat_look
from designer.ui.canvas.card_paint import HOVERED, PLAIN, SELECTED, card_picture
from designer.ui.canvas.cards import Card, PortRef
from designer.ui.canvas.geometry import MARGIN, PORT_RADIUS, look_layout
from designer.ui.canvas.pixmaps import Picture, PictureStore, Stamp
from designer.ui.theme.tokens import Theme

TITLE_ONLY_BELOW = 0.6
Z_CARD, Z_RAISED = 10.0, 11.0


class CardItem(QGraphicsRectItem):
    """A card on the canvas. State is set by the scene; the item only paints it."""

    def __init__(self, card: Card, theme: Theme, pictures: PictureStore, afar: Afar) -> None:
        super().__init__()
        self.setPen(Qt.PenStyle.NoPen)
        self.setZValue(Z_CARD)
        self.theme = theme
        self._stamp = Stamp(pictures)
        self._afar = afar
        self.is_selected = False
        self.is_hovered = False
        self.is_dimmed = False
        self.lit_ports: frozenset[tuple[str, bool]] = frozenset()  # (name, is output) of ports to light up
        self.faded_ports: frozenset[tuple[str, bool]] = frozenset()  # and of those that step back
        self.show_card(card)

    def show_card(self, card: Card) -> None:
        """Take another card's content and place."""
        self.card = card
        self.look = card.look
        self.layout = look_layout(self.look)
        body = self.layout.body
        self.setRect(body.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN))
        self.setPos(*card.position)
        self.update()

    def show_theme(self, theme: Theme) -> None:
        """Wear another palette, wherever it stands: it may be in somebody's hand."""
        self.theme, place = theme, self.pos()
        self.show_card(self.card)
        self.setPos(place)

    def mark(self, *, selected: bool | None = None, hovered: bool | None = None) -> None:
        """Change how the card is marked, and repaint it only if that changed."""
        before = (self.is_selected, self.is_hovered)
        if selected is not None:
            self.is_selected = selected
            self.setZValue(Z_RAISED if selected else Z_CARD)
        if hovered is not None:
            self.is_hovered = hovered
        if before != (self.is_selected, self.is_hovered):
            self.update()
            self._afar.show_card(self)

    def show_fit(
        self,
        lit_ports: frozenset[tuple[str, bool]],
        dimmed: bool,
        faded_ports: frozenset[tuple[str, bool]] = frozenset(),
    ) -> None:
        """While a wire is being drawn: light up ports that it fits, and step back with the others or as a whole."""
        if (lit_ports, dimmed, faded_ports) != (self.lit_ports, self.is_dimmed, self.faded_ports):
            self.lit_ports, self.is_dimmed, self.faded_ports = lit_ports, dimmed, faded_ports
            self.update()
            self._afar.show_card(self)

    def flat_look(self) -> FlatLook:
        """How the card looks from afar."""
        card = self.card
        family = "block" if card.is_block else card.family
        faint = card.muted or card.absent
        return flat_look(
            self.theme, family, card.heat, card.badge, faint=faint, selected=self.is_selected, dimmed=self.is_dimmed
        )

    def body_in_scene(self) -> QRectF:
        """The card's body in scene units."""
        return self.layout.body.translated(self.pos())

    def ports(self) -> list[tuple[PortRef, QPointF]]:
        """Every port with its place relative to the body's corner."""
        card, layout = self.card, self.layout
        found = [
            (PortRef(card.id, port.name, False), place) for port, place in zip(card.inputs, layout.inputs, strict=True)
        ]
        found += [
            (PortRef(card.id, port.name, True), place) for port, place in zip(card.outputs, layout.outputs, strict=True)
        ]
        return found

    def port_in_scene(self, name: str, is_output: bool) -> QPointF:
        """Where a port stands; an unknown name stands in the middle of its side."""
        return self.pos() + self.port_place(name, is_output)

    def port_place(self, name: str, is_output: bool) -> QPointF:
        """Likewise, relative to the body's corner."""
        ports = self.card.outputs if is_output else self.card.inputs
        places = self.layout.outputs if is_output else self.layout.inputs
        for port, place in zip(ports, places, strict=True):
            if port.name == name:
                return place
        width, height = self.layout.width, self.layout.height
        if self.card.is_downward:
            return QPointF(width / 2, height if is_output else 0.0)
        return QPointF(width if is_output else 0.0, height / 2)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setOpacity(0.35 if self.is_dimmed else 1.0)
        self._paint_picture(painter)
        if self.lit_ports:
            self._paint_lit_ports(painter)
        painter.setOpacity(1.0)

    def _paint_picture(self, painter: QPainter) -> None:
        state = SELECTED if self.is_selected else HOVERED if self.is_hovered else PLAIN
        title_only = painter.worldTransform().m11() < TITLE_ONLY_BELOW

        def make(zoom: float, ratio: float) -> Picture:
            return card_picture(self.card, self.layout, self.theme, zoom, ratio, state, title_only=title_only)

        self._stamp.put(painter, (self.look, self.theme.name, state, title_only), make)

    def _paint_lit_ports(self, painter: QPainter) -> None:
        accent, ground = QColor(self.theme.accent), QColor(self.theme.ground)
        ground.setAlpha(190)
        for ref, place in self.ports():
            if (ref.port, ref.is_output) in self.faded_ports:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(ground)
                painter.drawEllipse(place, PORT_RADIUS + 1, PORT_RADIUS + 1)
            if (ref.port, ref.is_output) in self.lit_ports:
                halo = QColor(accent)
                halo.setAlpha(60)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(halo)
                painter.drawEllipse(place, PORT_RADIUS + 4, PORT_RADIUS + 4)
                painter.setPen(QPen(accent, 1.6))
                painter.setBrush(QColor(self.theme.ground))
                painter.drawEllipse(place, PORT_RADIUS + 0.5, PORT_RADIUS + 0.5)
