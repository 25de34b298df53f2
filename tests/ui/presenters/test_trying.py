"""The figures of an image that was tried, by what they are; classes without names; what cannot be tried."""

from __future__ import annotations

from designer.engine.protocol_data import Guess, Picture, Refused, Tried
from designer.ui.docks.trying_views import GuessView
from designer.ui.presenters.trying import has_no_names, refused_view, tried_view


def tried(scale: str, *guesses: Guess) -> Tried:
    return Tried(1, "/a.png", 3, scale, guesses, (1, 2, 4), Picture(1, 1, "AAAA"))


def test_shares_and_chances_are_percent_and_other_values_are_as_they_are():
    view = tried_view("a.png", tried("sigmoid", Guess(1, "cat", 0.987), Guess(0, "dog", 0.5)))
    assert view.guesses == (GuessView("cat", 0.987, "98.7 %"), GuessView("dog", 0.5, "50.0 %"))
    assert (view.size, view.tip, view.picture.pixels) == ("4 × 2", "/a.png", b"\0\0\0")
    view = tried_view("a.png", tried("raw", Guess(0, "cat", 1.25), Guess(1, "dog", -0.5)))
    assert view.guesses == (GuessView("cat", 1.0, "1.250"), GuessView("dog", 0.0, "-0.500"))


def test_classes_that_are_only_numbers_are_known():
    assert has_no_names(tried("softmax", Guess(7, "7", 0.9)))
    assert not has_no_names(tried("softmax", Guess(7, "7", 0.9), Guess(1, "one", 0.1)))


def test_a_refusal_says_all_that_is_known():
    view = refused_view("a.png", Refused(1, "It is cut short.", "a whole file", "Choose another."))
    assert view.problem == "It is cut short. Choose another."
    assert view.tip == "It is cut short. Expected a whole file. Choose another."
