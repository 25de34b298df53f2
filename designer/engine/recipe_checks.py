"""Recipes whose fields are fine one by one and contradict each other. Standard library only.

They can be read, since older ones may be such, and are told of before a training begins: in the form, on the command
line and by the engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .protocol import Warned
from .recipe import Recipe
from .recipe_json import RecipeError
from .text import Text


@dataclass(frozen=True)
class Contradiction:
    """A field that cannot mean what it says beside another. stops: whether no training begins with it."""

    field: str
    message: str
    expected: str
    fix: str
    stops: bool = False


def contradictions(recipe: Recipe) -> tuple[Contradiction, ...]:
    """What of a recipe cannot mean what it says, the gravest first."""
    return tuple(sorted(_found(recipe), key=lambda found: not found.stops))


def require_sense(recipe: Recipe) -> None:
    """Raise RecipeError where nobody can mean such a training."""
    for found in contradictions(recipe):
        if found.stops:
            raise RecipeError(Text("Recipe: {said}", said=found.message), expected=found.expected, fix=found.fix)


def warnings_of(recipe: Recipe, batches: int) -> list[Warned]:
    """What is told of a recipe that can be trained by all the same. batches: of an epoch."""
    found = [each for each in contradictions(recipe) if not each.stops]
    if recipe.accumulate > batches:
        found.append(
            Contradiction(
                "accumulate",
                Text(
                    "accumulate is {accumulate}, and an epoch has {batches} batches: no step gets more.",
                    accumulate=recipe.accumulate,
                    batches=batches,
                ),
                expected="at most the batches of an epoch",
                fix="Lower accumulate or batch_size, or use more data.",
            )
        )
    return [Warned("recipe_without_effect", each.message, each.fix) for each in found]


def _found(recipe: Recipe) -> Iterator[Contradiction]:
    schedule, epochs = recipe.schedule, recipe.epochs
    if schedule.warmup_epochs >= epochs:
        yield Contradiction(
            "schedule.warmup_epochs",
            Text(
                "schedule.warmup_epochs is {warmup:g} with epochs={epochs}.",
                warmup=schedule.warmup_epochs,
                epochs=epochs,
            ),
            expected=Text("less than {epochs}: the run would end before the rate reaches optimizer.lr", epochs=epochs),
            fix="Lower schedule.warmup_epochs, or raise epochs.",
            stops=True,
        )
    cuts_after = {"step": schedule.step_epochs, "plateau": schedule.patience + 1}.get(schedule.kind)
    if cuts_after is not None:
        name = "schedule.step_epochs" if schedule.kind == "step" else "schedule.patience"
        value = schedule.step_epochs if schedule.kind == "step" else schedule.patience
        if cuts_after >= epochs:
            yield Contradiction(
                name,
                Text(
                    "{name} is {value} with epochs={epochs}: the rate is never cut.",
                    name=name,
                    value=value,
                    epochs=epochs,
                ),
                expected="a cut before the last epoch",
                fix=Text("Lower {name}, raise epochs, or set schedule.kind to constant.", name=name),
            )
        if schedule.gamma == 1:
            yield Contradiction(
                "schedule.gamma",
                "schedule.gamma is 1: a cut leaves all of the rate.",
                expected="below 1",
                fix="0.1 is usual; for a rate that stays set schedule.kind to constant.",
            )
    patience = recipe.early_stopping
    if patience is not None and patience + 1 >= epochs:
        yield Contradiction(
            "early_stopping",
            Text(
                "early_stopping is {patience} with epochs={epochs}: the run never ends early.",
                patience=patience,
                epochs=epochs,
            ),
            expected="fewer epochs of patience than the run has",
            fix="Lower early_stopping, or raise epochs.",
        )
    is_outwaited = schedule.kind == "plateau" and patience is not None and patience <= schedule.patience
    if is_outwaited and schedule.monitor == recipe.early_stopping_monitor:
        yield Contradiction(
            "schedule.patience",
            Text(
                "schedule.patience is {patience} with early_stopping={early}: the run ends before the rate is cut.",
                patience=schedule.patience,
                early=patience,
            ),
            expected="a patience below that of early_stopping",
            fix="Lower schedule.patience, or raise early_stopping.",
        )
    if recipe.sync_batchnorm and recipe.devices == 1:
        yield Contradiction(
            "sync_batchnorm",
            "sync_batchnorm is true with devices=1: there is nothing to keep in step with.",
            expected="two devices or more",
            fix="Raise devices, or leave sync_batchnorm out.",
        )
