"""`blockyard presets`: the designs that ship with Blockyard."""

from __future__ import annotations

import argparse

from designer.analysis.analyser import Analyser
from designer.base import numbers
from designer.cli.designs import add_json
from designer.cli.output import write_json, write_table
from designer.document.presets import list_presets

SUMMARY = "list the designs that ship with Blockyard"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `presets`."""
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print each preset's id, title, input shape and number of parameters."""
    found = []
    for preset in list_presets():
        design = preset.read().design
        analysis = Analyser().analyse(design)
        shape = [int(length) for length in analysis.input_shapes[0]] if analysis.input_shapes else []
        found.append(
            {
                "id": preset.id,
                "title": design.root.title or preset.id,
                "input_shape": shape,
                "params": analysis.totals.params,
            }
        )
    if options.json:
        write_json(found)
        return 0
    rows = [
        (entry["id"], entry["title"], numbers.shape(entry["input_shape"]), numbers.count(entry["params"]))
        for entry in found
    ]
    write_table(("id", "title", "input", "parameters"), rows, right=(3,))
    return 0
