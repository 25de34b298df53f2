"""Edits designs until it is killed. Started by test_kill.py.

Usage: python killed_while_editing.py FOLDER SEED COUNT. Forks COUNT children, one after the other, and kills each with
SIGKILL at a random moment of its editing: after some number of its reports, whatever it is doing then. Each has a data
folder of its own under FOLDER; prints for each the last state whose edit had come to its end, and the last that was
begun, as hashes of the document.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import sys
from pathlib import Path

from designer.base.errors import BlockyardError
from designer.document.presets import library_blocks
from designer.document.writing import dump_document
from designer.editing import blocks, links, nodes, parameters, rewiring
from designer.editing.grouping import group
from designer.engine.recipe import Recipe
from designer.graph.block import Edge, Endpoint
from designer.session.autosave import Autosave
from designer.session.session import Session

_MOST_EDITS = 25
_KINDS = ("Conv2d", "ReLU", "Linear", "Add", "VGGBlock")


def state_of(session: Session) -> str:
    """A short name of the document as it is."""
    return hashlib.sha256(dump_document(session.document)).hexdigest()[:16]


def edit(session: Session, dice: random.Random) -> None:
    """One random edit; one that is refused changes nothing."""
    design = session.design
    block = dice.choice(list(design.blocks.values()))
    some = dice.sample(list(block.nodes), min(len(block.nodes), 3)) or ["nobody"]
    wire = Edge(Endpoint(some[0], "output"), Endpoint(some[-1], "input"))
    changes = (
        lambda d: nodes.add_node(
            d, block.name, dice.choice(_KINDS), (dice.random() * 900, 40.0), library=library_blocks()
        ),
        lambda d: nodes.delete(d, block.name, some[:1]),
        lambda d: nodes.move(d, block.name, {key: (dice.random() * 900, 3.0) for key in some}),
        lambda d: nodes.duplicate(d, block.name, some),
        lambda d: nodes.rename(d, block.name, some[0], f"n{dice.randrange(99)}"),
        lambda d: parameters.set_param(d, block.name, some[0], "out_channels", dice.randrange(1, 64)),
        lambda d: rewiring.toggle_muted(d, block.name, some),
        lambda d: links.connect(d, block.name, wire),
        lambda d: group(d, block.name, some),
        lambda d: blocks.describe(d, block.name, description=f"Text {dice.random()} — ünïcode"),
    )
    roll = dice.randrange(len(changes) + 3)
    if roll < len(changes):
        try:
            session.edit("Edit", changes[roll])
        except (BlockyardError, KeyError):
            return
    elif roll == len(changes):
        session.set_recipe(Recipe(epochs=dice.randrange(1, 99)))
    else:
        dice.choice((session.undo, session.redo))()


def edit_for_ever(report: int, seed: int) -> None:
    """Edit, and tell of each edit when it is begun (-) and when it has come to its end (+)."""
    dice = random.Random(seed)
    session = Session.open(dice.choice(("lenet_relu", "vgg11_small", "resnet18")))

    def tell(sign: str) -> None:
        os.write(report, f"{sign}{state_of(session)}\n".encode())

    for signal_of in (session.changed, session.state_changed):
        signal_of.connect(lambda *_: tell("-"))
    kept = Autosave(session, lambda error: os.write(report, f"!{error}\n".encode()))
    for signal_of in (session.changed, session.state_changed):
        signal_of.connect(lambda *_: tell("+"))
    tell("-")
    tell("+")
    while kept is not None:
        edit(session, dice)


def kill_one(folder: Path, seed: int) -> str:
    """Let a child edit, kill it. Returns its last finished and its last begun state."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reading)
        os.environ["BLOCKYARD_DATA_DIR"] = str(folder)
        edit_for_ever(writing, seed)
    os.close(writing)
    reports = random.Random(seed).randrange(2, 2 * _MOST_EDITS)
    with os.fdopen(reading) as pipe:
        lines = [pipe.readline().strip() for _ in range(reports)]
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        lines += [line.strip() for line in pipe if line.endswith("\n")]
    assert not [line for line in lines if line[:1] not in ("+", "-")], lines
    finished = next((line[1:] for line in reversed(lines) if line[0] == "+"), "none")
    begun = next(line[1:] for line in reversed(lines) if line[0] == "-")
    return f"{folder.name} {finished} {begun}"


def main() -> None:
    """All of them."""
    folder, seed, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    library_blocks()
    for index in range(count):
        print(kill_one(folder / f"{index:02}", seed + index), flush=True)


if __name__ == "__main__":
    main()
