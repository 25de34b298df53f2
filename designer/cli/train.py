"""`blockyard train`: trains a design by the same engine, in the same child process, as the window; or goes on."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from designer.analysis.analyser import Analyser
from designer.analysis.diagnostics import Severity
from designer.base.errors import BlockyardError, TrainingError
from designer.base.paths import runs_dir
from designer.cli.designs import UsageError, add_design, add_json, open_document
from designer.cli.output import note
from designer.cli.progress import Progress
from designer.engine import recipe_options
from designer.engine.protocol import EngineError, Failed, Finished, Unreadable, write_line
from designer.engine.recipe import RECIPES, Recipe, find_recipe
from designer.session.leading import EngineDied, Report
from designer.session.preparing import fit_of, prepare_run
from designer.session.resuming import find_run, resume_run
from designer.session.training import TrainingControl
from designer.session.trust import UntrustedError, trust_layers, trust_run

SUMMARY = "train a design; Ctrl-C stops at the end of the batch, a second one at once"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `train`."""
    parser.usage = "blockyard train [DESIGN | --resume RUN] [--OPTION …]"  # those of the recipe would fill a page
    add_design(parser, optional=True)
    parser.add_argument("--resume", metavar="RUN", help="go on with a run, by its name or folder, instead of a DESIGN")
    parser.add_argument("--recipe", metavar="R", help=f"{', '.join(RECIPES)}, or a JSON file (the design's own)")
    parser.add_argument("--run-dir", type=Path, metavar="DIR", help="where to keep this run: a new or an empty folder")
    parser.add_argument("--trust", action="store_true", help="trust the Python code that the document or run brings")
    add_json(parser, "print the engine's messages, one JSON object a line")
    recipe_options.add_options(parser)


def run(options: argparse.Namespace) -> int:
    """Train until it ends. Returns 0 where it finished or was stopped on request."""
    try:
        control = _resumed(options) if options.resume else _begun(options)
    except UntrustedError as error:
        text = "the run's model.py" if options.resume else f"it with: blockyard export {options.design} -o model.py"
        error.fix = f"Read {text}. If you trust it, say so with --trust."
        raise
    try:
        with _stops_on_interrupt(control):
            _follow(control, options.json)
    except BaseException:
        control.stop()  # nobody is there to see it any more: let it end, and keep what it reached
        raise
    finally:
        control.close()
    _raise_failure(control)
    if isinstance(control.outcome, Finished) and control.outcome.stopped:
        note(f"Go on with it: blockyard train --resume {_name_of(control.run_dir)}")
    return 0


def _begun(options: argparse.Namespace) -> TrainingControl:
    if options.design is None:
        raise UsageError("train was given no DESIGN.", expected="a DESIGN, or --resume RUN", fix="See: --help")
    document = open_document(options)
    recipe = _recipe(options, document.recipe or Recipe())
    if options.trust:
        trust_layers(document.design.customs.values())
    run_dir = prepare_run(document, recipe, run_dir=options.run_dir)
    for found in fit_of(Analyser().analyse(document.design), recipe):
        if found.code != "too_many_outputs":  # the engine tells that itself, of any data
            note(f"{'note' if found.severity == Severity.INFO else 'warning'}: {found.message}")
    control = TrainingControl(run_dir, devices=recipe.devices)
    control.start()
    return control


def _resumed(options: argparse.Namespace) -> TrainingControl:
    values = recipe_options.given(options)
    names = {"design": "a DESIGN", "variables": "--set", "recipe": "--recipe", "run_dir": "--run-dir"}
    fixed = [name for field, name in names.items() if getattr(options, field) not in (None, [])]
    fixed += [recipe_options.flag_of(path) for path in values if path not in recipe_options.MAY_CHANGE]
    if fixed:
        raise UsageError(
            f"train was given --resume and {fixed[0]}.",
            expected="a run as it was begun; only --epochs and --device may change",
            fix="Leave one of them out.",
        )
    run_dir = find_run(options.resume)
    if options.trust:
        trust_run(run_dir)
    return resume_run(run_dir, **values)


def _name_of(run_dir: Path) -> str:
    return run_dir.name if run_dir.parent == runs_dir() else str(run_dir)


def _recipe(options: argparse.Namespace, own: Recipe) -> Recipe:
    try:
        recipe = find_recipe(options.recipe) if options.recipe else own
        return recipe_options.adapted(recipe, recipe_options.given(options))
    except EngineError as error:
        raise UsageError(error.message, expected=error.expected, fix=error.fix) from error


def _follow(control: TrainingControl, as_json: bool) -> None:
    show = _write_line if as_json else Progress(sys.stdout, sys.stderr)
    for report in control.reports():
        if isinstance(report, Unreadable):
            note(f"warning: the engine wrote a line that is no message: {report.reason}")
        else:
            show(report)


def _write_line(report: Report) -> None:
    message = Failed(report.message, fix=report.fix) if isinstance(report, EngineDied) else report
    if not isinstance(message, Unreadable):
        sys.stdout.write(write_line(message) + "\n")
        sys.stdout.flush()


@contextmanager
def _stops_on_interrupt(control: TrainingControl) -> Iterator[None]:
    """Ctrl-C and SIGTERM ask the engine to stop; asked twice, it is ended at once."""
    asked = False

    def ask(*_: object) -> None:
        nonlocal asked
        if asked:
            control.kill()
        else:
            asked = True
            control.stop()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _raise_failure(control: TrainingControl) -> None:
    outcome: object = control.outcome
    failure: BlockyardError | None = None
    match outcome:
        case Finished():
            return
        case Failed(message=message, expected=expected, fix=fix):
            failure = TrainingError(message, expected=expected, fix=fix)
        case EngineDied(message=message, fix=fix):
            failure = TrainingError(message, fix=fix)
    if failure is not None:
        raise failure
