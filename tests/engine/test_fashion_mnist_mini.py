"""The data set that ships is what its README says: balanced, and drawn from the full set as described."""

from __future__ import annotations

import gzip
import hashlib
import runpy
from pathlib import Path

import pytest

from designer.engine.recipe import DataRecipe
from designer.engine.sources.idx import read

MINI = Path(__file__).resolve().parents[2] / "resources" / "fashion-mnist-mini"
FULL = Path("/usr/share/datasets/fashion-mnist")


def test_is_balanced():
    data = read(MINI, DataRecipe())
    train, test = data.train, data.test
    assert train.pictures.shape == test.pictures.shape == (1, 28, 28)
    assert (len(train), len(test)) == (6000, 1000)
    assert data.classes[::9] == ("T-shirt/top", "Ankle boot")
    assert train.labels.bincount().tolist() == [600] * 10
    assert test.labels.bincount().tolist() == [100] * 10
    assert train.labels[:1000].bincount().min() > 50  # mixed, so that a limit keeps every class


def test_readme_and_files_agree():
    readme = (MINI / "README.md").read_text("utf-8")
    for path in MINI.glob("*.gz"):
        digest = hashlib.sha256(gzip.decompress(path.read_bytes())).hexdigest()
        assert f"| `{path.stem}` | `{digest}` |" in readme
    assert sum(path.stat().st_size for path in MINI.glob("*.gz")) < 3_200_000
    assert "Zalando SE" in (MINI / "LICENSE").read_text("utf-8")


@pytest.mark.skipif(not FULL.is_dir(), reason="needs Debian's dataset-fashion-mnist")
def test_drawing_it_again_gives_the_same():
    draw = runpy.run_path(str(MINI / "draw.py"))
    for split in ("train", "t10k"):
        for name, contents in zip(("images_name", "labels_name"), draw["drawn"](FULL, split), strict=True):
            assert gzip.decompress((MINI / draw[name](split)).read_bytes()) == contents
