"""Attention: each element of a sequence looks at all others. Always batch first: (N, L, features)."""

from __future__ import annotations

from collections.abc import Sequence

from designer.base.text import Text
from designer.catalogue.briefs import brief_of
from designer.catalogue.rules import reach, saved
from designer.catalogue.rules.cost import affine_weights, linear_weights
from designer.catalogue.rules.doubts import alone_in_sequence
from designer.catalogue.rules.expect import expect_float, expect_rank, product, shape_text
from designer.catalogue.spec import (
    Derived,
    Family,
    LayerError,
    LayerSpec,
    Parameter,
    ParameterType,
    Remedy,
    Saved,
    Tensor,
    Values,
)

_DOCS = "https://pytorch.org/docs/stable/generated/torch.nn.{}.html"
_BIAS = Parameter("bias", ParameterType.BOOL, True, "Adds learnable numbers behind each multiplication.")
_BATCH_FIRST = Derived("batch_first", lambda values, inputs: True)


def _dropout(default: float) -> Parameter:
    return Parameter("dropout", ParameterType.FLOAT, default, "Chance that an element becomes zero.", 0, 1)


def _heads(name: str) -> Parameter:
    return Parameter(
        name, ParameterType.INT, 8, "Number of heads; it divides the number of features.", 1, 1 << 12, required=True
    )


_ATTENTION = (_heads("num_heads"), _dropout(0.0), _BIAS)
_ENCODER = (
    _heads("nhead"),
    Parameter("dim_feedforward", ParameterType.INT, 2048, "Width of the two Linear within.", 1, 1 << 20),
    _dropout(0.1),
    Parameter("activation", ParameterType.CHOICE, "relu", "Between the two Linear.", choices=("relu", "gelu")),
    Parameter("layer_norm_eps", ParameterType.FLOAT, 1e-5, "Added to the variance in LayerNorm.", usual=(1e-12, 1)),
    Parameter("norm_first", ParameterType.BOOL, False, "Normalises before attention and Linear, not behind them."),
    _BIAS,
)


def _sequence(x: Tensor) -> None:
    expect_rank(x, (2, 3), "(N, L, features)", "Make a sequence of it first: Flatten from dim 2 on, then Transpose.")
    expect_float(x)


def _check_heads(name: str, heads: int, features: int) -> None:
    if features % heads:
        best = max(h for h in range(1, min(int(heads), int(features)) + 1) if features % h == 0)
        raise LayerError(
            "heads_do_not_divide",
            Text(
                "{name}={heads} does not divide the {features} features.",
                name=name,
                heads=int(heads),
                features=int(features),
            ),
            expected=Text("a divisor of {number}", number=int(features)),
            received=f"{name}={int(heads)}",
            fix=Text(
                "Use {name}={best}, or make the number of features a multiple of {heads}.",
                name=name,
                best=best,
                heads=int(heads),
            ),
            remedies=(Remedy(Text("Set {name} to {value}", name=name, value=best), set_param=name, value=best),),
        )


