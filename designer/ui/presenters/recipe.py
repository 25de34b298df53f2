"""The training recipe as fields to edit, and what a person typed as a changed recipe. The fields: `recipe_fields`."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from PySide6.QtCore import QCoreApplication

from designer.base.errors import advice
from designer.base.text import Text, joined
from designer.engine.protocol import EngineError
from designer.engine.recipe import RECIPES, Recipe, RecipeError
from designer.engine.recipe_checks import contradictions
from designer.ui import language
from designer.ui.docks.views import FieldSection, FieldView
from designer.ui.presenters.recipe_fields import FIELDS, NAME, SECTIONS, RecipeField, translated

translate = QCoreApplication.translate

Refused = tuple[str, str]  # what was typed, and why it cannot be
_DEFAULTS = Recipe()
_SIMPLE = {bool: "bool", int: "int", float: "float"}


def line(recipe: Recipe) -> str:
    """The recipe in short: `fashion-mnist-mini · SGD · 10 epochs`."""
    source = recipe.data.source.rstrip("/\\").replace("\\", "/").rpartition("/")[2]
    epochs = translate("Recipe", "1 epoch") if recipe.epochs == 1 else translate("Recipe", "{0} epochs")
    return f"{source} · {recipe.optimizer.kind} · {epochs.format(recipe.epochs)}"


def sections(recipe: Recipe, refused: Mapping[str, Refused]) -> tuple[FieldSection, ...]:
    """The recipe's fields by section, the first without a title; those that mean nothing in this recipe are left out.

    refused: by field; such a field keeps what was typed, with the reason under it. What contradicts another field is
    told there too.
    """
    refused = {**_contradicted(recipe), **refused}
    found = [FieldSection("", (_view(NAME, recipe, refused),), is_open=True)]
    for section in SECTIONS:
        shown = [entry for entry in section.fields if entry.applies(recipe) or entry.key in refused]
        views = tuple(_view(entry, recipe, refused) for entry in shown)
        own = [entry for entry in shown if entry.value(recipe) != entry.value(_DEFAULTS)]
        found.append(FieldSection(translated(section.title), views, section.is_open, _in_short(recipe, own)))
    return tuple(found)


def _contradicted(recipe: Recipe) -> dict[str, Refused]:
    return {
        found.field: (
            shown(FIELDS[found.field].value(recipe)),
            _in_form(found.field, language.translated(found.message), advice(found.expected, found.fix)),
        )
        for found in reversed(contradictions(recipe))
    }


def _in_short(recipe: Recipe, own: list[RecipeField]) -> str:
    """What a closed section says of what is set in it: `step, 0.5`; switches by their names."""
    words = [translated(entry.label) if entry.value(recipe) is True else shown(entry.value(recipe)) for entry in own]
    return ", ".join(word for word in words if word)


def _view(entry: RecipeField, recipe: Recipe, refused: Mapping[str, Refused]) -> FieldView:
    kind, choices = _kind(entry)
    typed, error = refused.get(entry.key, (shown(entry.value(recipe)), ""))
    return FieldView(
        entry.key,
        typed,
        kind,
        choices=choices,
        default_text=None if entry is NAME else shown(entry.value(_DEFAULTS)),
        doc=translated(entry.doc),
        label=translated(entry.label),
        error=error,
        placeholder=translated(entry.unset),
    )


def shown(value: object) -> str:
    """A field's value as a person types it: tuples without brackets, nothing for None."""
    if isinstance(value, tuple):
        return ", ".join(map(shown, value))
    if isinstance(value, float):
        short = f"{value:g}"
        return short if float(short) == value else repr(value)
    return "" if value is None else str(value)


_hints = cache(get_type_hints)


@cache
def _annotation(key: str) -> Any:
    part, _, name = key.rpartition(".")
    kind = _hints(Recipe)[part] if part else Recipe
    return _hints(kind)[name]


def _kind(entry: RecipeField) -> tuple[str, tuple[str, ...]]:
    """The sort of editor that a field gets, and what can be chosen there."""
    annotation = _annotation(entry.key)
    if entry is NAME:
        return "choice", tuple(RECIPES)
    if get_origin(annotation) is Literal:
        return "choice", get_args(annotation)
    if entry.browse:
        return "folder", ()
    return _SIMPLE.get(annotation, "text"), ()


