"""`blockyard summary`: the layers of a design with their output shapes and costs, worked out without torch."""

from __future__ import annotations

import argparse
from fractions import Fraction
from itertools import islice
from typing import Any

from designer.analysis import field as fields
from designer.analysis.facts import Analysis, Row
from designer.analysis.memory import Optimizer, Precision
from designer.base import numbers
from designer.base.errors import BlockyardError
from designer.cli.designs import UsageError, add_design, add_json, add_object_size, analyse, open_document
from designer.cli.numbers import whole_number
from designer.cli.output import write, write_json, write_table
from designer.engine.recipe import Recipe
from designer.session.freezing import is_trained
from designer.session.memory import MOST_EXAMPLES, MemoryPlan, memory_plan, read_size

SUMMARY = "print each layer's output shape, parameters, MACs and memory"
_MOST_ROWS = 20_000
_OPTIMIZERS = {kind.value.lower(): kind for kind in Optimizer} | {"adamw": Optimizer.ADAM}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `summary`."""
    add_design(parser)
    parser.add_argument(
        "--batch", type=whole_number(1, 1 << 24), default=1, metavar="N", help="examples in a batch (1)"
    )
    parser.add_argument(
        "--depth", type=whole_number(1, 64), default=1, metavar="N", help="levels of blocks to open (1)"
    )
    parser.add_argument(
        "--fields",
        action="store_true",
        help="with --json: each layer's receptive field with its stride and padding, and whether it is trained",
    )
    add_object_size(parser)
    training = parser.add_argument_group("memory of a training (each by default the recipe's; all add it to --json)")
    training.add_argument("--precision", choices=[*Precision], help="number type of the activations")
    training.add_argument("--optimizer", type=str.lower, choices=[*_OPTIMIZERS], help="what it remembers of a weight")
    training.add_argument("--memory", type=_size, metavar="SIZE", help="memory to fit the largest batch in, as 8GiB")
    add_json(parser)


def _size(text: str) -> int:
    try:
        return read_size(text)
    except BlockyardError as error:
        raise argparse.ArgumentTypeError(f"{error.message.rstrip('.')} Use {error.expected}") from error


def run(options: argparse.Namespace) -> int:
    """Print the design's own nodes in topological order, then totals."""
    document = open_document(options)
    recipe = document.recipe or Recipe()
    analysis = analyse(document, options.batch)
    rows = list(islice(analysis.rows(options.depth), _MOST_ROWS + 1))
    if len(rows) > _MOST_ROWS:
        raise UsageError(
            f"At depth {options.depth} the summary has more than {_MOST_ROWS:,} rows.",
            expected="a depth at which a person can read it",
            fix="Give a smaller --depth.",
        )
    precision = Precision(options.precision or recipe.precision)
    optimizer = _OPTIMIZERS[options.optimizer] if options.optimizer else None
    plan = memory_plan(analysis, recipe, options.memory, batch=options.batch, optimizer=optimizer, precision=precision)
    if options.json:
        is_asked = any((options.precision, options.optimizer, options.memory))
        _write_json(analysis, rows, recipe, options.fields, plan if is_asked else None)
        return 0
    write_table(
        ("layer", "kind", "output", "parameters", "MACs", "activations", "field", "stride", "padding"),
        [_cells(row, is_trained(recipe, row.path)) for row in rows],
        right=(3, 4, 5, 6, 7, 8),
    )
    totals = analysis.totals
    write("")
    write(
        f"{totals.params:,} parameters, {numbers.count(totals.macs)} MACs, "
        f"{numbers.size_bytes(totals.activation_bytes)} of activations at batch {options.batch}"
    )
    write(_training_line(plan, precision))
    if plan.limit_bytes is not None:
        write(f"largest batch in {numbers.size_bytes(plan.limit_bytes)}: {_largest_batch(plan)}")
    for d in analysis.problems:
        if d.code.startswith("field_"):
            write(f"{d.severity}: {d.message}")
    return 0


def _largest_batch(plan: MemoryPlan) -> str:
    if plan.fits_any_batch:
        return f"more than {MOST_EXAMPLES:,}, so memory does not limit it"
    return f"{plan.largest_batch:,}" if plan.largest_batch else "none, not even one example fits"


def _training_line(plan: MemoryPlan, precision: Precision) -> str:
    used = plan.used
    listed = ", ".join(f"{name} {numbers.size_bytes(size)}" for name, size in used.parts.items())
    total = numbers.size_bytes(used.total_bytes)
    return f"training memory {total} at batch {plan.batch:,} in {precision}: {listed}"


def _write_json(
    analysis: Analysis, rows: list[Row], recipe: Recipe, with_fields: bool, plan: MemoryPlan | None
) -> None:
    shapes, totals = analysis.input_shapes, analysis.totals
    told: dict[str, Any] = {
        "input_shape": [int(length) for length in shapes[0]] if shapes else [],
        "nodes": [_entry(row) | (_field_entry(row, recipe) if with_fields else {}) for row in rows],
        "totals": {
            "params": totals.params,
            "macs": totals.macs,
            "activation_bytes": totals.activation_bytes,
        },
    }
    if plan:
        told["training_memory"] = {
            "batch": plan.batch,
            **plan.used._asdict(),
            "total_bytes": plan.used.total_bytes,
            "memory_bytes": plan.limit_bytes,
            "largest_batch": plan.largest_batch,
        }
    write_json(told)


def _entry(row: Row) -> dict[str, object]:
    facts, field = row.facts, row.receptive_field
    return {
        "path": row.path,
        "kind": facts.node.kind,
        "output_shape": [int(length) for length in facts.output.shape] if facts.output else None,
        "params": facts.totals.params,
        "macs": facts.totals.macs,
        "activation_bytes": facts.totals.activation_bytes,
        "receptive_field": [int(length) for length in field] if field else None,
    }


def _field_entry(row: Row, recipe: Recipe) -> dict[str, object]:
    strides = [None if axis.stride is None else _plain(axis.stride) for axis in row.field]
    is_known = row.receptive_field is not None and fields.moves(row.field)
    return {
        "trainable": is_trained(recipe, row.path),
        "field_stride": strides if is_known else None,
        "field_padding": [axis.padding for axis in row.field] if is_known else None,
    }


def _plain(number: Fraction) -> float:
    """As JSON has it."""
    return int(number) if number.denominator == 1 else float(number)


def _cells(row: Row, trained: bool) -> tuple[str, ...]:
    facts = row.facts
    stride, padding = ("", "")
    if row.receptive_field is not None and fields.moves(row.field):
        stride = numbers.figures([axis.stride for axis in row.field])
        padding = numbers.figures([axis.padding for axis in row.field])
    return (
        row.path,
        facts.node.kind,
        numbers.shape(facts.output.shape) if facts.output else "?",
        f"{facts.totals.params:,}{'' if trained or not facts.totals.params else ' frozen'}",
        numbers.count(facts.totals.macs),
        numbers.size_bytes(facts.totals.activation_bytes),
        numbers.shape(row.receptive_field) if row.receptive_field else "",
        stride,
        padding,
    )
