"""A made-up language, by Qt's own tools: every text stands in ⟦ ⟧. Its code is that of Esperanto."""

from __future__ import annotations

import subprocess
from pathlib import Path
from xml.etree import ElementTree

from tests.texts import qt_tool, update

CODE = "eo"


def make_language(folder: Path) -> Path:
    """Collect all texts of the program, translate each, and release them: `blockyard_eo.qm` in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    source, target = folder / f"blockyard_{CODE}.ts", folder / f"blockyard_{CODE}.qm"
    update(source)
    tree = ElementTree.parse(source)
    for message in tree.iter("message"):
        translation = message.find("translation")
        translation.attrib.pop("type", None)  # else it counts as unfinished, and is not released
        for part in translation.findall("numerusform") or [translation]:
            part.text = f"⟦{message.findtext('source')}⟧"
    tree.write(source, "utf-8", xml_declaration=True)
    subprocess.run([qt_tool("lrelease"), "-silent", str(source), "-qm", str(target)], check=True)
    return target
