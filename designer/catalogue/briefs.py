"""The line on a node's card: what matters of its parameters, in few characters.

`3×3 · out 128 · stride 2 · pad 1`: required parameters always, others only where they differ from the default. Texts
are what a person sees of a value, and may be the source of an expression.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence

from designer.catalogue.spec import Parameter, ParameterType

_LABELS = {
    "kernel_size": "",
    "output_size": "",
    "unflattened_size": "",
    "out_channels": "out",
    "out_features": "out",
    "num_groups": "groups",
    "num_dims": "last axes",
    "num_embeddings": "",
    "embedding_dim": "→",
    "hidden_size": "hidden",
    "num_layers": "layers",
    "num_heads": "heads",
    "nhead": "heads",
    "dim_feedforward": "feedforward",
    "scale_factor": "×",
    "upscale_factor": "×",
    "downscale_factor": "÷",
    "mode": "",
    "norm_type": "p",
    "padding": "pad",
    "output_padding": "output pad",
    "padding_mode": "",
    "approximate": "",
    "negative_slope": "slope",
}
_FIRST = ("kernel_size",)  # shown before the others, wherever PyTorch puts them


def brief_of(parameters: Sequence[Parameter]) -> Callable[[Mapping[str, str]], str]:
    """The `brief` of a LayerSpec with these parameters: from each parameter's display text to the card's line."""
    ordered = sorted(parameters, key=lambda parameter: parameter.name not in _FIRST)

    def brief(texts: Mapping[str, str]) -> str:
        return " · ".join(_part(p, texts[p.name]) for p in ordered if p.name in texts and _shown(p, texts))

    return brief


def _shown(parameter: Parameter, texts: Mapping[str, str]) -> bool:
    text = texts[parameter.name]
    if parameter.optional and (text == "None" or texts.get(parameter.unless, "None") != "None"):
        return False
    return parameter.required or text not in (str(parameter.default), repr(parameter.default))


def _part(parameter: Parameter, text: str) -> str:
    label = _LABELS.get(parameter.name, parameter.name.replace("_", " "))
    if parameter.type is ParameterType.BOOL and text in ("True", "False"):
        return label if text == "True" else f"no {label}"
    if parameter.type in (ParameterType.SIZE, ParameterType.SHAPE, ParameterType.FACTOR):
        text = _size_text(text, parameter.axes if not label else 1)
    if parameter.choices:
        text = text.strip("'\"")
    return f"{label} {text}".strip()


def _size_text(text: str, axes: int) -> str:
    """`3` -> `3×3` for two axes, `(3, 5)` -> `3×5`; anything longer than a name or a number stays as it is."""
    if text.isidentifier() or text.isdecimal():
        return "×".join([text] * max(axes, 1))
    try:
        parsed = ast.parse(text, mode="eval").body
    except SyntaxError:
        return text
    if isinstance(parsed, ast.Tuple):
        return "×".join(ast.unparse(item) for item in parsed.elts)
    return text
