"""The colours of an overlay: from little to much, in equal steps for the eye, also for those who see fewer colours."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QColor

from designer.ui.theme.colours import mixed
from designer.ui.theme.tokens import Theme

# Viridis by Smith, van der Walt and Firing, dedicated to the public domain (CC0), at equal distances.
VIRIDIS = ("#440154", "#472c7a", "#3b518b", "#2c718e", "#21908c", "#27ad80", "#5cc862", "#aadc31", "#fde725")


@lru_cache(maxsize=512)
def heat_colour(share: float, theme: Theme) -> QColor:
    """The colour of a share from 0 to 1: the more, the further from the ground. Shared: not to be changed."""
    share = min(max(share, 0.0), 1.0)
    along = (share if theme.name == "dark" else 1.0 - share) * (len(VIRIDIS) - 1)
    first = min(int(along), len(VIRIDIS) - 2)
    return mixed(VIRIDIS[first], VIRIDIS[first + 1], round(along - first, 2))
