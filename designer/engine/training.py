"""Trains what a run folder holds: reads its recipe, builds its network, loads its data, and starts the loop."""

from __future__ import annotations

import functools
from pathlib import Path

import torch

from .checkpoints import last_checkpoint, load_checkpoint, require_same_design, save_checkpoint
from .control import Wishes
from .data import load_data
from .device import choose_device, prepare_device
from .journal import Journal
from .loop import Hooks, Training
from .network import build_network, count_parameters, initialise, is_lazy, try_network
from .protocol import MODEL_FILE, RECIPE_FILE, EngineError, Preparing, Started, Warned
from .recipe import Recipe, read_recipe
from .safe_weights import save_weights
from .state import require_resumable
from .warm_start import freeze, warm_start

_MOST_OF_NAMES = 20_000  # characters of all classes' names in one message


class _StoppedError(Exception):
    """The run was stopped before training began."""


def train_folder(run_dir: Path, journal: Journal, wishes: Wishes, resume: bool = False) -> bool:
    """Train the run folder's `model.py` by its `recipe.json`. Returns whether it was stopped. Raises EngineError.

    journal: told each message from `Started` to the last `Epoch`. wishes: asked after each batch. resume: go on from
    the folder's last checkpoint.
    """
    recipe = read_recipe(run_dir / RECIPE_FILE)
    device = choose_device(recipe.device)
    try:
        return _train(run_dir, recipe, device, journal, wishes, resume)
    except _StoppedError:
        return True
    except (RuntimeError, MemoryError) as error:
        if recipe.compile and type(error).__module__.startswith(("torch._dynamo", "torch._inductor")):
            raise EngineError(
                f"The network cannot be compiled: {str(error).strip().splitlines()[0]}",
                expected="a C++ compiler that torch.compile finds, and a network that it takes",
                fix="Install a compiler such as g++, or set compile to false.",
            ) from error
        if not _is_out_of_memory(error):
            raise
        raise EngineError(
            f"There is not enough memory on {device} for batches of {recipe.batch_size}.",
            expected="a batch that fits beside the weights and the optimizer's state",
            fix=f"Lower batch_size (try {max(recipe.batch_size // 2, 1)}), the image size, or the network's width.",
        ) from error


def _train(
    run_dir: Path,
    recipe: Recipe,
    device: torch.device,
    journal: Journal,
    wishes: Wishes,
    resume: bool,
) -> bool:
    checkpoint = last_checkpoint(run_dir)
    state = load_checkpoint(checkpoint) if resume else None
    prepare_device(device, recipe.deterministic)
    torch.manual_seed(recipe.seed)
    network = build_network(run_dir / MODEL_FILE)

    def tell(message: Preparing | Warned) -> None:
        journal.tell(message)
        if wishes.stopping:
            raise _StoppedError

    load = functools.partial(load_data, recipe.data, device, [run_dir], recipe.augment, tell)
    data = load() if is_lazy(network) else None
    if data is not None:
        try_network(network, data.sample(2).cpu(), data.num_classes)
    initialise(network, recipe.init)  # on the CPU, so that a seed gives the same weights on every device
    if not count_parameters(network):
        raise EngineError(
            "The network has no parameters, so there is nothing to train.",
            expected="at least one layer with weights",
            fix="Add a layer such as Linear or Conv2d.",
        )
    start = recipe.start
    taken = warm_start(network, start.weights, start.match) if start.weights and not resume else None
    frozen = freeze(network, start.frozen)
    network.to(device)
    data = data if data is not None else load()
    try_network(network, data.sample(2), data.num_classes)
    hooks = Hooks(journal.tell, wishes, functools.partial(save_checkpoint, checkpoint))
    training = Training(network, recipe, data, device, hooks, frozen)
    if state is not None:
        require_same_design(network, state.get("network", {}), checkpoint)
        require_resumable(state, recipe, len(data.train), checkpoint)
        training.restore(state)
        journal.go_on_from(state["step"], state["epoch"])
    if taken is not None:
        journal.tell(taken)
    journal.tell(
        Started(
            run=str(run_dir),
            device=str(device),
            epochs=recipe.epochs,
            batches_per_epoch=training.batches_per_epoch,
            params=count_parameters(network),
            train_examples=len(data.train),
            test_examples=len(data.test),
            num_classes=data.num_classes,
            validation_examples=len(data.validation) if data.validation else 0,
            steps_done=training.steps_done,
            classes=data.classes if sum(map(len, data.classes)) <= _MOST_OF_NAMES else (),
        )
    )
    stopped = training.run()
    save_weights(run_dir, training.weights())
    return stopped


def _is_out_of_memory(error: RuntimeError | MemoryError) -> bool:
    # a CPU's allocator and mps raise a plain RuntimeError
    return isinstance(error, torch.cuda.OutOfMemoryError | MemoryError) or any(
        sign in str(error) for sign in ("can't allocate memory", "out of memory")
    )
