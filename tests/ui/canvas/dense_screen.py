"""The canvas on a screen with two device pixels to each logical one, as a program: whether Qt knows of such a screen is
settled when it starts. Started by test_dense_screen.py.

Usage: QT_SCALE_FACTOR=2 python dense_screen.py PICTURE. Prints as JSON what it saw; leaves a picture of the canvas.
"""

from __future__ import annotations

import json
import sys

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from designer.ui.canvas.cards import Card, PortView, Wire
from designer.ui.canvas.panel import CanvasPanel


def main() -> None:
    """Show two cards and a wire, whole and from near, and look at the pixels."""
    app = QApplication(["canvas"])
    panel = CanvasPanel()
    panel.resize(720, 480)
    ports = (PortView("input"),), (PortView("output"),)
    cards = [
        Card("conv", "conv1", "Conv2d", "convolution", "3×3 · out 128", *ports, position=(0, 0)),
        Card("relu", "relu1", "ReLU", "activation", "", *ports, position=(260, 0), badge="warning"),
    ]
    panel.scene.set_content(cards, [Wire("w", "conv", "output", "relu", "input", "128×8×8")])
    panel.show()
    view = panel.view
    view.zoom_to(1.0)
    view.centre_on(QPointF(200, 28))
    app.processEvents()
    picture = panel.grab()
    picture.save(sys.argv[1])
    image = picture.toImage()
    corner = view.viewportTransform().map(QPointF(0, 0))
    # A picture that was made for one pixel and stretched over two has equal pairs of pixels everywhere.
    area = [(x, y) for y in range(8, 100, 2) for x in range(20, 260, 2)]
    x0, y0 = round(corner.x() * 2), round(corner.y() * 2)
    apart = sum(
        image.pixel(x0 + x, y0 + y) != image.pixel(x0 + x + 1, y0 + y)
        or image.pixel(x0 + x, y0 + y) != image.pixel(x0 + x, y0 + y + 1)
        for x, y in area
    )
    view.zoom_to(3.0)
    app.processEvents()
    panel.minimap.grab()
    seen = {
        "ratio": picture.devicePixelRatio(),
        "size": [image.width(), image.height()],
        "pairs_that_differ": apart,
        "cards": [found.pixmap.devicePixelRatio() for found in panel.scene.pictures._kept.values()],
        "wire_px": panel.scene.wires["w"].pen().widthF(),
        "minimap": panel.minimap._cards.devicePixelRatio(),
    }
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()
