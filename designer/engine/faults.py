"""What is said of images that cannot be read: damaged, gone, or not of one size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .examples import Fault, Seen
from .protocol import EngineError, Warned
from .text import Text, joined

_SHOWN = 5
_CONVERTED: dict[Seen, Text] = {
    "transparent": Text("Transparent in part, so laid on white, or on black where drawn in one light colour"),
    "frames": Text("Several frames or pages, of which the first is used"),
    "bright": Text("Values beyond what is taken as black and white, cut off there"),
}


def raise_for(faults: Sequence[Fault]) -> None:
    """Raise EngineError if there is a fault, about the worst sort of them."""
    for kind, told in (("gone", _gone), ("size", various_sizes), ("broken", _broken)):
        if of_kind := [fault for fault in faults if fault.kind == kind]:
            raise told(of_kind)


def skipped(faults: Sequence[Fault]) -> Warned:
    """What is said where damaged images are left out by consent."""
    said = Text("1 image that cannot be read is left out: {faults}.", faults=_listed(faults))
    if len(faults) > 1:
        said = Text(
            "{count:,} images that cannot be read are left out: {faults}.", count=len(faults), faults=_listed(faults)
        )
    return Warned("skipped_broken", said, "Mend or remove the files.")


def converted(seen: Mapping[Seen, int]) -> Iterator[Text]:
    """What is said of images that are not taken just as they are stored. seen: of how many."""
    for kind, said in _CONVERTED.items():
        if count := seen.get(kind, 0):
            yield Text("{said}: {count:,} of the images.", said=said, count=count)


def _gone(faults: Sequence[Fault]) -> EngineError:
    names = ", ".join(fault.name for fault in faults[:_SHOWN])
    if len(faults) > _SHOWN:
        names = Text("{names} and {count:,} more", names=names, count=len(faults) - _SHOWN)
    gone = Text("1 image is gone: {names}.", names=names)
    if len(faults) > 1:
        gone = Text("{count:,} images are gone: {names}.", count=len(faults), names=names)
    return EngineError(
        joined(gone, "The data set lists what is not there."),
        expected="the images to be there, and to stay while a run uses them",
        fix="Correct the list; or put the folder back, or plug its disk in, and resume the run: its last checkpoint is "
        "kept.",
    )


def various_sizes(faults: Sequence[Fault]) -> EngineError:
    """What is said where images would have to be brought to one size. faults: at least one."""
    return EngineError(
        Text("The images are of various sizes: {name} {reason}.", name=faults[0].name, reason=faults[0].reason),
        expected="images of one size, or a size to bring them to",
        fix="Set data.resize in the recipe, such as 224; data.keep_ratio keeps them from being squeezed.",
    )


def _broken(faults: Sequence[Fault]) -> EngineError:
    said = Text("1 image cannot be read: {faults}.", faults=_listed(faults))
    if len(faults) > 1:
        said = Text("{count:,} images cannot be read: {faults}.", count=len(faults), faults=_listed(faults))
    return EngineError(
        said,
        expected="whole PNG, JPEG, WebP, BMP, TIFF, GIF or PPM files",
        fix="Mend or remove them, or set data.skip_broken in the recipe to true to train without them.",
    )


def _listed(faults: Sequence[Fault]) -> str:
    shown = "; ".join(f"{fault.name} ({fault.reason.rstrip('.')})" for fault in faults[:_SHOWN])
    more = len(faults) - _SHOWN
    return Text("{faults}; and {count:,} more", faults=shown, count=more) if more > 0 else shown
