"""A session under a thousand random edits: whatever a person does, nothing is lost, and everything can be taken back.

A failing sequence leaves its last sound design as a document in the folder of `tempfile`, and says where.
"""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from designer.analysis.analyser import Analyser
from designer.base.errors import BlockyardError
from designer.document.delta import apply_delta, delta, tree_of
from designer.document.document import Document
from designer.document.presets import library_blocks
from designer.document.reading import document_of, parse_document
from designer.document.writing import dump_document
from designer.editing import blocks, fragments, lifting, links, nodes, parameters, rewiring, variables
from designer.editing.grouping import group
from designer.editing.ungrouping import ungroup
from designer.graph.block import Block, Edge, Endpoint, Node, edge
from designer.graph.design import Design
from designer.graph.expressions import Expression
from designer.session import clipboard
from designer.session.session import Session
from tests.analysis.test_incremental import assert_same

PICK = st.integers(0, 2**16)  # one of what is there, by its place
PICKS = st.lists(PICK, min_size=1, max_size=4)
KINDS = st.sampled_from(
    ["Input", "Output", "Conv2d", "ReLU", "BatchNorm2d", "Add", "Concat", "Flatten", "Linear", "Residual", "VGGBlock"]
)
PARAMS = st.sampled_from(["out_channels", "kernel_size", "stride", "padding", "out_features", "num_convs", "bias"])
VALUES = st.sampled_from(
    [0, 1, 2, 3, 8, True, None, "same", (3, 3), *map(Expression, ("width", "in_channels", "1 // 0"))]
)
MOST_NODES = 60  # of a block; beyond, nothing is added
FAILED = Path(tempfile.gettempdir()) / "blockyard-failed-designs"


def start() -> Design:
    """input -> conv -> relu -> output."""
    made = [
        Node("input", "Input", params={"shape": (3, 8, 8)}),
        Node("conv1", "Conv2d", params={"out_channels": 4, "kernel_size": 3, "padding": 1}, position=(200, 0)),
        Node("relu1", "ReLU", position=(400, 0)),
        Node("output", "Output", position=(600, 0)),
    ]
    edges = tuple(edge(a.id, b.id) for a, b in pairwise(made))
    return Design("Net", {"Net": Block("Net", nodes={n.id: n for n in made}, edges=edges)})


