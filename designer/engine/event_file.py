"""TensorBoard's event files: scalars by tag and step, in the frames of a TFRecord file. Only writes them.

`event_log` writes them as a run goes, `exchange` those of earlier runs. Standard library only.
Written here because the packages that write them do not fit: tensorboardX loads torch into whoever imports it, and
tensorboard brings nine others along. Sources: event.proto and summary.proto of tensorflow/tensorboard;
core/lib/io/record_writer.h and core/lib/hash/crc32c.h of tensorflow/tensorflow;
protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from typing import BinaryIO

# What is before the slash is a group of charts.
BATCH_TAGS = {
    "loss": "loss/train_batch",
    "accuracy": "accuracy/train_batch",
    "learning_rate": "training/learning_rate",
    "examples_per_second": "training/images_per_second",
    "memory_bytes": "training/memory_bytes",
    "gradient_norm": "training/gradient_norm",
}
EPOCH_TAGS = {
    "train_loss": "loss/train",
    "validation_loss": "loss/validation",
    "test_loss": "loss/test",
    "train_accuracy": "accuracy/train",
    "validation_accuracy": "accuracy/validation",
    "test_accuracy": "accuracy/test",
}
_VERSION = "brain.Event:2"
_POLYNOMIAL = 0x82F63B78  # Castagnoli's, its bits turned round
_MASK_DELTA = 0xA282EAD8
_START = 1  # of SessionLog's statuses
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5  # wire types


def _table_entry(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (_POLYNOMIAL if byte & 1 else 0)
    return byte


_TABLE = tuple(map(_table_entry, range(256)))


class EventFile:
    """Adds events to an open file, which gets its heading at once."""

    def __init__(self, file: BinaryIO, time: float) -> None:
        """time: when what is told began, in seconds since 1970."""
        self._file = file
        self._write(_double(1, time) + _text(3, _VERSION))

    def add(self, time: float, step: int, scalars: Mapping[str, float]) -> None:
        """Add scalars by their tags; those beyond what 32 bits hold become infinite. step: from 0, below 2**63."""
        values = b"".join(_bytes(1, _text(1, tag) + _float(2, value)) for tag, value in scalars.items())
        self._write(_double(1, time) + _integer(2, step) + _bytes(5, values))

    def restart(self, time: float, step: int) -> None:
        """Say that it goes on from this step: what an earlier file of the folder tells of it or later is void."""
        self._write(_double(1, time) + _integer(2, step) + _bytes(7, _integer(1, _START)))

    def _write(self, event: bytes) -> None:
        length = struct.pack("<Q", len(event))
        self._file.write(length + _checksum(length) + event + _checksum(event))


def crc32c(data: bytes) -> int:
    """Castagnoli's CRC. Source: RFC 3720, appendix B.4."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def _checksum(data: bytes) -> bytes:
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + _MASK_DELTA) & 0xFFFFFFFF)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _key(number: int, wire_type: int) -> bytes:
    return _varint(number << 3 | wire_type)


def _integer(number: int, value: int) -> bytes:
    return _key(number, _VARINT) + _varint(value)


def _double(number: int, value: float) -> bytes:
    return _key(number, _FIXED64) + struct.pack("<d", value)


def _float(number: int, value: float) -> bytes:
    try:
        packed = struct.pack("<f", value)
    except OverflowError:
        packed = struct.pack("<f", math.copysign(math.inf, value))
    return _key(number, _FIXED32) + packed


def _bytes(number: int, value: bytes) -> bytes:
    return _key(number, _BYTES) + _varint(len(value)) + value


def _text(number: int, value: str) -> bytes:
    return _bytes(number, value.encode())
