"""Which process it is: a number is given to another one when the first has ended. Standard library only.

A process is known by its host, its number and the moment at which it began, as the system tells it.
"""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

_ENDED = "ZX"  # states of a process that has ended, though nobody has asked how
_PS_TIMEOUT_S = 5


@dataclass(frozen=True)
class ProcessIdentity:
    """host: its name. pid: its number there. began: when, in the system's own words; empty where it is not known."""

    host: str
    pid: int
    began: str

    @classmethod
    def of(cls, pid: int) -> Self:
        """The process of this machine that has that number now."""
        return cls(_host(), pid, _began(pid) or "")

    @property
    def is_here(self) -> bool:
        """Whether it is, or was, on this machine."""
        return bool(self.host) and self.host == _host()

    def is_alive(self) -> bool | None:
        """Whether it runs; None where that cannot be told from here."""
        if not self.is_here or not self.began:
            return None
        return _began(self.pid) == self.began

    def end(self) -> bool:
        """End it at once, if it is this very process and no other that has its number now. Returns whether it was."""
        handle = None
        with suppress(OSError, AttributeError):  # where the system has them, a handle cannot come to mean another one
            handle = os.pidfd_open(self.pid)
        try:
            if not self.is_alive():
                return False
            if handle is not None:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
            else:
                os.kill(self.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        except OSError:  # it has just ended, or is another person's
            return False
        finally:
            if handle is not None:
                os.close(handle)
        return True


def this_process() -> ProcessIdentity:
    """The one that asks."""
    return ProcessIdentity.of(os.getpid())


@cache
def _host() -> str:
    return platform.node()


def _began_by_ps(pid: int) -> str | None:
    """When a process began, as `ps` tells; None where there is none."""
    command = ["ps", "-o", "state=,lstart=", "-p", str(pid)]
    environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PS_TIMEOUT_S, env=environment)
    except (OSError, subprocess.SubprocessError):
        return None
    state, _, began = done.stdout.strip().partition(" ")
    return None if not began or state[:1] in _ENDED else " ".join(began.split())


if sys.platform == "linux":

    def _began(pid: int) -> str | None:
        """When a process began: the boot, and the ticks since; None where there is none."""
        try:
            told = Path(f"/proc/{pid}/stat").read_bytes()
        except OSError:
            return None
        state, *rest = told.rpartition(b")")[2].split()  # a name may hold anything, parentheses too
        return None if state.decode() in _ENDED else f"{_boot()} {int(rest[18])}"

    @cache
    def _boot() -> str:
        try:
            return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        except OSError:
            return ""

elif sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _QUERY, _STILL_ACTIVE = 0x1000, 259

    def _began(pid: int) -> str | None:
        """When a process began, in the ticks of the system's clock; None where there is none."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = wintypes.HANDLE
        handle = kernel.OpenProcess(_QUERY, False, pid)
        if not handle:
            return None
        times = [wintypes.FILETIME() for _ in range(4)]
        code = wintypes.DWORD()
        try:
            told = kernel.GetProcessTimes(wintypes.HANDLE(handle), *map(ctypes.byref, times))
            kernel.GetExitCodeProcess(wintypes.HANDLE(handle), ctypes.byref(code))
        finally:
            kernel.CloseHandle(wintypes.HANDLE(handle))
        if not told or code.value != _STILL_ACTIVE:
            return None
        return str(times[0].dwHighDateTime << 32 | times[0].dwLowDateTime)

else:
    _began = _began_by_ps
