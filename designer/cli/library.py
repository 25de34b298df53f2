"""`blockyard library`: the blocks that a person keeps for all their designs."""

from __future__ import annotations

import argparse

from designer.base.errors import DesignError
from designer.cli.designs import UsageError, add_json
from designer.cli.output import note, write, write_json, write_table
from designer.document.library import PersonalLibrary
from designer.document.presets import open_design

SUMMARY = "list the blocks of your library, keep one of a design in it, or take one out"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `library`."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--keep", metavar="DESIGN", help="keep a block of a design: of a file, or of a preset")
    what.add_argument("--remove", metavar="NAME", help="take a block out of the library")
    parser.add_argument("--block", metavar="BLOCK", help="with --keep: which block, by default the outermost one")
    parser.add_argument("--as", dest="name", metavar="NAME", default="", help="with --keep: under another name")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print each block's name, title and parameters; or keep or remove one."""
    library = PersonalLibrary()
    if (options.block or options.name) and not options.keep:
        raise UsageError("--block and --as say what to keep.", expected="--keep DESIGN beside them")
    if options.remove:
        library.remove(options.remove)
        return _done(options, options.remove, "is no longer in your library")
    if options.keep:
        design = open_design(options.keep).design
        block = options.block or design.main
        if block not in design.blocks:
            raise DesignError(
                f"The design '{design.main}' has no block '{block}'.",
                expected="one of these: " + ", ".join(design.blocks),
            )
        return _done(options, library.keep(design, block, options.name).block, "is in your library")
    kept = library.read()
    for fault in kept.faults:
        note(f"warning: {fault}")
    found = [
        {"name": name, "title": design.root.title, "parameters": list(design.root.defaults)}
        for name, design in kept.blocks.items()
    ]
    if options.json:
        write_json(found)
    elif found:
        rows = [(entry["name"], entry["title"], ", ".join(entry["parameters"])) for entry in found]
        write_table(("name", "title", "parameters"), rows)
    else:
        write(f"Your library is empty: {library.folder}")
    return 0


def _done(options: argparse.Namespace, name: str, what: str) -> int:
    if options.json:
        write_json({"name": name})
    else:
        write(f"{name} {what}")
    return 0
