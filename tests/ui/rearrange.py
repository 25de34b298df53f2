"""A design taken apart and put together with menu, keys and knife, on a real screen. Started by test_main_job.py.

Usage: python rearrange.py FOLDER. Pictures are left in the folder.
"""

from __future__ import annotations

import sys
from pathlib import Path

from journeys import Person


def group_from_the_menu(person: Person, folder: Path) -> None:
    """A right click on a card opens its menu; an entry of it makes the selection a block."""
    window = person.window
    person.settle()
    params = window.session.analysis.totals.params
    person.click(person.card("conv"))
    person.click(person.card("conv"), button=3)
    person.wait(lambda: window.menus.menu is not None and window.menus.menu.isVisible(), "the menu is open")
    person.shoot(folder / "menu.png")
    menu = window.menus.menu
    entry = next(action for action in menu.actions() if action.text() == "Group to block")
    person.click(menu.mapToGlobal(menu.actionGeometry(entry).center()))
    person.wait(lambda: "block1" in person.nodes(), "there is a block")
    assert window.session.analysis.totals.params == params
    person.key("ctrl+shift+g")
    person.wait(lambda: "conv" in person.nodes(), "it is opened out again")


def copy_and_paste(person: Person) -> None:
    """What is copied is pasted under the pointer, and one undo takes it back."""
    window = person.window
    before = set(person.nodes())
    person.click(person.card("conv"))
    person.key("ctrl+c", "ctrl+v")
    person.wait(lambda: len(set(person.nodes()) - before) == 1, "the copy is there")
    person.key("ctrl+z")
    person.wait(lambda: set(person.nodes()) == before, "one undo takes it back")
    assert window.panel.view.hasFocus()


def find_by_keys(person: Person) -> None:
    """Ctrl+F, a name, Enter: the block that holds the node opens; Alt+Left leads back."""
    window = person.window
    person.key("ctrl+f")
    person.wait(lambda: window.panel.picker.isVisible(), "the list is open")
    person.type("conv1")
    person.key("Return")
    person.wait(lambda: window.canvas.path == ("conv",), "the block is open")
    assert window.canvas.selected == ("conv1",)
    person.key("alt+Left")
    person.wait(lambda: window.canvas.path == (), "back where one was")


def main() -> None:
    """All of it."""
    folder = Path(sys.argv[1])
    person = Person(design="lenet_sigmoid")
    group_from_the_menu(person, folder)
    copy_and_paste(person)
    find_by_keys(person)
    person.leave()


if __name__ == "__main__":
    main()
