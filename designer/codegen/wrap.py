"""Line breaks: statements laid out as the field's formatters do it, at 88 columns."""

from __future__ import annotations

import ast
import textwrap

WIDTH = 88
STEP = "    "


def statement(text: str, indent: str) -> list[str]:
    """`text`, one statement on one line, as one or more lines.

    A call that is too long puts its arguments on a line of their own, then one a line with a comma behind each.
    """
    if len(indent) + len(text) <= WIDTH:
        return [indent + text]
    node = ast.parse(text).body[0]
    value = getattr(node, "value", None)
    if value is None:
        return [indent + text]
    start = value.col_offset
    if isinstance(value, ast.Call | ast.Tuple):
        return _broken(text[:start], text[start:], indent, "")
    inner = _expression(text[start:], indent + STEP, "")
    return [indent + text[:start] + "(", *inner, indent + ")"]


def _expression(text: str, indent: str, suffix: str) -> list[str]:
    if len(indent) + len(text) + len(suffix) <= WIDTH:
        return [indent + text + suffix]
    keyword, value = "", text
    if (name := text.split("=", 1)[0]).isidentifier() and "=" in text:
        keyword, value = f"{name}=", text[len(name) + 1 :]
    return _broken(keyword, value, indent, suffix)


def _broken(prefix: str, text: str, indent: str, suffix: str) -> list[str]:
    tree = ast.parse(text, mode="eval").body
    if isinstance(tree, ast.Call):
        items = [*tree.args, *tree.keywords]
        opening = _after(text, tree.func)
    elif isinstance(tree, ast.Tuple):
        items, opening = list(tree.elts), 0
    else:
        return [indent + prefix + text + suffix]
    parts = [ast.get_source_segment(text, item) or "" for item in items]
    head, tail = indent + prefix + text[: opening + 1], indent + ")" + suffix
    joined = ", ".join(parts)
    if isinstance(tree, ast.Call) and len(indent) + len(STEP) + len(joined) <= WIDTH:
        return [head, indent + STEP + joined, tail]
    single = len(parts) == 1 and isinstance(items[0], ast.GeneratorExp | ast.Starred)
    lines = [line for part in parts for line in _expression(part, indent + STEP, "" if single else ",")]
    return [head, *lines, tail]


def _after(text: str, func: ast.expr) -> int:
    return text.index("(", func.end_col_offset or 0)


def docstring(paragraphs: list[str], indent: str) -> list[str]:
    """Paragraphs as a docstring; a paragraph with line breaks of its own keeps them."""
    width = WIDTH - len(indent)
    blocks: list[list[str]] = []
    for paragraph in paragraphs:
        clean = paragraph.replace("\\", "\\\\").replace('"""', "'''")
        lines: list[str] = []
        for line in clean.splitlines():
            hanging = line[: len(line) - len(line.lstrip())] + (STEP if line.startswith(STEP) else "")
            lines += textwrap.wrap(line, width, subsequent_indent=hanging, drop_whitespace=True) or [""]
        if lines:
            blocks.append(lines)
    if not blocks:
        return []
    text = [line for block in blocks for line in (*block, "")][:-1]
    if text[-1].endswith('"'):
        text[-1] += " "
    if len(text) == 1 and len(indent) + len(text[0]) + 6 <= WIDTH:
        return [f'{indent}"""{text[0]}"""']
    return [f'{indent}"""{text[0]}', *(f"{indent}{line}".rstrip() for line in text[1:]), f'{indent}"""']
