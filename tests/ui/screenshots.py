"""Takes pictures of the window, dark and light: what the README and the help show, or every scene there is.

Usage: python tests/ui/screenshots.py [FOLDER] [--all | --only NAME …] [--list]. By default those that are in the
documents, into resources/screenshots. Needs no screen. Scenes are in tests/ui/scenes. Look at each picture.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import traceback
from pathlib import Path

from PySide6.QtWidgets import QApplication

from designer.base.paths import resources_dir
from designer.ui.theme.apply import ThemeFollower
from tests.ui.scenes import editing, moving, program, seeing, training, wiring
from tests.ui.scenes.stage import SCENES, THEMES, play

ROOT = Path(__file__).resolve().parents[2]
TOPICS = (moving, wiring, editing, seeing, program, training)
_PICTURE = re.compile(r"screenshots/([a-z0-9_]+)-(?:dark|light)\.png")


def in_the_documents() -> list[str]:
    """The scenes whose pictures the README and the help show."""
    texts = [ROOT / "README.md", *(resources_dir() / "help").rglob("*.md")]
    shown = {name for text in texts for name in _PICTURE.findall(text.read_text("utf-8"))}
    return [name for name in SCENES if name in shown]


def _choose_screen(folder: Path) -> None:
    """No screen, but one as large as people have: dialogs and popups go by its size."""
    screen = {"name": "none", "x": 0, "y": 0, "width": 1920, "height": 1080, "logicalDpi": 96, "dpr": 1}
    file = folder / "screen.json"
    file.write_text(json.dumps({"screens": [screen]}), "utf-8")
    os.environ.setdefault("QT_QPA_PLATFORM", f"offscreen:configfile={file}")


def main() -> None:
    """Every picture that was asked for, in both themes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=resources_dir() / "screenshots")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="every scene")
    which.add_argument("--only", nargs="+", metavar="NAME", choices=[*SCENES], help="these scenes")
    which.add_argument("--list", action="store_true", help="print the scenes and what they show")
    options = parser.parse_args()
    if options.list:
        for scene in SCENES.values():
            sys.stdout.write(f"{scene.name:20} {scene.prepare.__doc__.splitlines()[0]}\n")
        return
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        _choose_screen(Path(home))
        themes = ThemeFollower(QApplication(["blockyard"]), THEMES[0])
        failed = []
        for name in options.only or ([*SCENES] if options.all else in_the_documents()):
            own = Path(home, name)  # no scene finds what another left: favourites, recent files, blocks kept
            own.mkdir()
            os.environ["BLOCKYARD_CONFIG_DIR"] = os.environ["BLOCKYARD_DATA_DIR"] = str(own)
            try:
                play(SCENES[name], themes, options.folder, own)
            except Exception:  # the others are worth having
                traceback.print_exc()
                failed.append(name)
    if failed:
        sys.exit(f"Not taken: {', '.join(failed)}")


if __name__ == "__main__":
    main()
