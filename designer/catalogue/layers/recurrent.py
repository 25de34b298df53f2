"""Recurrent layers: a cell that goes along a sequence and remembers. Always batch first: (N, L, features)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from designer.catalogue.briefs import brief_of
from designer.catalogue.rules import reach, saved
from designer.catalogue.rules.doubts import alone_in_sequence
from designer.catalogue.rules.expect import expect_float, expect_rank, product
from designer.catalogue.spec import (
    Derived,
    Doubt,
    Family,
    LayerSpec,
    Parameter,
    ParameterType,
    Remedy,
    Saved,
    SavedRule,
    Tensor,
    Values,
)

_HIDDEN = Parameter("hidden_size", ParameterType.INT, 128, "Length of what it remembers.", 1, 1 << 16, required=True)
_LAYERS = Parameter(
    "num_layers", ParameterType.INT, 1, "Number of layers, each on the results of the one before.", 1, 1024
)
_WORKSPACE_BYTES = 3 * 4096  # what the parts of a workspace leave unused, as each begins on a page of its own
_NONLINEARITY = Parameter(
    "nonlinearity", ParameterType.CHOICE, "tanh", "The activation within the cell.", choices=("tanh", "relu")
)
_OTHERS = (
    Parameter("bias", ParameterType.BOOL, True, "Adds learnable numbers in each gate."),
    Parameter("dropout", ParameterType.FLOAT, 0.0, "Chance that an element between two layers becomes zero.", 0, 1),
    Parameter("bidirectional", ParameterType.BOOL, False, "Goes along the sequence backwards too, with other weights."),
)


def _infer(values: Values, inputs: Sequence[Tensor]) -> Tensor:
    (x,) = inputs
    fix = "Make a sequence of it first, with the features last."
    expect_rank(x, (2, 3), "(N, L, features)", fix)
    expect_float(x)
    return x


def _doubts(values: Values, inputs: Sequence[Tensor]) -> list[Doubt]:
    found = alone_in_sequence(inputs[0])
    if values.dropout and values.num_layers == 1:
        found.append(
            Doubt(
                "dropout_without_effect",
                "dropout acts between layers, and num_layers is 1.",
                expected="dropout=0.0, or several layers",
                received=f"dropout={float(values.dropout)}",
                fix="Use num_layers=2, or put a Dropout behind it.",
                remedies=(
                    Remedy("Set num_layers to 2", set_param="num_layers", value=2),
                    Remedy("Set dropout to 0.0", set_param="dropout", value=0.0),
                ),
            )
        )
    return found


def _directions(values: Values) -> int:
    return 2 if values.bidirectional else 1


def _outputs(values: Values, inputs: Sequence[Tensor], num_states: int) -> tuple[Tensor, ...]:
    x = _infer(values, inputs)
    hidden = values.hidden_size
    output = Tensor((*x.shape[:-1], hidden * _directions(values)), x.dtype)
    state = Tensor((values.num_layers * _directions(values), *x.shape[:-2], hidden), x.dtype)
    return (output, *[state] * num_states)


def _per_layer(values: Values, first: int) -> list[tuple[int, int]]:
    """The length of what each layer receives, and the number of cells on it."""
    behind = values.hidden_size * _directions(values)
    return [(behind if layer else first, _directions(values)) for layer in range(values.num_layers)]


def _rnn_saved(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
    # Of each step the result, and where the first begins.
    return _steps_saved(values, inputs[0], (inputs[0].shape[-2] + 1) * values.hidden_size)


def _gru_saved(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
    # Of each step both gates, the candidate before and behind its activation, and three parts of the projections.
    return _steps_saved(values, inputs[0], 7 * inputs[0].shape[-2] * values.hidden_size)


def _steps_saved(values: Values, x: Tensor, cell: int) -> Saved:
    """Of cells that torch computes step by step. cell: what one saves of an example. Source: ATen's RNN.cpp."""
    *examples, length, features = x.shape
    batch = product(examples)
    directions = _directions(values)
    entering = directions * length * features  # a copy for each direction, as its steps come first
    between = (values.num_layers - 1) * length * values.hidden_size * directions
    total = values.num_layers * directions * cell + entering + between * (2 if values.dropout else 1)
    return Saved(own_bytes=int(batch * total) * saved.FLOAT_BYTES)


