"""Layouts of folders of images: for each the classes, the sets, and the sentence of what is left out."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from designer.engine.protocol import EngineError
from designer.engine.recipe import DataRecipe
from designer.engine.sources.find import open_data

TWO = ("a", "b")
UNLABELLED = "{} files are left out: images without a label ({})."
NO_CLASS = "{} files are left out: images in the folder of no class ({})."
NO_SET = "{} files are left out: images in a folder that is none of the sets ({})."
SERVES = "There is no test set by classes; {} serves as one."


def folders(**sets: int) -> dict[str, int]:
    """So many images of each of two classes, in folders of these names; a double underscore is a slash."""
    return {f"{name.replace('__', '/')}/{cls}": count for name, count in sets.items() for cls in TWO}


def draw(root: Path, layout: dict[str, int]) -> Path:
    number = 0
    for folder, count in layout.items():
        for each in range(count):
            path = root / folder / f"{each}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            image = Image.new("L", (4, 4), 40)
            image.putpixel((number % 4, number // 4 % 4), 200)
            image.putpixel((0, 0), number % 256)
            image.save(path)
            number += 1
    return root


def opened(path: Path):
    return open_data(DataRecipe(source=str(path)))


def counts(data) -> tuple[int, int, int]:
    return tuple(len(part) if part is not None else 0 for part in (data.train, data.validation, data.test))


SOUND: dict[str, tuple[dict[str, int], tuple[str, ...], tuple[int, int, int], list[str]]] = {
    "plain": ({"a": 3, "b": 2}, TWO, (5, 0, 0), []),
    "deep in a class": ({"a/x/y": 3, "a": 1, "b/z": 2}, TWO, (6, 0, 0), []),
    "a folder above": (folders(mine=2), TWO, (4, 0, 0), ["The classes are looked for in mine."]),
    "two folders above": (folders(x__y=2), TWO, (4, 0, 0), ["The classes are looked for in x/y."]),
    "train and test": (folders(train=2, test=1), TWO, (4, 0, 2), []),
    "Train and TEST": (folders(Train=2, TEST=1), TWO, (4, 0, 2), []),
    "training and testing": (folders(training=2, testing=1), TWO, (4, 0, 2), []),
    "all three": (folders(train=3, val=2, test=1), TWO, (6, 4, 2), []),
    "training_set": (folders(training_set=2, test_set=1), TWO, (4, 0, 2), []),
    "trainset": (folders(trainset=2, testset=1), TWO, (4, 0, 2), []),
    "train-set": ({"train-set/a": 2, "train-set/b": 2, "test-set/a": 1}, TWO, (4, 0, 1), []),
    "train_images": (folders(train_images=2, test_images=1), TWO, (4, 0, 2), []),
    "traindata": (folders(traindata=2, valdata=1, testdata=1), TWO, (4, 2, 2), []),
    "train2017": (folders(train2017=2, val2017=1, test2017=1), TWO, (4, 2, 2), []),
    "trn, tst": (folders(trn=2, tst=1), TWO, (4, 0, 2), []),
    "seg_train": (folders(seg_train=2, seg_test=1), TWO, (4, 0, 2), []),
    "doubled": (folders(seg_train__seg_train=2, seg_test__seg_test=1), TWO, (4, 0, 2), []),
    "doubled, and more": (
        folders(seg_train__seg_train=2, seg_test__seg_test=1) | {"seg_pred/seg_pred": 5},
        TWO,
        (4, 0, 2),
        [NO_SET.format(5, "seg_pred (5)")],
    ),
    "doubled once only": (folders(train__train=2, test=1), TWO, (4, 0, 2), []),
    "of one thing": (folders(asl_train=2, asl_test=1), TWO, (4, 0, 2), []),
    "eval": (folders(train=2, eval=1), TWO, (4, 0, 2), []),
    "evaluation beside test": (folders(train=2, evaluation=1, test=1), TWO, (4, 2, 2), []),
    "eval beside val": (folders(train=2, val=1, eval=1), TWO, (4, 2, 2), []),
    "dev": (folders(train=2, dev=1), TWO, (4, 0, 2), [SERVES.format("dev")]),
    "dev and test": (folders(train=2, dev=1, test=1), TWO, (4, 2, 2), []),
    "holdout": (folders(train=2, holdout=1), TWO, (4, 0, 2), []),
    "hold-out": ({"train/a": 2, "train/b": 2, "hold-out/b": 1}, TWO, (4, 0, 1), []),
    "val": (folders(train=2, val=1), TWO, (4, 0, 2), [SERVES.format("val")]),
    "valid": (folders(train=2, valid=1), TWO, (4, 0, 2), [SERVES.format("valid")]),
    "validation": (folders(train=2, validation=1, test=3), TWO, (4, 2, 6), []),
    "train alone": (folders(train=2), TWO, (4, 0, 0), []),
    "images/train": (
        folders(images__train=2, images__test=1),
        TWO,
        (4, 0, 2),
        ["The classes are looked for in images."],
    ),
    "data/mine/train": (
        folders(data__mine__train=2, data__mine__test=1),
        TWO,
        (4, 0, 2),
        ["The classes are looked for in data/mine."],
    ),
    "train/images": (folders(train__images=2, test__images=1), TWO, (4, 0, 2), []),
    "sets within a set": (
        folders(training__train=3, training__val=2, testing=1),
        TWO,
        (6, 4, 2),
        [],
    ),
    "class first": ({"a/train": 3, "a/test": 1, "b/train": 2, "b/test": 1}, TWO, (5, 0, 2), []),
    "class first, above": (
        {"x/a/train": 3, "x/a/val": 1, "x/b/train": 2, "x/b/test": 1},
        TWO,
        (5, 1, 1),
        ["The classes are looked for in x."],
    ),
    "class first, val only": (
        {"a/train": 3, "a/valid": 1, "b/train": 2, "b/valid": 1},
        TWO,
        (5, 0, 2),
        ["There is no test set; the validation set serves as one."],
    ),
    "class first, strays": (
        {"a/train": 3, "a": 2, "b/train": 2, "b/more": 1},
        TWO,
        (5, 0, 0),
        [NO_SET.format(3, "a/0.png, a/1.png, b/more (1)")],
    ),
    "beside the classes": (folders(test=1) | {"a": 3, "b": 2}, TWO, (5, 0, 2),
                           ["The folders beside test are the training set."]),
    "flat test": (folders(train=2) | {"test": 4}, TWO, (4, 0, 0), [UNLABELLED.format(4, "test (4)")]),
    "flat doubled test": (folders(train=2) | {"test/test": 4}, TWO, (4, 0, 0), [UNLABELLED.format(4, "test/test (4)")]),
    "test/unknown": (folders(train=2) | {"test/unknown": 4}, TWO, (4, 0, 0), [UNLABELLED.format(4, "test (4)")]),
    "labelled and flat test": (
        folders(train=2, test=1) | {"test": 2},
        TWO,
        (4, 0, 2),
        [UNLABELLED.format(2, "test/0.png, test/1.png")],
    ),
    "flat test, labelled val": (
        folders(train=2, val=1) | {"test": 2},
        TWO,
        (4, 0, 2),
        [SERVES.format("val"), UNLABELLED.format(2, "test (2)")],
    ),
    "a class called train": (
        {"bus": 2, "car": 2, "train": 3},
        ("bus", "car", "train"),
        (7, 0, 0),
        ["The folder 'train' is taken as a class, as are those beside it."],
    ),
    "a class called test": (
        {"bus": 2, "car": 2, "test": 3},
        ("bus", "car", "test"),
        (7, 0, 0),
        ["The folder 'test' is taken as a class, as are those beside it."],
    ),
    "classes called train and test in a set": (
        {"train/bus": 2, "train/train": 3, "train/test": 1, "test/train": 1, "test/test": 2},
        ("bus", "test", "train"),
        (6, 0, 3),
        [],
    ),
    "a class with folders, called train": (
        {"bus": 2, "car": 2, "train/steam": 3, "train/electric": 1},
        ("bus", "car", "train"),
        (8, 0, 0),
        ["The folder 'train' is taken as a class, as are those beside it."],
    ),
    "strays": ({"": 3, "a": 2, "b": 1}, TWO, (3, 0, 0), [NO_CLASS.format(3, "0.png, 1.png, 2.png")]),
    "strays in a set": (folders(train=2) | {"train": 2, "": 2}, TWO, (4, 0, 0), [
        NO_CLASS.format(4, "0.png, 1.png, train/0.png and 1 more")]),
    "a test set of fewer classes": ({"train/a": 2, "train/b": 2, "test/b": 1}, TWO, (4, 0, 1), []),
    "classes in other letters": ({"train/a": 2, "train/b": 2, "test/A": 1, "test/B": 1}, TWO, (4, 0, 2), []),
    "extras": (folders(train=2, test=1) | {"demo": 2}, TWO, (4, 0, 2), [NO_SET.format(2, "demo (2)")]),
    "copied into itself": (
        folders(train=2, test=1, chest__train=2, chest__test=1),
        TWO,
        (4, 0, 2),
        [NO_SET.format(6, "chest (6)")],
    ),
    "two versions": (
        folders(original=2, smaller=2),
        ("original", "smaller"),
        (8, 0, 0),
        ["Each of the classes original, smaller has the folders a, b; if these are the classes, name one folder above"],
    ),
    "hidden": (
        {"a": 2, "b": 2, "@eaDir": 1, "a/@eaDir": 1, ".ipynb_checkpoints": 1, "__MACOSX/a": 1, "b/.thumbs": 1},
        TWO,
        (4, 0, 0),
        ["5 files are left out: hidden, or of the system"],
    ),
    "the system's alone beside a class": (
        {"x/a": 2, "x/b": 2, "__MACOSX/x/a": 2},
        TWO,
        (4, 0, 0),
        ["The classes are looked for in x.", "2 files are left out: hidden, or of the system"],
    ),
    "numbers": ({f"{number}": 1 for number in range(12)}, tuple(sorted(map(str, range(12)))), (12, 0, 0), []),
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_classes_sets_and_what_is_left_out(tmp_path: Path, name: str, packed: bool):
    layout, classes, expected, notes = SOUND[name]
    source = draw(tmp_path / "data", layout)
    if packed:
        with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
            for path in source.rglob("*.png"):
                archive.write(path, path.relative_to(source))
        source = tmp_path / "data.zip"
    data = opened(source)
    assert (data.classes, counts(data)) == (classes, expected)
    assert len(data.notes) == len(notes), data.notes
    assert all(said.startswith(note) for said, note in zip(data.notes, notes, strict=True)), data.notes


def test_no_image_is_lost_and_none_taken_twice(tmp_path: Path):
    """Whatever the layout: those that are used and those that are counted as left out are all that there are."""
    for number, (layout, *_) in enumerate(SOUND.values()):
        root = draw(tmp_path / str(number), layout)
        data = opened(root)
        used = [data.train.pictures.name(int(at)) for part in (data.train, data.validation, data.test) if part
                for at in part.numbers]  # fmt: skip
        left = sum(note.arguments.get("count", 1) for note in data.notes if "left out" in note)
        assert len(set(used)) == len(used)
        assert len(used) + left == sum(layout.values()), layout


@pytest.mark.parametrize(
    ("layout", "words"),
    [
        ({"train": 3}, "train holds images, but not in a folder for each class"),
        ({"train": 3, "test": 3}, "train holds images, but not in a folder for each class"),
        (folders(val=1, test=1), "holds test, val, but no training set by classes"),
        ({"train/a": 3, "test/a": 1}, "train holds one class only, 'a'"),
        ({"train/a": 1, "train/b": 1, "test/a": 1, "test/c": 1}, "test/c is of a class that .*train does not have"),
        ({"a": 3}, "holds one class only, 'a'"),
        ({"": 3}, "holds images, but not in a folder for each class"),
    ],
)
def test_a_layout_without_classes_is_told(tmp_path: Path, layout: dict[str, int], words: str):
    with pytest.raises(EngineError, match=words) as told:
        opened(draw(tmp_path / "data", layout))
    assert told.value.fix


FILES: dict[str, str] = {
    "a/notes.txt": "2 files are left out: of a kind that is not read (.txt (2)).",
    "a/Thumbs.db": "2 files are left out: hidden, or of the system (a/Thumbs.db, b/Thumbs.db).",
    "a/.DS_Store": "2 files are left out: hidden, or of the system (a/.DS_Store, b/.DS_Store).",
    "a/._0.png": "2 files are left out: hidden, or of the system (a/._0.png, b/._0.png).",
    "a/desktop.ini": "2 files are left out: hidden, or of the system (a/desktop.ini, b/desktop.ini).",
    "a/0.png:Zone.Identifier": "2 files are left out: hidden, or of the system",
    "a/clip.heic": "2 files are left out: of a kind that is not read (.heic (2)).",
    "a/LICENSE": "2 files are left out: of a kind that is not read (LICENSE (2)).",
    "labels/a.xml": "2 files are left out: of a kind that is not read (.xml (2)).",
}


@pytest.mark.parametrize("name", FILES)
def test_every_other_file_is_counted(tmp_path: Path, name: str):
    root = draw(tmp_path, {"a": 1, "b": 1})
    for path in (name, name.replace("a/", "b/") if name.startswith("a/") else name + ".xml"):
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_bytes(b"?")
    (note,) = opened(root).notes
    assert note.startswith(FILES[name])


def linked(root: Path) -> None:
    outside = draw(root.parent / "elsewhere", {"": 3})
    (root / "b").symlink_to(outside)


def in_a_circle(root: Path) -> None:
    (root / "a" / "again").symlink_to(root)
    (root / "a" / "itself").symlink_to(root / "a" / "itself")
    (root / "up").symlink_to("/")
    (root / "a" / "gone.png").symlink_to("nowhere")


def of_files(root: Path) -> None:
    (root / "a" / "9.png").symlink_to(root / "b" / "0.png")


@pytest.mark.parametrize(
    ("layout", "change", "expected", "words"),
    [
        ({"a": 2}, linked, 5, ["1 folder is a link, which is followed: b → "]),
        ({"a": 2, "b": 1}, in_a_circle, 3, [
            "2 files are left out: links that lead nowhere (a/gone.png, a/itself).",
            "2 files are left out: links to folders that are read already (up, a/again).",
        ]),
        ({"a": 2, "b": 1}, of_files, 4, []),
    ],
)  # fmt: skip
def test_links(tmp_path: Path, layout: dict[str, int], change: Callable[[Path], None], expected: int, words: list[str]):
    root = draw(tmp_path / "data", layout)
    change(root)
    data = opened(root)
    assert data.classes == TWO
    assert len(data.train) == expected
    assert len(data.notes) == len(words)
    assert all(note.startswith(said) for note, said in zip(data.notes, words, strict=True))


def test_names_that_are_no_text_are_shown_with_question_marks(tmp_path: Path):
    root = draw(tmp_path, {"a": 1, "b": 1})
    Path(str(root / "a" / "odd\udcff\n.txt")).write_bytes(b"")
    Path(str(root / "a" / "\udcff")).write_bytes(b"")
    assert "? (1)" in opened(root).notes[0]
