"""The confusion matrix and the worst mistakes, against what is counted by hand; and a damaged file."""

from __future__ import annotations

import base64

import pytest
import torch

from designer.engine import protocol
from designer.engine.control import Wishes
from designer.engine.examples import Split
from designer.engine.job import carry_out
from designer.engine.review import Review


def test_counts_and_mistakes_are_those_counted_by_hand():
    labels = torch.tensor([0, 0, 1, 2, 2, 2])
    guesses = torch.tensor([0, 1, 1, 2, 0, 0])
    sureness = torch.tensor([9.0, 1.0, 9.0, 9.0, 5.0, 3.0])
    scores = torch.zeros(6, 4)  # the network has an output more than there are classes
    scores[range(6), guesses] = sureness
    images = torch.arange(6 * 4, dtype=torch.uint8).view(6, 1, 2, 2)
    review = Review(3, torch.device("cpu"))
    review.add(scores[:4], labels[:4], 0)
    review.add(scores[4:], labels[4:], 4)
    evaluation = review.written(7, Split(images, labels), ("a", "b", "c"))
    assert evaluation.confusion == ((1, 1, 0), (0, 1, 0), (2, 0, 1))
    assert [(m.index, m.label, m.guess) for m in evaluation.mistakes] == [(4, 2, 0), (5, 2, 0), (1, 0, 1)]
    first = evaluation.mistakes[0]
    assert list(base64.b64decode(first.pixels)) == [16, 17, 18, 19]
    assert (first.channels, first.height, first.width) == (1, 2, 2)
    assert 0.9 < first.confidence < 1


def test_a_run_leaves_its_evaluation(run_folder):
    run_dir = run_folder(data={"limit": 512})
    told: list[protocol.Message] = []
    there: list[protocol.Evaluation | None] = []  # whenever it was told that what came of an epoch is

    def listen(message: protocol.Message) -> None:
        told.append(message)
        if isinstance(message, protocol.Kept):
            there.append(protocol.read_evaluation(run_dir))

    assert carry_out(run_dir, listen, Wishes()) == 0
    epoch = next(message for message in told if isinstance(message, protocol.Epoch))
    evaluation = protocol.read_evaluation(run_dir)
    assert there == [evaluation]
    right = sum(evaluation.confusion[index][index] for index in range(10))
    assert sum(map(sum, evaluation.confusion)) == 512
    assert right / 512 == epoch.test_accuracy
    assert 0 < len(evaluation.mistakes) <= 24
    assert all(mistake.label != mistake.guess for mistake in evaluation.mistakes)
    norms = [m.gradient_norm for m in told if isinstance(m, protocol.Batch)]
    assert all(norm is None or norm > 0 for norm in norms)
    assert any(norms)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"epoch": 1, "classes": [], "confusion": [[1], [1, 2]], "mistakes": []}', "[" * 99_999]
)
def test_a_damaged_evaluation_is_none(tmp_path, text):
    (tmp_path / protocol.EVALUATION_FILE).write_text(text)
    assert protocol.read_evaluation(tmp_path) is None
