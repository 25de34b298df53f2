"""A custom layer as a LayerSpec: from here on it is a layer like any other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from designer.base.errors import BlockyardError
from designer.base.text import Text
from designer.catalogue.briefs import brief_of
from designer.catalogue.custom import shapes
from designer.catalogue.custom.declared import faults, parameter_of
from designer.catalogue.custom.shapes import Scope
from designer.catalogue.custom.source import read_class
from designer.catalogue.emit import source_of
from designer.catalogue.spec import CostRule, Derived, Family, LayerError, LayerSpec, Parameter, Saved, Tensor, Values
from designer.graph.custom import CustomLayer, CustomParameter
from designer.graph.expressions import canonical
from designer.graph.names import stem_of_class

URL = "https://pytorch.org/docs/stable/generated/torch.nn.Module.html"


@lru_cache(maxsize=512)
def custom_spec(layer: CustomLayer, taken: frozenset[str] = frozenset()) -> LayerSpec:
    """The LayerSpec of a custom layer; where something is wrong with it, with that as its `fault`.

    taken: names that it must not have.
    """
    found = faults(layer, taken)
    stated = {} if found else read_class(layer.source).arguments
    parameters = tuple(filter(None, (_parameter(own, stated.get(own.name)) for own in layer.parameters)))
    return LayerSpec(
        kind=layer.name,
        family=Family.CUSTOM,
        stem=stem_of_class(layer.name),
        summary=layer.summary or "A layer with code of its own.",
        help=_help(layer),
        url=URL,
        infer=lambda values, inputs: _outputs(layer, values, inputs),
        parameters=parameters,
        inputs=tuple(port.name for port in layer.inputs),
        outputs=tuple(port.name for port in layer.outputs),
        weights=_cost(layer, layer.params),
        macs=_cost(layer, layer.macs),
        saved=_inputs_and_outputs,
        sees=lambda values, inputs, outputs, port: [None for _ in inputs],  # what it looks at, nobody has said
        module=layer.name,
        derived=tuple(_derived(layer, name, source) for name, source in layer.derived),
        brief=brief_of(parameters),
        fault=_fault(layer, found[0]) if found else None,
        unstated=tuple(name for name in ("params", "macs") if not getattr(layer, name)),
    )


def _inputs_and_outputs(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
    """What its backward pass needs, nobody has said: as most layers do, one or the other, and so both at the most."""
    return Saved(inputs=tuple(range(len(inputs))), outputs=tuple(range(len(outputs))))


def _fault(layer: CustomLayer, error: BlockyardError) -> LayerError:
    return LayerError(
        "custom_layer_faulty",
        Text("the custom layer {layer} cannot be used: {message}", layer=layer.name[:60], message=error.message),
        expected=error.expected,
        fix=error.fix or "Edit the custom layer.",
    )


def _parameter(own: CustomParameter, default_of_class: str | None) -> Parameter | None:
    """It is stated in code always where the class has no default, or another one."""
    same = default_of_class is not None and default_of_class == canonical_value(own)
    try:
        return parameter_of(own, required=not same)
    except ValueError:
        return None  # told as the layer's fault


def canonical_value(own: CustomParameter) -> str:
    """A declared default in the spelling of Python's unparser, or its repr where it has none."""
    try:
        return canonical(source_of(own.default))
    except BlockyardError:
        return repr(own.default)


def _scope(layer: CustomLayer, values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor] = ()) -> Scope:
    return {
        **{own.name: getattr(values, own.name) for own in layer.parameters},
        **shapes.bound(layer.inputs, inputs),
        **{port.name: tuple(tensor.shape) for port, tensor in zip(layer.outputs, outputs, strict=False)},
    }


def _outputs(layer: CustomLayer, values: Values, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
    scope = _scope(layer, values, inputs)
    return tuple(Tensor(shapes.shape_of(port.shape, scope), port.dtype or inputs[0].dtype) for port in layer.outputs)


def _cost(layer: CustomLayer, source: str) -> CostRule:
    def cost(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
        return shapes.whole(source, _scope(layer, values, inputs, outputs), 0) if source else 0

    return cost


def _derived(layer: CustomLayer, name: str, source: str) -> Derived:
    return Derived(name, lambda values, inputs: shapes.whole(source, _scope(layer, values, inputs), 0))


def _help(layer: CustomLayer) -> str:
    arrives = " and ".join(f"`{port.name}` ({port.shape.strip('() ')})" for port in layer.inputs)
    leaves = " and ".join(f"`{port.name}` ({port.shape.strip()})" for port in layer.outputs)
    fence = "~~~~"
    return "\n\n".join(
        filter(
            None,
            (
                layer.summary,
                "A custom layer: its code is part of the document.",
                f"From {arrives} it makes {leaves}.",
                f"{fence}\n{layer.source.strip().replace(fence, '~ ~ ~ ~')}\n{fence}",
            ),
        )
    )
