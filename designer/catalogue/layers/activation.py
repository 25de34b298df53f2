"""Activations: smooth or bent functions of each element by itself, and what other families make theirs with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from designer.base.text import Text
from designer.catalogue.briefs import brief_of
from designer.catalogue.rules import saved
from designer.catalogue.rules.expect import (
    expect_float,
    expect_not_zero,
    expect_numbers,
    expect_rank,
    is_float,
    product,
)
from designer.catalogue.spec import (
    Derived,
    Family,
    LayerError,
    LayerSpec,
    Parameter,
    ParameterType,
    Remedy,
    SavedRule,
    ShapeRule,
    Tensor,
    Values,
)


def keep(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    """Real numbers in, the same shape and type out."""
    expect_float(inputs[0])
    return inputs[0]


def keep_any(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    """As `keep`, for a function that is defined on integers too."""
    expect_numbers(inputs[0])
    return inputs[0]


def to_float(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    """As `keep`, for a function whose results on integers are float32."""
    x = inputs[0]
    return x if is_float(x.dtype) else Tensor(x.shape, "float32")


def number(
    name: str,
    default: float,
    doc: str,
    least: float = -1000,
    *,
    minimum: float | None = None,
    required: bool = False,
) -> Parameter:
    """A parameter of an activation that is a real number. least: the smallest that makes sense; minimum: PyTorch's."""
    return Parameter(name, ParameterType.FLOAT, default, doc, minimum, required=required, usual=(least, 1000))


def activation(
    kind: str,
    summary: str,
    when: str,
    formula: str,
    pitfall: str,
    infer: ShapeRule = keep,
    parameters: tuple[Parameter, ...] = (),
    keeps_shape: bool = True,
    saves: SavedRule = saved.the_input,
    **others: Any,
) -> LayerSpec:
    """The spec of an activation. others: further fields of the LayerSpec, such as `weights`."""
    return LayerSpec(
        kind=kind,
        family=Family.ACTIVATION,
        stem=kind.lower(),
        summary=summary,
        help="\n\n".join(
            [formula, when, *(["The shape stays as it is."] if keeps_shape else []), f"*Pitfall:* {pitfall}"]
        ),
        url=f"https://pytorch.org/docs/stable/generated/torch.nn.{kind}.html",
        infer=infer,
        parameters=parameters,
        saved=saves,
        module=f"nn.{kind}",
        brief=brief_of(parameters),
        **others,
    )


_APPROXIMATE = Parameter(
    "approximate",
    ParameterType.CHOICE,
    "none",
    'Exact, or with the faster "tanh" formula of the first GPT models.',
    choices=("none", "tanh"),
)

_MOST_GELU_AXES = 12  # of oneDNN's exact GELU, which PyTorch calls on CPUs for more than one element of these types
_GELU_TYPES = ("float32", "bfloat16")


