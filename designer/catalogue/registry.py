"""The registry: every kind of layer by its name. A new family adds one line here."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType

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


def spec_of(kind: str) -> LayerSpec | None:
    """The LayerSpec of a kind, or None where no layer has that name."""
    return registry().get(kind)
