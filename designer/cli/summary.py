"""`blockyard summary`: the layers of a design with their output shapes and costs, worked out without torch."""

from __future__ import annotations

import argparse
from itertools import islice

from designer.analysis.facts import Row
from designer.base import numbers
from designer.cli.designs import UsageError, add_design, add_json, analyse, open_document
from designer.cli.numbers import whole_number
from designer.cli.output import write, write_json, write_table

SUMMARY = "print each layer's output shape, parameters, MACs and memory"
_MOST_ROWS = 20_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `summary`."""
    add_design(parser)
    parser.add_argument(
        "--batch", type=whole_number(1, 1 << 24), default=1, metavar="N", help="examples in a batch (1)"
    )
    parser.add_argument(
        "--depth", type=whole_number(1, 64), default=1, metavar="N", help="levels of blocks to open (1)"
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print the design's own nodes in topological order, then totals."""
    analysis = analyse(open_document(options), options.batch)
    rows = list(islice(analysis.rows(options.depth), _MOST_ROWS + 1))
    if len(rows) > _MOST_ROWS:
        raise UsageError(
            f"At depth {options.depth} the summary has more than {_MOST_ROWS:,} rows.",
            expected="a depth at which a person can read it",
            fix="Give a smaller --depth.",
        )
    totals = analysis.totals
    if options.json:
        shapes = analysis.input_shapes
        write_json(
            {
                "input_shape": [int(length) for length in shapes[0]] if shapes else [],
                "nodes": [_entry(row) for row in rows],
                "totals": {
                    "params": totals.params,
                    "macs": totals.macs,
                    "activation_bytes": totals.activation_bytes,
                },
            }
        )
        return 0
    write_table(
        ("layer", "kind", "output", "parameters", "MACs", "activations", "field"),
        [_cells(row) for row in rows],
        right=(3, 4, 5, 6),
    )
    write("")
    write(
        f"{totals.params:,} parameters, {numbers.count(totals.macs)} MACs, "
        f"{numbers.size_bytes(totals.activation_bytes)} of activations at batch {options.batch}"
    )
    return 0


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


def _cells(row: Row) -> tuple[str, ...]:
    facts = row.facts
    return (
        row.path,
        facts.node.kind,
        numbers.shape(facts.output.shape) if facts.output else "?",
        f"{facts.totals.params:,}",
        numbers.count(facts.totals.macs),
        numbers.size_bytes(facts.totals.activation_bytes),
        numbers.shape(row.receptive_field) if row.receptive_field else "",
    )
