"""What is said without Qt is read in the person's language: Qt's tools make one, and the window loads it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTranslator
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.base.paths import config_dir
from designer.base.text import Text, joined
from designer.catalogue.registry import registry
from designer.editing.nodes import rename
from designer.engine.protocol import Failed, read_line, write_line
from designer.engine.recipe import Recipe, RecipeError
from designer.ui import language
from designer.ui.language import translated, wear_language
from designer.ui.panels import window_settings
from designer.ui.presenters.recipe import told
from designer.ui.window import MainWindow
from tests.ui.made_up import CODE, make_language

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
Open = Callable[..., MainWindow]


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the made-up language."""
    return make_language(tmp_path_factory.mktemp("language"))


@pytest.fixture
def installed(made_up: Path) -> Path:
    """The made-up language where a person puts one."""
    folder = config_dir() / "translations"
    folder.mkdir(parents=True)
    return folder.joinpath(made_up.name).hardlink_to(made_up) or folder


@pytest.fixture
def wears_it(installed: Path, qapp: QApplication) -> Iterator[None]:
    """The made-up language, worn by the window."""
    before = set(qapp.findChildren(QTranslator))
    wear_language(qapp, CODE)
    yield
    for translator in set(qapp.findChildren(QTranslator)) - before:
        qapp.removeTranslator(translator)
        translator.setParent(None)
    wear_language(qapp, language.ENGLISH)


class Says(QTranslator):
    """A translator with the words that a test gives it."""

    def __init__(self, words: dict[str, str]) -> None:
        super().__init__()
        self.words = words

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, text: str, note: str | None = None, count: int = -1) -> str | None:
        return self.words.get(text) if context == language.CONTEXT else None


@pytest.fixture
def says(qapp: QApplication) -> Iterator[Callable[[dict[str, str]], None]]:
    """Installs a translator with these words."""
    made: list[Says] = []

    def install(words: dict[str, str]) -> None:
        made.append(Says(words))
        qapp.installTranslator(made[-1])

    yield install
    for translator in made:
        qapp.removeTranslator(translator)


# -- a text ------------------------------------------------------------------------------------------------------------


def test_arguments_take_the_places_that_the_translation_gives_them(says):
    said = Text("{node}: it has {count:,} inputs, and {what}.", node="a", count=1234, what=Text("no output"))
    assert translated(said) == said == "a: it has 1,234 inputs, and no output."
    says({said.template: "{what} hat {node}, doch {count:,} Eingänge", "no output": "keinen Ausgang"})
    assert translated(said) == "keinen Ausgang hat a, doch 1,234 Eingänge"
    assert translated(joined(said, "no output")) == "keinen Ausgang hat a, doch 1,234 Eingänge keinen Ausgang"


def test_what_comes_from_a_document_is_filled_in_and_never_read(says):
    name = "{node.__class__} {0} no output {"
    said = Text("{node}: gone", node=name)
    assert said == f"{name}: gone"
    says({"{node}: gone": "weg: {node}", "no output": "keinen Ausgang", name: "never"})
    assert translated(said) == f"weg: {name}"
    assert translated(Text("{node}: gone", node="no output")) == "weg: no output"
    assert translated(Text("{no} braces")) == "{no} braces"


@pytest.mark.parametrize(
    "unsound", ["{other}", "{}", "{0}", "{node.__class__}", "{node!r}", "{node:>999999999}", "{node", "node}"]
)
def test_a_translation_that_asks_for_what_is_not_there_is_not_used(says, unsound: str):
    says({"{node}: gone": unsound})
    assert translated(Text("{node}: gone", node="a")) == "a: gone"


# -- the window --------------------------------------------------------------------------------------------------------


def test_a_problem_and_its_fixes_are_read_in_the_persons_language(qtbot: QtBot, open_window: Open, wears_it: None):
    window = open_window("lenet_relu")
    window.panel.scene.select(["conv"], [])
    qtbot.keyClick(window.panel.view, Qt.Key.Key_Delete)
    window.panels.show("problems")
    card = window.problems.cards[0]
    said = card.accessibleName()
    assert said.startswith("⟦Error⟧")
    assert "nothing is wired to ⟦its input⟧.⟧ ⟦Draw a wire from another node's output.⟧" in said
    assert card.buttons[0].text() == "⟦Wire input to fc⟧"
    qtbot.mouseClick(card.buttons[0], Qt.MouseButton.LeftButton)
    assert window.actions_by_id["undo"].text() == "⟦Undo⟧: ⟦Wire input to fc⟧"


