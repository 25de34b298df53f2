"""The training recipe as fields to edit, and what a person typed as a changed recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args, get_type_hints

from designer.engine.recipe import RECIPES, DataRecipe, OptimizerRecipe, Recipe, RecipeError, ScheduleRecipe
from designer.ui.docks.views import FieldView

# field of the form -> (part of the recipe, name in it, type, label, what it is)
_FIELDS: dict[str, tuple[str, str, str, str, str]] = {
    "name": ("", "name", "choice", "recipe", "Takes up a recipe that is known to work; data and device stay."),
    "data.source": ("data", "source", "folder", "data", "fashion-mnist-mini, or a folder of IDX files."),
    "data.resize": (
        "data",
        "resize",
        "text",
        "resize",
        "Height and width of images in pixels; empty: as the network asks.",
    ),
    "data.limit": ("data", "limit", "text", "limit", "Use at most so many images; all, where it is empty."),
    "batch_size": ("", "batch_size", "int", "batch size", "Images that are seen between two steps."),
    "epochs": ("", "epochs", "int", "epochs", "How often every image is seen."),
    "optimizer.kind": ("optimizer", "kind", "choice", "optimizer", "How the weights follow the gradient."),
    "optimizer.lr": ("optimizer", "lr", "float", "learning rate", "The length of a step."),
    "optimizer.momentum": ("optimizer", "momentum", "float", "momentum", "Keeps going where it went; SGD only."),
    "optimizer.weight_decay": ("optimizer", "weight_decay", "float", "weight decay", "Pulls weights to zero."),
    "schedule.kind": ("schedule", "kind", "choice", "schedule", "How the learning rate goes on."),
    "init": ("", "init", "choice", "init", "How weights start."),
    "seed": ("", "seed", "int", "seed", "The same seed gives the same run."),
    "device": ("", "device", "text", "device", "auto, cpu, cuda, cuda:1 or mps."),
}
_UNSET = {"data.resize": "as the input", "data.limit": "all"}  # what an empty field means
Refused = tuple[str, str]  # what was typed, and why it cannot be

_PARTS = {"": Recipe, "data": DataRecipe, "optimizer": OptimizerRecipe, "schedule": ScheduleRecipe}


def line(recipe: Recipe) -> str:
    """The recipe in short: `fashion-mnist-mini · SGD · 10 epochs`."""
    source = recipe.data.source.rstrip("/\\").replace("\\", "/").rpartition("/")[2]
    epochs = f"{recipe.epochs} epoch{'' if recipe.epochs == 1 else 's'}"
    return f"{source} · {recipe.optimizer.kind} · {epochs}"


def fields(recipe: Recipe, refused: Mapping[str, Refused]) -> tuple[FieldView, ...]:
    """The recipe's fields. refused: by field; such a field keeps what was typed, with the reason under it."""
    views = []
    for key, (part, name, kind, label, doc) in _FIELDS.items():
        value = getattr(getattr(recipe, part) if part else recipe, name)
        choices = tuple(RECIPES) if key == "name" else _choices(part, name) if kind == "choice" else ()
        typed, error = refused.get(key, ("" if value is None else str(value), ""))
        views.append(
            FieldView(
                key,
                typed,
                kind,
                choices=choices,
                doc=doc,
                label=label,
                error=error,
                placeholder=_UNSET.get(key, ""),
            )
        )
    return tuple(views)


def _choices(part: str, name: str) -> tuple[str, ...]:
    return tuple(str(choice) for choice in get_args(get_type_hints(_PARTS[part])[name]))


def changed(recipe: Recipe, key: str, text: str) -> Recipe:
    """The recipe with one field as typed. Raises RecipeError where that is no value for it."""
    part, name, kind, label, _doc = _FIELDS[key]
    if key == "name":
        return _named(recipe, text.strip())
    value = _read(kind, key, label, text.strip())
    if not part:
        return replace(recipe, name="custom", **{name: value})
    inner = getattr(recipe, part)
    changes: dict[str, Any] = {name: value}
    if key == "optimizer.kind" and value != "SGD":
        changes |= {"momentum": 0.0, "nesterov": False}  # only SGD has them
    return replace(recipe, name="custom", **{part: replace(inner, **changes)})


def told(key: str, error: RecipeError) -> str:
    """Why a field was refused, in the form's words."""
    message = error.message.removeprefix("Recipe: ").replace(key, _FIELDS[key][3])
    expected = f"Expected {error.expected}." if error.expected else ""
    return " ".join(part for part in (message[:1].upper() + message[1:], expected, error.fix) if part)


def _named(recipe: Recipe, name: str) -> Recipe:
    """The recipe of that name, on the data and the device of `recipe`."""
    chosen = RECIPES.get(name)
    if chosen is None:
        return recipe
    data = replace(chosen.data, source=recipe.data.source, limit=recipe.data.limit)
    return replace(chosen, data=data, device=recipe.device)


def _read(kind: str, key: str, label: str, text: str) -> Any:
    optional = key in ("data.resize", "data.limit")
    if optional and text.casefold() in ("", "none", _UNSET[key]):
        return None
    try:
        if kind == "int" or optional:
            return int(text)
        if kind == "float":
            return float(text)
    except ValueError:
        wanted = "a number" if kind == "float" else "a whole number"
        raise RecipeError(f"{label} is '{text[:40]}'.", expected=wanted, fix="Type digits.") from None
    return text.strip("'\"")
