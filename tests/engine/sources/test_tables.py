"""Tables of images as people write them: columns, sets, encodings, and where the images lie; what is told of each."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from designer.engine.protocol import EngineError
from designer.engine.recipe import DataRecipe
from designer.engine.sources.find import open_data

IMAGES = 8
READ = "Paths are read from column {}, labels from column {}"


@pytest.fixture
def table(tmp_path: Path, draw: Callable[..., Path]) -> Callable[..., Any]:
    """Writes a table beside eight images, a head and a row for each, and opens it."""

    def write(head: str, row: Callable[[int], str], encoding: str = "utf-8", count: int = IMAGES, **recipe: str):
        for number in range(IMAGES):
            draw(tmp_path / "img" / f"x{number}.png", seed=number)
        text = "\n".join([*([head] if head else []), *map(row, range(count))]) + "\n"
        (tmp_path / "list.csv").write_bytes(text.encode(encoding))
        return open_data(DataRecipe(source=str(tmp_path / "list.csv"), **recipe))

    return write


def sizes(data: Any) -> tuple[int, int, int]:
    return tuple(len(part) if part else 0 for part in (data.train, data.validation, data.test))


def path(number: int) -> str:
    return f"img/x{number}.png"


@pytest.mark.parametrize(
    ("head", "row", "used"),
    [
        ("path,label", lambda n: f"{path(n)},{'ab'[n % 2]}", READ.format("'path'", "'label'") + "."),
        ("Image Path;Class", lambda n: f"{path(n)};{'ab'[n % 2]}", READ.format("'Image Path'", "'Class'") + "."),
        ("fileName\tcategory", lambda n: f"{path(n)}\t{'ab'[n % 2]}", READ.format("'fileName'", "'category'") + "."),
        ("img|breed", lambda n: f"{path(n)}|{'ab'[n % 2]}", READ.format("'img'", "'breed'") + "."),
        ("", lambda n: f"{path(n)},{'ab'[n % 2]}", READ.format("1", "2") + "."),
        (
            ",image,label",
            lambda n: f"{n},{path(n)},{'ab'[n % 2]}",
            READ.format("'image'", "'label'") + "; '' not used.",
        ),
        (
            "id,photo,target,age",
            lambda n: f"{n},{path(n)},{'ab'[n % 2]},{n * 3}",
            READ.format("'photo'", "'target'") + "; 'id', 'age' not used.",
        ),
        (
            "path,age,sex",
            lambda n: f"{path(n)},{n * 3},{'ab'[n % 2]}",
            READ.format("'path'", "'sex'") + "; 'age' not used. This is guessed: data.label_column chooses another.",
        ),
        (
            "path,class,label",
            lambda n: f"{path(n)},z{n},{'ab'[n % 2]}",
            READ.format("'path'", "'label'")
            + "; 'class' not used. It could also be 'class': data.label_column chooses.",
        ),
    ],
)
def test_the_columns_are_found_and_named(table: Callable[..., Any], head: str, row: Callable[[int], str], used: str):
    data = table(head, row)
    assert data.classes == ("a", "b")
    assert data.train.labels.tolist() == [0, 1] * 4
    assert [data.train.pictures.name(number) for number in range(IMAGES)] == list(map(path, range(IMAGES)))
    assert data.notes == (used,)


@pytest.mark.parametrize("chosen", ["sex", "SEX", "3"])
def test_a_column_is_chosen_by_name_or_number(table: Callable[..., Any], chosen: str):
    data = table("label,sex,path", lambda n: f"{n % 3},{'fm'[n % 2]},{path(n)}", label_column=chosen.replace("3", "2"))
    assert data.classes == ("f", "m")
    with pytest.raises(EngineError, match="has no column 'nothing', which ") as told:
        table("label,sex,path", lambda n: f"{n % 3},{'fm'[n % 2]},{path(n)}", split_column="nothing")
    assert "label, sex, path" in told.value.expected


@pytest.mark.parametrize(("on", "off"), [("1", "0"), ("1.0", "0.0")])
def test_a_column_a_class(table: Callable[..., Any], on: str, off: str):
    data = table("image,MEL,NV,BCC", lambda n: ",".join([path(n), *(on if n % 3 == at else off for at in range(3))]))
    assert data.classes == ("MEL", "NV", "BCC")
    assert data.train.labels.tolist() == [n % 3 for n in range(IMAGES)]
    assert "the 3 columns 'MEL', 'NV', 'BCC', one a class" in data.notes[0]


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("split", lambda n: ["trn", "trn", "val", "tst"][n // 2], (4, 2, 2)),
        ("Subset", lambda n: ["Training", "Training", "Validation", "Testing"][n // 2], (4, 2, 2)),
        ("set", lambda n: ["train", "train", "dev", "eval"][n // 2], (4, 2, 2)),
        ("partition", lambda n: ["train_set", "train_set", "holdout"][n // 3], (6, 0, 2)),
        ("phase", lambda n: ["train", "val"][n // 4], (4, 0, 4)),
        ("is_train", lambda n: int(n < 6), (6, 0, 2)),
        ("is_train", lambda n: n < 6, (6, 0, 2)),
        ("isTrain", lambda n: "yes" if n < 6 else "no", (6, 0, 2)),
        ("is_test", lambda n: n >= 5, (5, 0, 3)),
        ("is_valid", lambda n: n >= 5, (5, 0, 3)),
        ("train", lambda n: int(n < 7), (7, 0, 1)),
        ("fold", lambda n: n % 4, (6, 0, 2)),
        ("kfold", lambda n: f"{n % 4}.0", (6, 0, 2)),
        ("fold", lambda n: f"fold{n % 4 + 1}", (6, 0, 2)),
        ("fold", lambda n: n % 4 - 1, (6, 0, 2)),
        ("set", lambda n: "abcd"[n // 2], (8, 0, 0)),
    ],
)
def test_sets_by_a_column(
    table: Callable[..., Any], column: str, value: Callable[[int], object], expected: tuple[int, int, int]
):
    data = table(f"path,label,{column}", lambda n: f"{path(n)},{n % 2},{value(n)}")
    assert sizes(data) == expected
    used = f"sets from column '{column}'" if expected != (8, 0, 0) else f"'{column}' not used"
    assert used in data.notes[0]


def test_another_fold_is_chosen_and_told(table: Callable[..., Any]):
    def row(n: int) -> str:
        return f"{path(n)},{n % 2},{n % 4}"

    data = table("path,label,fold", row, fold="3")
    assert data.test.numbers.tolist() == [3, 7]
    assert data.notes[1].startswith("Fold 3 is the test set, the other 3 are to train on")
    with pytest.raises(EngineError, match="has no fold 9"):
        table("path,label,fold", row, fold="9")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
def test_encodings(table: Callable[..., Any], encoding: str):
    data = table("path,label", lambda n: f"{path(n)},{['café', 'thé'][n % 2]}", encoding)
    assert data.classes == ("café", "thé")
    assert len(data.notes) == (1 if encoding in ("utf-8", "utf-8-sig", "utf-16") else 2)


def test_the_delimiter_that_excel_writes_down(table: Callable[..., Any]):
    assert table("sep=;\npath;label", lambda n: f"{path(n)};a, or {'bc'[n % 2]}").classes == ("a, or b", "a, or c")


@pytest.mark.parametrize(
    "cell",
    [lambda n: f"x{n}.png", lambda n: f"x{n}", lambda n: f"/content/data/img/x{n}.png", lambda n: f"C:\\d\\x{n}.png"],
    ids=["name", "stem", "elsewhere", "Windows"],
)
def test_images_are_found_by_their_names_where_the_path_is_of_elsewhere(table: Callable[..., Any], cell: Any):
    data = table("image,label", lambda n: f"{cell(n)},{n % 2}")
    assert list(data.train.pictures.names) == list(map(path, range(IMAGES)))
    assert "8 images are not at the path that the list gives, and were found by their names in img." in data.notes


@pytest.mark.parametrize(
    ("row", "expected", "words"),
    [
        (
            lambda n: f"{path(n % 6)},{n % 2},{'train' if n < 6 else 'test'}",
            (6, 0, 2),
            [
                "Listed in more than one set: 2 of the images (img/x0.png, img/x1.png).",
                "2 files are left out: images that the list does not name (img/x6.png, img/x7.png).",
            ],
        ),
        (
            lambda n: f"{path(n % 7)},{n % 2},train",
            (8, 0, 0),
            [
                "Listed with more than one label: 1 of the images (img/x0.png).",
                "1 file is left out: images that the list does not name (img/x7.png).",
            ],
        ),
        (
            lambda n: f"{path(max(n, 2))},{max(n, 2) % 2},train",
            (8, 0, 0),
            [
                "Listed more than once: 1 of the images (img/x2.png).",
                "2 files are left out: images that the list does not name (img/x0.png, img/x1.png).",
            ],
        ),
        (
            lambda n: f"{path(n)},{n % 2 if n < 6 else ''},{'train' if n < 6 else 'test'}",
            (6, 0, 0),
            ["2 files are left out: images without a label (img/x6.png, img/x7.png)."],
        ),
    ],
    ids=["across", "torn", "twice", "unlabelled"],
)
def test_what_is_amiss_with_rows_is_counted(
    table: Callable[..., Any], row: Callable[[int], str], expected: tuple[int, int, int], words: list[str]
):
    data = table("path,label,split", row)
    assert sizes(data) == expected
    assert list(data.notes[1:]) == words


def test_a_table_of_something_else_beside_folders_of_classes_is_left_out(pictures: Callable[..., Path]):
    folder = pictures(classes=("cat", "dog"))
    (folder / "submission.csv").write_text("id,label\n17,0\n18,1\n")
    data = open_data(DataRecipe(source=str(folder)))
    assert len(data.train) == 8
    assert data.notes == ("1 file is left out: of a kind that is not read (.csv (1)).",)


def test_what_lies_beside_the_listed_images_is_counted(table: Callable[..., Any], tmp_path: Path):
    (tmp_path / "img").mkdir()
    (tmp_path / "img" / "notes.txt").write_text("")
    (tmp_path / "other").mkdir()
    data = table("path,label", lambda n: f"{path(n)},{n % 2}")
    assert "1 file is left out: of a kind that is not read (.txt (1))." in data.notes


def test_a_list_in_an_archive_does_not_count_itself(table: Callable[..., Any], tmp_path: Path):
    table("path,label", lambda n: f"{path(n)},{n % 2}", count=6)
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for file in (*sorted((tmp_path / "img").iterdir()), tmp_path / "list.csv"):
            archive.write(file, file.relative_to(tmp_path))
    notes = open_data(DataRecipe(source=str(tmp_path / "set.zip"))).notes
    assert notes[1:] == ("2 files are left out: images that the list does not name (img/x6.png, img/x7.png).",)


def test_images_of_one_name_are_told_apart_by_their_folders(tmp_path: Path, draw: Callable[..., Path]):
    """Also where there are very many of them: each row is looked up once."""
    rows = ["path,label"]
    for number in range(40):
        draw(tmp_path / "d" / f"{number}" / "im" / "x.png", seed=number)
        rows.append(f"/far/away/{number}/im/x.png,{number % 2}")
    (tmp_path / "list.csv").write_text("\n".join(rows))
    names = open_data(DataRecipe(source=str(tmp_path / "list.csv"))).train.pictures.names
    assert list(names) == [f"d/{number}/im/x.png" for number in range(40)]
