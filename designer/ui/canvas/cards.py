"""What the canvas shows, as plain data: cards, their ports and the wires between them.

No Qt and no model lives here. A presenter maps a block's graph, facts and diagnostics to these values and hands them
to `CanvasScene`; the canvas never looks behind them. All are hashable and compare by value, so that the scene can
leave alone whatever did not change.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PortView:
    """One port of a card. The label is painted only where a card has several labelled ports on one side."""

    name: str
    label: str = ""
    fits_hint: str = ""  # what the port takes or gives, for its tooltip


@dataclass(frozen=True, slots=True)
class Card:
    """One node. `position` is the upper left corner of its body, in scene units (pixels at zoom 1)."""

    id: str
    title: str
    kind: str = ""
    family: str = "io"
    brief: str = ""  # the parameters that matter, in one line: "3×3 · out 128 · stride 2"
    inputs: tuple[PortView, ...] = ()
    outputs: tuple[PortView, ...] = ()
    position: tuple[float, float] = (0.0, 0.0)
    is_block: bool = False  # it can be opened
    repeat: str = ""  # "× 2", "× num_convs"
    condition: str = ""  # "when stride != 1"
    badge: str = ""  # "", "error" or "warning"
    badge_text: str = ""  # tooltip of the badge
    muted: bool = False
    absent: bool = False  # its condition is false now
    is_downward: bool = False  # inputs above and outputs below, not left and right
    is_frozen: bool = False  # training leaves it as it is
    heat: float | None = None  # 0 to 1: how much of what the overlay measures; its figure stands as the kind

    @property
    def look(self) -> CardLook:
        """Everything that decides how the card is painted: equal looks share one size and one picture."""
        return (
            self.title,
            self.kind,
            "block" if self.is_block else self.family,
            self.brief,
            tuple([port.label for port in self.inputs]),
            tuple([port.label for port in self.outputs]),
            self.is_block,
            self.repeat,
            self.condition,
            self.badge,
            self.muted or self.absent,
            self.heat,
            self.is_frozen,
            self.is_downward,
        )


_Labels = tuple[str, ...]
CardLook = tuple[str, str, str, str, _Labels, _Labels, bool, str, str, str, bool, float | None, bool, bool]


@dataclass(frozen=True, slots=True)
class Wire:
    """One edge from an output port to an input port, with the shape that flows through it."""

    id: str
    source_card: str
    source_port: str
    target_card: str
    target_port: str
    label: str = ""  # "64×54×54"
    faulty: bool = False
    bends: tuple[tuple[float, float], ...] = ()  # points to pass through, in scene units, in order
    points: tuple[tuple[float, float], ...] = ()  # likewise, where a person leads the wire: these go before


@dataclass(frozen=True, slots=True)
class NoteView:
    """Markdown on the ground, or a frame with a title. `colour` is one of the names of `graph.note.COLOURS`."""

    id: str
    text: str = ""
    colour: str = "grey"
    is_frame: bool = False
    position: tuple[float, float] = (0.0, 0.0)
    size: tuple[float, float] = (240.0, 120.0)


@dataclass(frozen=True, slots=True)
class PortRef:
    """The address of a port on the canvas."""

    card: str
    port: str
    is_output: bool
