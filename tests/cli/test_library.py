"""`blockyard library`: blocks are kept, listed and taken out without a window."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Blockyard


def test_a_block_is_kept_listed_and_taken_out(blockyard: Blockyard, tmp_path: Path):
    assert "is empty" in blockyard("library").out
    assert blockyard("library", "--keep", "googlenet", "--block", "Inception").out == "Inception is in your library\n"
    assert (tmp_path / "data" / "library" / "Inception.blockyard").is_file()
    assert blockyard("library", "--keep", "lenet_relu", "--as", "Small", "--json").json == {"name": "Small"}
    found = blockyard("library", "--json").json
    assert [entry["name"] for entry in found] == ["Inception", "Small"]
    assert "batch_norm" in found[0]["parameters"]
    assert blockyard("library", "--remove", "Small").status == 0
    (tmp_path / "data" / "library" / "Broken.blockyard").write_text("{")
    listed = blockyard("library")
    assert "Inception block" in listed.out
    assert "Broken.blockyard" in listed.err


def test_what_cannot_be_is_told(blockyard: Blockyard):
    for arguments, status, words in (
        (("--keep", "googlenet", "--block", "Incepton"), 1, "has no block 'Incepton'"),
        (("--keep", "googlenet", "--as", "Conv2d"), 2, "cannot be the name of a block"),
        (("--remove", "Nothing"), 2, "holds no block 'Nothing'"),
        (("--block", "Inception"), 2, "--keep DESIGN beside them"),
    ):
        result = blockyard("library", *arguments)
        assert result.status == status
        assert words in result.err