def _lstm_saved(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Saved:
    """Of oneDNN's LSTM: its input, its output, and a workspace that holds gates, states and room for gradients.

    The figures of the workspace are measured; they are within a tenth for lengths of ten steps and more.
    """
    (x,) = inputs
    *examples, length, features = x.shape
    batch = product(examples)
    hidden, directions = values.hidden_size, _directions(values)
    total, received = 0.0, features
    for layer in range(values.num_layers):
        rows = _rounded(hidden)
        workspace = 6 * max(_rounded(received), rows) * (length + 1) + 9.5 * rows * length
        total += directions * (workspace + 4 * hidden)
        behind = length * hidden * directions
        if layer == 0:
            total += length * features  # a copy, as the steps come first
        if layer or directions == 2:
            total += behind  # the results of a layer; those of the last are the output, if it has one direction
        if directions == 2 and layer < values.num_layers - 1:
            total += behind  # both directions side by side
        if values.dropout and layer < values.num_layers - 1:
            total += 2 * behind if directions == 1 else behind
        received = hidden * directions
    weights = 0 if values.bias else _lstm_matrices(values, features)
    return Saved(
        outputs=(0,) if directions == 1 else (),
        own_bytes=int(batch * total) * saved.FLOAT_BYTES,
        fixed_bytes=int(weights) * saved.FLOAT_BYTES + values.num_layers * directions * _WORKSPACE_BYTES,
    )


def _rounded(length: int) -> int:
    """A length as oneDNN lays rows out: in whole cache lines of 16 elements."""
    return (length + 15) // 16 * 16


def _lstm_matrices(values: Values, features: int) -> int:
    """Elements of the weights, which oneDNN takes in a copy where there is no bias."""
    cells = _per_layer(values, features)
    return sum(count * 4 * values.hidden_size * (received + values.hidden_size) for received, count in cells)


def _sees(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor], port: int) -> Sequence[reach.Field]:
    """All steps: the last one does, and in both directions every one."""
    (x,) = inputs
    whole = {axis: reach.everything(x.shape[axis]) for axis in range(x.rank - 2, x.rank)}
    return [reach.moved(x, outputs[port], (None,) * outputs[port].rank, whole)]


def _recurrent(
    kind: str,
    gates: int,
    states: tuple[str, ...],
    unpack: Callable[[Sequence[str]], str],
    words: tuple[str, str, str, str],
    parameters: tuple[Parameter, ...],
    saves: SavedRule,
) -> LayerSpec:
    summary, first, use, pitfall = words

    def infer(values: Values, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
        return _outputs(values, inputs, len(states))

    def weights(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
        rows, hidden = gates * values.hidden_size, values.hidden_size
        biases = 2 if values.bias else 0
        cells = _per_layer(values, inputs[0].shape[-1])
        return sum(count * rows * (received + hidden + biases) for received, count in cells)

    def macs(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> int:
        *steps, features = inputs[0].shape
        rows, hidden = gates * values.hidden_size, values.hidden_size
        cells = _per_layer(values, features)
        return product(steps) * sum(count * rows * (received + hidden) for received, count in cells)

    return LayerSpec(
        kind=kind,
        family=Family.LINEAR,
        stem=kind.lower(),
        summary=summary,
        help=f"""{first}

{use}

`(N, L, features)` becomes `(N, L, hidden_size)` at `output`, one element a step, twice as long if bidirectional. What
it remembers at the end, {" and ".join(f"`{state}`" for state in states)}, is `(layers · directions, N, hidden_size)`.

*Pitfall:* {pitfall}""",
        url=f"https://pytorch.org/docs/stable/generated/torch.nn.{kind}.html",
        infer=infer,
        parameters=parameters,
        doubts=_doubts,
        outputs=("output", *states),
        weights=weights,
        macs=macs,
        saved=saves,
        sees=_sees,
        module=f"nn.{kind}",
        derived=(
            Derived("input_size", lambda values, inputs: inputs[0].shape[-1]),
            Derived("batch_first", lambda values, inputs: True),
        ),
        positional=("input_size", "hidden_size"),
        unpack=unpack,
        brief=brief_of(parameters),
    )


def _with_cell(names: Sequence[str]) -> str:
    output, hidden, cell = names
    return f"{output}, _" if (hidden, cell) == ("_", "_") else f"{output}, ({hidden}, {cell})"


_FORGETS = "over long sequences it forgets, and its gradients vanish; clip them where they explode."

SPECS = (
    _recurrent(
        "LSTM",
        4,
        ("h_n", "c_n"),
        _with_cell,
        (
            "Goes along a sequence with a memory that gates guard.",
            "At each step, gates decide what its memory takes in, keeps and gives out: a long short-term memory.",
            "Use it for texts, signals and other sequences in which something early matters late.",
            "the steps follow one another, so long sequences are slow, on any device.",
        ),
        (_HIDDEN, _LAYERS, *_OTHERS),
        _lstm_saved,
    ),
    _recurrent(
        "GRU",
        3,
        ("h_n",),
        ", ".join,
        (
            "Goes along a sequence with a gated memory: a lighter LSTM.",
            "At each step, two gates decide how much of its memory is replaced.",
            "Use it in place of an LSTM: it has three quarters of the weights and often does as well.",
            "the steps follow one another, so long sequences are slow, on any device.",
        ),
        (_HIDDEN, _LAYERS, *_OTHERS),
        _gru_saved,
    ),
    _recurrent(
        "RNN",
        1,
        ("h_n",),
        ", ".join,
        (
            "Goes along a sequence with a plain memory.",
            "At each step, mixes the element with what it remembers, and remembers the result.",
            "Use it to learn how recurrence works, or for short sequences.",
            _FORGETS,
        ),
        (_HIDDEN, _LAYERS, _NONLINEARITY, *_OTHERS),
        _rnn_saved,
    ),
)
