"""Layers in which several tensors meet. They have no weights: code writes them as expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce

from designer.base.text import Text, all_of
from designer.catalogue.briefs import brief_of
from designer.catalogue.rules import reach, saved
from designer.catalogue.rules.broadcast import broadcast, concatenate, multiply_matrices, stack
from designer.catalogue.rules.cost import matrix_macs
from designer.catalogue.rules.doubts import unbatched, whole_numbers
from designer.catalogue.rules.expect import axis_parameter, promote, resolve_axis
from designer.catalogue.rules.reach import NOWHERE, Field
from designer.catalogue.spec import Doubt, Family, LayerError, LayerSpec, Saved, SavedRule, Tensor, Values

_DIM = (axis_parameter("dim", 1, "The axis along which the tensors are joined.", required=False),)
_STACK = (axis_parameter("dim", 1, "Where the new axis stands.", required=False),)
Function = Callable[[Mapping[str, str], Sequence[str]], str]  # from parameters' sources and inputs' names to source


def _concat(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    return Tensor(concatenate(inputs, values.dim), promote([x.dtype for x in inputs]))


def _concat_source(params: Mapping[str, str], inputs: Sequence[str]) -> str:
    return f"torch.cat(({', '.join(inputs)}{',' if len(inputs) == 1 else ''}), dim={params['dim']})"


def _stack(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    return Tensor(stack(inputs, values.dim), promote([x.dtype for x in inputs]))


def _stack_source(params: Mapping[str, str], inputs: Sequence[str]) -> str:
    return f"torch.stack(({', '.join(inputs)}), dim={params['dim']})"


def _matmul(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    first, second = inputs
    if first.dtype != second.dtype:  # the one operation of torch that does not promote
        raise LayerError(
            "wrong_dtype",
            Text("tensors of {first} and {second} arrive.", first=first.dtype, second=second.dtype),
            expected="two tensors of one type",
            received=all_of([first.dtype, second.dtype]),
            fix="Feed it two outputs of layers that calculate with real numbers.",
        )
    return Tensor(multiply_matrices(first, second), first.dtype)


def _matmul_doubts(values: Values, inputs: Sequence[Tensor]) -> list[Doubt]:
    fix = "Insert Unsqueeze with dim=1, or check the layers before it."
    vectors = [
        unbatched(x, "(N, …, rows, columns)", Text("the axis along which it multiplies"), fix)
        for x in inputs
        if x.rank == 1
    ]
    return [*vectors[:1], *whole_numbers(values, inputs)]


def _matmul_macs(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
    first, second = inputs
    is_folded = first.rank == 1 and second.rank > 2 and second.shape[-2] == 1
    if second.rank == 1 or is_folded:  # a product with a vector, which PyTorch's counter of operations leaves out
        return 0
    return matrix_macs(outputs[0].shape, inputs[0].shape[-1])


def _step_by_step(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
    """Every input, and what is between where more than two meet: the second result needs the first."""
    between = [Tensor(broadcast(inputs[:count], ""), outputs[0].dtype) for count in range(2, len(inputs))]
    return Saved(inputs=tuple(range(len(inputs))), own_bytes=sum(map(saved.size_bytes, between)))


def _concat_sees(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor], port: int) -> Sequence[Field]:
    """Each place of the axis sees that of the one tensor that it comes from."""
    result = outputs[port]
    axis = resolve_axis(values.dim, result.rank, "dim")
    total, start, found = int(result.shape[axis]), 0, []
    for x in inputs:
        end = start + int(x.shape[axis])
        if total > reach.MOST_ENTRIES:
            place = reach.everything(x.shape[axis])
        else:
            place = reach.listed([(k - start, k - start) if start <= k < end else NOWHERE for k in range(total)])
        found.append(reach.along(x, result, {axis: place}))
        start = end
    return found


def _stack_sees(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor], port: int) -> Sequence[Field]:
    new = resolve_axis(values.dim, outputs[port].rank, "dim")
    axes = [*range(new), None, *range(new, inputs[0].rank)]
    return [reach.moved(x, outputs[port], axes) for x in inputs]


def _matmul_sees(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor], port: int) -> Sequence[Field]:
    """A row of the first tensor, and a column of the second; of a vector, all of it."""
    result = outputs[port]
    ends = [side for side, x in enumerate(inputs) if x.rank > 1]  # each leaves an axis at the end of the result
    found = []
    for side, x in enumerate(inputs):
        num_stacked = result.rank - len(ends)  # axes before those of the matrices
        missing = num_stacked - max(0, x.rank - 2)
        axes: list[int | None] = [
            k - missing if k >= missing and x.shape[k - missing] == length else None
            for k, length in enumerate(result.shape[:num_stacked])
        ]
        kept, drawn = (x.rank - 1, max(0, x.rank - 2)) if side else (x.rank - 2, x.rank - 1)
        axes += [kept if end == side else None for end in ends]
        found.append(reach.moved(x, result, axes, {drawn: reach.everything(x.shape[drawn])}))
    return found


def _elementwise(
    kind: str,
    verb: str,
    function: Function,
    summary: str,
    text: str,
    url: str,
    saves: SavedRule = _step_by_step,
) -> LayerSpec:
    """A merge in which each element of the result comes from the elements at the same place."""

    def infer(values: Values, inputs: Sequence[Tensor]) -> Tensor:
        return Tensor(broadcast(inputs, verb), promote([x.dtype for x in inputs]))

    return LayerSpec(
        kind=kind,
        family=Family.MERGE,
        stem=kind.lower(),
        summary=summary,
        help=text,
        url=f"https://pytorch.org/docs/stable/generated/torch.{url}.html",
        infer=infer,
        variadic=True,
        saved=saves,
        function=function,
    )


def _joined(sign: str) -> Function:
    return lambda params, inputs: f" {sign} ".join(inputs)


def _folded(name: str) -> Function:
    """Calls of a function of two tensors, one within the other: `torch.maximum(torch.maximum(a, b), c)`."""
    return lambda params, inputs: reduce(lambda left, right: f"{name}({left}, {right})", inputs)


SPECS = (
    _elementwise(
        "Add",
        Text("add"),
        _joined("+"),
        "Adds tensors element by element.",
        """Adds its inputs element by element.

