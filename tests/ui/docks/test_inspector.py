"""The inspector with real keys and clicks: literals live, expressions at Return, slips kept, updates in place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from designer.ui.docks.editors import ValueEdit
from designer.ui.docks.inspector import Inspector
from designer.ui.docks.switch import SwitchEdit
from designer.ui.docks.views import DesignView, FactView, NodeView, ParameterView

CONV = NodeView(
    key="conv2",
    name="conv2",
    kind="Conv2d",
    family="convolution",
    summary="Slides filters over the <input>.",
    parameters=(
        ParameterView("out_channels", "64", "int", default_text="64", minimum=1),
        ParameterView("kernel_size", "3", "size", default_text="3", minimum=1),
        ParameterView("padding_mode", "zeros", "choice", ("zeros", "reflect"), "zeros"),
        ParameterView("bias", "True", "bool", default_text="True"),
    ),
    structure=(ParameterView("repeat", "1", "int", default_text="1", minimum=1),),
    facts=(FactView("output", "N × 128 × 27 × 27"), FactView("parameters", "147,584")),
    names=("channels", "width"),
)


def with_value(node: NodeView, name: str, **changes: object) -> NodeView:
    return replace(node, parameters=tuple(replace(p, **changes) if p.name == name else p for p in node.parameters))


@pytest.fixture
def inspector(show) -> Inspector:
    made = Inspector()
    made.show_node(CONV)
    show(made)
    return made


@pytest.fixture
def edits(inspector: Inspector) -> list[tuple[str, str]]:
    made: list[tuple[str, str]] = []
    inspector.parameter_edited.connect(lambda name, text: made.append((name, text)))
    return made


def editor(inspector: Inspector, name: str) -> ValueEdit:
    return inspector.node_page.form.editor(name)


def retype(qtbot: QtBot, edit: ValueEdit, text: str) -> None:
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, text)


def test_digits_arrive_live_and_once(qtbot: QtBot, inspector: Inspector, edits: list) -> None:
    out = editor(inspector, "out_channels")
    retype(qtbot, out, "128")
    qtbot.waitUntil(lambda: bool(edits) and edits[-1] == ("out_channels", "128"))
    count = len(edits)
    with qtbot.waitSignal(inspector.parameter_finished):
        qtbot.keyClick(out, Qt.Key.Key_Return)
    assert len(edits) == count


def test_an_expression_waits_for_return(qtbot: QtBot, inspector: Inspector, edits: list) -> None:
    out = editor(inspector, "out_channels")
    retype(qtbot, out, "2 * width")
    QApplication.processEvents()
    assert ("out_channels", "2") in edits or not edits
    edits.clear()
    qtbot.keyClick(out, Qt.Key.Key_Return)
    assert edits == [("out_channels", "2 * width")]
    assert out.is_expression
    assert out.property("state") == "expression"


def test_leaving_an_editor_sends_what_was_typed(qtbot: QtBot, inspector: Inspector, edits: list) -> None:
    retype(qtbot, editor(inspector, "out_channels"), "width")
    qtbot.keyClick(editor(inspector, "out_channels"), Qt.Key.Key_Tab)
    assert edits == [("out_channels", "width")]
    assert editor(inspector, "kernel_size").hasFocus()


def test_a_slip_is_kept_and_explained(qtbot: QtBot, inspector: Inspector, edits: list) -> None:
    out = editor(inspector, "out_channels")
    retype(qtbot, out, "4 *")
    qtbot.keyClick(out, Qt.Key.Key_Tab)
    inspector.show_node(CONV)
    assert out.text() == "4 *"
    assert out.property("state") == "invalid"
    assert "whole number" in inspector.node_page.form.complaint("out_channels")
    assert ("out_channels", "4 *") not in edits
    retype(qtbot, out, "32")
    qtbot.keyClick(out, Qt.Key.Key_Return)
    assert inspector.node_page.form.complaint("out_channels") == ""
    assert edits[-1] == ("out_channels", "32")


def test_the_models_complaint_stands_under_the_editor(inspector: Inspector) -> None:
    inspector.show_node(with_value(CONV, "kernel_size", error="The window is larger than the input."))
    assert inspector.node_page.form.complaint("kernel_size") == "The window is larger than the input."
    inspector.show_node(CONV)
    assert inspector.node_page.form.complaint("kernel_size") == ""


def test_escape_takes_back(qtbot: QtBot, inspector: Inspector, edits: list) -> None:
    out = editor(inspector, "out_channels")
    retype(qtbot, out, "width")
    qtbot.keyClick(out, Qt.Key.Key_Escape)
    assert out.text() == "64"
    assert edits == []


def test_updates_in_place_leave_the_typing_alone(qtbot: QtBot, inspector: Inspector) -> None:
    kernel = editor(inspector, "kernel_size")
    inspector.parameter_edited.connect(
        lambda name, text: inspector.show_node(with_value(CONV, name, value_text=text)),
    )
    retype(qtbot, kernel, "3x5")
    QApplication.processEvents()
    assert editor(inspector, "kernel_size") is kernel
    assert kernel.text() == "3x5"
    qtbot.keyClick(kernel, Qt.Key.Key_Return)
    assert kernel.text() == "(3, 5)"


def test_undo_elsewhere_shows_even_while_focused(qtbot: QtBot, inspector: Inspector) -> None:
    kernel = editor(inspector, "kernel_size")
    kernel.setFocus()
    inspector.show_node(with_value(CONV, "kernel_size", value_text="7"))
    assert kernel.text() == "7"


def test_another_node_of_the_same_kind_reuses_the_editors(inspector: Inspector, edits: list) -> None:
    out = editor(inspector, "out_channels")
    other = replace(with_value(CONV, "out_channels", value_text="256"), key="conv3", name="conv3")
    inspector.show_node(other)
    assert editor(inspector, "out_channels") is out
    assert out.text() == "256"
    assert inspector.shown_key == "conv3"
    assert edits == []


def test_what_was_typed_goes_to_the_node_that_it_was_typed_for(qtbot: QtBot, inspector: Inspector) -> None:
    went: list[tuple[object, str]] = []
    inspector.parameter_edited.connect(lambda _name, text: went.append((inspector.shown_key, text)))
    retype(qtbot, editor(inspector, "out_channels"), "width")
    inspector.show_node(replace(CONV, key="other"))
    assert went == [("conv2", "width")]
    assert inspector.shown_key == "other"
    assert editor(inspector, "out_channels").text() == "64"


def test_arrows_step_numbers_and_choices(qtbot: QtBot, inspector: Inspector, edits: list) -> None:
    out, mode = editor(inspector, "out_channels"), editor(inspector, "padding_mode")
    out.setFocus()
    qtbot.keyClick(out, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: edits == [("out_channels", "65")])
    mode.setFocus()
    qtbot.keyClick(mode, Qt.Key.Key_Down)
    qtbot.keyClick(mode, Qt.Key.Key_Return)
    assert edits[-1] == ("padding_mode", "reflect")


def test_choosing_from_the_menu(qtbot: QtBot, inspector: Inspector, edits: list) -> None:
    mode = editor(inspector, "padding_mode")
    qtbot.mouseClick(mode, Qt.MouseButton.LeftButton, pos=QPoint(mode.width() - 12, mode.height() // 2))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    menu.setActiveAction(menu.actions()[1])
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert edits == [("padding_mode", "reflect")]


def test_the_stepper_is_clicked(qtbot: QtBot, inspector: Inspector, edits: list) -> None:
    out = editor(inspector, "out_channels")
    qtbot.mouseClick(out, Qt.MouseButton.LeftButton, pos=QPoint(out.width() - 12, out.height() - 6))
    qtbot.waitUntil(lambda: edits == [("out_channels", "63")])


def test_a_switch_flips_and_turns_into_an_expression(qtbot: QtBot, inspector: Inspector, edits: list) -> None:
    bias = inspector.node_page.form.editor("bias")
    assert isinstance(bias, SwitchEdit)
    bias.switch.setFocus()
    qtbot.keyClick(bias.switch, Qt.Key.Key_Space)
    assert edits == [("bias", "False")]
    qtbot.mouseClick(bias.to_line, Qt.MouseButton.LeftButton)
    assert bias.line.hasFocus()
    qtbot.keyClicks(bias.line, "not use_norm")
    qtbot.keyClick(bias.line, Qt.Key.Key_Return)
    assert edits[-1] == ("bias", "not use_norm")


def test_reset_to_default(inspector: Inspector, edits: list, monkeypatch: pytest.MonkeyPatch) -> None:
    inspector.show_node(with_value(CONV, "out_channels", value_text="96"))
    menu = QMenu()
    from designer.ui.docks.editors import add_reset_action

    add_reset_action(menu, editor(inspector, "out_channels"))
    assert menu.actions()[-1].text() == "Reset to default (64)"
    menu.actions()[-1].trigger()
    assert edits == [("out_channels", "64")]


def test_renaming(qtbot: QtBot, inspector: Inspector) -> None:
    inspector.focus_name()
    with qtbot.waitSignal(inspector.name_edited) as told:
        qtbot.keyClicks(inspector.node_page.name, "stem")
        qtbot.keyClick(inspector.node_page.name, Qt.Key.Key_Return)
    assert told.args == ["stem"]
    qtbot.keyClicks(inspector.node_page.name, "x")
    qtbot.keyClick(inspector.node_page.name, Qt.Key.Key_Escape)
    assert inspector.node_page.name.text() == "stem"


def test_structure_facts_and_help(qtbot: QtBot, inspector: Inspector) -> None:
    repeat = inspector.node_page.structure.editor("repeat")
    retype(qtbot, repeat, "num_convs")
    with qtbot.waitSignal(inspector.structure_edited) as told:
        qtbot.keyClick(repeat, Qt.Key.Key_Return)
    assert told.args == ["repeat", "num_convs"]
    assert inspector.node_page.table.texts()[1] == ("parameters", "147,584")
    assert "&lt;input&gt;" in inspector.node_page.summary.text()
    with qtbot.waitSignal(inspector.help_requested) as told:
        inspector.node_page.summary.linkActivated.emit("help")
    assert told.args == ["Conv2d"]


def test_several_values_at_once(qtbot: QtBot, inspector: Inspector, edits: list) -> None:
    inspector.show_node(replace(with_value(CONV, "out_channels", is_mixed=True), key="many"))
    out = editor(inspector, "out_channels")
    assert (out.text(), out.placeholderText()) == ("", "several values")
    out.setFocus()
    qtbot.keyClick(out, Qt.Key.Key_Tab)
    assert edits == []
    retype(qtbot, out, "64")
    qtbot.keyClick(out, Qt.Key.Key_Return)
    assert edits[-1] == ("out_channels", "64")


def test_the_design_when_nothing_is_selected(qtbot: QtBot, inspector: Inspector) -> None:
    inspector.show_design(
        DesignView(
            "design",
            "LeNet",
            "design",
            "Old and good.",
            ParameterView("input_shape", "(1, 28, 28)", "shape", label="input shape"),
            (ParameterView("num_classes", "10", "int", minimum=1),),
            (FactView("parameters", "61.7 k"),),
        )
    )
    page = inspector.design_page
    assert page.isVisible()
    assert page.description.toPlainText() == "Old and good."
    shape = page.input_form.editor("input_shape")
    retype(qtbot, shape, "3x32x32")
    with qtbot.waitSignal(inspector.input_shape_edited) as told:
        qtbot.keyClick(shape, Qt.Key.Key_Return)
    assert told.args == ["(3, 32, 32)"]
    classes = page.form.editor("num_classes")
    retype(qtbot, classes, "100")
    with qtbot.waitSignal(inspector.variable_edited):
        qtbot.keyClick(classes, Qt.Key.Key_Return)
    page.description.setFocus()
    page.description.selectAll()
    qtbot.keyClicks(page.description, "New.")
    with qtbot.waitSignal(inspector.description_edited) as told:
        qtbot.keyClick(page.description, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert told.args == ["New."]
    with qtbot.waitSignal(inspector.title_edited):
        inspector.focus_name()
        qtbot.keyClicks(page.name, "LeNet-5")
        qtbot.keyClick(page.name, Qt.Key.Key_Return)


def test_every_editor_has_a_name_to_be_read_aloud(inspector: Inspector) -> None:
    for parameter in CONV.parameters:
        assert inspector.node_page.form.editor(parameter.name).accessibleName() == parameter.name


def test_the_last_word_is_completed(qtbot: QtBot, inspector: Inspector, edits: list) -> None:
    out = editor(inspector, "out_channels")
    retype(qtbot, out, "2 * wi")
    popup = out.completer().popup()
    qtbot.waitUntil(popup.isVisible)
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert out.text() == "2 * width"
    qtbot.keyClick(out, Qt.Key.Key_Return)
    assert edits[-1] == ("out_channels", "2 * width")


def test_strings_lose_their_quotes_on_the_way_in_and_find_them_on_the_way_out(
    qtbot: QtBot, inspector: Inspector, edits: list
) -> None:
    inspector.show_node(
        replace(CONV, key="quoted", parameters=(ParameterView("mode", "'a'", "choice", ("'a'", "'b'"), "'a'"),)),
    )
    mode = editor(inspector, "mode")
    assert mode.text() == "a"
    mode.setFocus()
    qtbot.keyClick(mode, Qt.Key.Key_Down)
    qtbot.keyClick(mode, Qt.Key.Key_Return)
    assert edits == [("mode", "'b'")]
    assert mode.text() == "b"
    mode.put("'a'")
    assert edits[-1] == ("mode", "'a'")
    assert mode.property("state") == "literal"
