"""Cards and wires of a block: made anew only where something changed."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from designer.editing import nodes, parameters
from designer.session.session import Session
from designer.ui.canvas.geometry import card_size
from designer.ui.presenters.cards import CardMaker, edge_of


@pytest.fixture
def session(qtbot: QtBot) -> Session:
    return Session.open("resnet18")


def content(maker: CardMaker, session: Session):
    return maker.content(session.design, session.facts, card_size)


def test_an_edit_makes_only_what_it_changed(session: Session):
    maker = CardMaker()
    cards, wires = content(maker, session)
    assert [card.id for card in cards] == list(session.design.root.nodes)
    assert [edge_of(session.design.root, wire.id) for wire in wires] == list(session.design.root.edges)
    key = list(session.design.root.nodes)[2]
    session.edit("Move", lambda d: nodes.move(d, d.main, {key: (5, 900)}))
    moved, new_wires = content(maker, session)
    assert [a.id for a, b in zip(cards, moved, strict=True) if a is not b] == [key]
    assert all(key in (b.source_card, b.target_card) for a, b in zip(wires, new_wires, strict=True) if a is not b)
    same, _ = content(maker, session)
    assert all(a is b for a, b in zip(moved, same, strict=True))


def test_after_edits_the_content_is_that_of_a_fresh_maker(session: Session):
    maker = CardMaker()
    content(maker, session)
    block = next(node for node in session.design.root.nodes.values() if node.kind in session.design.blocks)
    inner = session.design.blocks[block.kind]
    conv = next(node.id for node in inner.nodes.values() if node.kind == "Conv2d")
    for change in (
        lambda d: parameters.set_repeat(d, d.main, block.id, 3),
        lambda d: parameters.set_param(d, inner.name, conv, "kernel_size", 40),
        lambda d: nodes.delete(d, d.main, [block.id]),
        lambda d: nodes.add_node(d, d.main, "Add")[0],
        lambda d: nodes.rename(d, d.main, "output", "scores"),
    ):
        session.edit("x", change)
        assert content(maker, session) == content(CardMaker(), session)
    while session.undo():
        assert content(maker, session) == content(CardMaker(), session)
