"""`blockyard check`: is the design sound, and if not, what is wrong and what would mend it."""

from __future__ import annotations

import argparse

from designer.analysis.analyser import Analyser
from designer.base import numbers
from designer.cli.designs import add_design, add_json, add_object_size, open_document
from designer.cli.output import write, write_json

SUMMARY = "say what is wrong with a design, and how to mend it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `check`."""
    add_design(parser)
    add_object_size(parser)
    parser.add_argument("--hints", action="store_true", help="also print what could be neater; --json always does")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print the diagnostics, errors first. Returns 1 where there is an error."""
    analysis = Analyser().analyse(open_document(options).design)
    status = 0 if analysis.ok else 1
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
            for d in analysis.diagnostics
        ]
        write_json({"ok": analysis.ok, "diagnostics": diagnostics})
        return status
    shown = analysis.diagnostics if options.hints else analysis.problems
    for d in shown:
        write(f"{d.severity}: {d.label}: {d.message} [{d.code}]")
        if d.expected:
            received = f", got {d.received}" if d.received else ""
            write(f"  expected: {d.expected}{received}")
        titles = (fix.title for fix in d.fixes if f"{fix.title}." != d.advice)
        for line in dict.fromkeys(filter(None, (d.advice, *titles))):
            write(f"  fix: {line}")
    if hidden := len(analysis.diagnostics) - len(shown):
        write(f"{hidden} hint{'s' if hidden > 1 else ''} more; --hints prints {'them' if hidden > 1 else 'it'}")
    if analysis.ok:
        totals = analysis.totals
        write(f"ok: {numbers.count(totals.params)} parameters, {numbers.count(totals.macs)} MACs")
    return status
