"""The drawing surface: cards, wires, gestures."""
