"""Layers in which several tensors meet. They have no weights: code writes them as expressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from designer.catalogue.briefs import brief_of
from designer.catalogue.rules.broadcast import broadcast, concatenate
from designer.catalogue.rules.expect import promote
from designer.catalogue.spec import Family, LayerSpec, Parameter, ParameterType, Tensor, Values

_DIM = (Parameter("dim", ParameterType.INT, 1, "The axis along which the tensors are joined.", -8, 7),)


def _add(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    return Tensor(broadcast(inputs, "add"), promote([x.dtype for x in inputs]))


def _multiply(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    return Tensor(broadcast(inputs, "multiply"), promote([x.dtype for x in inputs]))


def _concat(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    return Tensor(concatenate(inputs, values.dim), promote([x.dtype for x in inputs]))


def _concat_source(params: Mapping[str, str], inputs: Sequence[str]) -> str:
    return f"torch.cat(({', '.join(inputs)}{',' if len(inputs) == 1 else ''}), dim={params['dim']})"


SPECS = (
    LayerSpec(
        kind="Add",
        family=Family.MERGE,
        stem="add",
        summary="Adds tensors element by element.",
        help="""Adds its inputs element by element.

Use it to close a skip connection: a residual block adds its input to what its layers made of it.

The shapes must agree; an axis of length 1 stretches to the other's length: `(N, C, H, W) + (N, C, 1, 1)` is legal.

*Pitfall:* where a path changes channels or size, put a 1×1 convolution with the same stride on the other path.""",
        url="https://pytorch.org/docs/stable/generated/torch.add.html",
        infer=_add,
        variadic=True,
        function=lambda params, inputs: " + ".join(inputs),
    ),
    LayerSpec(
        kind="Multiply",
        family=Family.MERGE,
        stem="multiply",
        summary="Multiplies tensors element by element.",
        help="""Multiplies its inputs element by element.

Use it for gates: squeeze-and-excite multiplies each channel by how much it matters.

The shapes must agree; an axis of length 1 stretches to the other's length: `(N, C, H, W) * (N, C, 1, 1)` is legal.

*Pitfall:* a gate that starts near zero lets neither signal nor gradient through; a sigmoid starts at one half.""",
        url="https://pytorch.org/docs/stable/generated/torch.mul.html",
        infer=_multiply,
        variadic=True,
        function=lambda params, inputs: " * ".join(inputs),
    ),
    LayerSpec(
        kind="Concat",
        family=Family.MERGE,
        stem="concat",
        summary="Joins tensors along an axis, by default their channels.",
        help="""Puts its inputs one behind the other along the axis `dim`; with `dim=1`, channel behind channel.

Use it where paths run in parallel and nothing shall be lost, as in Inception, DenseNet and U-Net.

Along `dim` the lengths add up; every other axis must agree: `(N, 64, H, W)` and `(N, 32, H, W)` give `(N, 96, H, W)`.

*Pitfall:* channels grow with each one; a 1×1 convolution behind it brings them down again.""",
        url="https://pytorch.org/docs/stable/generated/torch.cat.html",
        infer=_concat,
        parameters=_DIM,
        variadic=True,
        function=_concat_source,
        brief=brief_of(_DIM),
    ),
)
