"""`blockyard predict`: what a run's network makes of image files."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from designer.base.errors import BlockyardError
from designer.cli.designs import add_json
from designer.cli.numbers import whole_number
from designer.cli.output import note, write, write_error, write_json, write_table
from designer.engine.protocol_data import Refused, Tried
from designer.session.data_view import DataView
from designer.session.resuming import find_run

SUMMARY = "try the network of a run on image files: the likeliest classes, as its evaluation would find them"
_VALUES = {"softmax": "SHARE", "sigmoid": "CHANCE", "raw": "VALUE"}


class PredictError(BlockyardError):
    """An image that cannot be tried."""

    exit_status = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `predict`."""
    parser.add_argument("run", metavar="RUN", help="folder of a run, or its name in the list of `blockyard runs`")
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="PNG, JPEG, WebP, BMP, TIFF, GIF or PPM files")
    parser.add_argument("--top", type=whole_number(1, 1000), default=5, metavar="K", help="so many classes each (5)")
    parser.add_argument("--invert", action="store_true", help="make dark bright and bright dark first")
    parser.add_argument("--best", action="store_true", help="with the weights of the run's best epoch, not of its last")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Try each image. Returns 0, or 1 where one of them cannot be tried; the others are tried all the same."""
    answers = list(_answers(options)) if options.json else _answers(options)
    if options.json:
        write_json([_as_json(path, answer) for path, answer in answers])
    refused = 0
    told: set[str] = set()
    for path, answer in answers:
        if isinstance(answer, Tried) and answer.warning and answer.warning not in told:
            told.add(answer.warning)
            note(f"warning: {answer.warning}")
        if isinstance(answer, Refused):
            refused += 1
            write_error(PredictError(answer.message, expected=answer.expected, fix=answer.fix))
        elif not options.json:
            _show(path, answer)
    return 1 if refused else 0


def _answers(options: argparse.Namespace) -> Iterator[tuple[str, Tried | Refused]]:
    run_dir, view = find_run(options.run), DataView()
    try:
        wanted = (options.top, options.invert, options.best)
        numbers = {view.try_image(run_dir, Path(path), *wanted): path for path in options.images}
        for answer in view.answers():
            if isinstance(answer, Tried | Refused):
                yield numbers[answer.request], answer
    finally:
        view.close()


def _show(path: str, tried: Tried) -> None:
    channels, height, width = tried.shape
    colours = "grey" if channels == 1 else "colour"
    write(f"{path}: seen as {width}×{height}, {colours}, after epoch {tried.epoch}")
    rows = [(guess.name, _value(tried, guess.value)) for guess in tried.guesses]
    write_table(("CLASS", _VALUES[tried.scale]), rows, right=(1,))


def _value(tried: Tried, value: float) -> str:
    return f"{value:.4f}" if tried.scale == "raw" else f"{100 * value:.2f} %"


def _as_json(path: str, answer: Tried | Refused) -> dict[str, Any]:
    if isinstance(answer, Refused):
        return {"image": path, "error": {"message": answer.message, "expected": answer.expected, "fix": answer.fix}}
    return {
        "image": path,
        "epoch": answer.epoch,
        "warning": answer.warning,
        "input_shape": list(answer.shape),
        "scale": answer.scale,
        "classes": [asdict(guess) for guess in answer.guesses],
    }
