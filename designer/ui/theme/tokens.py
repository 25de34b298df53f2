"""The palette as data: one `Theme` for dark, one for light. Everything that is painted takes its colours from here."""

from __future__ import annotations

from dataclasses import dataclass

FAMILY_COLOURS = {
    "io": "#8b95a5",
    "block": "#7c6cf2",
    "convolution": "#4f8ef7",
    "pooling": "#2fb38a",
    "normalisation": "#b36ae2",
    "activation": "#f0a33a",
    "linear": "#ec6a8b",
    "merge": "#25a9c0",
    "shape": "#7d8899",
    "custom": "#a3b545",
}


@dataclass(frozen=True)
class Theme:
    """One set of colours, as `#rrggbb`. Text on its ground keeps a contrast of 4.5:1 or more."""

    name: str  # no two have the same
    ground: str  # behind the canvas
    panel: str  # docks and bars
    raised: str  # editors, chips, quiet buttons
    line: str  # hairlines
    card: str  # a node
    text: str
    muted: str  # secondary text
    accent: str
    on_accent: str  # text on an accent ground
    good: str
    warn: str
    bad: str
    good_text: str  # the three again, dark or light enough to be read on `panel` and `raised`
    warn_text: str
    bad_text: str
    runs: tuple[str, ...]  # the curves of runs that are compared, told apart also by those who see few colours

    def __hash__(self) -> int:
        return hash(self.name)  # it is part of many a key

    def run(self, number: int) -> str:
        """The colour of a run among those compared, from 0; they come again after the last."""
        return self.runs[number % len(self.runs)]

    def family(self, name: str) -> str:
        """The stripe colour of a family of layers; unknown families are grey."""
        return FAMILY_COLOURS.get(name, FAMILY_COLOURS["io"])


DARK = Theme(
    name="dark",
    ground="#14161a",
    panel="#1b1e24",
    raised="#242830",
    line="#30353f",
    card="#262b34",
    text="#e6e9ef",
    muted="#98a1b0",
    accent="#5b9dff",
    on_accent="#0b1220",
    good="#4cc38a",
    warn="#f5b547",
    bad="#ff6b6b",
    good_text="#4cc38a",
    warn_text="#f5b547",
    bad_text="#ff7b7b",
    runs=("#5b9dff", "#f5b547", "#4cc38a", "#f07ac1", "#b79aff", "#35c7dd", "#ff8261", "#c3cf63"),
)

LIGHT = Theme(
    name="light",
    ground="#f4f6f9",
    panel="#ffffff",
    raised="#eef1f5",
    line="#d8dde5",
    card="#ffffff",
    text="#1a1f29",
    muted="#5b6575",
    accent="#2563eb",
    on_accent="#ffffff",
    good="#16875a",
    warn="#b7791f",
    bad="#d33a3a",
    good_text="#0f7049",
    warn_text="#8a5a10",
    bad_text="#c22b2b",
    runs=("#2563eb", "#b7791f", "#16875a", "#c2357f", "#7445d6", "#0e7f96", "#c8452a", "#687712"),
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT)}
