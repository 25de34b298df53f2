"""`blockyard export`: the design as Python."""

from __future__ import annotations

import argparse
from pathlib import Path

from designer.cli.designs import add_design, add_json, open_document
from designer.cli.output import write, write_json
from designer.session.session import Session

SUMMARY = "write a design as a Python module, or as a project that trains without Blockyard"
_FORMATS = {"module": Session.export_module, "project": Session.export_project}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `export`."""
    add_design(parser)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="PATH", help="the file or folder to write")
    parser.add_argument(
        "--format",
        choices=sorted(_FORMATS),
        default="module",
        help="module: one file that needs torch alone (the default); project: a folder with module, engine and recipe",
    )
    parser.add_argument(
        "--lazy",
        action="store_true",
        help="write PyTorch's lazy layers (LazyConv2d, …), which find their channels out with the first example",
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Write the files and name them."""
    files = _FORMATS[options.format](Session(open_document(options)), options.output, lazy=options.lazy)
    if options.json:
        write_json({"files": [str(path) for path in files]})
    elif len(files) == 1:
        write(f"Wrote {files[0]}")
    else:
        write(f"Wrote {len(files)} files to {options.output}; start with: python {options.output / 'train.py'}")
    return 0