class SessionMachine(RuleBasedStateMachine):
    """Edits of a session, each of a random block; those that are refused must change nothing."""

    @initialize()
    def open(self) -> None:
        self.first = start()
        self.session = Session(Document(self.first))
        self.copied: str | None = None
        self.journal = tree_of(Document(self.first))  # as it is after each delta
        self.session.changed.connect(self.note)

    # -- picking ----------------------------------------------------------------------------------------------------

    def block(self, pick: int) -> Block:
        found = list(self.session.design.blocks.values())
        return found[pick % len(found)]

    def some(self, block: Block, picks: list[int]) -> list[str]:
        keys = list(block.nodes)
        return list(dict.fromkeys(keys[pick % len(keys)] for pick in picks)) if keys else []

    def one(self, block: Block, pick: int) -> str:
        return next(iter(self.some(block, [pick])), "nobody")

    def note(self, before: Design, after: Design, _name: str) -> None:
        line = msgspec.json.encode(delta(Document(before), Document(after)))
        self.journal = apply_delta(self.journal, msgspec.json.decode(line))

    def edit(self, name: str, change) -> None:
        before, steps = self.session.design, self.session.history.position
        try:
            self.session.edit(name, change)
        except BlockyardError:
            assert self.session.design is before
            assert self.session.history.position == steps

    # -- edits ------------------------------------------------------------------------------------------------------

    @rule(where=PICK, kind=KINDS, x=st.integers(0, 9), y=st.integers(0, 9))
    def add(self, where: int, kind: str, x: int, y: int) -> None:
        block = self.block(where)
        if len(block.nodes) < MOST_NODES:
            place = (x * 100.0, y * 60.0)
            self.edit("Add", lambda d: nodes.add_node(d, block.name, kind, place, library=library_blocks()))

    @rule(where=PICK, first=PICK, last=PICK, port=st.sampled_from(["input", "x1", "x2", "output"]))
    def connect(self, where: int, first: int, last: int, port: str) -> None:
        block = self.block(where)
        wire = Edge(Endpoint(self.one(block, first), "output"), Endpoint(self.one(block, last), port))
        self.edit("Connect", lambda d: links.connect(d, block.name, wire))

    @rule(where=PICK, which=PICK, name=PARAMS, value=VALUES)
    def set_parameter(self, where: int, which: int, name: str, value: object) -> None:
        block = self.block(where)
        key = self.one(block, which)
        self.edit("Set", lambda d: parameters.set_param(d, block.name, key, name, value))

    @rule(where=PICK, which=PICK, value=st.sampled_from([0, 1, 2, 3, Expression("width")]))
    def repeat(self, where: int, which: int, value: object) -> None:
        block = self.block(where)
        key = self.one(block, which)
        self.edit("Repeat", lambda d: parameters.set_repeat(d, block.name, key, value))

    @rule(where=PICK, picks=PICKS)
    def mute(self, where: int, picks: list[int]) -> None:
        block = self.block(where)
        self.edit("Mute", lambda d: rewiring.toggle_muted(d, block.name, self.some(block, picks)))

    @rule(where=PICK, picks=PICKS)
    def move(self, where: int, picks: list[int]) -> None:
        block = self.block(where)
        places = {key: (pick % 1000, pick % 777) for key, pick in zip(self.some(block, picks), picks, strict=False)}
        self.edit("Move", lambda d: nodes.move(d, block.name, places))

    @rule(where=PICK, which=PICK, name=st.sampled_from(["stem", "head", "conv1", "for", "x y"]))
    def rename(self, where: int, which: int, name: str) -> None:
        block = self.block(where)
        key = self.one(block, which)
        self.edit("Rename", lambda d: nodes.rename(d, block.name, key, name))

    @rule(where=PICK, name=st.sampled_from(["width", "depth", "in_channels"]))
    def add_parameter(self, where: int, name: str) -> None:
        block = self.block(where)
        self.edit("Add parameter", lambda d: variables.add_variable(d, block.name, name, 4))

    @rule(where=PICK, which=PICK, name=PARAMS | st.sampled_from(["repeat", "when"]))
    def lift(self, where: int, which: int, name: str) -> None:
        block = self.block(where)
        key = self.one(block, which)
        self.edit("Lift", lambda d: lifting.lift(d, block.name, key, name))

    @rule(where=PICK, picks=PICKS)
    def join(self, where: int, picks: list[int]) -> None:
        block = self.block(where)
        self.edit("Join", lambda d: rewiring.join(d, block.name, self.some(block, picks)))

    @rule(where=PICK, which=PICK, wire=PICK)
    def insert(self, where: int, which: int, wire: int) -> None:
        block = self.block(where)
        key = self.one(block, which)
        if block.edges:
            chosen = block.edges[wire % len(block.edges)]
            self.edit("Insert", lambda d: rewiring.insert_into(d, block.name, key, chosen))

    # -- blocks -----------------------------------------------------------------------------------------------------

    @rule(where=PICK, picks=PICKS)
    def group(self, where: int, picks: list[int]) -> None:
        block, before = self.block(where), self.session.analysis
        if len(self.session.design.blocks) < 12:
            self.edit("Group", lambda d: group(d, block.name, self.some(block, picks)))
            if before.ok:  # a network that works goes on as it was
                after = self.session.analysis
                assert after.ok, [d.message for d in after.diagnostics]
                assert (after.totals, after.root.outputs) == (before.totals, before.root.outputs)

    @rule(where=PICK, which=PICK)
    def ungroup(self, where: int, which: int) -> None:
        block = self.block(where)
        instances = [key for key, node in block.nodes.items() if node.kind in self.session.design.blocks]
        if instances and len(block.nodes) < MOST_NODES:
            key = instances[which % len(instances)]
            self.edit("Ungroup", lambda d: ungroup(d, block.name, key, 4))

    @rule(where=PICK, which=PICK)
    def make_unique(self, where: int, which: int) -> None:
        block = self.block(where)
        key = self.one(block, which)
        if len(self.session.design.blocks) < 12:
            self.edit("Make unique", lambda d: blocks.make_unique(d, block.name, key))

    # -- copies and deletions ---------------------------------------------------------------------------------------

    @rule(where=PICK, picks=PICKS)
    def copy(self, where: int, picks: list[int]) -> None:
        block = self.block(where)
        chosen = self.some(block, picks)
        if chosen:
            self.copied = clipboard.to_text(fragments.extract(self.session.design, block.name, chosen))

    @precondition(lambda self: self.copied is not None)
    @rule(where=PICK)
    def paste(self, where: int) -> None:
        block, text = self.block(where), self.copied
        if len(block.nodes) < MOST_NODES and len(self.session.design.blocks) < 12:
            self.edit("Paste", lambda d: fragments.insert(d, block.name, clipboard.from_text(text), (50.0, 60.0)))

    @rule(where=PICK, picks=PICKS)
    def duplicate(self, where: int, picks: list[int]) -> None:
        block = self.block(where)
        if len(block.nodes) < MOST_NODES:
            self.edit("Duplicate", lambda d: nodes.duplicate(d, block.name, self.some(block, picks)))

    @rule(where=PICK, picks=PICKS, heal=st.booleans())
    def delete(self, where: int, picks: list[int], heal: bool) -> None:
        block = self.block(where)
        command = rewiring.delete_and_heal if heal else nodes.delete
        self.edit("Delete", lambda d: command(d, block.name, self.some(block, picks)))

    # -- time and files ---------------------------------------------------------------------------------------------

    @rule()
    def undo(self) -> None:
        self.session.undo()

    @rule()
    def redo(self) -> None:
        self.session.redo()

    @rule(pick=PICK)
    def jump(self, pick: int) -> None:
        self.session.history.jump(pick % (len(self.session.history.names) + 1))

    @rule()
    def save_and_load(self) -> None:
        data = dump_document(self.session.document)
        again = parse_document(data)
        assert again == self.session.document
        assert dump_document(again) == data

    @rule()
    def undo_all_and_redo_all(self) -> None:
        history = self.session.history
        position = history.position
        while self.session.redo():
            pass
        last = self.session.design
        while self.session.undo():
            pass
        assert self.session.design is self.first
        assert self.session.is_saved
        while self.session.redo():
            pass
        assert self.session.design is last
        history.jump(position)

    # -- what holds always ------------------------------------------------------------------------------------------

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "session"):
            return
        try:
            self.check()
        except Exception as error:
            FAILED.mkdir(exist_ok=True)
            path = FAILED / f"failed-{abs(hash(repr(error))) % 10**8}.blockyard"
            path.write_bytes(dump_document(self.session.document))
            error.add_note(f"the design is kept in {path}")
            raise

    def check(self) -> None:
        design = self.session.design
        assert not design.recursive
        for name, block in design.blocks.items():
            assert block.name == name
            assert [node.id for node in block.nodes.values()] == list(block.nodes)
            names = [node.name for node in block.nodes.values()]
            assert len(set(names)) == len(names), names
            targets = [e.target for e in block.edges]
            assert len(set(targets)) == len(targets)
            assert all(end.node in block.nodes for e in block.edges for end in e)
            assert not block.cycles
        assert dump_document(document_of(self.journal, "The journal")) == dump_document(self.session.document)
        assert self.session.analysis.design is design
        assert_same(self.session.analysis, Analyser().analyse(design))
        if self.session.analysis.ok:
            compile(self.session.code().source, "generated", "exec")

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.undo_all_and_redo_all()


TestSession = SessionMachine.TestCase
TestSession.settings = settings(
    max_examples=20, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
