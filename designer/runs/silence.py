"""What is said of an engine that does not answer."""

from __future__ import annotations

from designer.base.text import Text


def silence(seconds: float) -> Text:
    """The sentence. seconds: for how long."""
    return Text("The engine has not answered for {seconds} s.", seconds=int(seconds))
