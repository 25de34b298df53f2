"""Undo brings back the very objects that were there; typing is one step; saving is remembered."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from designer.document.document import Document
from designer.document.reading import parse_document
from designer.document.writing import dump_document
from designer.editing import links, nodes, parameters
from designer.editing.errors import LinkError
from designer.editing.history import History
from designer.graph.block import Block, edge
from designer.graph.design import Design


def empty() -> Design:
    return Design("Net", {"Net": Block("Net")})


def with_width(number: int) -> Design:
    return Design("Net", {"Net": Block("Net", title=str(number))})


def test_undo_and_redo_bring_back_the_same_objects():
    first, second = empty(), with_width(2)
    history = History(first)
    seen = []
    history.changed.connect(lambda before, after, name: seen.append((before, after, name)))
    assert not history.undo()
    assert history.commit("Widen", second)
    assert (history.undo_name, history.redo_name) == ("Widen", None)
    assert history.undo()
    assert history.design is first
    assert (history.undo_name, history.redo_name) == (None, "Widen")
    assert history.redo()
    assert history.design is second
    assert [name for *_, name in seen] == ["Widen"] * 3
    assert seen[1][:2] == (second, first)


def test_no_change_is_no_step():
    history = History(empty())
    assert not history.commit("Nothing", history.design)
    assert history.undo_name is None


def test_steps_of_one_key_grow_until_sealed():
    start = empty()
    history = History(start)
    for number in (1, 12, 128):
        history.commit("Set width", with_width(number), merge_key=("conv1", "width"))
    assert history.names == ("Set width",)
    history.seal()
    history.commit("Set width", with_width(5), merge_key=("conv1", "width"))
    assert len(history.names) == 2
    history.undo()
    history.undo()
    assert history.design is start


def test_an_undo_or_another_key_ends_the_growing():
    history = History(empty())
    history.commit("a", with_width(1), merge_key="a")
    history.commit("b", with_width(2), merge_key="b")
    history.commit("b", with_width(3))
    history.undo()
    history.commit("b", with_width(4), merge_key="b")
    assert history.names == ("a", "b", "b")


def test_typing_back_to_where_it_was_leaves_no_step():
    start = empty()
    history = History(start)
    history.commit("Set", with_width(1), merge_key="k")
    history.commit("Set", start, merge_key="k")
    assert history.names == ()
    assert history.is_saved


def test_saved_follows_undo():
    history = History(empty())
    history.commit("a", with_width(1))
    assert not history.is_saved
    history.mark_saved()
    history.commit("b", with_width(2), merge_key="k")
    assert not history.is_saved
    history.undo()
    assert history.is_saved
    history.undo()
    assert not history.is_saved
    history.mark_unsaved()
    history.redo()
    assert not history.is_saved


def test_the_oldest_steps_fall_away():
    history = History(empty(), limit=3)
    for number in range(6):
        history.commit(str(number), with_width(number))
    assert history.names == ("3", "4", "5")
    while history.undo():
        pass
    assert history.design.root.title == "2"


class Editing(RuleBasedStateMachine):
    """Edits, undoes, redoes, saves and loads in any order; a plain list of designs is the model."""

    def __init__(self) -> None:
        super().__init__()
        self.history = History(empty())
        self.past: list[Design] = [self.history.design]
        self.now = 0

    def do(self, design: Design) -> None:
        if self.history.commit("edit", design):
            self.past = [*self.past[: self.now + 1], design]
            self.now += 1

    @property
    def ids(self) -> list[str]:
        return list(self.history.design.root.nodes)

    @rule(kind=st.sampled_from(["Input", "Conv2d", "ReLU", "Add", "Concat", "Output", "Flatten"]))
    def add(self, kind: str) -> None:
        design, new_id = nodes.add_node(self.history.design, "Net", kind)
        assert new_id in design.root.nodes
        self.do(design)

    @precondition(lambda self: self.ids)
    @rule(data=st.data())
    def connect(self, data: st.DataObject) -> None:
        a, b = data.draw(st.sampled_from(self.ids)), data.draw(st.sampled_from(self.ids))
        port = data.draw(st.sampled_from(["input", "x1", "x2"]))
        before = self.history.design
        try:
            self.do(links.connect(before, "Net", edge(a, b, target_port=port)))
        except LinkError:
            assert self.history.design is before

    @precondition(lambda self: self.ids)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        gone = data.draw(st.sets(st.sampled_from(self.ids), max_size=3))
        self.do(nodes.delete(self.history.design, "Net", gone))

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), width=st.integers(1, 9))
    def repeat(self, data: st.DataObject, width: int) -> None:
        self.do(parameters.set_repeat(self.history.design, "Net", data.draw(st.sampled_from(self.ids)), width))

    @precondition(lambda self: self.ids)
    @rule(data=st.data())
    def duplicate(self, data: st.DataObject) -> None:
        chosen = data.draw(st.lists(st.sampled_from(self.ids), max_size=3, unique=True))
        self.do(nodes.duplicate(self.history.design, "Net", chosen)[0])

    @rule()
    def undo(self) -> None:
        assert self.history.undo() == (self.now > 0)
        self.now = max(0, self.now - 1)

    @rule()
    def redo(self) -> None:
        assert self.history.redo() == (self.now + 1 < len(self.past))
        self.now = min(len(self.past) - 1, self.now + 1)

    @rule()
    def save_and_load(self) -> None:
        document = Document(self.history.design)
        assert parse_document(dump_document(document)) == document

    @invariant()
    def the_design_is_the_models(self) -> None:
        assert self.history.design is self.past[self.now]

    @invariant()
    def every_wire_is_legal(self) -> None:
        root = self.history.design.root
        assert not root.cycles
        assert len({e.target for e in root.edges}) == len(root.edges)
        assert all(end.node in root.nodes for e in root.edges for end in e)

    def teardown(self) -> None:
        while self.history.undo():
            pass
        assert self.history.design is self.past[0]
        while self.history.redo():
            pass
        assert self.history.design is self.past[-1]


TestEditing = Editing.TestCase
TestEditing.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
