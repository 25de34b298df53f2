"""The source of a custom layer is read and never run; what is no single class is told with its line."""

from __future__ import annotations

import pytest

from designer.catalogue.custom.source import MAX_SOURCE, SourceError, read_class
from tests.custom_layers import MIXER, SCALED_CONV

FORWARD = "    def forward(self, x):\n        return x\n"


def test_a_class_with_its_imports():
    read = read_class(SCALED_CONV.source)
    assert read.name == "ScaledConv"
    assert [str(one) for one in read.imports] == ["import math", "from torch.nn import functional as F"]
    assert read.arguments == {"in_channels": None, "out_channels": "8", "stride": "1", "gain": "1"}
    assert not read.open_ended
    assert (read.least, read.most) == (1, 1)
    assert read.text.startswith("class ScaledConv(nn.Module):")
    assert read.text in SCALED_CONV.source


def test_keyword_arguments_and_those_without_a_name():
    read = read_class(MIXER.source)
    assert read.arguments == {"keep": None, "flip": "False", "sizes": "(1, 2)"}
    assert read.open_ended
    assert (read.least, read.most) == (2, 2)


def test_comments_decorators_and_windows_line_ends_stay():
    source = f"# Mine.\nimport os  # unused\n\n@torch.no_grad\nclass A(torch.nn.Module):\n{FORWARD}"
    read = read_class(source.replace("\n", "\r\n"))
    assert read.text == f"# Mine.\n\n\n@torch.no_grad\nclass A(torch.nn.Module):\n{FORWARD}".rstrip()
    assert read.imports == ()


REFUSED = {
    "no class": ("x = 1", "no class"),
    "empty": ("", "no class"),
    "two classes": (f"class A(nn.Module):\n{FORWARD}\nclass B(nn.Module):\n{FORWARD}", "defines 2 classes"),
    "syntax": ("class A(nn.Module):\n    def forward(self, x)\n        return x", "Line 2: Python cannot read this"),
    "other code": (f"class A(nn.Module):\n{FORWARD}\nprint('hello')", "Line 5: beside the class"),
    "another base": (f"class A(Thing):\n{FORWARD}", "Line 1: A derives from Thing"),
    "no base": (f"class A:\n{FORWARD}", "derives from nothing"),
    "a metaclass": (f"class A(nn.Module, metaclass=M):\n{FORWARD}", "metaclass"),
    "no forward": ("class A(nn.Module):\n    pass", "no forward"),
    "a star": (f"from os import *\nclass A(nn.Module):\n{FORWARD}", "Line 1: 'from os import *'"),
    "a relative import": (f"from . import x\nclass A(nn.Module):\n{FORWARD}", "no meaning"),
    "the future": (f"from __future__ import annotations\nclass A(nn.Module):\n{FORWARD}", "no meaning"),
    "hides nn": (f"import numpy as nn\nclass A(nn.Module):\n{FORWARD}", "takes the name 'nn'"),
    "hides torch": (f"import os as torch\nclass A(nn.Module):\n{FORWARD}", "takes the name 'torch'"),
    "hides a builtin": (f"from math import pow\nclass A(nn.Module):\n{FORWARD}", "takes the name 'pow'"),
    "hides itself": (f"from x import A\nclass A(nn.Module):\n{FORWARD}", "takes the name 'A'"),
    "too long": ("#" * (MAX_SOURCE + 1), "32,769 characters"),
    "a NUL": ("class A(nn.Module):\0", "cannot read"),
    "half a character": ("class A(nn.Module):\ud800", "cannot read"),
    "brackets without end": ("(" * 30_000, "cannot read"),
    "signs without end": ("x = " + "-" * 30_000 + "1", "cannot read"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_words(case: str):
    source, words = REFUSED[case]
    with pytest.raises(SourceError) as caught:
        read_class(source)
    assert words in str(caught.value)
    assert caught.value.expected
