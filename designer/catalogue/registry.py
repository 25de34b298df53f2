"""The registry: every kind of layer by its name, and those that a design adds. A new family adds one line here."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType

from designer.base.text import Text
from designer.catalogue.custom.spec import custom_spec
from designer.catalogue.layers import (
    activation,
    attention,
    axes,
    boundary,
    convolution,
    dropout,
    embedding,
    layer_normalisation,
    linear,
    merge,
    normalisation,
    padding,
    parts,
    pooling,
    recurrent,
    reduction,
    resize,
    shape,
    shrinkage,
    softmax,
)
from designer.catalogue.spec import LayerSpec
from designer.graph.design import Design

_FAMILIES = (
    boundary,
    convolution,
    pooling,
    normalisation,
    layer_normalisation,
    activation,
    shrinkage,
    softmax,
    linear,
    embedding,
    recurrent,
    attention,
    dropout,
    shape,
    axes,
    parts,
    reduction,
    resize,
    padding,
    merge,
)


@cache
def registry() -> MappingProxyType[str, LayerSpec]:
    """Every LayerSpec by kind, in the order of the palette. Raises ValueError where a kind is defined twice."""
    specs: dict[str, LayerSpec] = {}
    for family in _FAMILIES:
        for spec in family.SPECS:
            if spec.kind in specs:
                raise ValueError(f"the kind {spec.kind} is defined twice")
            specs[spec.kind] = spec
    return MappingProxyType(specs)


def spec_of(kind: str, design: Design | None = None) -> LayerSpec | None:
    """The LayerSpec of a kind: of a custom layer of the design, else of the catalogue; None where neither has it."""
    if design is not None and design.customs and (layer := design.customs.get(kind)):
        return custom_spec(layer, kinds())
    return registry().get(kind)


@cache
def kinds() -> frozenset[str]:
    """The kinds of the catalogue, which nothing in a design may be called."""
    return frozenset(registry())


def name_in_use(design: Design, name: str) -> str:
    """What has a name already: `a layer`, `another block` or `a custom layer`; empty where it is free."""
    if name in design.customs:
        return Text("a custom layer")
    return Text("another block") if name in design.blocks else Text("a layer") if name in kinds() else ""
