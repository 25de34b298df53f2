"""A layer as Python source: what constructs its module, or the expression that stands for a layer without state.

Nothing here knows of blocks, names or line breaks; code generation does, and calls these two for each node.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence

from designer.catalogue.spec import LayerSpec, Parameter
from designer.graph.expressions import Value


def source_of(value: Value) -> str:
    """A plain value as Python source, text in double quotes: `"same"`, `(3, 3)`, `1e-05`."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
    if isinstance(value, tuple):
        return "(" + ", ".join(source_of(item) for item in value) + ("," if len(value) == 1 else "") + ")"
    return repr(value)


def constructor(
    spec: LayerSpec, params_sources: Mapping[str, str], derived_sources: Mapping[str, str], *, lazy: bool = False
) -> str:
    """The call that builds a layer's module, `nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1)`, or the
    learnable tensor that it keeps.

    params_sources: source by parameter, those at their default may be missing. derived_sources: source by derived
    argument. Positional arguments come first; of the others, required ones and those that differ from PyTorch's default
    are written with their names. lazy: with PyTorch's class that finds the derived arguments out, where there is one.
    """
    sources = {**_defaults(spec), **params_sources, **derived_sources}
    if spec.state:
        return spec.state(sources)
    is_lazy = lazy and _has_lazy_class(spec, sources)
    module, derives = (spec.lazy, ()) if is_lazy else (spec.module, spec.derived)
    stated = spec.lazy_switches if is_lazy else ()
    found_out = {derived.name for derived in spec.derived if not derives}
    arguments = [sources[name] for name in spec.positional if name not in found_out]
    arguments += [
        f"{derived.name}={sources[derived.name]}"
        for derived in derives
        if derived.name not in spec.positional
        and (derived.default is None or sources[derived.name] != source_of(derived.default))
    ]
    arguments += [
        f"{parameter.name}={sources[parameter.name]}"
        for parameter in spec.parameters
        if parameter.passed
        and parameter.name not in spec.positional
        and (parameter.name in stated or _is_stated(parameter, sources))
    ]
    return f"{module}({', '.join(arguments)})"


def expression(spec: LayerSpec, params_sources: Mapping[str, str], input_names: Sequence[str]) -> str:
    """The expression of a layer without state: `a + b`, `torch.cat((a, b), dim=1)`.

    input_names: the inputs' names in the order of the ports. Raises ValueError where the layer is a module.
    """
    if spec.function is None:
        raise ValueError(f"{spec.kind} is a module, not a function")
    return spec.function({**_defaults(spec), **params_sources}, input_names)


def application(spec: LayerSpec, own: str, params_sources: Mapping[str, str], input_names: Sequence[str]) -> str:
    """What code writes in `forward`: `self.conv(x)`, or an expression. own: the name of what `constructor` makes."""
    if spec.module:
        return f"{own}({', '.join([*input_names, *([spec.call] if spec.call else [])])})"
    return expression(spec, params_sources, [own, *input_names] if spec.state else input_names)


def target(spec: LayerSpec, names: Sequence[str], num_ports: int = 1) -> str:
    """The left side of the assignment that takes what `application` gives. names: one an output, `_` for unused.

    num_ports: how many outputs the node has, of which a single one may be what comes out.
    """
    if len(names) == 1 < num_ports:
        return f"({names[0]},)"
    return spec.unpack(names) if spec.unpack else ", ".join(names)


def items(source: str) -> str:
    """A tuple's source as arguments: `(1, 2)` -> `1, 2`; the name of one -> `*sizes`."""
    tree = ast.parse(source, mode="eval").body
    if isinstance(tree, ast.Tuple):
        return ", ".join(ast.get_source_segment(source, item) or "" for item in tree.elts)
    return f"*{source}" if isinstance(tree, ast.Name | ast.Attribute) else f"*({source})"


def _has_lazy_class(spec: LayerSpec, sources: Mapping[str, str]) -> bool:
    """Whether PyTorch's lazy class is the same layer: it warns at each call where it has nothing to find out."""
    return bool(spec.lazy) and (
        not spec.lazy_switches or any(sources[name] == source_of(True) for name in spec.lazy_switches)
    )


def _is_stated(parameter: Parameter, sources: Mapping[str, str]) -> bool:
    source = sources[parameter.name]
    if parameter.optional and (source == "None" or sources.get(parameter.unless, "None") != "None"):
        return False
    return parameter.required or source != source_of(parameter.default)


def _defaults(spec: LayerSpec) -> dict[str, str]:
    return {parameter.name: source_of(parameter.default) for parameter in spec.parameters}
