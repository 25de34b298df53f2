"""The whole window without a screen: what a stranger does with its docks, with real keys and clicks."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot

from designer.base.errors import DesignError
from designer.session.session import Session
from designer.ui.document_controller import preset_families
from designer.ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
Open = Callable[..., MainWindow]
LEFT = Qt.MouseButton.LeftButton


def type_over(qtbot: QtBot, editor: QWidget, text: str) -> None:
    editor.setFocus()
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)


# -- status bar --------------------------------------------------------------------------------------------------------


def test_the_problem_below_keeps_off_the_edge_and_leads_to_its_node(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_sigmoid")
    assert window.status.problem.text() == ""
    qtbot.mouseClick(window.status.problem, LEFT)  # nothing there, nothing happens
    window.canvas.go_to(("conv",), "conv1")
    type_over(qtbot, window.inspector.node_page.form.editor("out_channels"), "wibble")
    window.canvas.go_to(())
    window.panels.show("code")
    qtbot.waitUntil(lambda: "wibble" in window.status.problem.text())
    line = window.status.problem
    shown = line.grab().toImage()
    ground = shown.pixelColor(shown.width() - 1, 0)
    edge = [shown.pixelColor(shown.width() - 1 - x, y) for x in range(12) for y in range(shown.height())]
    assert all(colour == ground for colour in edge)
    qtbot.mouseClick(line, LEFT)
    assert window.canvas.path == ("conv",)
    assert window.canvas.selected == ("conv1",)
    qtbot.waitUntil(lambda: window.panels.is_shown("problems"))


# -- menus -------------------------------------------------------------------------------------------------------------


def test_presets_stand_by_family_and_their_menu_under_its_button(qtbot: QtBot, open_window: Open):
    names = ["vgg19", "zebra", "lenet_sigmoid", "vgg11", "alexnet", "resnet152", "resnet18", "lenet_relu"]
    assert preset_families(names) == [
        ("LeNet", ["lenet_relu", "lenet_sigmoid"]),
        ("AlexNet", ["alexnet"]),
        ("VGG", ["vgg11", "vgg19"]),
        ("ResNet", ["resnet18", "resnet152"]),
        ("Zebra", ["zebra"]),
    ]
    window = open_window()
    button = window.top.presets_button
    qtbot.mouseClick(button, LEFT)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert menu.x() >= button.mapToGlobal(QPoint(0, 0)).x()
    assert menu.actions()[0].menu().title() == "LeNet"
    qtbot.keyClick(menu, Qt.Key.Key_Escape)
    with qtbot.waitSignal(window.tabs.shown):
        menu.actions()[1].trigger()
    assert window.session.title == "AlexNet"


# -- code --------------------------------------------------------------------------------------------------------------


def test_code_that_is_first_seen_shows_the_selected_node(qtbot: QtBot, open_window: Open):
    window = open_window("vgg11_fashion")
    window.canvas.go_to((), "fc3")
    window.panels.show("code")
    view = window.code.view
    qtbot.waitUntil(lambda: view.tinted is not None)
    first, last = view.tinted
    assert any("fc3" in line for line in view.toPlainText().split("\n")[first - 1 : last])
    top = view.firstVisibleBlock().blockNumber() + 1
    assert top <= first <= top + view.viewport().height() // view.fontMetrics().lineSpacing()


def test_lazy_layers_are_shown_and_exported(qtbot: QtBot, open_window: Open, tmp_path: Path):
    window = open_window("lenet_relu")
    window.panels.show("code")
    view = window.code.view
    qtbot.waitUntil(lambda: "nn.Conv2d(in_channels, 20" in view.toPlainText())
    switch = window.code.lazy_switch
    qtbot.mouseClick(switch, LEFT, pos=QPoint(8, switch.height() // 2))
    qtbot.waitUntil(lambda: "nn.LazyConv2d(20" in view.toPlainText())
    qtbot.mouseClick(window.code.export_button, LEFT)
    dialog = window.findChild(QFileDialog)
    dialog.selectFile(str(tmp_path / "net.py"))
    dialog.accept()
    qtbot.waitUntil((tmp_path / "net.py").is_file)
    assert (tmp_path / "net.py").read_text("utf-8") == view.toPlainText()
    qtbot.mouseClick(switch, LEFT, pos=QPoint(8, switch.height() // 2))
    qtbot.waitUntil(lambda: "nn.Conv2d(in_channels, 20" in view.toPlainText())


def test_code_of_a_broken_design_says_why_there_is_none(qtbot: QtBot, open_window: Open):
    window = open_window()
    window.panels.show("code")
    qtbot.waitUntil(lambda: "Input" in window.code._note.text())


def test_a_padding_may_be_a_word(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    window.canvas.go_to(("conv",), "conv1")
    type_over(qtbot, window.inspector.node_page.form.editor("padding"), "same")
    assert window.canvas.block.nodes["conv1"].params["padding"] == "same"
    assert window.session.facts.nodes["conv"].copies[0].nodes["conv1"].output.shape == (1, 20, 28, 28)
    type_over(qtbot, window.inspector.node_page.form.editor("stride"), "2")
    assert "keeps the size, and stride=2 does not" in window.session.diagnostics[0].message
    qtbot.mouseClick(window.inspector.node_page.form.editor("padding"), LEFT)
    window.session.apply_fix(window.session.diagnostics[0].fixes[0])
    assert window.canvas.block.nodes["conv1"].params["padding"] == 2


# -- variables ---------------------------------------------------------------------------------------------------------


def test_a_variable_is_added_used_renamed_and_not_removed_while_it_is_read(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_sigmoid")
    line = window.inspector.design_page.variable_line
    qtbot.mouseClick(line.button, LEFT)
    assert line.name.hasFocus()
    type_over(qtbot, line.name, "2x")
    assert "'2x' cannot be the name" in line.complaint.text()
    type_over(qtbot, line.name, "num_classes")
    assert "already" in line.complaint.text()
    qtbot.keyClicks(line.name, "2")
    assert line.complaint.text() == ""  # typing on, it is forgiven
    type_over(qtbot, line.default, "wide")
    assert "a number" in line.complaint.text()
    line.name.setText("hidden")
    type_over(qtbot, line.default, "84")
    assert window.session.design.root.defaults["hidden"] == 84
    assert not line.name.isVisible()
    line.open_menu("hidden", "", (0, 1), window.mapToGlobal(QPoint(50, 50)))
    qtbot.keyClick(QApplication.activePopupWidget(), Qt.Key.Key_Escape)
    line.ask_name("num_classes")
    type_over(qtbot, line.name, "classes")
    assert "classes" in window.session.design.root.defaults
    assert window.session.analysis.ok
    line.ask_words("classes", "")
    type_over(qtbot, line.name, "kinds of clothes")
    assert "kinds of clothes" in [p.doc for p in window.session.design.root.parameters]
    line.removed.emit("classes")
    assert "is read by fc" in line.complaint.text()
    line.removed.emit("hidden")
    assert "hidden" not in window.session.design.root.defaults
    assert line.complaint.text() == ""


def test_escape_takes_the_line_for_a_variable_away(qtbot: QtBot, open_window: Open):
    window = open_window()
    line = window.inspector.design_page.variable_line
    qtbot.mouseClick(line.button, LEFT)
    qtbot.keyClick(line.name, Qt.Key.Key_Escape)
    assert not line.name.isVisible()
    assert line.button.isVisible()
    assert window.session.is_saved


# -- recipe ------------------------------------------------------------------------------------------------------------


def test_what_the_recipe_refuses_stays_with_the_reason(qtbot: QtBot, open_window: Open, tmp_path: Path):
    window = open_window("lenet_sigmoid")
    window.top.recipe.open_form()
    form = window.top.recipe.form
    before = window.session.recipe
    window.top.recipe.form.folds["Machine"].set_open(True)
    for name, text, reason in (
        ("epochs", "-1", "Epochs is -1"),
        ("data.source", str(tmp_path / "none"), "There is no folder or file"),
        ("device", "tpu", "auto, cpu"),
        ("optimizer.lr", "0", "above 0"),
    ):
        type_over(qtbot, form.editor(name), text)
        assert reason in form.complaint(name)
        assert form.editor(name).text().rstrip(".0") == text.rstrip("0")
    assert window.session.recipe == before
    type_over(qtbot, form.editor("epochs"), "3")
    assert form.complaint("epochs") == ""
    type_over(qtbot, form.editor("data.source"), str(tmp_path))
    assert window.session.recipe.epochs == 3
    assert window.session.recipe.data.source == str(tmp_path)
    type_over(qtbot, form.editor("data.resize"), "")
    assert window.session.recipe.data.resize is None


def test_a_named_recipe_is_taken_up_on_the_same_data(qtbot: QtBot, open_window: Open, tmp_path: Path):
    window = open_window()
    window.recipes.set_field("data.source", str(tmp_path))
    window.top.recipe.open_form()
    form = window.top.recipe.form
    assert form.editor("name").text() == "custom"
    form.editor("name").put("vgg_paper")
    recipe = window.session.recipe
    assert (recipe.name, recipe.epochs, recipe.data.source) == ("vgg_paper", 74, str(tmp_path))
    assert form.editor("epochs").text() == "74"
    type_over(qtbot, form.editor("epochs"), "2")
    assert form.editor("name").text() == "custom"


@pytest.mark.parametrize(
    ("entry", "mode"), [(0, QFileDialog.FileMode.Directory), (1, QFileDialog.FileMode.ExistingFile)]
)
def test_a_folder_or_a_file_of_data_is_chosen_by_a_dialog(qtbot: QtBot, open_window: Open, tmp_path: Path, entry, mode):
    window = open_window()
    window.top.recipe.open_form()
    editor = window.top.recipe.form.editor("data.source")
    qtbot.mouseClick(editor, LEFT, pos=QPoint(editor.width() - 12, editor.height() // 2))
    assert not window.top.recipe.popup.isVisible()
    menu = QApplication.activePopupWidget()
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(menu.actions()[entry]).center())
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QFileDialog))
    assert QApplication.activeModalWidget().fileMode() == mode
    QApplication.activeModalWidget().fileSelected.emit(str(tmp_path))
    QApplication.activeModalWidget().close()
    assert window.session.recipe.data.source == str(tmp_path)
    assert window.top.recipe.popup.isVisible()
    window.top.recipe.popup.close()


def test_fields_without_a_meaning_are_not_shown_and_a_section_folds(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_sigmoid")
    window.top.recipe.open_form()
    form = window.top.recipe.form
    assert form.editor("optimizer.betas").isVisible()
    form.editor("optimizer.kind").put("SGD")
    with pytest.raises(KeyError):
        form.editor("optimizer.betas")
    type_over(qtbot, form.editor("optimizer.momentum"), "0.9")
    schedule = form.folds["Schedule"]
    assert not form.editor("schedule.kind").isVisible()
    qtbot.mouseClick(schedule.head, LEFT)
    form.editor("schedule.kind").put("step")
    assert window.top.recipe.popup.isVisible()  # a field that comes with a complaint leaves it open
    type_over(qtbot, form.editor("schedule.step_epochs"), "3")
    schedule.head.setFocus()
    qtbot.keyClick(schedule.head, Qt.Key.Key_Space)
    assert not form.editor("schedule.kind").isVisible()
    assert schedule.head.summary.text() == "step, 3"
    recipe = window.session.recipe
    assert (recipe.optimizer.kind, recipe.optimizer.momentum, recipe.schedule.step_epochs) == ("SGD", 0.9, 3)
    form.editor("start.frozen").put("conv.conv1, fc")
    assert window.session.recipe.start.frozen == ("conv.conv1", "fc")
    form.editor("augment.crop").put("24")
    form.editor("augment.flip").put("0.5")
    form.editor("augment.crop").put("")
    assert (window.session.recipe.augment.crop, window.session.recipe.augment.flip) == (None, 0.5)
    form.editor("optimizer.kind").put("AdamW")
    assert (window.session.recipe.optimizer.kind, window.session.recipe.optimizer.momentum) == ("AdamW", 0)


def test_the_recipe_as_text_is_judged_while_it_is_typed(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_sigmoid")
    window.top.recipe.open_form()
    qtbot.mouseClick(window.top.recipe.form.buttons["text"], LEFT)
    dialog = window.recipes._text
    whole = dialog.editor.toPlainText()
    for text, words in (
        (whole.replace('"epochs": 5', '"epochs": 0'), "Epochs is 0. Expected 1 to 1,000,000"),
        (whole.replace('"epochs": 5', '"epochs": '), "column"),
        (whole.replace('"epochs"', '"epoch"'), "Did you mean 'epochs'?"),
        ("[" * 100_000, "nested too deep"),
    ):
        dialog.editor.setPlainText(text)
        qtbot.waitUntil(lambda words=words: words in dialog.verdict.text())
        assert window.session.recipe.epochs == 5
    dialog.editor.setPlainText(whole.replace('"epochs": 5', '"epochs": 7'))
    qtbot.waitUntil(lambda: window.session.recipe.epochs == 7)
    assert "In use" in dialog.verdict.text()
    assert window.top.recipe.form.editor("epochs").text() == "7"
    dialog.close()


def test_a_recipe_is_saved_and_opened_as_a_file(qtbot: QtBot, open_window: Open, tmp_path: Path):
    window = open_window("lenet_sigmoid")
    window.recipes.set_field("epochs", "9")
    for key, answer in (("save", tmp_path / "mine.json"), ("load", tmp_path / "mine.json")):
        window.top.recipe.open_form()
        qtbot.mouseClick(window.top.recipe.form.buttons[key], LEFT)
        qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QFileDialog))
        QApplication.activeModalWidget().fileSelected.emit(str(answer))
        QApplication.activeModalWidget().close()
        assert window.session.recipe.epochs == 9
        window.recipes.set_field("epochs", "2") if key == "save" else None
    (tmp_path / "bad.json").write_text("epochs: 5")
    window.recipes._load(tmp_path / "bad.json")
    assert "not JSON" in window.toasts.shown[-1].text


# -- help --------------------------------------------------------------------------------------------------------------


# -- training and runs ------------------------------------------------------------------------------------------------


def test_starting_a_training_does_not_hold_up_the_window(qtbot: QtBot, open_window: Open, monkeypatch):
    window = open_window("lenet_sigmoid")
    release = []

    def slow_task(self: Session, recipe: object = None, root: object = None) -> Callable[[], object]:
        def task() -> object:
            while not release:
                time.sleep(0.005)
            raise DesignError("The disk is full.", fix="Make room.")

        return task

    monkeypatch.setattr(Session, "training_task", slow_task)
    qtbot.mouseClick(window.top.train, LEFT)
    assert window.training.running
    assert window.top.train.text() == "Stop"
    assert window.training_dock.heading.text().startswith("LeNet with sigmoids · ")
    window.training.stop()  # before there is an engine
    release.append(True)
    qtbot.waitUntil(lambda: not window.training.running)
    assert window.training_dock.message.text() == "The disk is full."
    assert window.top.train.text() == "Train"


def test_a_run_opens_a_copy_and_tells_its_path(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_sigmoid")
    window.panels.show("training")
    window.recipes.set_field("data.limit", "64")
    window.recipes.set_field("epochs", "1")
    window.train_or_stop()
    qtbot.waitUntil(lambda: window.training.control is not None and not window.training.running, timeout=60_000)
    window.panels.show("runs")
    qtbot.waitUntil(lambda: window.runs.table.isVisible() and window.runs.table.model().rowCount() == 1)
    table = window.runs.table
    shown = [table.model().index(0, column).data() for column in range(8)]
    assert shown[1:4] == ["LeNet with sigmoids", "fashion-mnist-mini · Adam", "1 / 1"]
    assert shown[6] == "finished"
    table.menu_requested.emit(str(window.training.control.run_dir), window.mapToGlobal(QPoint(9, 9)))
    menu = QApplication.activePopupWidget()
    next(action for action in menu.actions() if action.text() == "Copy path").trigger()
    menu.close()
    assert QGuiApplication.clipboard().text() == str(window.training.control.run_dir)


def test_nothing_blocks_while_the_preset_titles_are_read(qtbot: QtBot, open_window: Open):
    window = open_window()
    qtbot.waitUntil(lambda: len(window.documents._titles) > 10)


# -- problems and code lead to the canvas ------------------------------------------------------------------------------


def test_a_problem_leads_into_the_block_and_its_button_mends_it(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    window.canvas.go_to(("fc",), "flatten")
    qtbot.keyClick(window.panel.view, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert "linear_needs_flat" in [d.code for d in window.session.problems]
    window.canvas.go_to(())
    window.panels.show("problems")
    (card,) = [each for each in window.problems.cards if each._problem.severity == "warning"]
    qtbot.mouseDClick(card, LEFT)
    assert (window.canvas.path, window.canvas.selected) == (("fc",), ("fc1",))
    assert window.panel.view.seen().contains(window.panel.scene.bounds(["fc1"]))
    before, steps = window.session.design, window.session.history.position
    qtbot.mouseClick(card.buttons[0], LEFT)
    assert window.session.problems == ()
    assert window.session.history.position == steps + 1
    qtbot.keyClick(window.panel.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.session.design is before


def test_a_line_of_the_code_selects_its_node(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    window.panels.show("code")
    view = window.code.view
    qtbot.waitUntil(lambda: "self.conv2" in view.toPlainText())
    line = next(n for n, text in enumerate(view.toPlainText().split("\n")) if "self.conv2 = " in text)
    view.setTextCursor(QTextCursor(view.document().findBlockByNumber(line)))
    view.ensureCursorVisible()
    place = view.cursorRect(QTextCursor(view.document().findBlockByNumber(line))).center() + QPoint(60, 0)
    qtbot.mouseClick(view.viewport(), LEFT, pos=place)
    qtbot.waitUntil(lambda: window.canvas.selected == ("conv2",))
    assert window.canvas.path == ("conv",)
    assert window.panel.scene.selected_cards == ("conv2",)
