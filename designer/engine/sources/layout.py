"""Which folders of images are sets and which are classes, however they are nested.

A set stands above the classes (`train/cat`), or below them (`cat/train`). Folders around all of that are passed
through, as are those that an archive put around a set a second time (`seg_train/seg_train`). What is taken for what,
where it could be something else, is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..protocol import EngineError
from ..text import Text
from .left_out import LeftOut, Reason, listed
from .listing import Folder
from .set_names import SetWord, assigned, parsed, set_of

SetName = Literal["train", "validation", "test"]


@dataclass
class Layout:
    """What was found. sets: of each set, the folders of images of each class. notes: what was guessed."""

    classes: tuple[str, ...] = ()
    sets: dict[SetName, dict[str, list[Folder]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, name: SetName, cls: str, folder: Folder) -> None:
        """That folder holds images of a class."""
        self.sets.setdefault(name, {}).setdefault(cls, []).append(folder)


def layout_of(top: Folder, root: object, left_out: LeftOut) -> Layout:
    """How the folders are laid out. root: what a person calls the whole. left_out: gets the images that have no place.
    Raises EngineError where there are no classes, or not the same in all sets."""
    return _Reader(root, left_out).read(top)


class _Reader:
    def __init__(self, root: object, left_out: LeftOut) -> None:
        self._root, self._left_out = root, left_out
        self._layout = Layout()
        self._train = ""  # the folder of the training set, for messages

    def read(self, top: Folder) -> Layout:
        folder = top
        while True:
            if folder is not top:
                self._layout.notes[:] = [Text("The classes are looked for in {folder}.", folder=folder.path)]
            if sets := self._sets_of(folder):
                self._by_sets(folder, sets)
                return self._layout
            if self._is_class_first(folder):
                self._class_first(folder)
                return self._layout
            below = _single(folder)
            if below is None:
                break
            self._leave(folder.images, folder, "no_class")
            folder = below
        self._layout.classes = self._classes(folder)
        self._leave(folder.images, folder, "no_class")
        for name in self._layout.classes:
            self._layout.add("train", name, folder.folders[name])
        self._warn_of_sets_taken_for_classes(folder)
        return self._layout

    # -- sets above the classes -------------------------------------------------------------------------------------

    def _sets_of(self, folder: Folder) -> dict[str, SetWord]:
        """Which of the folders in it are sets, by their names; none where there is no training set among them."""
        kids = _with_images(folder)
        said = {name: found for name in kids if (found := parsed(name))}
        sets = _of_one_thing(said)
        structured = {name for name in sets if _with_images(kids[name])}
        others = [name for name in kids if name not in sets]
        words = {sets[name] for name in structured}
        if "train" in words:
            flat = [name for name in others if not _with_images(kids[name])]
            if words == {"train"} and len(sets) == 1 and len(flat) > 1 and len(flat) == len(others):
                return {}  # a class of that name, among others
            return sets
        if words and len(others) > 1 and len(structured) == len(sets):
            shared = {sub for name in structured for sub in _with_images(kids[name])}
            if shared <= set(others):
                return sets  # the classes themselves are the training set
        if sets and not others and not structured:
            raise EngineError(
                Text(
                    "{folder} holds images, but not in a folder for each class.",
                    folder=self._path(kids[min(sets, key=lambda name: sets[name] != "train")]),
                ),
                expected="a folder a class, named after it, with its images inside",
                fix="Sort the images into such folders, or list them with their labels in a CSV file.",
            )
        if sets and not others and len(kids) > 1:
            raise EngineError(
                Text(
                    "{folder} holds {names}, but no training set by classes.",
                    folder=self._path(folder),
                    names=listed(sorted(sets)),
                ),
                expected="a folder such as train, with a folder for each class in it",
                fix="Add the training set, or name the folders otherwise if they are classes.",
            )
        return {}

    def _by_sets(self, folder: Folder, sets: dict[str, SetWord]) -> None:
        kids = _with_images(folder)
        self._leave(folder.images, folder, "no_class")
        found: dict[SetWord, list[Folder]] = {}
        for name, word in sets.items():
            found.setdefault(word, []).append(kids[name])
        if "train" not in found:
            rest = Folder(folder.path, folders={name: kid for name, kid in folder.folders.items() if name not in sets})
            found["train"] = [rest]
            self._layout.notes.append(
                Text("The folders beside {names} are the training set.", names=listed(sorted(sets)))
            )
        else:
            for name in kids:
                if name not in sets:
                    self._left_out.add("no_set", kids[name].path, kids[name].count())
        self._train = self._path(found["train"][0])
        trains = [self._unwrapped(train) for train in found.pop("train")]
        nested = [self._sets_of(train) if _only_sets(train) else {} for train in trains]
        for train, inner in zip(list(trains), nested, strict=True):
            if inner:
                trains.remove(train)
                for name, word in inner.items():
                    below = self._unwrapped(train.folders[name])
                    (trains if word == "train" else found.setdefault(word, [])).append(below)
        self._take_train(trains)
        labelled = {
            word: classed
            for word, folders in found.items()
            if (classed := [each for each in map(self._unwrapped, folders) if self._has_labels(each)])
        }
        roles = assigned({"train", *labelled})
        for word, folders in labelled.items():
            if roles[word] == "test" and word == "validation":
                names = listed([each.path or each.name for each in folders])
                self._layout.notes.append(Text("There is no test set by classes; {names} serves as one.", names=names))
            for each in folders:
                self._take_other(roles[word], each)

    def _unwrapped(self, folder: Folder) -> Folder:
        """Below the folders that only repeat it."""
        while not folder.images and (below := _single(folder)) is not None:
            folder = below
        return folder

    def _take_train(self, folders: Sequence[Folder]) -> None:
        names: dict[str, None] = {}
        for folder in folders:
            self._leave(folder.images, folder, "no_class")
            names |= dict.fromkeys(self._classes(folder, least=2 if len(folders) == 1 else 1))
        self._layout.classes = tuple(sorted(names))
        for folder in folders:
            for name in self._layout.classes:
                if name in folder.folders and folder.folders[name].has_images():
                    self._layout.add("train", name, folder.folders[name])

    def _has_labels(self, folder: Folder) -> bool:
        """Whether its folders are classes; images of one where they are none are left out."""
        kids = _with_images(folder)
        if any(self._class_named(name) for name in kids) or len(kids) > 1:
            return True
        self._left_out.add("unlabelled", folder.path, folder.count())
        return False

    def _class_named(self, name: str) -> str | None:
        if name in self._layout.classes:
            return name
        alike = [each for each in self._layout.classes if each.casefold() == name.casefold()]
        return alike[0] if len(alike) == 1 else None

    def _take_other(self, role: SetName, folder: Folder) -> None:
        self._leave(folder.images, folder, "unlabelled")
        for name, kid in _with_images(folder).items():
            known = self._class_named(name)
            if known is None:
                classes = self._layout.classes
                raise EngineError(
                    Text(
                        "The folder {path} is of a class that {splits} does not have.",
                        path=self._path(kid),
                        splits=self._train,
                    ),
                    expected=Text("the classes {names}", names=", ".join([*classes[:8], *["…"][: len(classes) > 8]])),
                    fix="Rename it, or add images of that class to the training set.",
                )
            self._layout.add(role, known, kid)

    # -- sets below the classes -------------------------------------------------------------------------------------

    def _is_class_first(self, folder: Folder) -> bool:
        """Whether each folder of images in it has sets of its own, a training set among them."""
        kids = _with_images(folder)
        if len(kids) < 2:
            return False
        return all("train" in _own_sets(kid) for kid in kids.values())

    def _class_first(self, folder: Folder) -> None:
        kids = _with_images(folder)
        self._leave(folder.images, folder, "no_class")
        self._layout.classes = self._classes(folder)
        own = {name: _own_sets(kid) for name, kid in kids.items()}
        roles = assigned({word for sets in own.values() for word in sets})
        for name, kid in kids.items():
            self._leave(kid.images, kid, "no_set")
            taken = {each.path for folders in own[name].values() for each in folders}
            for below in _with_images(kid).values():
                if below.path not in taken:
                    self._left_out.add("no_set", below.path, below.count())
            for word, folders in own[name].items():
                for each in folders:
                    self._layout.add(roles[word], name, each)
        if "validation" in roles and roles["validation"] == "test":
            self._layout.notes.append("There is no test set; the validation set serves as one.")

    # -- classes ----------------------------------------------------------------------------------------------------

    def _classes(self, folder: Folder, least: int = 2) -> tuple[str, ...]:
        """The names of the classes' folders. Raises EngineError where they are too few, or one is empty."""
        kids = _with_images(folder)
        path = self._path(folder)
        if folder.images and len(kids) < least:
            raise EngineError(
                Text("{folder} holds images, but not in a folder for each class.", folder=path),
                expected="a folder a class, named after it, with its images inside",
                fix="Sort the images into such folders, or list them with their labels in a CSV file.",
            )
        for name in sorted(folder.folders):
            if name not in kids and folder.folders[name].has_unread():
                raise EngineError(
                    Text(
                        "The folder {path} holds no images, so its class is empty.",
                        path=self._path(folder.folders[name]),
                    ),
                    expected="PNG, JPEG, WebP, BMP, TIFF, GIF or PPM files in the folder of each class",
                    fix="Put some in, or remove the folder.",
                )
        if len(kids) < least:
            raise EngineError(
                Text("{folder} holds one class only, {name}.", folder=path, name=repr(next(iter(kids))))
                if kids
                else Text("{folder} holds no classes.", folder=path),
                expected="folders of at least two classes",
                fix="Add images of another class: there is nothing to tell apart.",
            )
        return tuple(sorted(kids))

    def _warn_of_sets_taken_for_classes(self, folder: Folder) -> None:
        for name in self._layout.classes:
            if set_of(name):
                self._layout.notes.append(
                    Text("The folder {name} is taken as a class, as are those beside it.", name=repr(name))
                )
        inner = {frozenset(_with_images(folder.folders[name])) for name in self._layout.classes}
        if len(inner) == 1 and len(names := next(iter(inner))) > 1:
            self._layout.notes.append(
                Text(
                    "Each of the classes {classes} has the folders {names}; if these are the classes, name one folder "
                    "above them.",
                    classes=listed(self._layout.classes),
                    names=listed(sorted(names)),
                )
            )

    def _leave(self, images: Iterable[str], folder: Folder, reason: Reason) -> None:
        for name in sorted(images):
            self._left_out.add(reason, folder.within(name))

    def _path(self, folder: Folder) -> str:
        return f"{self._root}/{folder.path}" if folder.path else str(self._root)


