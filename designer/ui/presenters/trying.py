"""What a run makes of an image, from the engine's answer to what the page for trying images shows."""

from __future__ import annotations

from designer.base.errors import advice
from designer.base.text import joined
from designer.engine.protocol_data import Refused, Tried
from designer.ui.docks.trying_views import GuessView, TriedView
from designer.ui.language import translated
from designer.ui.presenters.data import picture_of


def tried_view(name: str, tried: Tried) -> TriedView:
    """name: of the image, as a person knows it."""
    guesses = tuple(
        GuessView(guess.name, min(max(guess.value, 0.0), 1.0), _value(tried, guess.value)) for guess in tried.guesses
    )
    _channels, height, width = tried.shape
    return TriedView(
        name,
        picture_of(tried.picture),
        f"{width} × {height}",
        guesses,
        tip="\n".join(filter(None, (tried.path, translated(tried.warning)))),
    )


def refused_view(name: str, refused: Refused) -> TriedView:
    """An image that cannot be tried."""
    whole = joined(refused.message, advice(refused.expected, refused.fix))
    return TriedView(name, problem=translated(joined(refused.message, refused.fix)), tip=translated(whole))


def has_no_names(tried: Tried) -> bool:
    """Whether the run's data told its classes by number alone."""
    return all(guess.name == str(guess.label) for guess in tried.guesses)


def _value(tried: Tried, value: float) -> str:
    return f"{value:.3f}" if tried.scale == "raw" else f"{100 * value:.1f} %"
