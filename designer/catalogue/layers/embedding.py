"""Embeddings: vectors for numbers, and learnable tensors that sequences get with them: positions and a class token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from designer.base.text import Text
from designer.catalogue.briefs import brief_of
from designer.catalogue.rules import reach, saved
from designer.catalogue.rules.expect import expect_float, expect_rank
from designer.catalogue.spec import (
    Derived,
    Family,
    LayerError,
    LayerSpec,
    Parameter,
    ParameterType,
    Remedy,
    Tensor,
    Values,
)

_PARAMETER_URL = "https://pytorch.org/docs/stable/generated/torch.nn.parameter.Parameter.html"
_EMBEDDING = (
    Parameter("num_embeddings", ParameterType.INT, 10000, "Number of words.", 1, 1 << 24, required=True),
    Parameter("embedding_dim", ParameterType.INT, 128, "Length of a word's vector.", 1, 1 << 16, required=True),
    Parameter(
        "padding_idx",
        ParameterType.INT,
        None,
        "The number whose vector stays zero: what fills up sequences; a negative one counts from the end.",
        -(1 << 24),
        1 << 24,
    ),
)


def _embedding(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    if x.dtype not in ("int64", "int32"):
        raise LayerError(
            "wrong_dtype",
            Text("a tensor of {dtype} arrives.", dtype=x.dtype),
            expected="whole numbers, int64 or int32",
            received=x.dtype,
            fix="Put it right behind an Input with dtype int64.",
        )
    last = values.num_embeddings - 1
    if values.padding_idx is not None and not -last - 1 <= values.padding_idx <= last:
        raise LayerError(
            "padding_idx_out_of_range",
            Text(
                "padding_idx={padding_idx} is none of the {num_embeddings} words.",
                padding_idx=int(values.padding_idx),
                num_embeddings=int(values.num_embeddings),
            ),
            expected=Text("at most {limit}", limit=int(last)),
            received=f"padding_idx={int(values.padding_idx)}",
            fix=Text("Use padding_idx={value}.", value=int(last)),
            remedies=(
                Remedy(Text("Set padding_idx to {value}", value=int(last)), set_param="padding_idx", value=int(last)),
            ),
        )
    return Tensor((*x.shape, values.embedding_dim), "float32")


def _embedding_weights(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
    return values.num_embeddings * values.embedding_dim


_STD = Parameter(
    "std", ParameterType.FLOAT, 0.02, "Standard deviation before training; 0 starts at zero.", usual=(0, 10)
)
_LEARNT = (_STD,)
_FEATURES = Derived("features", lambda values, inputs: inputs[0].shape[2])


def _initial(std: str, *shape: str) -> str:
    size = ", ".join(shape)
    if std in ("0", "0.0"):
        return f"nn.Parameter(torch.zeros({size}))"
    return f"nn.Parameter(torch.randn({size}) * ({std}))"  # brackets that mean nothing go when it is laid out


def _sequence(x: Tensor) -> None:
    expect_rank(x, (3,), "(N, L, features)", "Make a sequence of it first: Flatten from dim 2 on, then Transpose.")
    expect_float(x)


def _positions(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    _sequence(inputs[0])
    return inputs[0]


def _position_weights(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
    return inputs[0].shape[1] * inputs[0].shape[2]


def _position_state(sources: Mapping[str, str]) -> str:
    return _initial(sources["std"], "1", sources["length"], sources["features"])


def _class_token(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    _sequence(x)
    return Tensor((x.shape[0], x.shape[1] + 1, x.shape[2]), x.dtype)


def _class_token_weights(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
    return inputs[0].shape[2]


def _class_token_source(params: Mapping[str, str], inputs: Sequence[str]) -> str:
    own, x = inputs
    return f"torch.cat(({own}.expand({x}.shape[0], -1, -1), {x}), dim=1)"


SPECS = (
    LayerSpec(
        kind="Embedding",
        family=Family.LINEAR,
        stem="embedding",
        summary="Looks up a learnable vector for each whole number.",
        help="""Takes each number, from 0 to `num_embeddings` − 1, to a learnable vector of `embedding_dim` elements.

Use it as the first layer of a network on words, letters or other symbols.

`(N, L)` of whole numbers becomes `(N, L, embedding_dim)`.

*Pitfall:* a number outside the range ends the training with an error; keep one for what is unknown.""",
        url="https://pytorch.org/docs/stable/generated/torch.nn.Embedding.html",
        infer=_embedding,
        parameters=_EMBEDDING,
        weights=_embedding_weights,
        saved=saved.input_for_weights,
        sees=lambda values, inputs, outputs, port: [
            reach.moved(inputs[0], outputs[port], [*range(inputs[0].rank), None])
        ],
        module="nn.Embedding",
        positional=("num_embeddings", "embedding_dim"),
        brief=brief_of(_EMBEDDING),
    ),
    LayerSpec(
        kind="PositionalEmbedding",
        family=Family.LINEAR,
        stem="position",
        summary="Adds a learnable vector for each place of a sequence.",
        help="""Adds to each element of a sequence a learnable vector that belongs to its place.

Use it before attention, which by itself does not see in which order the elements come.

The shape stays as it is: `(N, L, features)`.

*Pitfall:* it learns one vector a place, so the network is bound to sequences of this length.""",
        url=_PARAMETER_URL,
        infer=_positions,
        parameters=_LEARNT,
        weights=_position_weights,
        derived=(Derived("length", lambda values, inputs: inputs[0].shape[1]), _FEATURES),
        state=_position_state,
        function=lambda params, inputs: f"{inputs[1]} + {inputs[0]}",
        brief=brief_of(_LEARNT),
    ),
    LayerSpec(
        kind="ClassToken",
        family=Family.LINEAR,
        stem="class_token",
        summary="Puts a learnable element in front of a sequence.",
        help="""Puts the same learnable vector in front of each sequence.

Use it in vision transformers and the like: attention gathers in it what the head then reads, with Select `index=0`.

`(N, L, features)` becomes `(N, L + 1, features)`.

*Pitfall:* put it before the positional embedding, so that it has a place of its own.""",
        url=_PARAMETER_URL,
        infer=_class_token,
        parameters=_LEARNT,
        weights=_class_token_weights,
        sees=reach.of_one(lambda values, x, y: {1: reach.Reach((-1,), (-1,), 1)}),
        derived=(_FEATURES,),
        state=lambda sources: _initial(sources["std"], "1", "1", sources["features"]),
        function=_class_token_source,
        brief=brief_of(_LEARNT),
    ),
)
