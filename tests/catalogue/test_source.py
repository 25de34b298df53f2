"""How layers are written: as source, and as the line on a card."""

import pytest

from designer.catalogue.emit import application, constructor, expression, source_of, target
from designer.catalogue.registry import registry, spec_of
from designer.graph.expressions import to_text


@pytest.mark.parametrize(
    ("kind", "params", "derived", "source"),
    [
        (
            "Conv2d",
            {"out_channels": "out_channels", "kernel_size": "3", "padding": "1", "stride": "1"},
            {"in_channels": "in_channels"},
            "nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1)",
        ),
        ("GroupNorm", {"num_groups": "4"}, {"num_channels": "64"}, "nn.GroupNorm(4, 64)"),
        ("LayerNorm", {"num_dims": "1"}, {"normalized_shape": "width"}, "nn.LayerNorm(width)"),
        ("MaxPool2d", {"kernel_size": "3", "stride": "2"}, {}, "nn.MaxPool2d(kernel_size=3, stride=2)"),
        ("Linear", {"out_features": "10"}, {"in_features": "512 * 7 * 7"}, "nn.Linear(512 * 7 * 7, 10)"),
        ("Conv2d", {"padding_mode": '"reflect"'}, {"in_channels": "3"}, None),
        ("Dropout", {}, {}, "nn.Dropout(0.5)"),
        ("ReLU", {}, {}, "nn.ReLU()"),
        ("PReLU", {}, {"num_parameters": "1"}, "nn.PReLU()"),
        ("PReLU", {}, {"num_parameters": "width"}, "nn.PReLU(num_parameters=width)"),
        ("Upsample", {}, {}, "nn.Upsample(scale_factor=2)"),
        ("Upsample", {"scale_factor": "None", "size": "(8, 8)"}, {}, "nn.Upsample(size=(8, 8))"),
        ("ConstantPad1d", {"padding": "(2, 0)"}, {}, "nn.ConstantPad1d((2, 0), 0.0)"),
    ],
)
def test_constructor(kind: str, params: dict, derived: dict, source: str | None) -> None:
    expected = source or 'nn.Conv2d(3, 64, kernel_size=3, padding_mode="reflect")'
    assert constructor(spec_of(kind), params, derived) == expected


def test_expression() -> None:
    assert expression(spec_of("Add"), {}, ("y", "shortcut")) == "y + shortcut"
    assert expression(spec_of("Concat"), {}, ("a", "b", "c")) == "torch.cat((a, b, c), dim=1)"
    with pytest.raises(ValueError, match="is a module"):
        expression(spec_of("ReLU"), {}, ("x",))


@pytest.mark.parametrize(
    ("kind", "params", "inputs", "line"),
    [
        ("Conv2d", {}, ["x"], "y = own(x)"),
        ("MultiheadAttention", {}, ["q", "k", "k"], "y, _ = own(q, k, k, need_weights=False)"),
        ("PositionalEmbedding", {}, ["x"], "y = x + own"),
        ("Subtract", {}, ["a", "b"], "y = a - b"),
        ("Maximum", {}, ["a", "b", "c"], "y = torch.maximum(torch.maximum(a, b), c)"),
        ("Mean", {"dim": "(1,)", "keepdim": "True"}, ["x"], "y = x.mean(dim=1, keepdim=True)"),
        ("Reshape", {"shape": "(8, -1)"}, ["x"], "y = x.reshape(x.shape[0], 8, -1)"),
        ("Reshape", {"shape": "self.sizes"}, ["x"], "y = x.reshape(x.shape[0], *self.sizes)"),
        ("Permute", {"dims": "(0, 2, 1)"}, ["x"], "y = x.permute(0, 2, 1)"),
        ("Slice", {"start": "2", "length": "4"}, ["x"], "y = x.narrow(1, 2, 4)"),
    ],
)
def test_a_line_of_forward(kind: str, params: dict, inputs: list[str], line: str) -> None:
    spec = spec_of(kind)
    assert f"{target(spec, ['y'])} = {application(spec, 'own', params, inputs)}" == line


def test_ports_of_parts_follow_from_a_parameter() -> None:
    assert spec_of("Chunk").output_ports({}) == ("part1", "part2")
    assert spec_of("Chunk").output_ports({"chunks": 3}) == ("part1", "part2", "part3")
    assert spec_of("Split").output_ports({"split_size": (1, 2, 3, 4)}) == ("part1", "part2", "part3", "part4")
    assert spec_of("Chunk").output_ports({"chunks": -1}) == ("part1", "part2")
    assert spec_of("LSTM").output_ports({}) == ("output", "h_n", "c_n")


def test_values_as_source() -> None:
    assert [source_of(value) for value in ("same", (3,), (3, 3), 1e-5, True, None)] == [
        '"same"',
        "(3,)",
        "(3, 3)",
        "1e-05",
        "True",
        "None",
    ]


@pytest.mark.parametrize(
    ("kind", "texts", "line"),
    [
        ("Conv2d", {"out_channels": "128", "stride": "2", "padding": "1"}, "3×3 · out 128 · stride 2 · pad 1"),
        ("Conv2d", {"kernel_size": "(3, k)", "bias": "False"}, "3×k · out 64 · no bias"),
        ("Conv2d", {"kernel_size": "2 * k + 1"}, "2 * k + 1 · out 64"),
        ("Conv2d", {"padding": "(1, 2)"}, "3×3 · out 64 · pad 1×2"),
        ("Conv2d", {"padding_mode": "'reflect'"}, "3×3 · out 64 · reflect"),
        ("MaxPool2d", {"kernel_size": "3", "stride": "2", "ceil_mode": "True"}, "3×3 · stride 2 · ceil mode"),
        ("Dropout", {}, "p 0.5"),
        ("Input", {}, "(1, 28, 28)"),
        ("ReLU", {}, ""),
        ("Upsample", {"mode": "'bilinear'"}, "× 2 · bilinear"),
        ("Upsample", {"scale_factor": "None", "size": "(8, 8)"}, "size 8×8"),
        ("ZeroPad2d", {"padding": "(1, 2, 1, 2)"}, "pad 1×2×1×2"),
    ],
)
def test_brief(kind: str, texts: dict, line: str) -> None:
    spec = spec_of(kind)
    defaults = {parameter.name: to_text(parameter.default) for parameter in spec.parameters}
    assert spec.brief(defaults | texts) == line


def test_every_kind_has_a_line_for_texts_that_are_expressions() -> None:
    for spec in registry().values():
        assert isinstance(spec.brief({parameter.name: "4 * width" for parameter in spec.parameters}), str)
