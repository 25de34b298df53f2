"""Finds a data set by its name or its path, and the source that reads it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from ..downloading import Tell, data_home, fetch
from ..examples import Collection
from ..protocol import EngineError
from ..recipe_data import DataRecipe
from ..recipe_json import nearest
from ..recipe_sets import KNOWN_SETS, known_set
from ..text import Text, one_of
from . import arrays, cifar, folders, idx, table
from .archive import Place
from .archive_index import is_archive, opened
from .listing import is_hidden, unused

SEARCH_VARIABLE = "BLOCKYARD_DATA_PATH"  # folders that hold data sets by name, parted as in PATH
SOURCES: dict[str, ModuleType] = {"idx": idx, "cifar": cifar, "csv": table, "numpy": arrays, "folders": folders}
_WANTED = (
    "IDX files, folders of images by class, a CSV of paths and labels, NumPy arrays or CIFAR's binary files; in a zip "
    "or a tar too"
)
_MAX_WRAPPED = 8  # folders around a data set, one in the other


def find_data(source: str, near: Sequence[Path] = (), tell: Tell | None = None) -> Path:
    """The file or folder of a data set, by its path or by its name. Raises EngineError.

    A name is looked for in the folders of `BLOCKYARD_DATA_PATH`, in `near`, in `data` and `resources` beside this
    package and one level above, where data sets are fetched into, and where Debian keeps them. A known set that is in
    none of these is fetched; tell: hears how far that is, None to fetch nothing.
    """
    given = Path(source).expanduser()
    if given.exists():
        return given.resolve()
    known = known_set(source)
    name = known.name if known else source
    package = Path(__file__).resolve().parent.parent
    homes = [Path(home) for home in os.environ.get(SEARCH_VARIABLE, "").split(os.pathsep) if home]
    homes += near
    homes += [above / name for above in (package.parent, package.parent.parent) for name in ("data", "resources")]
    homes += [data_home(), Path("/usr/share/datasets")]
    for home in homes:
        if (home / name).exists():
            return (home / name).resolve()
    if known and tell:
        return fetch(known, data_home(), tell)
    if known:
        raise EngineError(
            Text(
                "{name} is not on this machine yet; it is {size:,.0f} MiB to fetch.",
                name=known.name,
                size=known.size_bytes / 2**20,
            ),
            expected=Text("its folder in {folder}", folder=data_home()),
            fix=Text("Run: blockyard data {name}", name=known.name),
        )
    raise EngineError(
        Text("There is no data set or folder {source}.", source=repr(source)),
        expected=Text(
            "{known_sets}, or a folder or file with {wanted}", known_sets=", ".join(KNOWN_SETS), wanted=_WANTED
        ),
        fix=nearest(source, KNOWN_SETS) or "Check the name, or choose a folder.",
    )


def open_data(recipe: DataRecipe, near: Sequence[Path] = (), tell: Tell | None = None) -> Collection:
    """What the recipe's data set holds, by the source that its format names or that claims it. Raises EngineError.

    near, tell: as for `find_data`.
    """
    path: Place = find_data(recipe.source, near, tell)
    try:
        if is_archive(path):
            path = opened(path)
        path, source = _source(recipe.format, path)
        collection = source.read(path, recipe)
    except OSError as error:
        raise EngineError(
            Text("The data in {path} cannot be read: {reason}.", path=path, reason=error.strerror or str(error)),
            expected="files that can be read",
            fix="Check that the folder is there, and its permissions.",
        ) from error
    _require_one_size(collection)
    if collection.files and path.is_dir() and path.name not in (*KNOWN_SETS, DataRecipe().source):
        left_out = unused(path, collection.files)
        collection = replace(collection, notes=(*collection.notes, *left_out.notes()))
    known = KNOWN_SETS.get(path.name)
    if known and collection.classes == tuple(map(str, range(len(known.classes)))):
        return replace(collection, classes=known.classes)  # of the set's own page, where files have only numbers
    return collection


def _require_one_size(collection: Collection) -> None:
    """Raise EngineError where arrays of the sets are of different sizes; of files that is seen as they are read."""
    train, test = collection.train, collection.test
    if test is not None and train.pictures.shape != test.pictures.shape:
        sizes = (" × ".join(map(str, part.pictures.shape)) for part in (train, test))
        raise EngineError(
            "The images in {} are {} for training and {} for testing.".format(collection.root, *sizes),
            expected="one size for both",
            fix="Check that the files belong together.",
        )


def _source(named: str, path: Place) -> tuple[Place, ModuleType]:
    """The source that reads it, and what it is to read: that folder, or the one within that all the rest lies in."""
    inner, depth = path, 0
    while (below := _only_folder(inner)) is not None and depth < _MAX_WRAPPED and not _claiming(named, inner):
        inner, depth = below, depth + 1
    claiming = _claiming(named, inner)
    if not claiming and (named in ("auto", "folders")) and folders.claims(path):
        return path, folders  # however deep: it finds its own way
    if not claiming and named != "auto":
        raise EngineError(
            Text("{path} holds no {kind}, as data.format says.", path=path, kind=SOURCES[named].KIND),
            expected=SOURCES[named].KIND,
            fix="Correct data.format, or leave it out.",
        )
    path = inner if claiming else path
    if named == "auto" and claiming and folders.claims(path):
        if set(claiming) == {"csv"} and not folders.holds_classes(path):
            return path, table  # the list is of the images that lie beside it
        if set(claiming) != {"csv"} or table.lists_images(path):
            claiming["folders"] = folders
        else:
            return path, folders  # a table of something else
    if len(claiming) > 1:
        names = " and ".join(source.KIND for source in claiming.values())
        raise EngineError(
            Text("{path} could be read in more than one way: it holds {names}.", path=path, names=names),
            expected="one of them",
            fix=Text(
                "Set data.format in the recipe to {claiming}, or name a folder or file within.",
                claiming=one_of(claiming),
            ),
        )
    if claiming:
        return path, next(iter(claiming.values()))
    raise _unknown(path)


def _claiming(named: str, path: Place) -> dict[str, ModuleType]:
    """The sources that claim it, but for folders, which claim almost anything."""
    return {
        name: source
        for name, source in SOURCES.items()
        if named in ("auto", name) and source is not folders and source.claims(path)
    }


def _only_folder(path: Place) -> Place | None:
    """The one folder that an archive, or torchvision, put around, if nothing else lies there."""
    if not path.is_dir():
        return None
    inner = [entry for entry in path.iterdir() if not is_hidden(entry.name, is_folder=True)]
    return inner[0] if len(inner) == 1 and inner[0].is_dir() else None


def _unknown(path: Place) -> EngineError:
    """What is said where no source claims a path."""
    lists = [file.name for file in table.lists(path)]
    if len(lists) > 1:
        names = ", ".join(lists[:5])
        if len(lists) > 5:
            names = Text("{names} and {count:,} more", names=names, count=len(lists) - 5)
        return EngineError(
            Text(
                "{path} holds {count:,} lists: {names}.",
                path=path,
                count=len(lists),
                names=names,
            ),
            expected=Text("one {kind}", kind=table.KIND),
            fix=Text("Name the list itself, such as {path}.", path=path / lists[0]),
        )
    fix: str = "Check the folder, or name another."
    archives = (
        sorted(entry for entry in path.iterdir() if is_archive(entry))
        if isinstance(path, Path) and path.is_dir()
        else []
    )
    if archives:
        fix = Text("Name the archive itself: {path}.", path=archives[0])
    return EngineError(f"{path} {_held(path)}.", expected=_WANTED, fix=fix)


def _held(path: Place) -> str:
    if path.is_file():
        return Text("is a {suffix}, which is no data set", suffix=path.suffix or Text("file without a suffix"))
    names = sorted(entry.name for entry in path.iterdir() if not entry.name.startswith("."))
    if not names:
        return "holds no files"
    return f"holds nothing that is known: {', '.join(names[:5])}{' …' if len(names) > 5 else ''}"
