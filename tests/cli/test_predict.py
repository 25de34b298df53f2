"""`blockyard predict`: a trained run tried on files, good ones and others."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image


def test_tries_images_on_a_run(blockyard, tmp_path: Path):
    options = ("--epochs", "1", "--limit", "128", "--device", "cpu", "--run-dir", tmp_path / "data" / "runs" / "mine")
    assert blockyard("train", "lenet_relu", *options).status == 0
    Image.radial_gradient("L").save(tmp_path / "ring.png")
    Image.new("RGB", (60, 40), "white").save(tmp_path / "white.jpg")
    (tmp_path / "words.png").write_text("no image")
    done = blockyard("predict", "mine", "ring.png", "words.png", "white.jpg", "--top", "3", "--json")
    assert done.status == 1
    ring, words, white = done.json
    assert [ring["image"], words["image"], white["image"]] == ["ring.png", "words.png", "white.jpg"]
    assert (ring["epoch"], ring["input_shape"], ring["scale"]) == (1, [1, 28, 28], "softmax")
    assert len(ring["classes"]) == 3
    values = [guess["value"] for guess in ring["classes"]]
    assert 1 >= values[0] >= values[1] >= values[2] > 0
    assert (
        words["error"]["message"] == "words.png cannot be tried: it is no PNG, JPEG, WebP, BMP, TIFF, GIF or PPM file."
    )
    assert "error: words.png cannot be tried" in done.err
    assert "fix:" in done.err
    done = blockyard("predict", tmp_path / "data" / "runs" / "mine", "ring.png", "--invert")
    assert done.status == 0, done.err
    head, columns, best, *others = done.out.splitlines()
    assert head == "ring.png: seen as 28×28, grey, after epoch 1"
    assert (columns.split(), len(others)) == (["CLASS", "SHARE"], 4)
    assert best.endswith(" %")


def test_tries_images_with_the_weights_of_the_best_epoch(blockyard, tmp_path: Path):
    recipe = tmp_path / "recipe.json"
    optimizer = {"kind": "SGD", "lr": 100.0}
    kept = {"keep_best": "loss", "clip_norm": 1.0, "optimizer": optimizer, "schedule": {"kind": "cosine"}}
    recipe.write_text(json.dumps({"data": {"limit": 128}, "device": "cpu", "epochs": 2, **kept}))
    run_dir = tmp_path / "data" / "runs" / "mine"
    done = blockyard("train", "lenet_relu", "--recipe", recipe, "--run-dir", run_dir, "--json")
    assert done.status == 0, done.err
    told = [json.loads(line) for line in done.out.splitlines()]
    losses = {message["epoch"]: message["test_loss"] for message in told if message["type"] == "epoch"}
    best = min(losses, key=losses.get)
    Image.radial_gradient("L").save(tmp_path / "ring.png")
    answers = {}
    for options in ((), ("--best",)):
        done = blockyard("predict", "mine", "ring.png", "--json", *options)
        assert done.status == 0, done.err
        (answers[options],) = done.json
    assert answers[()]["epoch"] == 2
    assert answers[("--best",)]["epoch"] == best
    assert (answers[()]["classes"] == answers[("--best",)]["classes"]) == (best == 2)
    (run_dir / "checkpoints" / "best.pt").unlink()
    done = blockyard("predict", "mine", "ring.png", "--best")
    assert (done.status, "The run mine has no weights of a best epoch." in done.err) == (1, True)


def test_what_cannot_be_tried_is_told(blockyard):
    told = blockyard("predict", "nothing", "a.png")
    assert (told.status, "There is no run 'nothing'" in told.err) == (2, True)
    assert blockyard("predict", "nothing").status == 2
    told = blockyard("predict", "nothing", "a.png", "--top", "0")
    assert (told.status, "whole number" in told.err) == (2, True)