def _attention(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    query, key, value = inputs
    for x in inputs:
        _sequence(x)
    features = query.shape[-1]
    for port, x in (("key", key), ("value", value)):
        if x.shape[-1] != features:
            wanted = int(features)
            raise LayerError(
                "features_differ",
                Text(
                    "the query has {wanted} features, the {port} {count}.",
                    wanted=wanted,
                    port=port,
                    count=int(x.shape[-1]),
                ),
                expected=Text("{wanted} features", wanted=wanted),
                received=shape_text(x.shape),
                fix=Text("Insert Linear with out_features={wanted} before the {port}.", wanted=wanted, port=port),
                remedies=(
                    Remedy(
                        Text("Insert Linear with out_features={wanted}", wanted=wanted),
                        insert="Linear",
                        params={"out_features": wanted},
                        port=port,
                    ),
                ),
            )
    if not query.shape[:-2] == key.shape[:-2] == value.shape[:-2] or key.shape[-2] != value.shape[-2]:
        shapes = ", ".join(shape_text(x.shape) for x in inputs)
        raise LayerError(
            "sequences_do_not_match",
            Text("query, key and value of {shapes} do not belong together.", shapes=shapes),
            expected="one batch throughout, and as many values as keys",
            received=shapes,
            fix="Wire key and value to the same tensor.",
        )
    _check_heads("num_heads", values.num_heads, features)
    return query


def _attention_weights(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
    features = inputs[0].shape[-1]
    return 4 * linear_weights(features, features, values.bias)


def _attention_macs(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
    *batch, length, features = inputs[0].shape
    others = inputs[1].shape[-2]
    return _products(product(batch), length, others, features)


def _products(batch: int, length: int, others: int, features: int) -> int:
    """Query and result, keys and values, and twice each pair of elements."""
    return batch * features * (2 * length * features + 2 * others * features + 2 * length * others)


def _attention_saved(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
    *examples, length, features = inputs[0].shape
    batch, others = product(examples), inputs[1].shape[-2]
    is_self = length == others  # or so it seems
    products = saved.attention_elements(length, others, features, values.num_heads, values.dropout > 0, is_self)
    return Saved(copies=(0, 1, 2), own_bytes=int(batch * products) * saved.FLOAT_BYTES)


def _encoder(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    _sequence(x)
    _check_heads("nhead", values.nhead, x.shape[-1])
    return x


def _encoder_weights(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
    features, width = inputs[0].shape[-1], values.dim_feedforward
    linears = linear_weights(features, width, values.bias) + linear_weights(width, features, values.bias)
    return (
        4 * linear_weights(features, features, values.bias)
        + linears
        + 2 * affine_weights([features], True, values.bias)
    )


def _encoder_macs(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
    *batch, length, features = inputs[0].shape
    count = product(batch)
    return _products(count, length, length, features) + 2 * count * length * features * values.dim_feedforward


def _encoder_saved(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
    *examples, length, features = inputs[0].shape
    batch = product(examples)
    has_dropout = values.dropout > 0
    each, wide = length * features, length * values.dim_feedforward
    total = saved.attention_elements(length, length, features, values.nhead, has_dropout, True)
    # The attention's input, the inputs of both norms with their statistics, and the first Linear's input.
    total += (3 if values.norm_first else 4) * each + 4 * length
    # What is between the two Linear: the activation's own tensor, the mask, and the second one's input.
    if has_dropout:
        total += 3 * wide + 2 * each
    else:
        total += 2 * wide if values.activation == "gelu" else wide
    return Saved(inputs=(0,) if values.norm_first else (), own_bytes=int(batch * total) * saved.FLOAT_BYTES)


def _all_seen(x: Tensor) -> dict[int, reach.Reach]:
    return {axis: reach.everything(x.shape[axis]) for axis in range(x.rank - 2, x.rank)}


def _attention_sees(
    values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor], port: int
) -> Sequence[reach.Field]:
    """Its own query, and all keys and values."""
    query, *others = inputs
    own = reach.along(query, outputs[port], {query.rank - 1: reach.everything(query.shape[-1])})
    return [own, *(reach.along(x, outputs[port], _all_seen(x)) for x in others)]


SPECS = (
    LayerSpec(
        kind="MultiheadAttention",
        family=Family.LINEAR,
        stem="attention",
        summary="Lets each element of a sequence gather from the elements of another, or of its own.",
        help="""Compares each query with all keys, in `num_heads` ways at once, and gives a weighted mean of the values.

Use it at the heart of a transformer: with one tensor at all three inputs it is self-attention.

`(N, L, features)` at the query and `(N, S, features)` at key and value give `(N, L, features)`.

*Pitfall:* its cost grows with L · S; and it does not see the order of the elements unless positions are added.""",
        url=_DOCS.format("MultiheadAttention"),
        infer=_attention,
        parameters=_ATTENTION,
        doubts=lambda values, inputs: alone_in_sequence(inputs[0]),
        inputs=("query", "key", "value"),
        weights=_attention_weights,
        macs=_attention_macs,
        saved=_attention_saved,
        sees=_attention_sees,
        module="nn.MultiheadAttention",
        derived=(Derived("embed_dim", lambda values, inputs: inputs[0].shape[-1]), _BATCH_FIRST),
        positional=("embed_dim", "num_heads"),
        call="need_weights=False",
        unpack=lambda names: f"{names[0]}, _",
        brief=brief_of(_ATTENTION),
    ),
    LayerSpec(
        kind="TransformerEncoderLayer",
        family=Family.LINEAR,
        stem="encoder",
        summary="Self-attention and two Linear, each with a skip connection and a LayerNorm.",
        help="""Runs self-attention over a sequence, then two Linear on each element, each with dropout, a skip
connection and a LayerNorm.

Use it, several times in a row with `repeat`, as the body of a transformer for texts, images or signals.

The shape stays as it is: `(N, L, features)`.

*Pitfall:* with `norm_first` deep stacks train more easily, but want a LayerNorm behind the last one.""",
        url=_DOCS.format("TransformerEncoderLayer"),
        infer=_encoder,
        parameters=_ENCODER,
        doubts=lambda values, inputs: alone_in_sequence(inputs[0]),
        weights=_encoder_weights,
        macs=_encoder_macs,
        saved=_encoder_saved,
        sees=reach.of_one(lambda values, x, y: _all_seen(x)),
        module="nn.TransformerEncoderLayer",
        derived=(Derived("d_model", lambda values, inputs: inputs[0].shape[-1]), _BATCH_FIRST),
        positional=("d_model", "nhead"),
        brief=brief_of(_ENCODER),
    ),
)
