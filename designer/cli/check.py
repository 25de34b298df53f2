"""`blockyard check`: is the design sound, and if not, what is wrong and what would mend it."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from designer.analysis.analyser import Analyser
from designer.analysis.data_fit import check_data
from designer.analysis.diagnostics import Diagnostic, Severity
from designer.analysis.facts import Analysis
from designer.base import numbers
from designer.cli.data import COLUMN_FIELDS, describe
from designer.cli.designs import add_design, add_json, add_object_size, open_document
from designer.cli.output import write, write_json
from designer.engine.recipe import Recipe
from designer.session.data_facts import described_facts, known_facts

SUMMARY = "say what is wrong with a design, and how to mend it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `check`."""
    add_design(parser)
    add_object_size(parser)
    parser.add_argument("--data", metavar="NAME_OR_PATH", help="also say whether it fits a data set")
    parser.add_argument("--hints", action="store_true", help="also print what could be neater; --json always does")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print the diagnostics, errors first. Returns 1 where there is an error."""
    document = open_document(options)
    analysis = Analyser().analyse(document.design)
    found = (*_fit(options, document.recipe, analysis), *analysis.diagnostics)
    found = sorted(found, key=lambda d: d.severity.rank)
    is_ok = all(d.severity != Severity.ERROR for d in found)
    if options.json:
        diagnostics = [
            {
                "code": d.code,
                "severity": str(d.severity),
                "node": d.label,
                "message": d.message,
                "expected": d.expected,
                "received": d.received,
                "fixes": [{"title": fix.title} for fix in d.fixes],
            }
            for d in found
        ]
        write_json({"ok": is_ok, "diagnostics": diagnostics})
        return 0 if is_ok else 1
    shown = [d for d in found if options.hints or d.severity != Severity.HINT]
    for d in shown:
        write(f"{d.severity}: {d.label}: {d.message} [{d.code}]")
        if d.expected:
            received = f", got {d.received}" if d.received else ""
            write(f"  expected: {d.expected}{received}")
        titles = (fix.title for fix in d.fixes if f"{fix.title}." != d.advice)
        for line in dict.fromkeys(filter(None, (d.advice, *titles))):
            write(f"  fix: {line}")
    if hidden := len(found) - len(shown):
        write(f"{hidden} hint{'s' if hidden > 1 else ''} more; --hints prints {'them' if hidden > 1 else 'it'}")
    if is_ok:
        totals = analysis.totals
        write(f"ok: {numbers.count(totals.params)} parameters, {numbers.count(totals.macs)} MACs")
    return 0 if is_ok else 1


def _fit(options: argparse.Namespace, own: Recipe | None, analysis: Analysis) -> tuple[Diagnostic, ...]:
    """Whether the design fits the data that are named, or that a file's own recipe names if they are known by name."""
    if options.data is None:
        data = known_facts(own) if Path(options.design).is_file() else None  # a preset is no choice of data
        return check_data(analysis, data) if data else ()
    recipe = own or Recipe()
    recipe = replace(recipe, data=replace(recipe.data, source=options.data))
    columns = {name: getattr(recipe.data, name) for name in COLUMN_FIELDS}
    return check_data(analysis, known_facts(recipe) or described_facts(describe(options.data, columns), recipe))
