"""Messages survive the wire, and nothing that comes over it can bring the reader down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.engine import protocol
from designer.engine.protocol import Failed, Unreadable, read_control, read_line, write_line
from designer.engine.text import Text

MESSAGES = (
    protocol.Started("/runs/1", "cpu", 2, 94, 44426, 6000, 1000, 10),
    protocol.Batch(1, 1, 94, 1, 2.3, 0.1, 0.01, 1000.0, None),
    protocol.Epoch(1, 2.3, 0.1, 2.2, 0.2, 9000.0),
    protocol.Kept(1),
    protocol.Paused(1, 7),
    protocol.Resumed(1, 7),
    protocol.Warned("stuck_at_chance", "It guesses.", "Use ReLU."),
    protocol.Failed("It broke.", "a whole one", "Mend it."),
    protocol.Epoch(1, 2.3, 0.1, 2.2, 0.2, 9000.0, 2.2, 0.25),
    protocol.Finished("/runs/1", stopped=False),
    protocol.Summary("table", 44426),
)
CONTRACT = {
    "started": {"run"},
    "epoch": {"epoch", "train_loss", "train_accuracy", "test_loss", "test_accuracy", "examples_per_second"},
    "finished": {"run"},
}


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.type)
def test_a_message_is_one_line_and_reads_back(message):
    line = write_line(message)
    assert "\n" not in line
    assert read_line(line) == message
    assert read_line(line.encode() + b"\r\n") == message
    assert read_line(json.dumps(json.loads(line) | {"a_later_field": 1})) == message
    assert {"type", *CONTRACT.get(message.type, ())} <= json.loads(line).keys()


@pytest.mark.parametrize("control", [protocol.Stop(), protocol.Pause(), protocol.Resume()], ids=lambda it: it.type)
def test_a_control_reads_back(control):
    assert read_control(write_line(control)) == control


def test_a_started_message_of_an_earlier_engine_is_read():
    line = json.loads(write_line(MESSAGES[0]))
    del line["steps_done"], line["validation_examples"]
    assert read_line(json.dumps(line)) == MESSAGES[0]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "null",
        '{"type": ["started"]}',
        '{"type": "stop"}',
        '{"type": "unreadable", "line": "", "reason": ""}',
        '{"type": "finished", "run": 5, "stopped": false}',
        '{"type": "finished", "run": "x", "stopped": 1}',
        '{"type": "finished", "run": "x"}',
        '{"type": "summary", "text": "", "params": true}',
        "[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_nonsense_is_unreadable(line):
    assert isinstance(read_line(line), Unreadable)


@given(st.text() | st.binary() | st.dictionaries(st.text(), st.integers() | st.text()).map(json.dumps))
def test_any_line_at_all_is_read_without_a_crash(line):
    read_line(line)
    assert isinstance(read_control(line), Unreadable)


def test_a_run_that_never_began(tmp_path: Path):
    assert protocol.read_status(tmp_path) is None
    assert list(protocol.read_metrics(tmp_path)) == []


@pytest.mark.parametrize("contents", ["", "[]", "{}", '{"state": "running"}', "\x00"])
def test_a_damaged_status_is_none(tmp_path, contents):
    (tmp_path / protocol.STATUS_FILE).write_text(contents)
    assert protocol.read_status(tmp_path) is None


def test_only_a_run_under_way_can_have_died(tmp_path):
    for state, seen in (("running", "died"), ("starting", "died"), ("finished", "finished"), ("failed", "failed")):
        status = {"state": state, "pid": 1, "started_at": 100.0, "heartbeat": 100.0, "epoch": 1, "epochs": 2}
        text = json.dumps(status | {"figures": None, "message": ""})
        protocol.replace_file(tmp_path / protocol.STATUS_FILE, text)
        assert protocol.read_status(tmp_path, now=101.0).state == state
        assert protocol.read_status(tmp_path, now=200.0).state == seen


def test_a_sentence_travels_with_how_it_was_made():
    said = Text(
        "{path} holds {count:,} {what}, of {share:.2f}.",
        path="a",
        count=1200,
        what=Text("images of {n}", n=2),
        share=0.5,
    )
    line = write_line(Failed(said, expected="more", fix=Text("Add {n}.", n=float("nan"))))
    there = read_line(line)
    assert there == Failed(str(said), expected="more", fix="Add nan.")
    assert there.message.arguments["what"].template == "images of {n}"
    assert json.loads(line)["message"] == said
    assert "texts" not in json.loads(write_line(Failed("plain", fix=Text("whole"))))


DEEP: object = "said"
for _ in range(9):
    DEEP = ["{a}", {"a": DEEP}]


@pytest.mark.parametrize(
    "form",
    [
        *(
            None,
            3,
            [],
            ["x"],
            [["said"], {}],
            DEEP,
            ["{a}", {"a": "other"}],
            ["{b}", {"a": "said"}],
            ["{}", {"": "said"}],
        ),
        *([f"{{a{how}}}", {"a": "said"}] for how in (":>9999999999", ".__class__", "[0]", "!r", ":g")),
        ["{a:g}", {"a": 10**400}],
    ],
)
def test_a_form_that_is_not_sound_counts_for_nothing(form: object):
    there = read_line(json.dumps({"type": "failed", "message": "said", "texts": {"message": form}}))
    assert there == Failed("said")
    assert type(there.message) is str
