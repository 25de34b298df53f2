"""Notes, frames and routes: each command is a pure edit, and what is deleted or copied takes them along."""

import pytest

from designer.document.document import Document, DocumentError
from designer.document.reading import parse_document
from designer.document.writing import dump_document
from designer.editing import fragments, links, nodes, notes
from designer.editing.errors import EditError
from designer.editing.grouping import group
from designer.editing.routing import Box
from designer.graph.block import Block, Node, edge
from designer.graph.design import Design
from designer.graph.note import Note

FIRST, SECOND = edge("input", "relu1"), edge("relu1", "tanh1")


def drawn() -> Design:
    """input -> relu1 -> tanh1, the second wire led through a point, one note and one frame."""
    made = [
        Node("input", "Input", params={"shape": (3, 8, 8)}),
        Node("relu1", "ReLU", position=(200, 0)),
        Node("tanh1", "Tanh", position=(400, 0)),
    ]
    block = Block(
        "Net",
        nodes={node.id: node for node in made},
        edges=(FIRST, SECOND),
        notes={"note-1": Note("note-1", "# Hello"), "note-2": Note("note-2", "Stem", "blue", True, (180, -60))},
        routes={SECOND: ((320.0, 80.0),)},
    )
    return Design("Net", {"Net": block})


def test_a_frame_stands_around_what_it_was_drawn_around() -> None:
    design, key = notes.frame_around(drawn(), "Net", [Box(200, 0, 100, 56), Box(400, 40, 100, 56)], "Activations")
    frame = design.root.notes[key]
    assert frame.is_frame
    assert frame.holds((200, 0), (300, 96))
    assert not frame.holds((100, 0), (300, 96))
    with pytest.raises(EditError, match="nothing to frame"):
        notes.frame_around(design, "Net", [])


def test_a_note_is_changed_and_stays_within_bounds() -> None:
    design = notes.change_note(drawn(), "Net", "note-1", text="new", colour="pink", box=Box(8, 8, 1, 1e9))
    note = design.root.notes["note-1"]
    assert (note.text, note.colour, note.position, note.size) == ("new", "pink", (8, 8), (48.0, 100_000.0))
    for wrong in ({"text": "x" * 20_001}, {"colour": "red; drop"}):
        with pytest.raises(EditError):
            notes.change_note(design, "Net", "note-1", **wrong)
    with pytest.raises(EditError, match="not there any more"):
        notes.change_note(design, "Net", "note-9", text="")


def test_an_edit_of_notes_leaves_what_is_known_of_the_wiring() -> None:
    design = drawn()
    graph = design.root.graph
    assert notes.change_note(design, "Net", "note-1", text="new").root.__dict__["graph"] is graph


def test_a_route_goes_along_with_both_ends_and_goes_with_its_wire() -> None:
    design = drawn()
    both = notes.place(design, "Net", {"relu1": (210, 20), "tanh1": (410, 20), "note-1": (5, 5)})
    assert both.root.routes[SECOND] == ((330.0, 100.0),)
    assert both.root.notes["note-1"].position == (5, 5)
    one = notes.place(design, "Net", {"relu1": (210, 20)})
    assert one.root.routes[SECOND] == ((320.0, 80.0),)
    assert not links.disconnect(design, "Net", SECOND).root.routes
    assert not notes.set_route(design, "Net", SECOND, []).root.routes
    assert notes.remove(design, "Net", ["tanh1", "note-2"]).root.notes.keys() == {"note-1"}


def test_copies_take_notes_and_routes_along() -> None:
    design = drawn()
    copied, ids = nodes.duplicate(design, "Net", ["relu1", "tanh1", "note-2"])
    wire = edge(ids["relu1"], ids["tanh1"])
    assert copied.root.routes[wire] == ((352.0, 112.0),)
    assert copied.root.notes[ids["note-2"]].position == (212, -28)
    part = fragments.extract(design, "Net", ["note-1"])
    pasted, made = fragments.insert(design, "Net", part)
    assert pasted.root.notes[made[0]].text == "# Hello"
    with pytest.raises(EditError, match="nothing to copy"):
        fragments.extract(design, "Net", ["nothing"])


def test_a_group_keeps_the_routes_inside_it() -> None:
    design, _ = group(drawn(), "Net", ["relu1", "tanh1"], "Part")
    assert design.blocks["Part"].routes[SECOND] == ((320.0, 80.0),)
    assert design.root.notes.keys() == {"note-1", "note-2"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"note-1"', '"relu1"'),
        ('"note-1"', '"note-2"'),
        ('"blue"', '"#ff0000"'),
        ("[180, -60]", "[1e300, 0]"),
        ("[320, 80]", "[1e300, 0]"),
        ("[[320, 80]]", "[]"),
        ('{"edge": ["relu1", "tanh1"]', '{"edge": ["relu1", "gone"]'),
    ],
)
def test_a_document_with_impossible_notes_is_refused(old: str, new: str) -> None:
    text = dump_document(Document(drawn())).decode()
    assert old in text
    with pytest.raises(DocumentError):
        parse_document(text.replace(old, new, 1).encode())
