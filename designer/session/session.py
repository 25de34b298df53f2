"""One open design: its document, its history, its live check. A user interface holds one a tab and listens to it.

Every edit goes through `edit`: a pure function from the design to the edited design, with the name that undo shows.
Undo, the view and the check all follow the same signals. No Qt here: whoever listens decides in which thread.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from designer.analysis.analyser import Analyser
from designer.analysis.data_fit import DataFacts, check_data
from designer.analysis.diagnostics import Diagnostic, Fix, Severity
from designer.analysis.facts import Analysis, BlockFacts
from designer.base.events import Signal
from designer.base.text import Text
from designer.document.document import Document, DocumentError
from designer.document.on_disk import DiskState, OnDisk
from designer.document.presets import list_presets, open_design
from designer.document.reading import is_damaged
from designer.document.versions import keep_bytes, keep_version
from designer.document.writing import dump_document, keep_copy, write_atomically
from designer.editing.errors import EditError
from designer.editing.history import History
from designer.engine.recipe import Recipe
from designer.graph.block import Block
from designer.graph.design import Design
from designer.session.data_facts import known_facts
from designer.session.freezing import carried

if TYPE_CHECKING:  # code, export and training are loaded when they are asked for: the window is there the sooner
    from designer.codegen.module import GeneratedCode
    from designer.session.summary import SummaryProcess
    from designer.session.training import TrainingControl

Extra = TypeVar("Extra")

NEW_DESIGN = "Network"


def empty_document() -> Document:
    """A document with nothing on its canvas."""
    return Document(Design(NEW_DESIGN, {NEW_DESIGN: Block(NEW_DESIGN)}))


class ChangedOnDiskError(DocumentError):
    """Somebody else has written the file that was to be saved."""


class Session:
    """One open design.

    changed: emits (before, after, name) after each edit, undo and redo. analysed: emits the new Analysis, right after
    `changed`. state_changed: emits nothing, when the path, the recipe, what became of its file or whether it is saved
    has changed.
    """

    def __init__(self, document: Document | None = None, path: Path | None = None) -> None:
        document = document or empty_document()
        self.changed = Signal()
        self.analysed = Signal()
        self.state_changed = Signal()
        self.history = History(document.design)
        self._path = path
        self._recipe = document.recipe
        self._saved_recipe = document.recipe
        self._analyser = Analyser()
        self._batch = 1
        self._analysis = self._analyser.analyse(document.design, self._batch)
        self._code: dict[bool, tuple[Analysis, GeneratedCode]] = {}  # by whether its layers are lazy
        self._data: DataFacts | None = known_facts(document.recipe) if path else None
        self._fit: tuple[object, tuple[Diagnostic, ...]] | None = None
        self._losses: tuple[str, ...] = ()
        self._lost = 0
        self._disk = OnDisk.of(path) if path else None
        self._disk_state = DiskState.SAME
        self._is_suspect = False  # its file may hold what cannot be read, and is not to be written over without a copy
        self.history.changed.connect(self._on_changed)

    @classmethod
    def open(cls, name_or_path: str) -> Session:
        """A preset by its id, which is not tied to a file, or the design in a file: of a damaged one what can be read,
        `losses` tells the rest. Raises DocumentError where that is nothing."""
        if any(preset.id == name_or_path for preset in list_presets()):
            return cls(open_design(name_or_path))
        path = Path(name_or_path).absolute()
        disk = OnDisk.of(path)  # before it is read: what is written meanwhile is seen afterwards
        try:
            session = cls(open_design(name_or_path), path)
            session._disk = disk
            return session
        except DocumentError as error:
            from designer.document.salvage import read_salvaged  # seldom needed

            if not path.is_file():
                raise error
            found = read_salvaged(path)
        session = cls.recovered(found.document, path)
        session._losses, session._lost, session._disk = found.losses, found.count, disk
        return session

    @classmethod
    def recovered(cls, document: Document, path: Path | None) -> Session:
        """A design that no file holds as it is, brought back after a crash. path: the file that it belongs to."""
        session = cls(document, path)
        session.history.mark_unsaved()
        session._is_suspect = True
        return session

    # -- what is open -------------------------------------------------------------------------------------------------

    @property
    def design(self) -> Design:
        """The design as it is now."""
        return self.history.design

    @property
    def document(self) -> Document:
        """The document as it would be saved now."""
        return Document(self.design, self._recipe)

    @property
    def path(self) -> Path | None:
        """The file that it is saved in, None where there is none yet."""
        return self._path

    @property
    def title(self) -> str:
        """What a tab calls it: the file's name, else the design's title."""
        return self._path.stem if self._path else self.design.root.title or self.design.main

    @property
    def losses(self) -> tuple[str, ...]:
        """What could not be read of its file, a sentence for each of the first things; none once it is saved."""
        return self._losses

    @property
    def lost(self) -> int:
        """How many things could not be read of its file."""
        return self._lost

    @property
    def recipe(self) -> Recipe:
        """What it is trained with."""
        return self._recipe or Recipe()

    def set_recipe(self, recipe: Recipe) -> None:
        """Choose what it is trained with."""
        if recipe != self._recipe:
            is_same_data = recipe.data == self.recipe.data
            self._recipe = recipe
            if not is_same_data:
                self.know_data(known_facts(recipe))
            self.state_changed.emit()

    def know_data(self, data: DataFacts | None) -> None:
        """What the recipe's data hold is known, or no longer: whether the design fits them is among its diagnostics."""
        if data != self._data:
            self._data = data
            self.analysed.emit(self._analysis)

    @property
    def is_saved(self) -> bool:
        """Whether the file, or the preset, holds all that is here."""
        is_as_saved = self.history.is_saved and self._recipe == self._saved_recipe
        return is_as_saved and self._disk_state is DiskState.SAME

    # -- edits --------------------------------------------------------------------------------------------------------

    def edit(
        self, name: str, change: Callable[[Design], Design | tuple[Design, Extra]], merge_key: Hashable = None
    ) -> Extra | None:
        """Make one undoable step. Returns what `change` returns beside the design, such as a new node's id.

        merge_key: edits of one key in a row become one step. Whatever `change` raises passes on; nothing has changed.
        """
        result = change(self.design)
        design, extra = result if isinstance(result, tuple) else (result, None)
        self.history.commit(name, design, merge_key)
        return extra

    def apply_fix(self, fix: Fix) -> None:
        """Mend a problem as one undoable step. Raises EditError where the design has moved on since."""
        try:
            design = fix.apply(self.design)
        except KeyError as error:
            raise EditError(
                "This no longer applies: the design has changed.", fix="Look at the problem anew."
            ) from error
        self.history.commit(fix.title, design, is_in_place=True)

    def undo(self) -> bool:
        """Take the last step back. Returns whether there was one."""
        return self.history.undo()

    def redo(self) -> bool:
        """Bring back what undo took. Returns whether there was something."""
        return self.history.redo()

    # -- what is known of it ------------------------------------------------------------------------------------------

    @property
    def analysis(self) -> Analysis:
        """The facts and diagnostics of the design as it is now."""
        return self._analysis

    @property
    def facts(self) -> BlockFacts:
        """The facts of the outermost block."""
        return self._analysis.root

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All problems, errors first, hints last; also how the design fits the data, where these are known."""
        if self._data is None:
            return self._analysis.diagnostics
        key = self._analysis, self._data
        if self._fit is None or self._fit[0] != key:
            found = sorted((*check_data(*key), *self._analysis.diagnostics), key=lambda d: d.severity.rank)
            self._fit = key, tuple(found)
        return self._fit[1]

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that everyone is told: all but the hints."""
        return tuple(d for d in self.diagnostics if d.severity != Severity.HINT)

    def set_batch(self, batch: int) -> None:
        """Work the facts out for another number of examples in the batch."""
        if batch != self._batch:
            self._batch = batch
            self._analyse()

    def code(self) -> GeneratedCode:
        """The module of the design as it is now. Raises DesignError where the design has errors."""
        return self.code_task()()

    def code_task(self, *, lazy: bool = False) -> Callable[[], GeneratedCode]:
        """What makes the module of the design as it is now, as `code` does. It may be called in another thread.

        lazy: with PyTorch's lazy layers.
        """
        design, analysis, known = self.design, self._analysis, self._code.get(lazy)

        def task() -> GeneratedCode:
            from designer.codegen.module import generate

            if known is not None and known[0] is analysis:
                return known[1]
            made = generate(design, analysis, lazy=lazy)
            self._code[lazy] = (analysis, made)  # one assignment: whoever reads it sees the old pair or the new one
            return made

        return task

    # -- files --------------------------------------------------------------------------------------------------------

    @property
    def disk(self) -> OnDisk | None:
        """Its file as it was read or written last, to be looked at in any thread; None where it has none."""
        return self._disk

    @property
    def disk_state(self) -> DiskState:
        """What became of its file, as far as anybody has looked."""
        return self._disk_state

    def saw_file(self, looked_at: OnDisk, state: DiskState, now: OnDisk) -> None:
        """Take note of a look at its file. What was looked at before it was saved or reloaded is of no interest."""
        if looked_at is not self._disk:
            return
        self._disk = now
        if state is not self._disk_state:
            self._disk_state = state
            self.state_changed.emit()

    def reload(self, document: Document, disk: OnDisk) -> Path | None:
        """Take what its file holds now, as a step that undo takes back. What was never saved is kept as a version of
        the file. disk: the file when it was read. Returns that version, None where there was no need. Raises
        DocumentError, and nothing has changed."""
        is_as_saved = self.history.is_saved and self._recipe == self._saved_recipe
        kept = None if is_as_saved or self._path is None else keep_bytes(self._path, dump_document(self.document))
        self._disk, self._disk_state = disk, DiskState.SAME
        self._recipe = self._saved_recipe = document.recipe
        self._losses, self._lost, self._is_suspect = (), 0, False
        self.history.commit("Reload from disk", document.design)
        self.history.mark_saved()
        self.state_changed.emit()
        return kept

    def save(self) -> None:
        """Save to its file. Raises DocumentError, also where it has none yet."""
        if self._path is None:
            raise DocumentError("The design has no file yet.", fix="Save it under a name.")
        self.save_as(self._path)

    def save_as(self, path: Path, *, overwrite: bool = False) -> Path | None:
        """Save to a file, which is its file from now on; what it held is kept as a version beside it. overwrite: also
        where its own file was changed by somebody else. Returns the copy of a damaged file that this would have
        written over, None where there was no need. Raises DocumentError; ChangedOnDiskError where it was changed."""
        path = Path(path).absolute()
        if path == self._path and not overwrite:
            self._require_unchanged()
        data = dump_document(self.document)
        copy = keep_copy(path) if self._is_suspect and is_damaged(path) else None
        if copy is None:
            keep_version(path, data)
        self._disk = OnDisk.written(path, data, write_atomically(path, data))
        self._disk_state = DiskState.SAME
        self._path = path
        self._losses, self._lost, self._is_suspect = (), 0, False
        self._saved_recipe = self._recipe
        self.history.mark_saved()
        self.state_changed.emit()
        return copy

    def _require_unchanged(self) -> None:
        if self._disk is not None:
            state, now = self._disk.look(closely=True)
            self.saw_file(self._disk, state, now)
            if state is DiskState.CHANGED:
                raise ChangedOnDiskError(
                    Text("{path} was changed by another program since it was opened.", path=self._disk.path.name),
                    fix="Reload it, save under another name, or overwrite it.",
                )

    def export_module(self, path: Path, *, lazy: bool = False) -> list[Path]:
        """Write the generated module. lazy: with PyTorch's lazy layers. Raises DesignError, ExportError."""
        from designer.exchange.module import export_module

        return export_module(self.document, path, lazy=lazy)

    def export_project(self, folder: Path, *, lazy: bool = False, with_weights: bool = False) -> list[Path]:
        """Write a project that trains without Blockyard. lazy: as of a module. Raises DesignError, ExportError."""
        return self.export_task(folder, lazy=lazy, with_weights=with_weights)()

    def export_task(self, folder: Path, *, lazy: bool = False, with_weights: bool = False) -> Callable[[], list[Path]]:
        """What exports the design as it is now, as `export_project` does. It may be called in another thread.

        with_weights: the person wants the weights along that the recipe starts from; WeightsError where they are none.
        """
        from designer.session.exporting import export_task

        return export_task(self.document, self.recipe, self.analysis, folder, lazy=lazy, with_weights=with_weights)

    def summary(self) -> SummaryProcess:
        """Ask the engine for torchinfo's table. Raises DesignError, UntrustedError."""
        from designer.session.summary import SummaryProcess
        from designer.session.trust import require_trust

        source = self.code().source
        require_trust(self.design)
        return SummaryProcess(source, self.analysis.input_shapes[0])

    def train(self, recipe: Recipe | None = None, root: Path | None = None) -> TrainingControl:
        """Make a run folder and start the engine on it.

        Raises DesignError, UntrustedError where it brings code that nobody trusted, RunFolderError, TrainingError.
        """
        return self.training_task(recipe, root)()

    def training_task(self, recipe: Recipe | None = None, root: Path | None = None) -> Callable[[], TrainingControl]:
        """What starts a training of the design as it is now, as `train` does. It may be called in another thread."""
        recipe = recipe or self.recipe
        document = Document(self.design, recipe)
        data = self._data if recipe.data == self.recipe.data else None

        def task() -> TrainingControl:
            from designer.session.preparing import prepare_run
            from designer.session.training import TrainingControl

            control = TrainingControl(prepare_run(document, recipe, root=root, data=data), devices=recipe.devices)
            control.start()
            return control

        return task

    def _on_changed(self, before: Design, after: Design, name: str) -> None:
        self._analysis = self._analyser.analyse(after, self._batch)
        recipe = self._recipe and carried(self._recipe, before, after)
        is_same, self._recipe = recipe == self._recipe, recipe
        self.changed.emit(before, after, name)
        self.analysed.emit(self._analysis)
        if not is_same:
            self.state_changed.emit()

    def _analyse(self) -> None:
        self._analysis = self._analyser.analyse(self.design, self._batch)
        self.analysed.emit(self._analysis)
