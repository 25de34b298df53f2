"""A stand-in for torchrun that loads torch once: for each run folder on its input it forks two processes that train it
together, and writes how they ended. The first one's messages go to `told.jsonl` beside the folder.
"""

from __future__ import annotations

import os
import socket
import sys
import traceback
from pathlib import Path

from designer.engine import training, worker  # noqa: F401 - training brings torch

SIZE = 2


def begin(rank: int, port: int, run_dir: Path) -> int:
    """Fork one process of the group. Returns its id."""
    if child := os.fork():
        return child
    status = 1
    try:
        values = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": SIZE, "MASTER_PORT": port, "MASTER_ADDR": "127.0.0.1"}
        os.environ.update({name: str(value) for name, value in values.items()})
        told = os.open(run_dir.with_name("told.jsonl") if rank == 0 else os.devnull, os.O_WRONLY | os.O_CREAT)
        os.dup2(told, 1)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        status = worker.main([str(run_dir)])
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def main() -> None:
    """Serve run folders until the input ends."""
    for line in sys.stdin:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        children = [begin(rank, port, Path(line.strip())) for rank in range(SIZE)]
        ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        sys.stdout.write(f"{ends}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
