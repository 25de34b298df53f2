"""Upgrades: how a document of an older version becomes one of this version.

One function a version that was left behind, in a module of its own once there is one, from the parsed JSON of that
version to the parsed JSON of the next. Each version keeps a sample under `tests/document/samples` for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from designer.base.text import Text
from designer.document.document import DocumentError
from designer.document.format import VERSION

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]

UPGRADES: Mapping[int, Upgrade] = {}  # by the version that it leaves behind


def upgrade(
    raw: dict[str, Any], origin: str, upgrades: Mapping[int, Upgrade] = UPGRADES, newest: int = VERSION
) -> dict[str, Any]:
    """The parsed document in the newest version. Raises DocumentError where its version is newer or none."""
    version = raw.get("blockyard")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise DocumentError(
            Text("{origin} is not a Blockyard document.", origin=origin),
            expected=Text('a file that says "blockyard": {newest}', newest=newest),
            fix="Open a file that Blockyard saved, or a preset.",
        )
    if version > newest:
        raise DocumentError(
            Text(
                "{origin} was written by a newer Blockyard (format {version}; this one reads up to {newest}).",
                origin=origin,
                version=version,
                newest=newest,
            ),
            expected=Text("format {newest} or older", newest=newest),
            fix="Update Blockyard to open it: pip install --upgrade blockyard",
        )
    while version < newest:
        raw = {**upgrades[version](raw), "blockyard": version + 1}
        version += 1
    return raw