def changed(recipe: Recipe, key: str, text: str) -> Recipe:
    """The recipe with one field as typed. Raises RecipeError where that is no value for it."""
    entry = FIELDS[key]
    if entry is NAME:
        return _named(recipe, text.strip())
    part, _, name = key.rpartition(".")
    value = _read(_annotation(key), entry, text.strip())
    if not part:
        return replace(recipe, name="custom", **{name: value})
    changes: dict[str, Any] = {name: value}
    if key == "optimizer.kind":
        changes |= _without_what_it_lacks(value)
    if key == "data.normalise" and value != "given":
        changes |= {"mean": (), "std": ()}
    return replace(recipe, name="custom", **{part: replace(getattr(recipe, part), **changes)})


def taken_back(recipe: Recipe, key: str, before: Recipe) -> Recipe:
    """The recipe with one field as it is in `before`."""
    part, _, name = key.rpartition(".")
    value = FIELDS[key].value(before)
    return replace(recipe, **{part: replace(getattr(recipe, part), **{name: value})} if part else {name: value})


def _without_what_it_lacks(kind: str) -> dict[str, Any]:
    lacking = {} if kind in ("SGD", "RMSprop") else {"momentum": 0.0}
    return lacking if kind == "SGD" else lacking | {"nesterov": False}


def with_batch(recipe: Recipe, batch_size: int) -> Recipe:
    """The recipe with smaller batches, so many of them to a step that steps see as many images as before."""
    joined = max(1, recipe.accumulate * recipe.batch_size // batch_size)
    return replace(recipe, name="custom", batch_size=batch_size, accumulate=joined)


def told(key: str, error: RecipeError) -> str:
    """Why a field was refused, in the form's words."""
    message = _said(error).replace(key, translated(FIELDS[key].label))
    return in_words(error, message)


def _in_form(key: str, message: str, advised: Text) -> str:
    """A sentence about a field by the form's own word for it, and what to do."""
    message = message.replace(key, translated(FIELDS[key].label))
    return language.translated(joined(message[:1].upper() + message[1:], advised))


def in_words(error: EngineError, message: str = "") -> str:
    """What is wrong with a recipe, what was expected, what to do."""
    message = message or _said(error)
    return language.translated(joined(message[:1].upper() + message[1:], advice(error.expected, error.fix)))


def _said(error: EngineError) -> str:
    return language.translated(error.message).removeprefix(language.translated(Text("Recipe: {said}", said="")))


def to_text(recipe: Recipe) -> str:
    """The recipe as text to edit."""
    return json.dumps(recipe.to_json(), indent=2, ensure_ascii=False) + "\n"


def from_text(text: str) -> Recipe:
    """The recipe that a text holds. Raises RecipeError, which says where the text is no JSON."""
    try:
        return Recipe.from_json(json.loads(text))
    except json.JSONDecodeError as error:
        raise RecipeError(
            translate("Recipe", "Line {0}, column {1}: {2}.").format(
                error.lineno, error.colno, f"{error.msg[:1].lower()}{error.msg[1:]}"
            ),
            expected=translate("Recipe", "a JSON object"),
        ) from error
    except RecursionError as error:
        said = translate("Recipe", "The text is nested too deep.")
        raise RecipeError(said, expected=translate("Recipe", "a JSON object")) from error


def _named(recipe: Recipe, name: str) -> Recipe:
    """The recipe of that name, on the data and the device of `recipe`."""
    chosen = RECIPES.get(name)
    if chosen is None:
        return recipe
    data = replace(chosen.data, source=recipe.data.source, limit=recipe.data.limit)
    return replace(chosen, data=data, device=recipe.device)


def _read(annotation: Any, entry: RecipeField, text: str) -> Any:
    is_unset = text.casefold() in ("", "none", entry.unset, translated(entry.unset).casefold())
    if get_origin(annotation) is types.UnionType:
        return None if is_unset else _read(get_args(annotation)[0], entry, text)
    if get_origin(annotation) is tuple:
        parts = [] if is_unset else [part.strip(" '\"") for part in text.strip("()[]").split(",") if part.strip()]
        return tuple(_read(get_args(annotation)[0], entry, part) for part in parts)
    if annotation is bool:
        return text == "True"
    try:
        if annotation in (int, float):
            return annotation(text)
    except ValueError:
        is_whole = annotation is int
        raise RecipeError(
            translate("Recipe", "{0} is '{1}'.").format(translated(entry.label), text[:40]),
            expected=translate("Recipe", "a whole number") if is_whole else translate("Recipe", "a number"),
            fix=translate("Recipe", "Type digits."),
        ) from None
    return "" if is_unset and entry.unset else text.strip("'\"")
