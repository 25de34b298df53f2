"""Which set a name stands for, of a folder, a cell or an array: `training_set`, `seg_train` and `trn` are the same."""

from __future__ import annotations

import re
from typing import Literal

SetWord = Literal["train", "validation", "test", "evaluation"]
_WORDS: dict[str, SetWord] = {
    **dict.fromkeys(("train", "training", "trn", "trainval"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "validate", "vld", "dev", "development"), "validation"),
    **dict.fromkeys(("test", "testing", "tst"), "test"),
    **dict.fromkeys(("eval", "evaluation", "evaluate", "holdout", "heldout"), "evaluation"),
}
_FILLERS = (
    *("set", "sets", "data", "dataset", "split", "subset", "folder", "image", "images", "img", "imgs", "picture"),
    *("pictures", "photo", "photos", "sample", "samples", "file", "files", "seg", "cls", "crop", "cropped", "resized"),
)
_GLUED = re.compile(rf"({'|'.join(sorted(_WORDS, key=len, reverse=True))})({'|'.join(_FILLERS)})?")
_LETTERS = re.compile(r"[a-z]+")
_JOINTS = re.compile(r"hold[\W_]*out|held[\W_]*out|train[\W_]*val(?![a-z])", re.ASCII)


def parsed(name: str) -> tuple[SetWord, str] | None:
    """The set that a name has a word for, and what else it says: `asl_train` is of the training set of `asl`.

    None where it names no set, or several. Numbers and words such as `images` say nothing.
    """
    words = _LETTERS.findall(_JOINTS.sub(lambda found: re.sub(r"[\W_]", "", found[0]), name.casefold()))
    found: list[SetWord] = []
    rest: list[str] = []
    for word in words:
        if glued := _GLUED.fullmatch(word):
            found.append(_WORDS[glued[1]])
        elif word not in _FILLERS:
            rest.append(word)
    return (found[0], " ".join(rest)) if len(found) == 1 else None


def set_of(name: str) -> SetWord | None:
    """The set that a name stands for, None where it says anything else too."""
    said = parsed(name)
    return said[0] if said and not said[1] else None


def assigned(found: set[SetWord]) -> dict[SetWord, Literal["train", "validation", "test"]]:
    """What each becomes. An evaluation set is the test set, or the validation set beside one; what is alone is to test
    on, since there is nothing else to judge by."""
    roles: dict[SetWord, Literal["train", "validation", "test"]] = {}
    if "train" in found:
        roles["train"] = "train"
    if "test" in found:
        roles["test"] = "test"
    if "evaluation" in found:
        roles["evaluation"] = "validation" if "test" in found and "validation" not in found else "test"
    if "validation" in found:
        roles["validation"] = "validation" if "test" in roles.values() else "test"
    return roles
