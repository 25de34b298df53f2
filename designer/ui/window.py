"""The main window: puts canvas, docks and bars together, and leads what happens in one to the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QWidget

from designer.base.errors import BlockyardError
from designer.session.session import Session
from designer.ui.actions import EVERYWHERE, fill_menu, make_actions, place_on_canvas
from designer.ui.canvas.panel import CanvasPanel
from designer.ui.canvas_controller import CanvasController
from designer.ui.canvas_menus import CanvasMenus
from designer.ui.central import Central
from designer.ui.code_controller import CodeController
from designer.ui.collecting import Collector
from designer.ui.custom_controller import CustomController
from designer.ui.damage import DamageNotice
from designer.ui.docks.code import Code
from designer.ui.docks.editors import leave
from designer.ui.docks.inspector import Inspector
from designer.ui.docks.palette import Palette
from designer.ui.docks.problems import Problems
from designer.ui.docks.runs import Runs
from designer.ui.docks.summary import Summary
from designer.ui.docks.training import Training
from designer.ui.document_controller import DocumentController
from designer.ui.file_controller import FileController
from designer.ui.file_drops import FileDrops
from designer.ui.help_controller import HelpController
from designer.ui.idle import Idle
from designer.ui.inspector_controller import InspectorController
from designer.ui.language import translated
from designer.ui.later_panels import LaterPanels
from designer.ui.library_controller import LibraryController
from designer.ui.memory_controller import MemoryController
from designer.ui.news_controller import NewsController
from designer.ui.palette_controller import PaletteController
from designer.ui.panels import Panels
from designer.ui.pick_up import PickUp
from designer.ui.pictures import Pictures
from designer.ui.plot_saving import PlotSaver
from designer.ui.presenters.reports import problem_views
from designer.ui.recipe_controller import RecipeController
from designer.ui.recovery_controller import RecoveryController
from designer.ui.rich_text import menu_text, window_title
from designer.ui.runs_controller import RunsController
from designer.ui.settings.applying import SettingsController
from designer.ui.settings.store import settings
from designer.ui.start.controller import StartController
from designer.ui.start.recents import Recents
from designer.ui.status import StatusLine
from designer.ui.summary_controller import SummaryController
from designer.ui.tabs_controller import OpenDesign, TabsController
from designer.ui.theme.apply import ThemeFollower
from designer.ui.theme.current import current_theme, theme_source
from designer.ui.toasts import Toasts
from designer.ui.topbar import TopBar
from designer.ui.training_controller import TrainingController
from designer.ui.trust_controller import TrustController
from designer.ui.window_actions import window_slots

_FIRST_SIZE = (1440, 900)


class MainWindow(QMainWindow):
    """One window with the open designs in tabs. `session` is the one that is shown."""

    def __init__(self, session: Session | None, themes: ThemeFollower) -> None:
        """session: what to show, None for the start page."""
        super().__init__()
        self.setWindowTitle("Blockyard")
        self.themes = themes
        self._collector = Collector(self)
        self._is_leaving = False  # the person was asked, and wants it
        self._idle = Idle(self._do_what_can_wait(), self)
        self.actions_by_id = make_actions(self, window_slots(self))
        self._make_parts()
        self._connect_parts()
        self.resize(*_FIRST_SIZE)
        self.panels.restore()
        self.settings = SettingsController(self)
        self.tabs.open(session) if session else self.tabs.open_start()

    @property
    def session(self) -> Session:
        """The design that is shown."""
        return self.tabs.current.session

    # -- parts ----------------------------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        menu, presets = QMenu(self), QMenu(self)
        recent = fill_menu(menu, self.actions_by_id)
        recent.aboutToShow.connect(lambda: self.starting.fill_menu(recent))
        presets.aboutToShow.connect(lambda: self.documents.fill_presets(presets))
        self.top = TopBar(menu, self.actions_by_id, presets)
        self.tabs = TabsController(self.top.tabs, self)
        self.status = StatusLine(self.statusBar())
        self.panel = CanvasPanel(current_theme())
        self.central = Central(self.panel)
        self.setCentralWidget(self.central)
        self.setMenuWidget(self.top)
        self.palette_dock, self.inspector, self.problems = Palette(), Inspector(), Problems()
        self.code, self.training_dock, self.runs, self.summary = Code(), Training(), Runs(), Summary()
        self.panels = Panels(
            self,
            {
                "palette": (self.tr("Layers and blocks"), self.palette_dock),
                "inspector": (self.tr("Inspector"), self.inspector),
                "problems": (self.tr("Problems"), self.problems),
                "code": (self.tr("Code"), self.code),
                "data": (self.tr("Data"), None),
                "training": (self.tr("Training"), self.training_dock),
                "runs": (self.tr("Runs"), self.runs),
                "summary": (self.tr("Summary"), self.summary),
                "results": (self.tr("Results"), None),
            },
        )
        self.toasts = Toasts(self.central)
        self.panel.search.opened.connect(self.toasts.clear)
        self.panel.picker.opened.connect(self.toasts.clear)
        self.canvas = CanvasController(self.panel, self)
        self.canvas.finder.actions = self.actions_by_id
        self.canvas.overlays.mark_in(self.actions_by_id)
        self.pictures = Pictures(self, lambda: self.canvas)
        self.menus = CanvasMenus(self.canvas, self.actions_by_id)
        place_on_canvas(self.panel.view, self.actions_by_id)
        self.panel.key_hint.name_keys(self.actions_by_id)
        self.panel.breadcrumb.set_ways([self.actions_by_id["back"], self.actions_by_id["forward"]])
        self.inspecting = InspectorController(self.inspector, self.canvas, self)
        self.helping = HelpController(self.canvas, self)
        self.training = TrainingController(self.training_dock, self)
        PlotSaver(self.training_dock, self.tell_error, self)
        self.trusting = TrustController(self.central.trust, self.canvas)
        self.recents = Recents(self)
        self.documents = DocumentController(self, self.tabs, self.recents)
        self.files = FileController(self, self.central.file, self.tabs, self.documents)
        self.starting = StartController(self.central, self.documents, self.recents, self)
        self.damage = DamageNotice(self.central.damage, self)
        self.recovery = RecoveryController(self.central.recovery, self.documents, self.tabs, self.toasts)
        self.recipes = RecipeController(self.top.recipe, lambda: self.session, self)
        self.memory = MemoryController(
            self.summary, self.status, lambda: self.session, lambda: self.panels.is_shown("summary"), self
        )
        self.summaries = SummaryController(self.summary, lambda: self.session, self.trusting)
        self.coding = CodeController(self.code, self.canvas, lambda: self.panels.is_shown("code"), self)
        self.pick_up = PickUp(self.training, self.trusting, self.toasts, self._tell_of_start)
        self.library = LibraryController(self.canvas, self.toasts, self)
        self.news = NewsController(self.library, self.canvas, self.toasts, self)
        self.customs = CustomController(self.canvas, self.inspecting, self.helping)
        self.offering = PaletteController(self.palette_dock, self.canvas, self.library, self.documents, self.helping)
        self.later = LaterPanels(self)
        FileDrops(self.panel.view, self.documents, self.later.try_on_design)
        self.listing = RunsController(self.runs, self.documents, lambda: self.panels.is_shown("runs"), self)

    def _connect_parts(self) -> None:
        self.canvas.refused.connect(self.tell_error)
        self.canvas.moved_to.connect(self._selection_changed)
        self.canvas.ways_changed.connect(self._show_ways)
        self.library.changed.connect(self.inspecting.refresh)
        self.inspecting.notice_of = lambda kind: self.customs.notice(kind) or self.news.notice(kind)
        self.inspecting.answered.connect(self.news.answer)
        self.problems.jump_requested.connect(self._jump)
        self.problems.fix_requested.connect(self._fix)
        self.problems.why_requested.connect(self.helping.open_code)
        self.inspector.help_requested.connect(self.helping.open_kind)
        self.code.export_requested.connect(lambda: self.documents.export_module(lazy=self.code.is_lazy))
        self.documents.opened.connect(self.tabs.open)
        self.recovery.refused.connect(self.tell_error)
        self.tabs.close_requested.connect(self.documents.close)
        self.tabs.emptied.connect(self.tabs.open_start)
        self.starting.missing.connect(self._tell_missing)
        self.tabs.left.connect(self._leave_design)
        self.tabs.shown.connect(self._show_design)
        self.tabs.analysed.connect(self._analysed)
        self.tabs.state_changed.connect(self._show_state)
        self.tabs.state_changed.connect(lambda: self.session.losses or self.central.damage.hide())
        self.tabs.state_changed.connect(self.canvas.follow_recipe)
        self.tabs.state_changed.connect(self.inspecting.refresh)  # a recipe tells what training a node takes
        self.status.problem.clicked.connect(self._show_first_problem)
        self.documents.refused.connect(self.tell_error)
        self.recipes.refused.connect(self.tell_error)
        self.files.refused.connect(self.tell_error)
        self.files.done.connect(lambda text: self.toasts.show(text, "success"))
        self.documents.done.connect(lambda text: self.toasts.show(text, "success"))
        self.pictures.done.connect(lambda text: self.toasts.show(text, "success"))
        self.listing.done.connect(lambda text: self.toasts.show(text, "success"))
        self.pictures.refused.connect(self.tell_error)
        self.documents.done.connect(lambda _text: self.library.read())  # it may be one of its blocks that was saved
        self.training.running_changed.connect(lambda *_: self._show_running())
        self.training.ended.connect(self._training_ended)
        self.training.refused.connect(self.tell_error)
        self.training.node_requested.connect(self._show_node)
        self.training.progressed.connect(self.listing.refresh)
        self.runs.go_on_requested.connect(self.pick_up.go_on)
        self.panels.docks["code"].visibilityChanged.connect(lambda shown: shown and self.coding.refresh())
        self.panels.docks["summary"].visibilityChanged.connect(
            lambda shown: shown and self.memory.refresh(), Qt.ConnectionType.QueuedConnection
        )  # not while the panels come back, one by one
        self.summary.layers.jump_requested.connect(self._jump)
        self.panels.docks["runs"].visibilityChanged.connect(lambda shown: shown and self.listing.refresh())
        theme_source().changed.connect(self.panel.set_theme)

    # -- the design that is shown ---------------------------------------------------------------------------------

    def _leave_design(self, design: OpenDesign) -> None:
        """Another tab is about to be shown: what is half typed becomes a step first, and the place is remembered."""
        self.finish_typing(self)
        design.place = self.canvas.leave()

    def _show_design(self, design: OpenDesign) -> None:
        self.recipes.forget()
        self.coding.forget()
        self.summaries.forget()
        self.central.trust.hide()
        self.canvas.open_session(design.session, design.place)
        self.news.tell()
        self._show_running()
        self._show_analysis()
        self.damage.show(design.session)
        self._show_page(design.is_start)
        if self.top.tabs is not QApplication.focusWidget():
            (self.central.start.new_button if design.is_start else self.panel.view).setFocus()

    def _show_page(self, is_start: bool) -> None:
        """Around the start page there is nothing that concerns a design."""
        self.central.show_start(is_start)
        self.panels.put_away(is_start)
        self.top.show_design_parts(not is_start)
        self.statusBar().setVisible(not is_start)
        for key, action in self.actions_by_id.items():
            action.setEnabled(not is_start or key in EVERYWHERE)
        self._show_ways(*self.canvas.trail.ways)
        self._show_state()
        if is_start:
            self.starting.show()

    def _analysed(self) -> None:
        self.canvas.refresh()
        self._show_analysis()

    def _show_analysis(self) -> None:
        """Everything about the design but the canvas itself, which has its own controller."""
        problems = self.session.diagnostics
        self.problems.show_problems(problem_views(problems))
        count = len(self.session.problems)
        self.panels.set_title("problems", self.tr("Problems {0}").format(count) if count else self.tr("Problems"))
        self.status.show_analysis(self.session.analysis, self.session.problems)
        self.summary.show_stale()
        self.coding.refresh()
        self._show_state()

    def _show_state(self) -> None:
        session = self.session
        if self.central.is_start:
            self.setWindowTitle("Blockyard")
            return
        self.setWindowTitle(window_title(f"{session.title}{'' if session.is_saved else ' ●'} – Blockyard"))
        self.training_dock.set_recipe_line(self.recipes.refresh())
        self.memory.refresh()
        self.later.refresh()
        for key, name in (("undo", session.history.undo_name), ("redo", session.history.redo_name)):
            text = self.tr("Undo") if key == "undo" else self.tr("Redo")
            self.actions_by_id[key].setEnabled(name is not None)
            self.actions_by_id[key].setText(f"{text}: {menu_text(translated(name))}" if name else text)

    def _show_ways(self, back: bool, forward: bool) -> None:
        self.actions_by_id["back"].setEnabled(back and not self.central.is_start)
        self.actions_by_id["forward"].setEnabled(forward and not self.central.is_start)

    def _selection_changed(self) -> None:
        self.inspecting.refresh()
        self.coding.follow()

    def finish_typing(self, where: QWidget) -> None:
        """Let what is half typed become a step."""
        focus = QApplication.focusWidget()
        if focus is not None and focus is not self.top.tabs and where.isAncestorOf(focus):
            leave(focus)

    # -- problems and code ----------------------------------------------------------------------------------------

    def _jump(self, path: tuple[str, ...]) -> None:
        if path:
            self.canvas.go_to(path[:-1], path[-1])
            self.panel.view.setFocus()

    def _show_first_problem(self) -> None:
        if self.session.diagnostics:
            self.panels.show("problems")
            self._jump(self.session.diagnostics[0].path)

    def _fix(self, problem: int, fix: int) -> None:
        diagnostics = self.session.diagnostics
        if problem < len(diagnostics) and fix < len(diagnostics[problem].fixes):
            try:
                self.session.apply_fix(diagnostics[problem].fixes[fix])
                self.panel.view.setFocus()  # the button that was pressed is gone
            except BlockyardError as error:
                self.tell_error(error)

    # -- training, runs, summary ----------------------------------------------------------------------------------

    def train_or_stop(self) -> None:
        """Stop the training of this design, if it is under way; else train it now, or after the one that is."""
        if self.training.running and self.training.session is self.session:
            self.training.stop()
        else:
            self.train()

    def train(self) -> None:
        """Train the design as it is: now, or after the training that is under way."""
        self.trusting.of_design(self.session.design, self.tr("Trust and train"), self._train)

    def _train(self) -> None:
        try:
            self._tell_of_start(self.training.start(self.session))
        except BlockyardError as error:
            self.tell_error(error)
            self.panels.show("problems")

    def _tell_of_start(self, at_once: bool) -> None:
        if at_once:
            self.panels.show("training")
        else:
            self.toasts.show(self.tr("In the queue: it starts when the training under way is done."), "info")

    def _show_running(self) -> None:
        """Stop stands in the tab of the design that trains; the others can be trained when it is done."""
        running = self.training.running and self.training.session is self.session
        self.top.show_running(running, self.training.device)

    def _show_node(self, session: Session, names: tuple[str, ...]) -> None:
        design = self.tabs.of(session)
        if design is not None:
            self.tabs.show(design)
            self._jump(session.design.find(names))

    def _training_ended(self, kind: str, text: str) -> None:
        if not self.panels.is_shown("training"):
            self.toasts.show(text, kind, self.tr("Show"), lambda: self.panels.show("training"))
        self.listing.refresh()

    # -- the rest -------------------------------------------------------------------------------------------------

    def tell_error(self, error: BlockyardError) -> None:
        """Show what went wrong, and what to do, without a dialog."""
        self.toasts.show(translated(str(error)), "error")

    def _tell_missing(self, path: Path) -> None:
        text = self.tr("There is no file {0} any more.").format(path)
        self.toasts.show(text, "error", self.tr("Forget it"), lambda: self.recents.remove(path))

    def choose_theme(self, name: str) -> None:
        """Wear `system`, `dark` or `light` from now on, and next time."""
        settings().put("theme", name)
        self.settings.wear(name)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            (self.central.start.new_button if self.central.is_start else self.panel.view).setFocus()
            self.panel.view.fit_again()  # only now is the canvas as large as it will be
            self._idle.start()

    def _do_what_can_wait(self) -> Iterator[None]:
        for look in (self.documents.read_presets, self.memory.ask_device, self.pick_up.look, self.recovery.look):
            look()
            yield
        self.library.read()
        yield from self.later.prepare()
        yield from self.recipes.prepare()
        yield
        self.starting.make()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.finish_typing(self)
        sessions = [design.session for design in self.tabs]
        if not self._is_leaving and not all(session.is_saved for session in sessions):
            event.ignore()
            self.documents.leave(sessions, self._leave)
            return
        self._idle.stop()
        self.panels.keep()
        self.summaries.cancel()
        for part in (self.training, self.coding, self.listing, self.pick_up, self.library, self.memory, self.later):
            part.let_go()
        for part in (self.documents, self.files, self.recovery, self.starting, self.helping):
            part.let_go()
        event.accept()

    def _leave(self) -> None:
        self._is_leaving = True
        self.close()
