"""The undo history of one design: named steps, each a snapshot that shares what it did not change.

A step is a pair of designs. Undo brings back the very same object that was there before, so "what changed" is a
comparison by identity, and whether the design is saved is one too.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

from designer.base.events import Signal
from designer.graph.design import Design


@dataclass(frozen=True)
class _Step:
    name: str
    before: Design
    after: Design
    merge_key: Hashable
    is_in_place: bool = False


class History:
    """The designs that a person went through, and where among them they are.

    changed: emits (before, after, name) after each commit, undo and redo.
    """

    def __init__(self, design: Design, limit: int = 500) -> None:
        self.changed = Signal()
        self._design = design
        self._saved: Design | None = design
        self._limit = limit
        self._steps: list[_Step] = []
        self._done = 0  # how many of the steps are in force; those behind can be redone
        self._open = False  # whether the last step may still grow
        self._crossed: _Step | None = None

    @property
    def design(self) -> Design:
        """The design as it is now."""
        return self._design

    @property
    def undo_name(self) -> str | None:
        """What undo would take back, None where there is nothing."""
        return self._steps[self._done - 1].name if self._done else None

    @property
    def redo_name(self) -> str | None:
        """What redo would bring back, None where there is nothing."""
        return self._steps[self._done].name if self._done < len(self._steps) else None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all steps, the oldest first; `position` of them are in force."""
        return tuple(step.name for step in self._steps)

    @property
    def position(self) -> int:
        """How many of the steps are in force."""
        return self._done

    @property
    def stays(self) -> bool:
        """Whether who looks at the design stays where they are: undo or redo crossed a step made in place, last."""
        return self._crossed is not None and self._crossed.is_in_place

    @property
    def is_saved(self) -> bool:
        """Whether the design is the one that was saved last."""
        return self._design is self._saved

    def mark_saved(self) -> None:
        """Take the present design for the saved one."""
        self._saved = self._design
        self._open = False

    def mark_unsaved(self) -> None:
        """Say that no file holds the present design, as after a recovery."""
        self._saved = None

    def commit(self, name: str, design: Design, merge_key: Hashable = None, *, is_in_place: bool = False) -> bool:
        """Make `design` the present one, as one step. Returns whether anything changed.

        merge_key: a step of the same key right before grows instead of a new one being made, so that typing a number
        is one step. `seal` ends the growing.
        is_in_place: undo does not lead to what changed, as with a fix that reaches into other blocks.
        """
        before = self._design
        if design is before:
            return False
        last = self._steps[self._done - 1] if self._done else None
        grows = self._open and last is not None and merge_key is not None and last.merge_key == merge_key
        if last is not None and grows:
            self._steps[self._done - 1] = replace(last, after=design, name=name)
            if design is last.before:
                self._done -= 1
        else:
            self._steps[self._done :] = [_Step(name, before, design, merge_key, is_in_place)]
            self._done += 1
        del self._steps[self._done :]
        if len(self._steps) > self._limit:
            surplus = len(self._steps) - self._limit
            del self._steps[:surplus]
            self._done -= surplus
        self._open = True
        self._move_to(design, name)
        return True

    def seal(self) -> None:
        """Let the next commit be a step of its own, whatever its merge_key."""
        self._open = False

    def undo(self) -> bool:
        """Take the last step back. Returns whether there was one."""
        if not self._done:
            return False
        self._done -= 1
        step = self._steps[self._done]
        self._cross(step)
        self._move_to(step.before, step.name)
        return True

    def redo(self) -> bool:
        """Bring the step back that undo took. Returns whether there was one."""
        if self._done == len(self._steps):
            return False
        step = self._steps[self._done]
        self._done += 1
        self._cross(step)
        self._move_to(step.after, step.name)
        return True

    def jump(self, position: int) -> bool:
        """Go to where so many steps are in force, in one go. Returns whether that is elsewhere."""
        position = min(max(position, 0), len(self._steps))
        if position == self._done:
            return False
        is_forward = position > self._done
        step = self._steps[position - 1 if is_forward else position]
        self._done = position
        self._cross(step)
        self._move_to(step.after if is_forward else step.before, step.name)
        return True

    def _cross(self, step: _Step) -> None:
        self._open, self._crossed = False, step

    def _move_to(self, design: Design, name: str) -> None:
        before, self._design = self._design, design
        self.changed.emit(before, design, name)
