"""The nodes at a block's edge: where tensors enter and leave it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from designer.catalogue.spec import Family, LayerSpec, Parameter, ParameterType, Tensor, Values
from designer.graph.block import INPUT, OUTPUT

OBJECT_SIZE = "object_size"


def _input(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    # Inside a block, the tensor comes from the instance; analysis asks this rule only at the outermost block.
    return Tensor((1, *values.shape), values.dtype)


def _brief(texts: Mapping[str, str]) -> str:
    dtype = texts.get("dtype", "").strip("'\"")
    return f"{texts.get('shape', '')} · {dtype}" if dtype not in ("", "float32") else texts.get("shape", "")


def _output(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    return inputs[0]


SPECS = (
    LayerSpec(
        kind=INPUT,
        family=Family.IO,
        stem="input",
        summary="Where a tensor enters the design or the block.",
        help="""In a design, `shape` is the shape of one example without the batch: `(1, 28, 28)` is a grey image of
28×28 pixels, `(3, 224, 224)` a colour image. Inside a block the shape follows from what the instance receives.
`dtype` is the type of its elements: `int64` where they are the numbers of words.

`object_size` changes nothing in the network. Where you give it, the receptive field of the last feature map is held
against it: a network whose last map sees less than an object has to guess what the object is.""",
        url="https://pytorch.org/docs/stable/tensors.html",
        infer=_input,
        inputs=(),
        parameters=(
            Parameter(
                "shape",
                ParameterType.SHAPE,
                (1, 28, 28),
                "Shape of one example, channels first, without the batch.",
                minimum=1,
                maximum=1 << 20,
            ),
            Parameter(
                "dtype",
                ParameterType.CHOICE,
                "float32",
                "Type of its elements; int64 for the numbers of words.",
                choices=("float32", "int64"),
            ),
            Parameter(
                OBJECT_SIZE,
                ParameterType.INT,
                None,
                "Length in pixels of the objects that the network has to see; None where that is not known.",
                minimum=1,
                maximum=1 << 20,
                passed=False,
            ),
        ),
        brief=_brief,
    ),
    LayerSpec(
        kind=OUTPUT,
        family=Family.IO,
        stem="output",
        summary="Where a tensor leaves the design or the block.",
        help="A design's output is what the network returns; a block's output is an output port of its instances.",
        url="https://pytorch.org/docs/stable/generated/torch.nn.Module.html",
        infer=_output,
        outputs=(),
    ),
)
