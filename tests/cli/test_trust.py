"""`blockyard train` of a document that brings code: refused until --trust is said; nothing else runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from designer.document.document import Document
from designer.document.writing import write_document
from tests.custom_layers import hostile


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    path = tmp_path / "strange.blockyard"
    write_document(Document(hostile(tmp_path / "it ran")), path)
    return path


def test_it_is_run_only_after_it_was_trusted(blockyard, strange: Path, tmp_path: Path):
    marker = tmp_path / "it ran"
    assert blockyard("check", strange).status == 0
    assert "harmless" in blockyard("summary", strange).out
    assert blockyard("export", strange, "-o", "model.py").status == 0
    refused = blockyard("train", strange, "--epochs", "1", "--limit", "64", "--run-dir", "run")
    assert refused.status == 1
    assert "brings its own Python code, in Harmless" in refused.err
    assert "--trust" in refused.err
    assert not marker.exists()
    assert not (tmp_path / "run").exists()

    trained = blockyard("train", strange, "--epochs", "1", "--limit", "64", "--run-dir", "run", "--trust")
    assert trained.status == 0, trained.err
    assert marker.exists()
    marker.unlink()
    (tmp_path / "run" / "model.py").write_text("# changed by somebody\n" + (tmp_path / "model.py").read_text())
    refused = blockyard("train", "--resume", tmp_path / "run", "--epochs", "2")
    assert refused.status == 1
    assert "was not begun here" in refused.err
    assert not marker.exists()