def _with_images(folder: Folder) -> dict[str, Folder]:
    return {name: folder.folders[name] for name in sorted(folder.folders) if folder.folders[name].has_images()}


def _single(folder: Folder) -> Folder | None:
    """The one folder of images in it, where that has folders of images itself, or repeats its name."""
    kids = list(_with_images(folder).values())
    if len(kids) == 1 and (_with_images(kids[0]) or kids[0].name == folder.name != ""):
        return kids[0]
    return None


def _of_one_thing(said: dict[str, tuple[SetWord, str]]) -> dict[str, SetWord]:
    """The names that say nothing but their set; where there are none, those that are sets of one and the same thing,
    such as `asl_train` and `asl_test`."""
    plain = {name: word for name, (word, rest) in said.items() if not rest}
    if plain:
        return plain
    things = {rest for _, rest in said.values()}
    words = {word for word, _ in said.values()}
    if len(things) == 1 and "train" in words and len(words) > 1:
        return {name: word for name, (word, _) in said.items()}
    return {}


def _own_sets(folder: Folder) -> dict[SetWord, list[Folder]]:
    """The sets that lie directly in the folder of a class."""
    found: dict[SetWord, list[Folder]] = {}
    for name, kid in _with_images(folder).items():
        if word := set_of(name):
            found.setdefault(word, []).append(kid)
    return found


def _only_sets(folder: Folder) -> bool:
    """Whether all folders of images in it are sets with folders of their own."""
    kids = _with_images(folder)
    return not folder.images and all(set_of(name) and _with_images(kid) for name, kid in kids.items())
