"""How soon the window is there: from the start of the process to the first paint, against a bare QMainWindow.

The two run in turn, in processes of their own; the ratio of their medians is what counts (aim: within three times), and
is left in the benchmark's `extra_info`. Neither torch nor pyqtgraph nor networkx may be loaded by then.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

PAIRS = 7
WAIT_FOR_PAINT = """
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

class Watch(QObject):
    painted = False
    def eventFilter(self, watched, event):
        Watch.painted = Watch.painted or event.type() == QEvent.Type.Paint
        return False

def until_painted(app):
    watch = Watch()
    app.installEventFilter(watch)
    while not Watch.painted:
        app.processEvents()
    return 0
"""
BARE = f"""
{WAIT_FOR_PAINT}
from PySide6.QtWidgets import QMainWindow
app = QApplication([])
window = QMainWindow()
window.resize(1440, 900)
window.show()
until_painted(app)
"""
BLOCKYARD = f"""
import sys
from designer.ui import app

def watch_first_paint(window):
    namespace = {{}}
    exec({WAIT_FOR_PAINT!r}, namespace)
    QApplication = namespace["QApplication"]
    QApplication.exec = lambda *_: namespace["until_painted"](QApplication.instance())

app._catch_the_unexpected = watch_first_paint  # called just before the window is shown
from designer.__main__ import main
status = main(["vgg11_fashion"])
assert not status, status
loaded = {{"torch", "pyqtgraph"}} & set(sys.modules)
assert not loaded, loaded
"""


def _seconds(source: str) -> float:
    # As installed for a person: with compiled modules, which the first, uncounted pair leaves behind.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    # The process ends by os._exit: what is measured is the way to the first paint, not the way out.
    subprocess.run([sys.executable, "-c", f"{source}\nimport os\nos._exit(0)"], env=environment, check=True, timeout=60)
    return time.perf_counter() - start


def test_first_paint_against_a_bare_window(benchmark):
    figures: dict[str, list[float]] = {"bare": [], "blockyard": []}

    def pair() -> None:
        figures["bare"].append(_seconds(BARE))
        figures["blockyard"].append(_seconds(BLOCKYARD))

    pair()  # fills the disk's cache and the folders of compiled modules
    for runs in figures.values():
        runs.clear()
    benchmark.pedantic(pair, rounds=PAIRS if benchmark.enabled else 1, iterations=1)
    bare, ours = (statistics.median(runs) for runs in figures.values())
    benchmark.extra_info.update(bare_s=round(bare, 3), blockyard_s=round(ours, 3), ratio=round(ours / bare, 2))