def test_what_is_refused_is_told_in_the_persons_language(qtbot: QtBot, open_window: Open, wears_it: None):
    window = open_window("lenet_relu")
    window.canvas.edit("try", lambda design, block: rename(design, block, "conv", "fc"))
    assert window.toasts.shown[-1].text == (
        "⟦There is another node 'fc' here.⟧ ⟦Expected ⟦names that differ⟧.⟧ ⟦Choose another.⟧"
    )
    window.documents.open("nowhere.blockyard")
    qtbot.waitUntil(lambda: window.toasts.shown[-1].text.startswith("⟦There is no file nowhere.blockyard.⟧"))


def test_what_the_engine_says_is_read_in_the_persons_language(wears_it: None):
    with pytest.raises(RecipeError) as caught:
        Recipe.from_json({"optimizer": {"momentum": 2.0}})
    assert told("optimizer.momentum", caught.value) == (
        "⟦Recipe: ⟦⟦momentum⟧ is 2.0.⟧⟧ ⟦Expected ⟦0 to below 1⟧.⟧ ⟦0.9 is usual.⟧"
    )
    said = Text("{name} is not on this machine yet; it is {size:,.0f} MiB to fetch.", name="CIFAR-10", size=163.4)
    there = read_line(write_line(Failed(said)))
    assert translated(there.message) == "⟦CIFAR-10 is not on this machine yet; it is 163 MiB to fetch.⟧"


def test_the_catalogues_words_are_read_in_the_persons_language(qtbot: QtBot, open_window: Open, wears_it: None):
    window = open_window("lenet_relu")
    window.helping.open_kind("Conv2d")
    shown = window.helping.window
    text = shown.page.toPlainText()
    assert "⟦parameter⟧" in text
    assert f"⟦{registry()['Conv2d'].parameter('kernel_size').doc}⟧" in text
    assert shown.kind.text() == "⟦convolution⟧"
    shown.close()


# -- where a language lies ---------------------------------------------------------------------------------------------


def worn(*lines: str, **environment: str) -> str:
    """What a process of its own says when its window opens."""
    source = "\n".join(
        (
            "from PySide6.QtCore import QTimer",
            "from PySide6.QtWidgets import QApplication",
            "from designer.ui.app import run_window",
            "from designer.ui.language import language",
            "app = QApplication([])",
            "def look():",
            "    window = next(w for w in app.topLevelWidgets() if hasattr(w, 'panels'))",
            "    print(language(), window.panels.docks['code'].windowTitle())",
            "    window.close()",
            "    app.quit()",
            "QTimer.singleShot(0, look)",
            "run_window()",
        )
    )
    done = subprocess.run(
        [sys.executable, "-c", source], env={**os.environ, **environment}, capture_output=True, check=True, timeout=100
    )
    return done.stdout.decode("utf-8").strip()


def test_the_window_takes_the_language_that_the_system_asks_for(installed: Path):
    asked = {"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8"}
    assert worn(**asked, LANGUAGE="eo:de") == "eo ⟦Code⟧"
    assert worn(**asked, LANGUAGE="en:eo") == "en Code"


def test_the_setting_counts_more_than_the_system(installed: Path):
    window_settings().setValue("language", CODE)
    assert worn(LC_ALL="C.UTF-8", LANGUAGE="en", PYTHONIOENCODING="utf-8") == "eo ⟦Code⟧"
    window_settings().setValue("language", "../../eo")
    assert worn(LC_ALL="C.UTF-8", LANGUAGE="en", PYTHONIOENCODING="utf-8") == "en Code"


def test_a_region_falls_back_on_its_language_and_what_is_not_there_on_english(installed: Path):
    assert language._best(["eo-US"]) == "eo"
    assert language._best(["de-DE", "eo"]) == "eo"
    assert language._best(["de-DE", "en-GB", "eo"]) == "en"
    assert language.languages() == ["en", "eo"]
