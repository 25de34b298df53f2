"""The program around the canvas: start page, tabs, recovery, library, custom layers, settings, news."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFrame, QPlainTextEdit

from designer.document.journal import Journal
from designer.document.library import PersonalLibrary
from designer.document.presets import open_design
from designer.editing import nodes, rewiring, variables
from designer.editing.blocks import rename_block
from designer.graph.block import Node
from designer.session.autosave import journals_dir
from designer.session.session import Session
from designer.session.trust import trust_layers
from designer.ui.theme.fonts import mono_font
from tests.custom_layers import SCALED_CONV, hostile, with_custom
from tests.ui.scenes.stage import CTRL, Key, Seen, Stage, scene

LEFT = Qt.MouseButton.LeftButton


@scene(None)
def start(stage: Stage) -> Seen:
    """The page without a design, its pictures drawn."""
    for name in ("lenet_relu", "resnet18"):
        path = stage.folder / f"my_{name}.blockyard"
        Session.open(name).save_as(path)
        stage.window.recents.add(path)
    stage.window.starting.show()
    pictures = stage.window.starting._thumbnails
    stage.before_each = lambda: stage.until(lambda: not pictures._waiting and not pictures._reading.busy)
    return None


@scene("vgg11_fashion")
def tabs(stage: Stage) -> Seen:
    """Several designs in tabs; a dot marks what is not saved."""
    window = stage.window
    for name in ("googlenet", "resnet18", "lenet_relu"):
        window.tabs.open(Session.open(name))
    window.canvas.adding.add_behind("Dropout")
    window.tabs.step(-1)
    return stage.around(window.top, stage.canvas)


@scene("lenet_relu")
def recovery(stage: Stage) -> Seen:
    """After a crash, what was not saved is offered."""
    stage.rest(1.0)  # the window has looked for itself by then
    session = Session(open_design("alexnet"), None)
    journal = Journal(journals_dir(), None, session.document)
    session.edit("Delete", lambda d: nodes.delete(d, d.main, [next(iter(d.root.nodes))]))
    journal.append(session.document, "Delete", False)
    journal._stream.close()  # as a kill does
    stage.window.recovery.look()
    stage.until(stage.window.central.recovery.isVisible)
    return stage.window.central


@scene("lenet_relu")
def damaged(stage: Stage) -> Seen:
    """A damaged file is open with what can be read, and says what could not."""
    path = stage.folder / "mine.blockyard"
    Session.open("lenet_relu").save_as(path)
    path.write_bytes(path.read_bytes().replace(b'{"id": "fc"', b'{"id: "fc"'))
    stage.window.documents.open(str(path))
    stage.until(stage.window.central.damage.isVisible)
    QTest.mouseClick(stage.window.central.damage.buttons[0], LEFT)
    return stage.window.central


def _stem(stage: Stage) -> str:
    """A block `Stem`, made of two layers and selected. Returns its node's id."""
    stage.window.canvas.go_to(("conv",))
    stage.select("conv1", "relu1")
    stage.key(Key.Key_G, CTRL)
    (key,) = stage.window.canvas.selected
    block = stage.window.canvas.block.nodes[key].kind
    stage.window.session.edit("Rename", lambda d: rename_block(d, block, "Stem"))
    stage.select(key)
    return key


@scene("lenet_relu")
def library(stage: Stage) -> Seen:
    """A block that was saved stands in the palette of every design."""
    _stem(stage)
    stage.do("keep_block")
    stage.window.palette_dock.view.scrollToTop()
    stage.window.panel.view.fit_all()
    return None


@scene("lenet_relu")
def library_update(stage: Stage) -> Seen:
    """The library's block is another than the copy: what an update would change."""
    key = _stem(stage)
    stage.do("keep_block")
    held = PersonalLibrary().read().blocks["Stem"]
    changed = nodes.delete(held, "Stem", ["relu1"])
    changed = variables.add_variable(changed, "Stem", "width", 8)
    PersonalLibrary().keep(changed, "Stem", replacing=held.root.origin.fingerprint)
    stage.window.library.read()
    stage.until(lambda: any("newer" in toast.text for toast in stage.window.toasts.shown))
    stage.select(key)
    return stage.around(stage.canvas, stage.window.panels.docks["inspector"])


def _with_layer():
    return with_custom(SCALED_CONV, nodes=[Node("scaled", "ScaledConv", position=(220.0, 0.0))])


@scene(_with_layer())
def custom_layer(stage: Stage) -> Seen:
    """A layer of one's own: its class, and what is declared of it."""
    trust_layers([SCALED_CONV])
    stage.window.canvas.arranging.arrange()
    stage.window.customs.open("ScaledConv")
    stage.rest(1.0)
    return stage.window.customs.dialog


@scene(hostile(Path("marker")))
def trust(stage: Stage) -> Seen:
    """A document brings code: it runs only after the person has said so."""
    stage.key(Key.Key_L)
    stage.do("train")
    return stage.window.central


@scene("lenet_relu")
def commands(stage: Stage) -> Seen:
    """All commands by name."""
    stage.do("commands")
    QTest.keyClicks(stage.window.panel.picker.typed, "ar")
    return stage.canvas


@scene("lenet_relu")
def settings(stage: Stage) -> Seen:
    """The settings."""
    return stage.window.settings.open()


@scene("lenet_relu")
def keys(stage: Stage) -> Seen:
    """The keys of all commands, which can be changed."""
    dialog = stage.window.settings.open()
    dialog.tabs.setCurrentIndex(1)
    return dialog


@scene("googlenet")
def picture_export(stage: Stage) -> Seen:
    """A picture of the canvas as SVG, PNG or PDF."""
    stage.do("export_picture")
    return stage.window.pictures.dialog


@scene("vgg11_fashion")
def toast(stage: Stage) -> Seen:
    """News and refusals come as toasts, with what to do."""
    stage.window.toasts.show("Saved mine.blockyard", "success")
    stage.select("fc1")
    stage.do("unfold")
    return stage.canvas


class _Terminal(QPlainTextEdit):
    """What a terminal shows of commands: each as it is typed, and what it really wrote."""

    def __init__(self, folder: Path, *commands: str) -> None:
        """folder: where they are given."""
        super().__init__()
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(mono_font())
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setPlainText("\n\n".join(f"$ blockyard {command}\n{_written(command, folder)}" for command in commands))
        self.document().setDocumentMargin(16)
        line = self.fontMetrics().lineSpacing()
        widest = max(map(self.fontMetrics().horizontalAdvance, self.toPlainText().splitlines()))
        self.setFixedSize(widest + 48, (self.document().blockCount() + 1) * line + 48)


def _written(command: str, folder: Path) -> str:
    arguments = [sys.executable, "-m", "designer", *shlex.split(command)]
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).rstrip()


@scene("lenet_relu")
def command_line(stage: Stage) -> Seen:
    """The same program without a window: a summary, a design with a fault, the runs."""
    session = Session.open("vgg11_small")
    session.edit("Delete", lambda d: rewiring.delete_and_heal(d, d.main, ["flatten"]))
    session.save_as(stage.folder / "mine.blockyard")
    for design in ("lenet_sigmoid", "lenet_relu"):
        _written(f"train {design} --data fashion-mnist-mini --limit 1000 --epochs 2", stage.folder)
    terminal = _Terminal(stage.folder, "summary lenet_relu --depth 2", "check mine.blockyard", "runs")
    terminal.setParent(stage.window, Qt.WindowType.Window)  # lives as long
    terminal.show()
    return terminal
