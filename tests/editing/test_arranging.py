"""Arranging as an edit: some nodes or all, frames around what they held, routes that are no more."""

from dataclasses import replace

from designer.editing import arranging
from designer.graph.block import Block, Node, edge
from designer.graph.design import Design
from designer.graph.note import Note

SIZE = (128.0, 56.0)


def scattered() -> Design:
    """A chain of five all over the place, n1 and n2 in a frame, a route from n3 to n4."""
    at = {"n0": (0, 0), "n1": (300, 500), "n2": (100, 420), "n3": (-400, 80), "n4": (900, 333)}
    nodes = {key: Node(key, "ReLU", position=(float(x), float(y))) for key, (x, y) in at.items()}
    edges = tuple(edge(f"n{i}", f"n{i + 1}") for i in range(4))
    frame = Note("note-1", "Pair", "blue", True, (80.0, 380.0), (380.0, 200.0))
    block = Block("Net", nodes=nodes, edges=edges, notes={"note-1": frame}, routes={edges[3]: ((0.0, 0.0),)})
    return Design("Net", {"Net": block})


def size_of(_key: str) -> tuple[float, float]:
    return SIZE


def arranged(design: Design, only: tuple[str, ...] = (), down: bool = False) -> Block:
    found = arranging.places(design.root, size_of, only, down)
    return arranging.arranged(design, "Net", found, size_of, down).root


def test_all_nodes_stand_in_a_row_and_the_route_is_gone() -> None:
    block = arranged(scattered())
    assert len({node.position[1] for node in block.nodes.values()}) == 1
    assert not block.routes
    assert not block.is_downward


def test_from_top_to_bottom_they_stand_in_a_column() -> None:
    block = arranged(scattered(), down=True)
    assert len({node.position[0] for node in block.nodes.values()}) == 1
    assert block.is_downward


def test_a_frame_stays_around_what_it_held() -> None:
    for down in (False, True):
        block = arranged(scattered(), down=down)
        frame = block.notes["note-1"]
        inside = [key for key, node in block.nodes.items() if frame.holds(node.position, SIZE)]
        assert inside == ["n1", "n2"]


def test_some_nodes_are_arranged_where_they_are() -> None:
    before = scattered().root
    block = arranged(scattered(), only=("n1", "n2"))
    assert all(block.nodes[key] == before.nodes[key] for key in ("n0", "n3", "n4"))
    (x1, y1), (x2, y2) = block.nodes["n1"].position, block.nodes["n2"].position
    assert y1 == y2
    assert x1 + SIZE[0] < x2
    assert abs((x1 + x2) / 2 - 200) <= 4
    assert abs(y1 - 460) <= 4
    assert block.routes == before.routes


def test_frames_that_held_nothing_stay() -> None:
    design = scattered()
    empty = replace(design.root.notes["note-1"], position=(5000.0, 5000.0))
    design = design.with_block(design.root.with_notes([empty]))
    assert arranged(design).notes["note-1"] == empty
