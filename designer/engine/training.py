"""Trains what a run folder holds: reads its recipe, builds its network, loads its data, and starts the loop."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from .checkpoints import (
    Keeper,
    Loaded,
    best_checkpoint,
    last_checkpoint,
    load_last,
    previous_checkpoint,
    require_same_design,
    save_checkpoint,
)
from .control import Wishes
from .data import ImageData, load_data
from .device import choose_device, prepare_device
from .fate import Follower, is_partner_lost, partner_lost
from .finding import find_culprit
from .group import ALONE, Group, joined
from .journal import Journal
from .loop import Hooks, Training
from .memory_fault import fitting_batch, is_out_of_memory, out_of_memory
from .meter import NotFiniteError
from .network import build_network, count_parameters, initialise, is_lazy, too_many_outputs, try_network
from .protocol import (
    MODEL_FILE,
    RECIPE_FILE,
    EngineError,
    Evaluation,
    Preparing,
    Started,
    WarmStarted,
    Warned,
    first_line,
    write_evaluation,
)
from .recipe import Recipe, read_recipe
from .recipe_checks import require_sense, warnings_of
from .safe_weights import save_weights
from .smallest_batch import settle_batches
from .state import require_resumable
from .text import Text
from .warm_start import freeze, nothing_to_freeze, warm_start

_MOST_OF_NAMES = 20_000  # characters of all classes' names in one message


class _StoppedError(Exception):
    """The run was stopped before training began."""


def train_folder(run_dir: Path, journal: Journal | Follower, wishes: Wishes, resume: bool = False) -> bool:
    """Train the run folder's `model.py` by its `recipe.json`. Returns whether it was stopped. Raises EngineError.

    journal: told each message from `Started` to the last `Epoch`. wishes: asked after each batch. resume: go on from
    the folder's last checkpoint.
    """
    recipe = read_recipe(run_dir / RECIPE_FILE)
    if not resume:
        require_sense(recipe)
    if recipe.tensorboard:
        journal.write_events()
    with joined() as group:
        return _train_in_group(run_dir, recipe, journal, wishes, resume, group)


def _train_in_group(
    run_dir: Path, recipe: Recipe, journal: Journal | Follower, wishes: Wishes, resume: bool, group: Group
) -> bool:
    device = choose_device(group.device(recipe.device))
    try:
        return _train(run_dir, recipe, device, journal, wishes, resume, group)
    except _StoppedError:
        return True
    except (RuntimeError, MemoryError) as error:
        if recipe.compile and type(error).__module__.startswith(("torch._dynamo", "torch._inductor")):
            raise EngineError(
                Text("The network cannot be compiled: {reason}", reason=first_line(error)),
                expected="a C++ compiler that torch.compile finds, and a network that it takes",
                fix="Install a compiler such as g++, or set compile to false.",
            ) from error
        if is_out_of_memory(error):
            raise out_of_memory(device, recipe.batch_size, None) from error
        if not group.alone and is_partner_lost(error):
            raise partner_lost() from error
        raise


def _train(
    run_dir: Path,
    recipe: Recipe,
    device: torch.device,
    journal: Journal | Follower,
    wishes: Wishes,
    resume: bool,
    group: Group,
) -> bool:
    loaded = load_last(run_dir) if resume else None
    prepare_device(device, recipe.deterministic)

    def tell(message: Preparing | Warned) -> None:
        journal.tell(message)
        if wishes.stopping:
            raise _StoppedError

    read = functools.partial(load_data, recipe.data, device, [run_dir], recipe.augment, tell)
    load = functools.cache(lambda: group.in_turn(read))
    network, frozen, taken = _make_network(run_dir, recipe, device, resume, load, group, journal.tell)
    data = load()
    width = try_network(network, data.sample(2), data.num_classes)
    data, left_out = settle_batches(network, data, recipe, frozen, group)
    save = Keeper(run_dir, is_last_sound=loaded is None or loaded.is_last).save
    keep, save_best = functools.partial(_keep, run_dir), functools.partial(save_checkpoint, best_checkpoint(run_dir))
    hooks = Hooks(journal.tell, wishes, save, keep, save_best) if group.leads else Hooks(journal.tell, wishes)
    training = Training(network, recipe, data, device, hooks, frozen, group)
    if loaded is not None:
        _go_on(training, loaded, recipe, len(data.train), journal)
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
            devices=group.size,
            classes=data.classes if sum(map(len, data.classes)) <= _MOST_OF_NAMES else (),
        )
    )
    if loaded is None:
        wide = too_many_outputs(width, data.num_classes) if width > data.num_classes else None
        for warning in (
            wide,
            nothing_to_freeze(network, recipe.start.frozen),
            left_out,
            *warnings_of(recipe, training.batches_per_epoch),
        ):
            if warning is not None:
                journal.tell(warning)
    memory_ran_out = False
    try:
        stopped = training.run()
    except NotFiniteError as error:
        raise _with_culprit(error, run_dir, recipe, device, data, wishes, group) from error
    except (RuntimeError, MemoryError) as error:
        memory_ran_out = is_out_of_memory(error)
        if not memory_ran_out:
            raise
    if memory_ran_out:  # here, where the error no longer holds what filled the memory
        if not group.alone:  # the others wait: they take no part in what is tried
            del training, network, frozen
            gc.collect()
            training = _anew(run_dir, recipe, device, data, Wishes(), ALONE)
        fitting = fitting_batch(training, -(-recipe.batch_size // group.size), device)
        raise out_of_memory(device, recipe.batch_size, fitting and fitting * group.size)
    if group.leads:
        save_weights(run_dir, training.weights())
    return stopped


def _go_on(
    training: Training, loaded: Loaded, recipe: Recipe, train_examples: int, journal: Journal | Follower
) -> None:
    """Take back the state of a checkpoint. Raises EngineError where it is of another run, or not what it should be."""
    state, path = loaded.state, loaded.path
    try:
        require_same_design(training.network, state.get("network", {}), path)
        require_resumable(state, recipe, train_examples, path)
        training.restore(state)
        step, epoch = state["step"], state["epoch"]
    except EngineError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        if is_out_of_memory(error):
            raise
        raise EngineError(
            Text(
                "The checkpoint {path} does not hold what training goes on from ({reason}).",
                path=path,
                reason=": ".join(filter(None, (type(error).__name__, first_line(error)))),
            ),
            expected="a checkpoint of this version of the engine",
            fix="Use a copy of it, or train anew.",
        ) from error
    journal.go_on_from(step, epoch)
    if loaded.warning is not None:
        journal.tell(loaded.warning)


def _keep(run_dir: Path, evaluation: Evaluation) -> None:
    try:
        write_evaluation(run_dir, evaluation)
    except OSError as error:
        raise EngineError(
            Text("The run folder {run_dir} cannot be written: {reason}.", run_dir=run_dir, reason=error.strerror),
            expected="a folder with room and the right to write",
            fix="Free some space on the disk and resume the run; its last checkpoint is whole.",
        ) from error


def _make_network(
    run_dir: Path,
    recipe: Recipe,
    device: torch.device,
    resume: bool,
    load: Callable[[], ImageData],
    group: Group,
    tell: Callable[[Warned], object] = lambda warned: None,
) -> tuple[nn.Module, list[nn.Module], WarmStarted | None]:
    """The network with its first weights on the device, what of it is frozen, and what it took from elsewhere."""
    torch.manual_seed(recipe.seed)
    network = build_network(run_dir / MODEL_FILE)
    if is_lazy(network):
        try_network(network, load().sample(2).cpu(), load().num_classes)
    initialise(network, recipe.init)  # on the CPU, so that a seed gives the same weights on every device
    if not count_parameters(network):
        raise EngineError(
            "The network has no parameters, so there is nothing to train.",
            expected="at least one layer with weights",
            fix="Add a layer such as Linear or Conv2d.",
        )
    start = recipe.start
    taken = warm_start(network, start.source, start.match, tell) if start.weights and not resume else None
    if recipe.sync_batchnorm:
        network = group.in_step(network, device)
    frozen = freeze(network, start.frozen)
    if not group.leads:
        torch.manual_seed(recipe.seed + group.rank)  # the weights are the same in all, what dropout draws is not
    return network.to(device), frozen, taken


def _with_culprit(
    error: NotFiniteError,
    run_dir: Path,
    recipe: Recipe,
    device: torch.device,
    data: ImageData,
    wishes: Wishes,
    group: Group,
) -> NotFiniteError:
    """The error with the part of the network where it began, found by training again from what was saved last."""
    culprit = find_culprit(_anew(run_dir, recipe, device, data, wishes, group), error.step)
    if culprit is not None:
        error.message, error.node = f"{error.message} {culprit.sentence}", culprit.path
    return error


def _anew(
    run_dir: Path, recipe: Recipe, device: torch.device, data: ImageData, wishes: Wishes, group: Group
) -> Training:
    """The run's training as it was when it saved last, or as it began; it tells nobody."""
    has_saved = any(path.is_file() for path in (last_checkpoint(run_dir), previous_checkpoint(run_dir)))
    state = load_last(run_dir).state if has_saved else None
    network, frozen, _ = _make_network(run_dir, recipe, device, state is not None, lambda: data, group)
    silent = Hooks(lambda message: None, wishes)
    again = Training(network, replace(recipe, compile=False), data, device, silent, frozen, group)
    if state is not None:
        again.restore(state)
    return again
