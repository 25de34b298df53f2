"""A CSV of paths and labels, as people write them."""

from __future__ import annotations

import pytest
import torch

from designer.engine.data import load_data
from designer.engine.protocol import EngineError
from designer.engine.recipe import DataRecipe
from designer.engine.sources.find import open_data

NAMES = [f"{label}/{number}.png" for label in ("cat", "dog") for number in range(4)]


def write(folder, lines, name="list.csv"):
    path = folder / name
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture
def folder(pictures):
    return pictures(classes=("cat", "dog"))


@pytest.mark.parametrize("header", [["path,label"], []], ids=["header", "none"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_names_become_classes_by_the_alphabet(folder, header, delimiter):
    lines = [*header, *(f"{name},{name[:3]}" for name in NAMES)]
    data = open_data(DataRecipe(source=str(write(folder, [line.replace(",", delimiter) for line in lines]))))
    assert data.classes == ("cat", "dog")
    assert data.train.labels.tolist() == [0] * 4 + [1] * 4
    assert [data.train.pictures.name(number) for number in data.train.numbers] == NAMES


def test_columns_are_found_by_their_names(folder):
    lines = ["id,Class,split,File Name"]
    splits = ["train", "train", "val", "test"] * 2
    lines += [f"{n},{n % 2},{split},{name}" for n, (name, split) in enumerate(zip(NAMES, splits, strict=True))]
    lines[0] = "number,Class,split,filename"
    data = load_data(DataRecipe(source=str(write(folder, lines))), torch.device("cpu"))
    assert data.classes == ("0", "1")
    assert [len(part) for part in (data.train, data.validation, data.test)] == [4, 2, 2]
    assert data.train.labels.tolist() == [0, 1, 0, 1]


def test_a_folder_with_one_list_is_that_list(folder, draw):
    listed = folder.parent / "listed"
    draw(listed / "images" / "a.png")
    draw(listed / "images" / "b.png")
    write(listed, ["images/a.png,no", "images/b.png,yes"])
    assert open_data(DataRecipe(source=str(listed))).classes == ("no", "yes")


def test_of_several_lists_in_a_folder_one_has_to_be_named(tmp_path):
    for name in ("b.csv", "a.csv", "c.tsv"):
        write(tmp_path, ["x.png,no", "y.png,yes"], name)
    with pytest.raises(EngineError, match=r"holds 3 lists: a\.csv, b\.csv, c\.tsv") as told:
        open_data(DataRecipe(source=str(tmp_path)))
    assert str(tmp_path / "a.csv") in told.value.fix


def test_a_list_beside_folders_of_classes_could_be_either(folder):
    write(folder, [f"{name},{name[:3]}" for name in NAMES])
    with pytest.raises(EngineError, match="more than one way") as told:
        open_data(DataRecipe(source=str(folder)))
    assert "csv or folders" in told.value.fix
    for chosen in ("csv", "folders"):
        assert len(open_data(DataRecipe(source=str(folder), format=chosen)).train) == 8


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["cat/0.png"], "has one column"),
        (["path,label", "cat/0.png,cat", "cat/1.png"], "Row 3 .* too few columns"),
        (["path,label"], "lists no images"),
        (["path,label", "cat/0.png,cat", "cat/1.png, ", "dog/0.png,dog"], "Row 3 .* has no label"),
        (["cat/0.png,cat", ",cat", "dog/0.png,dog"], "Row 2 .* has no path"),
        (["path,label,split", "cat/0.png,cat,train", "dog/0.png,dog,tset"], "Row 3 .* is of the set 'tset'"),
        (["path,label,split", "cat/0.png,cat,train", "dog/0.png,dog"], "Row 3 .* too few columns"),
        (["cat/0.png,cat", "cat/1.png,cat"], "All 2 images .* of one class, 'cat'"),
        (["gone/0.png,cat", "cat/1.png,dog"], "lists 'gone/0.png', and there is no such file"),
        (["\\\\elsewhere\\share\\0.png,cat", "cat/1.png,dog"], "'//elsewhere/share/0.png', on another machine"),
        (["cat/0.png,70000", "cat/1.png,1"], "A label in .* is 70000"),
    ],
)
def test_what_is_amiss_is_told(folder, lines, words):
    with pytest.raises(EngineError, match=words) as told:
        open_data(DataRecipe(source=str(write(folder, lines))))
    assert told.value.expected
    assert told.value.fix
