"""Where no window can be opened, the program says so and ends; it does not abort."""

import sys

import pytest

from tests.cli.conftest import Blockyard

if not sys.platform.startswith("linux"):
    pytest.skip("the platforms of other systems always work", allow_module_level=True)


@pytest.mark.parametrize(
    "environment",
    [
        {"QT_QPA_PLATFORM": "nonsense"},
        {"QT_QPA_PLATFORM": "xcb"},
        {"QT_QPA_PLATFORM": "wayland:x"},
        {"DISPLAY": ":747"},
    ],
    ids=lambda variables: "=".join(*variables.items()),
)
def test_a_platform_that_does_not_work_is_told_in_a_sentence(blockyard: Blockyard, environment: dict[str, str]):
    done = blockyard(**environment)

    assert done.status == 2
    assert done.out == ""
    first = next(line for line in done.err.splitlines() if line.startswith("error: No window"))
    assert all(f"{name}={value}" in first for name, value in environment.items() if name.startswith("QT"))
    assert "  fix: " in done.err
