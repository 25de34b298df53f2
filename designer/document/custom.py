"""Between a file's structs and custom layers. Their sources are text here, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from designer.base.text import Text
from designer.document.document import DocumentError
from designer.document.format import CustomLayerFile, CustomParameterFile, CustomPortFile
from designer.document.values import from_setting, to_value
from designer.graph.custom import MAX_SOURCES, CustomLayer, CustomParameter, CustomPort


def to_customs(files: Sequence[CustomLayerFile], blocks: Collection[str], origin: str) -> dict[str, CustomLayer]:
    """The custom layers of a file, by name. blocks: the names that are taken. Raises DocumentError."""
    size = sum(len(line) + 1 for file in files for line in file.source)
    if size > MAX_SOURCES:
        raise DocumentError(
            Text("{origin}: the sources of its custom layers have {size:,} characters.", origin=origin, size=size),
            expected=Text("at most {limit:,}", limit=MAX_SOURCES),
            fix="Put what is long into a package, and import it.",
        )
    customs: dict[str, CustomLayer] = {}
    for file in files:
        if file.name in customs or file.name in blocks:
            other = Text("custom layer") if file.name in customs else Text("block")
            raise DocumentError(
                Text(
                    "{origin}: a custom layer is called '{name}', and so is a {other}.",
                    origin=origin,
                    name=file.name,
                    other=other,
                ),
                expected="names that differ: each is the name of a class",
                fix="Rename one of them.",
            )
        customs[file.name] = _to_custom(file, f"{origin}: custom layer {file.name}")
    return customs


def _to_custom(file: CustomLayerFile, where: str) -> CustomLayer:
    return CustomLayer(
        name=file.name,
        summary=file.summary,
        source="\n".join(file.source),
        parameters=tuple(
            CustomParameter(
                p.name,
                p.type,
                to_value(p.default, f"{where}, parameter {p.name}"),
                p.doc,
                p.minimum,
                p.maximum,
                tuple(to_value(choice, f"{where}, parameter {p.name}") for choice in p.choices),
                p.axes,
            )
            for p in file.parameters
        ),
        inputs=tuple(CustomPort(port.name, port.shape, port.dtype) for port in file.inputs),
        outputs=tuple(CustomPort(port.name, port.shape, port.dtype) for port in file.outputs),
        derived=tuple(file.derived.items()),
        params=file.params,
        macs=file.macs,
    )


def from_custom(layer: CustomLayer) -> CustomLayerFile:
    """The structs that a custom layer is written as. Raises DocumentError where a value has no place in a file."""
    where = f"custom layer {layer.name}"
    return CustomLayerFile(
        name=layer.name,
        summary=layer.summary,
        source=layer.source.split("\n"),
        parameters=[
            CustomParameterFile(
                p.name,
                p.type,
                from_setting(p.default, f"{where}, parameter {p.name}"),
                p.doc,
                from_setting(p.minimum, where),
                from_setting(p.maximum, where),
                [from_setting(choice, f"{where}, parameter {p.name}") for choice in p.choices],
                p.axes,
            )
            for p in layer.parameters
        ],
        inputs=[CustomPortFile(port.name, port.shape, port.dtype) for port in layer.inputs],
        outputs=[CustomPortFile(port.name, port.shape, port.dtype) for port in layer.outputs],
        derived=dict(layer.derived),
        params=layer.params,
        macs=layer.macs,
    )
