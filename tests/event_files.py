"""A reader of TensorBoard's event files: frames with checksums, and in each an event of the public format."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


def crc(data: bytes) -> int:
    """Castagnoli's CRC, bit by bit. Source: RFC 3720, B.4."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data: bytes) -> int:
    """As TensorFlow stores it. Source: tensorflow/core/lib/hash/crc32c.h."""
    found = crc(data)
    return ((found >> 15 | found << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(path: Path) -> Iterator[bytes]:
    """Of a TFRecord file: length, its checksum, data, its checksum. A part of one at the end is left out."""
    data = path.read_bytes()
    while len(data) >= 12:
        length, check = struct.unpack("<QI", data[:12])
        assert check == masked(data[:8])
        if len(data) < 16 + length:
            return
        record, (check,) = data[12 : 12 + length], struct.unpack("<I", data[12 + length : 16 + length])
        assert check == masked(record)
        yield record
        data = data[16 + length :]


def fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """Of a protobuf message: number, and integer, double, float or bytes by the wire type."""
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = varint()
        number, wire_type = key >> 3, key & 7
        if wire_type == 0:
            yield number, varint()
        elif wire_type == 2:
            length = varint()
            yield number, data[at : at + length]
            at += length
        else:
            form = {1: "<d", 5: "<f"}[wire_type]
            yield number, struct.unpack_from(form, data, at)[0]
            at += struct.calcsize(form)


@dataclass
class Told:
    """An event of the file. Source of the numbers: event.proto and summary.proto of tensorboard/compat/proto."""

    wall_time: float = 0.0
    step: int = 0
    file_version: str = ""
    scalars: dict[str, float] = field(default_factory=dict)
    restarts: bool = False  # what was told of this step or a later one is void


def events(path: Path) -> list[Told]:
    """What TensorBoard would read."""
    found = []
    for record in records(path):
        event = Told()
        for number, value in fields(record):
            match number:
                case 1:
                    event.wall_time = value
                case 2:
                    event.step = value
                case 3:
                    event.file_version = value.decode()
                case 5:
                    scalars = [dict(fields(inner)) for _, inner in fields(value)]
                    event.scalars = {scalar[1].decode(): scalar[2] for scalar in scalars}
                case 7:
                    event.restarts = dict(fields(value)) == {1: 1}
        found.append(event)
    return found


def shown(folder: Path) -> list[Told]:
    """What TensorBoard shows of a run's folder: scalars of all its files, without those that a restart made void."""
    found: list[Told] = []
    for path in sorted(folder.glob("*.tfevents.*")):
        for event in events(path):
            if event.restarts:
                found = [told for told in found if told.step < event.step]
            elif event.scalars:
                found.append(event)
    return found
