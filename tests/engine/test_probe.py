"""A network run once on given shapes: on the meta device, on the CPU where it looks at numbers, told where it fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from designer.engine.probe import main, probe
from designer.engine.protocol import EngineError, Failed, Probed, read_line

MODEL = """import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        return {returned}
"""


@pytest.fixture
def model(tmp_path: Path):
    def write(returned: str) -> Path:
        path = tmp_path / "model.py"
        path.write_text(MODEL.format(returned=returned), "utf-8")
        return path

    return write


@pytest.mark.parametrize("returned", ["self.fc(x)", "(self.fc(x), x > 0)", "self.fc(x) * int(x.sum() + 1)"])
def test_shapes_types_and_sizes(model, returned: str):
    found = probe(model(returned), [[[2, 4], "float32"]])
    several = returned.startswith("(")
    assert found.shapes == ("(2, 3)", "(2, 4)")[: 1 + several]
    assert found.dtypes == ("float32", "bool")[: 1 + several]
    assert (found.params, found.macs) == (15, 24)


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        ("self.fc(x[0, 0])", "forward fails: RuntimeError"),
        ("'text'", "forward returns str"),
        ("self.missing", "AttributeError"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
def test_what_fails_is_told_with_its_reason(model, returned: str, words: str):
    with pytest.raises(EngineError) as caught:
        probe(model(returned), [[[2, 4], "float32"]])
    assert words in caught.value.message


def test_the_program_prints_one_message(model, capsys: pytest.CaptureFixture[str]):
    assert main([str(model("print('hello') or self.fc(x)")), '[[[2, 4], "float32"]]']) == 0
    assert isinstance(read_line(capsys.readouterr().out), Probed)
    assert main([str(model("None")), '[[[2, 4], "float32"]]']) == 1
    assert isinstance(read_line(capsys.readouterr().out), Failed)