Use it to close a skip connection: a residual block adds its input to what its layers made of it.

The shapes must agree; an axis of length 1 stretches to the other's length: `(N, C, H, W) + (N, C, 1, 1)` is legal.

*Pitfall:* where a path changes channels or size, put a 1×1 convolution with the same stride on the other path.""",
        "add",
        saved.nothing,
    ),
    _elementwise(
        "Multiply",
        Text("multiply"),
        _joined("*"),
        "Multiplies tensors element by element.",
        """Multiplies its inputs element by element.

Use it for gates: squeeze-and-excite multiplies each channel by how much it matters.

The shapes must agree; an axis of length 1 stretches to the other's length: `(N, C, H, W) * (N, C, 1, 1)` is legal.

*Pitfall:* a gate that starts near zero lets neither signal nor gradient through; a sigmoid starts at one half.""",
        "mul",
    ),
    _elementwise(
        "Subtract",
        Text("subtract"),
        _joined("-"),
        "Subtracts the others from the first tensor, element by element.",
        """Subtracts from its first input all others, element by element.

Use it to compare: the difference of two branches, or what a layer has taken away.

The shapes must agree; an axis of length 1 stretches to the other's length: `(N, C, H, W) - (N, C, 1, 1)` is legal.

*Pitfall:* the order of the inputs matters, unlike that of Add.""",
        "sub",
        saved.nothing,
    ),
    _elementwise(
        "Maximum",
        Text("compare"),
        _folded("torch.maximum"),
        "Keeps the largest of the elements at each place.",
        """Keeps, at each place, the largest of its inputs' elements.

Use it where parallel branches compete, as in maxout networks.

The shapes must agree; an axis of length 1 stretches to the other's length.

*Pitfall:* only the largest input gets a gradient; the others learn nothing from that place.""",
        "maximum",
    ),
    _elementwise(
        "Minimum",
        Text("compare"),
        _folded("torch.minimum"),
        "Keeps the smallest of the elements at each place.",
        """Keeps, at each place, the smallest of its inputs' elements.

Use it to bound one tensor by another.

The shapes must agree; an axis of length 1 stretches to the other's length.

*Pitfall:* only the smallest input gets a gradient; the others learn nothing from that place.""",
        "minimum",
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
        sees=_concat_sees,
        function=_concat_source,
        brief=brief_of(_DIM),
    ),
    LayerSpec(
        kind="Stack",
        family=Family.MERGE,
        stem="stack",
        summary="Lays tensors of one shape side by side along a new axis.",
        help="""Puts its inputs next to each other along a new axis at the place `dim`.

Use it to make a sequence of several results, or frames out of images.

All shapes must be the same: two of `(N, C)` give `(N, 2, C)` with `dim=1`.

*Pitfall:* Concat lengthens an axis that is there; Stack adds one.""",
        url="https://pytorch.org/docs/stable/generated/torch.stack.html",
        infer=_stack,
        parameters=_STACK,
        variadic=True,
        sees=_stack_sees,
        function=_stack_source,
        brief=brief_of(_STACK),
    ),
    LayerSpec(
        kind="MatMul",
        family=Family.MERGE,
        stem="matmul",
        summary="Multiplies matrices.",
        help="""Multiplies two stacks of matrices: the rows of the first with the columns of the second.

Use it to build attention or other products of two branches by hand.

`(N, L, K)` and `(N, K, M)` give `(N, L, M)`; axes before the last two stretch as in Add.

*Pitfall:* for `q · kᵀ`, transpose the second input first.""",
        url="https://pytorch.org/docs/stable/generated/torch.matmul.html",
        infer=_matmul,
        doubts=_matmul_doubts,
        inputs=("x1", "x2"),
        macs=_matmul_macs,
        saved=saved.all_inputs,
        sees=_matmul_sees,
        function=lambda params, inputs: f"torch.matmul({', '.join(inputs)})",
    ),
)
