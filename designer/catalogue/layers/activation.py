"""Activations: functions of each element by itself, and the softmaxes along an axis."""

from __future__ import annotations

from collections.abc import Sequence

from designer.catalogue.briefs import brief_of
from designer.catalogue.rules.expect import expect_float, is_float, resolve_axis
from designer.catalogue.spec import Family, LayerError, LayerSpec, Parameter, ParameterType, ShapeRule, Tensor, Values


def _keep(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    """Real numbers in, the same shape and type out."""
    expect_float(inputs[0])
    return inputs[0]


def _keep_any(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    """As `_keep`, for a function that is defined on integers too."""
    if inputs[0].dtype == "bool":
        raise LayerError(
            "wrong_dtype",
            "a tensor of bool arrives.",
            expected="a tensor of numbers",
            received="bool",
            fix="Feed it the output of a layer that calculates with numbers.",
        )
    return inputs[0]


def _to_float(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    """As `_keep`, for a function whose results on integers are float32."""
    x = inputs[0]
    return x if is_float(x.dtype) else Tensor(x.shape, "float32")


def _along_dim(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    expect_float(inputs[0])
    resolve_axis(values.dim, inputs[0].rank, "dim")
    return inputs[0]


def _number(name: str, default: float, doc: str, minimum: float = -1000, maximum: float = 1000) -> Parameter:
    return Parameter(name, ParameterType.FLOAT, default, doc, minimum, maximum)


def _activation(
    kind: str,
    summary: str,
    when: str,
    formula: str,
    pitfall: str,
    infer: ShapeRule = _keep,
    parameters: tuple[Parameter, ...] = (),
) -> LayerSpec:
    return LayerSpec(
        kind=kind,
        family=Family.ACTIVATION,
        stem=kind.lower(),
        summary=summary,
        help=f"{formula}\n\n{when}\n\nThe shape stays as it is.\n\n*Pitfall:* {pitfall}",
        url=f"https://pytorch.org/docs/stable/generated/torch.nn.{kind}.html",
        infer=infer,
        parameters=parameters,
        module=f"nn.{kind}",
        brief=brief_of(parameters),
    )


_DIM = (Parameter("dim", ParameterType.INT, 1, "The axis along which the results sum to one.", -8, 7, required=True),)
_APPROXIMATE = Parameter(
    "approximate",
    ParameterType.CHOICE,
    "none",
    'Exact, or with the faster "tanh" formula of the first GPT models.',
    choices=("none", "tanh"),
)

SPECS = (
    _activation(
        "ReLU",
        "Sets what is negative to zero.",
        "Use it by default after each convolution and each hidden Linear: it is cheap and lets gradients through.",
        "Computes `max(0, x)` for each element.",
        "a unit whose input is always negative has no gradient and never recovers; a smaller learning rate helps.",
        _keep_any,
    ),
    _activation(
        "LeakyReLU",
        "As ReLU, with a small slope for what is negative.",
        "Use it where units of a ReLU network die, and in the discriminators of generative networks.",
        "Computes `x` where it is positive and `negative_slope · x` elsewhere.",
        "a slope near 1 makes the layer almost linear, and the network with it.",
        parameters=(_number("negative_slope", 0.01, "Slope of the negative side."),),
    ),
    _activation(
        "Sigmoid",
        "Squeezes each element between 0 and 1.",
        "Use it for gates and for yes-or-no outputs.",
        "Computes `1 / (1 + exp(−x))` for each element.",
        "in a deep chain its gradient, at most a quarter, vanishes; the first layers then hardly learn.",
        _to_float,
    ),
    _activation(
        "Tanh",
        "Squeezes each element between -1 and 1.",
        "Use it in recurrent cells and at the end of generators; its mean is zero, unlike that of a sigmoid.",
        "Computes `(exp(x) − exp(−x)) / (exp(x) + exp(−x))` for each element.",
        "far from zero its gradient vanishes.",
        _to_float,
    ),
    _activation(
        "GELU",
        "A smooth ReLU that weighs each element by its rank in a normal distribution.",
        "Use it in transformers and in modern convolutional networks such as ConvNeXt.",
        "Computes `x · Φ(x)`, where Φ is the distribution function of the standard normal distribution.",
        'weights trained with `approximate="tanh"` give slightly other results with the exact formula.',
        parameters=(_APPROXIMATE,),
    ),
    _activation(
        "SiLU",
        "A smooth ReLU, also known as swish.",
        "Use it in EfficientNet and its relatives, and in many detectors.",
        "Computes `x · sigmoid(x)` for each element.",
        "it costs more than a ReLU; on small devices Hardswish comes close to it.",
    ),
    _activation(
        "ELU",
        "As ReLU, with a smooth curve down to −alpha for what is negative.",
        "Use it where outputs should have a mean near zero without a batch normalisation.",
        "Computes `x` where it is positive and `alpha · (exp(x) − 1)` elsewhere.",
        "the exponential makes it slower than a ReLU.",
        parameters=(_number("alpha", 1.0, "How far the negative side goes down."),),
    ),
    _activation(
        "Hardswish",
        "SiLU made of straight lines, for small devices.",
        "Use it in networks such as MobileNetV3, where an exponential is too dear.",
        "Computes `x · min(max(x + 3, 0), 6) / 6` for each element.",
        "below −3 it has no gradient.",
    ),
    _activation(
        "ReLU6",
        "As ReLU, with nothing above 6.",
        "Use it in networks such as MobileNetV2 that shall run with few bits a number.",
        "Computes `min(max(0, x), 6)` for each element.",
        "above 6 it has no gradient.",
        _keep_any,
    ),
    _activation(
        "Hardsigmoid",
        "A sigmoid made of straight lines, for small devices.",
        "Use it for the gates of networks such as MobileNetV3.",
        "Computes `min(max(x + 3, 0), 6) / 6` for each element.",
        "beyond −3 and 3 it has no gradient.",
    ),
    _activation(
        "Mish",
        "A smooth ReLU that dips a little below zero.",
        "Use it in detectors such as YOLOv4.",
        "Computes `x · tanh(softplus(x))` for each element.",
        "it is among the dearest activations.",
    ),
    _activation(
        "SELU",
        "An ELU scaled so that deep chains of Linear keep mean 0 and variance 1.",
        "Use it in deep fully connected networks without normalisation.",
        "Computes `1.0507 · x` where x is positive and `1.7581 · (exp(x) − 1)` elsewhere.",
        "it keeps its promise only with weights drawn as LeCun proposed, and with AlphaDropout in place of Dropout.",
    ),
    _activation(
        "Softplus",
        "A smooth ReLU that stays above zero.",
        "Use it where an output has to be positive, a variance for example.",
        "Computes `log(1 + exp(beta · x)) / beta` for each element; above `threshold` it is x itself.",
        "as a hidden activation it gains nothing over ReLU and costs more.",
        parameters=(
            _number("beta", 1.0, "How sharp the bend is.", minimum=0.001),
            _number("threshold", 20.0, "Where the function passes into a straight line."),
        ),
    ),
    _activation(
        "Softmax",
        "Turns scores into probabilities along an axis.",
        "Use it to read probabilities from a trained network, or within attention.",
        "Computes `exp(x) / Σ exp(x)`, the sum running along the axis `dim`.",
        "before a cross-entropy loss it is one too many: PyTorch's loss contains it already.",
        _along_dim,
        _DIM,
    ),
    _activation(
        "LogSoftmax",
        "Turns scores into logarithms of probabilities along an axis.",
        "Use it before a negative log-likelihood loss; it is more exact than the logarithm of a softmax.",
        "Computes `x − log Σ exp(x)`, the sum running along the axis `dim`.",
        "before a cross-entropy loss it changes nothing, as the loss contains it already.",
        _along_dim,
        _DIM,
    ),
)
