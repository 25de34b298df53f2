"""The arguments that most subcommands share: a DESIGN, its variables, and --json."""

from __future__ import annotations

import argparse
import ast
from collections.abc import Sequence

from designer.analysis.analyser import Analyser
from designer.analysis.facts import Analysis
from designer.base.errors import BlockyardError, DesignError
from designer.catalogue.layers.boundary import OBJECT_SIZE
from designer.cli.numbers import whole_number
from designer.document.document import Document
from designer.document.presets import open_design
from designer.editing import parameters
from designer.graph.expressions import Expression, ExpressionError, Value, from_text


class UsageError(BlockyardError):
    """Arguments that cannot be followed."""


def add_design(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    """Give a subcommand a DESIGN and --set. optional: whether it can do without."""
    parser.add_argument(
        "design",
        nargs="?" if optional else None,
        metavar="DESIGN",
        help="a file, or the id of a preset (see `blockyard presets`)",
    )
    parser.add_argument(
        "--set",
        dest="variables",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="give a variable of the design another value; may be repeated",
    )


def add_json(parser: argparse.ArgumentParser, what: str = "print JSON") -> None:
    """Give a subcommand --json."""
    parser.add_argument("--json", action="store_true", help=what)


def add_object_size(parser: argparse.ArgumentParser) -> None:
    """Give a subcommand --object-size, which `open_document` follows."""
    parser.add_argument(
        "--object-size",
        type=whole_number(1, 1 << 20),
        metavar="N",
        help="length in pixels of the objects that the network has to see, held against its receptive field",
    )


def open_document(options: argparse.Namespace) -> Document:
    """The document that the arguments name, with its variables set. Raises DocumentError, UsageError."""
    document = open_design(options.design)
    design = document.design
    if values := read_variables(options.variables, document):
        design = design.with_variables(values)
    if size := getattr(options, "object_size", None):
        for entry in design.root.inputs:
            design = parameters.set_param(design, design.main, entry.id, OBJECT_SIZE, size)
    return document if design is document.design else Document(design, document.recipe)


def read_variables(assignments: Sequence[str], document: Document) -> dict[str, Value]:
    """The variables' values from texts like `ratio=4`. Raises UsageError."""
    known = document.design.root.defaults
    values: dict[str, Value] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        name = name.strip()
        if not equals or not name:
            raise UsageError(f"--set got '{assignment}'.", expected="name=value, such as --set ratio=4")
        if name not in known:
            raise UsageError(
                f"The design '{document.design.main}' has no variable '{name}'.",
                expected=f"one of these: {', '.join(known)}" if known else "no --set, for it has no variables",
            )
        values[name] = _value(name, text, known[name])
    return values


def _value(name: str, text: str, default: Value) -> Value:
    if text.strip().lower() in ("true", "false"):
        return text.strip().lower() == "true"
    try:
        value = from_text(text)
        if isinstance(value, Expression):  # such as 2**4 or 10 // 3, worked out by the same rules as in a design
            raise ExpressionError(f"'{text}' is no value.")
    except ExpressionError as error:
        if isinstance(default, str):
            return text
        raise UsageError(
            f"--set {name} got '{text}'.", expected=f"a value such as {ast.unparse(ast.Constant(default))}"
        ) from error
    return value


def analyse(document: Document, batch: int = 1) -> Analysis:
    """The facts of a design that has no errors. Raises DesignError with the first of them."""
    analysis = Analyser().analyse(document.design, batch)
    if not analysis.ok:
        first = analysis.diagnostics[0]
        count = sum(d.severity == first.severity for d in analysis.diagnostics)
        more = f" (and {count - 1} more; `blockyard check` lists them)" if count > 1 else ""
        raise DesignError(f"The design has an error: {first.message}{more}", expected=first.expected, fix=first.advice)
    return analysis
