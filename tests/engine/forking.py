"""Starts engines at little cost, and stands in for torchrun: it loads torch once and forks.

Each line of its input is how many processes are to train together, and the worker's arguments, as JSON. It writes how
they ended. The first one's messages go to `told.jsonl` beside the run folder.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import traceback
from pathlib import Path

from designer.engine import training, worker  # noqa: F401 - training brings torch


def begin(rank: int, size: int, port: int, arguments: list[str]) -> int:
    """Fork one process of a group. Returns its id."""
    if child := os.fork():
        return child
    status = 1
    try:
        values = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": size, "MASTER_PORT": port, "MASTER_ADDR": "127.0.0.1"}
        os.environ.update({name: str(value) for name, value in values.items()})
        path = Path(arguments[0]).with_name("told.jsonl") if rank == 0 else os.devnull
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        status = worker.main(arguments)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def main() -> None:
    """Serve until the input ends."""
    for line in sys.stdin:
        size, *arguments = json.loads(line)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        children = [begin(rank, size, port, arguments) for rank in range(size)]
        ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        sys.stdout.write(f"{ends}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
