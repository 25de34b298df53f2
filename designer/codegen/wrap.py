"""Line breaks of what is no statement: docstrings, and the heads of functions."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from designer.codegen.layout import STEP, WIDTH

_QUOTES = '"""'


def header(name: str, arguments: Sequence[str], returned: str, indent: str) -> list[str]:
    """A `def` line; its arguments on a line of their own where it is too long, then one a line."""
    joined = ", ".join(arguments)
    head, tail = f"{indent}def {name}(", f") -> {returned}:"
    if len(head) + len(joined) + len(tail) <= WIDTH:
        return [head + joined + tail]
    inner = indent + STEP
    if len(inner) + len(joined) <= WIDTH:
        return [head, inner + joined, indent + tail]
    return [head, *(f"{inner}{argument}," for argument in arguments), indent + tail]


def plain(text: str) -> str:
    """A person's text as it may stand in a docstring: no quotes, escapes or control characters that would end it."""
    lines = (re.sub(r"\s+", " ", line) for line in text.splitlines())
    shown = ("".join(c for c in line if c.isprintable()).strip() for line in lines)
    return "\n".join(shown).replace("\\", "\\\\").replace(_QUOTES, "'''").strip("\n")


def sentence(text: str) -> str:
    """A title as a sentence: on one line, with a full stop where it has no other end."""
    text = " ".join(plain(text).split())
    return text if text.endswith((".", "!", "?")) else f"{text}."


def docstring(paragraphs: Sequence[Sequence[str]], indent: str) -> list[str]:
    """Paragraphs as a docstring, each a list of lines that may be wrapped; an indented line wraps further in."""
    lines: list[str] = []
    for paragraph in paragraphs:
        if lines:
            lines.append("")
        for line in paragraph:
            first = len(_QUOTES) if not lines else 0
            lines += _wrapped(line, WIDTH - len(indent), first)
    if lines[0].startswith('"'):
        lines[0] = f" {lines[0]}"
    if len(lines) == 1 and len(indent) + len(lines[0]) + 2 * len(_QUOTES) <= WIDTH:
        gap = " " if lines[0].endswith('"') else ""
        return [f"{indent}{_QUOTES}{lines[0]}{gap}{_QUOTES}"]
    shown = (f"{indent}{line}".rstrip() for line in lines[1:])
    return [f"{indent}{_QUOTES}{lines[0]}", *shown, f"{indent}{_QUOTES}"]


def _wrapped(line: str, width: int, used: int) -> list[str]:
    start = " " * (len(line) - len(line.lstrip()))
    text = textwrap.wrap(
        line.strip(),
        width,
        initial_indent=" " * used + start,
        subsequent_indent=start * 2,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [text[0][used:], *text[1:]] if text else [""]