def _gelu(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    if values.approximate == "none" and x.dtype in _GELU_TYPES and product(x.shape) > 1:
        fix = 'Flatten some of them before it, or set approximate to "tanh".'
        expect_rank(x, range(_MOST_GELU_AXES + 1), Text("{limit} axes or fewer", limit=_MOST_GELU_AXES), fix)
    return keep(values, inputs)


_PER_CHANNEL = Parameter(
    "per_channel",
    ParameterType.BOOL,
    False,
    "Learns a slope for each channel instead of one for all; num_parameters follows from it.",
    passed=False,
)


def _slopes(values: Values, inputs: Sequence[Tensor]) -> int:
    (x,) = inputs
    return x.shape[1] if values.per_channel and x.rank > 1 else 1


def _random_slope(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    if values.lower > values.upper:
        raise LayerError(
            "bounds_out_of_order",
            Text("lower={lower} is above upper={upper}.", lower=float(values.lower), upper=float(values.upper)),
            expected="a lower bound that is at most the upper one",
            received=f"lower={float(values.lower)}",
            fix=Text("Use lower={upper} or less.", upper=float(values.upper)),
            remedies=(
                Remedy(
                    Text("Set lower to {value}", value=float(values.upper)),
                    set_param="lower",
                    value=float(values.upper),
                ),
            ),
        )
    return keep(values, inputs)


_LARGEST_FLOAT = 3.4028234663852886e38  # of float32: PyTorch refuses an alpha whose inverse exceeds it


def _celu(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    expect_not_zero("alpha", values.alpha, 1.0, least=1 / _LARGEST_FLOAT)
    return keep(values, inputs)


SPECS = (
    activation(
        "ReLU",
        "Sets what is negative to zero.",
        "Use it by default after each convolution and each hidden Linear: it is cheap and lets gradients through.",
        "Computes `max(0, x)` for each element.",
        "a unit whose input is always negative has no gradient and never recovers; a smaller learning rate helps.",
        keep_any,
        saves=saved.the_output,
    ),
    activation(
        "LeakyReLU",
        "As ReLU, with a small slope for what is negative.",
        "Use it where units of a ReLU network die, and in the discriminators of generative networks.",
        "Computes `x` where it is positive and `negative_slope · x` elsewhere.",
        "a slope near 1 makes the layer almost linear, and the network with it.",
        parameters=(number("negative_slope", 0.01, "Slope of the negative side."),),
    ),
    activation(
        "Sigmoid",
        "Squeezes each element between 0 and 1.",
        "Use it for gates and for yes-or-no outputs.",
        "Computes `1 / (1 + exp(−x))` for each element.",
        "in a deep chain its gradient, at most a quarter, vanishes; the first layers then hardly learn.",
        to_float,
        saves=saved.the_output,
    ),
    activation(
        "Tanh",
        "Squeezes each element between -1 and 1.",
        "Use it in recurrent cells and at the end of generators; its mean is zero, unlike that of a sigmoid.",
        "Computes `(exp(x) − exp(−x)) / (exp(x) + exp(−x))` for each element.",
        "far from zero its gradient vanishes.",
        to_float,
        saves=saved.the_output,
    ),
    activation(
        "GELU",
        "A smooth ReLU that weighs each element by its rank in a normal distribution.",
        "Use it in transformers and in modern convolutional networks such as ConvNeXt.",
        "Computes `x · Φ(x)`, where Φ is the distribution function of the standard normal distribution.",
        'weights trained with `approximate="tanh"` give slightly other results with the exact formula.',
        _gelu,
        parameters=(_APPROXIMATE,),
    ),
    activation(
        "SiLU",
        "A smooth ReLU, also known as swish.",
        "Use it in EfficientNet and its relatives, and in many detectors.",
        "Computes `x · sigmoid(x)` for each element.",
        "it costs more than a ReLU; on small devices Hardswish comes close to it.",
    ),
    activation(
        "ELU",
        "As ReLU, with a smooth curve down to −alpha for what is negative.",
        "Use it where outputs should have a mean near zero without a batch normalisation.",
        "Computes `x` where it is positive and `alpha · (exp(x) − 1)` elsewhere.",
        "the exponential makes it slower than a ReLU.",
        parameters=(number("alpha", 1.0, "How far the negative side goes down."),),
    ),
    activation(
        "Hardswish",
        "SiLU made of straight lines, for small devices.",
        "Use it in networks such as MobileNetV3, where an exponential is too dear.",
        "Computes `x · min(max(x + 3, 0), 6) / 6` for each element.",
        "below −3 it has no gradient.",
    ),
    activation(
        "ReLU6",
        "As ReLU, with nothing above 6.",
        "Use it in networks such as MobileNetV2 that shall run with few bits a number.",
        "Computes `min(max(0, x), 6)` for each element.",
        "above 6 it has no gradient.",
        keep_any,
    ),
    activation(
        "Hardsigmoid",
        "A sigmoid made of straight lines, for small devices.",
        "Use it for the gates of networks such as MobileNetV3.",
        "Computes `min(max(x + 3, 0), 6) / 6` for each element.",
        "beyond −3 and 3 it has no gradient.",
    ),
    activation(
        "Mish",
        "A smooth ReLU that dips a little below zero.",
        "Use it in detectors such as YOLOv4.",
        "Computes `x · tanh(softplus(x))` for each element.",
        "it is among the dearest activations.",
    ),
    activation(
        "SELU",
        "An ELU scaled so that deep chains of Linear keep mean 0 and variance 1.",
        "Use it in deep fully connected networks without normalisation.",
        "Computes `1.0507 · x` where x is positive and `1.7581 · (exp(x) − 1)` elsewhere.",
        "it keeps its promise only with weights drawn as LeCun proposed, and with AlphaDropout in place of Dropout.",
    ),
    activation(
        "Softplus",
        "A smooth ReLU that stays above zero.",
        "Use it where an output has to be positive, a variance for example.",
        "Computes `log(1 + exp(beta · x)) / beta` for each element; above `threshold` it is x itself.",
        "as a hidden activation it gains nothing over ReLU and costs more.",
        parameters=(
            number("beta", 1.0, "How sharp the bend is.", 0.001),
            number("threshold", 20.0, "Where the function passes into a straight line."),
        ),
    ),
    activation(
        "PReLU",
        "As LeakyReLU, with a slope that is learnt.",
        "Use it where a fixed slope would be a guess: the data find a better one.",
        "Computes `x` where it is positive and `a · x` elsewhere; `a` starts at `init`.",
        "weight decay pulls the slope to zero and so back to a ReLU; leave it out for this parameter.",
        parameters=(_PER_CHANNEL, number("init", 0.25, "Slope of the negative side before training.")),
        weights=lambda values, inputs, outputs: _slopes(values, inputs),
        derived=(Derived("num_parameters", _slopes, default=1),),
    ),
    activation(
        "RReLU",
        "As LeakyReLU, with a slope drawn at random while training.",
        "Use it against overfitting in small image networks.",
        "Computes `x` where it is positive and `a · x` elsewhere; each `a` is drawn from `lower` to `upper`.",
        "when evaluating, the slope is the mean of both bounds, so results while training look worse than they are.",
        _random_slope,
        (
            number("lower", 1 / 8, "Smallest slope of the negative side."),
            number("upper", 1 / 3, "Largest slope of the negative side."),
        ),
        saves=saved.input_and_more(1),
    ),
    activation(
        "CELU",
        "As ELU, without a kink whatever alpha is.",
        "Use it in place of ELU where alpha is not 1: its derivative has no jump at zero.",
        "Computes `x` where it is positive and `alpha · (exp(x / alpha) − 1)` elsewhere.",
        "an alpha near zero makes it a ReLU.",
        infer=_celu,
        parameters=(number("alpha", 1.0, "How far the negative side goes down.", 0.001),),
    ),
    activation(
        "Softsign",
        "Squeezes each element between -1 and 1, more gently than Tanh.",
        "Use it where a tanh saturates too soon: it nears its bounds slowly.",
        "Computes `x / (1 + |x|)` for each element.",
        "far from zero its gradient vanishes too, only later.",
        to_float,
        saves=saved.input_and_more(1),
    ),
    activation(
        "LogSigmoid",
        "The logarithm of a sigmoid.",
        "Use it in losses that add up log-probabilities of yes-or-no outputs.",
        "Computes `log(1 / (1 + exp(−x)))` for each element, without overflow.",
        "its results are negative; between layers it is hardly ever meant.",
        saves=saved.input_and_more(1),
    ),
)
