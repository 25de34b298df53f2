"""What a damaged file has lost, told above the canvas while the design is shown and not saved."""

from __future__ import annotations

from PySide6.QtCore import QObject

from designer.session.session import Session
from designer.ui.banner import Banner
from designer.ui.language import translated

_MOST = 12  # losses that are told one by one


class DamageNotice(QObject):
    """Shows the notice of one session, or none."""

    def __init__(self, banner: Banner, parent: QObject) -> None:
        super().__init__(parent)
        self._banner = banner

    def show(self, session: Session) -> None:
        """Tell of what a session could not read; where it read all, there is nothing to tell."""
        losses = session.losses
        if not losses:
            self._banner.hide()
            return
        count = self.tr("One thing could") if session.lost == 1 else self.tr("{0} things could").format(session.lost)
        text = self.tr("{0} is damaged. {1} not be read. Saving keeps a copy of the damaged file.").format(
            session.path.name, count
        )
        rest = session.lost - len(losses[:_MOST])
        more = [self.tr("and {0} more").format(rest)] if rest > 0 else []
        whole = "\n".join([text, *(f"•  {translated(loss)}" for loss in losses[:_MOST]), *more])
        self._banner.ask(text, (self.tr("What is missing"), lambda: self._banner.ask(whole)))
