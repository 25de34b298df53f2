"""`blockyard help`: a page of the help, or what there is to read."""

from __future__ import annotations

import argparse

from designer.cli.output import write
from designer.session import help as pages

SUMMARY = "print the help on a layer, a diagnostic or a feature"
_ONLY_IN_WINDOW = "{{keys}}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `help`."""
    parser.add_argument(
        "topic",
        nargs="*",
        metavar="TOPIC",
        help="a layer (Conv2d), a diagnostic's code (window_too_large), a feature (memory), or words to search for",
    )


def run(options: argparse.Namespace) -> int:
    """Print the page of the topic, else the pages in which its words occur. Raises HelpError where there are none."""
    topic, book = " ".join(options.topic).strip(), pages.Help()
    if not topic:
        _list(book.contents())
        return 0
    page = book.find(topic)
    if page is not None:
        text = pages.without_pictures(pages.fill(page.text)).replace(_ONLY_IN_WINDOW, "See the help in the window.")
        write(f"# {page.title}\n\n{text}")
        if page.url:
            write(f"\n{page.url}")
        return 0
    found = book.search(topic)
    if not found:
        near = book.near(topic)
        raise pages.HelpError(
            f"There is no help on '{topic[:60]}'.",
            expected="a layer, a diagnostic's code, a feature, or words of a page",
            fix=f"Did you mean {' or '.join(near)}?" if near else "Run `blockyard help` for a list.",
        )
    _list(found)
    return 0


def _list(entries: list[pages.Entry] | tuple[pages.Entry, ...]) -> None:
    width = max(len(entry.address.split("/")[1]) for entry in entries)
    for entry in entries:
        name = entry.address.split("/")[1]
        write(f"{name:{width}}  {entry.title if entry.title != name else entry.group}")
