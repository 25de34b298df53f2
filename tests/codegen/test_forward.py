"""`forward`: short runs in one line, what is read twice under its name, and each value worked out in its turn."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from designer.graph.block import Node
from designer.graph.expressions import Expression as X
from tests.codegen.drawing import IN, OUT, P, conv, image, relu


def forward_of(built, name: str = "Body") -> list[str]:
    """The lines of a class's `forward`."""
    source = built.code.source.split(f"class {name}(")[1].split("\n\n\n")[0]
    return [line.strip() for line in source.split("def forward")[1].splitlines()[1:]]


def norm(key: str) -> Node:
    return Node(key, "BatchNorm2d")


def body(tools, net, *nodes, edges=None, shape=(8, 16, 16), **about):
    inner = tools.block("Body", *nodes, edges=edges, **about)
    return tools.sound(net(Node("body", "Body"), inner=[inner], shape=shape))


def test_a_residual_block_reads_as_one_writes_it(net, tools):
    nodes = (IN, conv("conv1", padding=1), norm("bn1"), relu("relu1"), conv("conv2", padding=1), norm("bn2"),
             conv("shortcut", kernel_size=1), Node("add", "Add"), relu("relu2"), OUT)  # fmt: skip
    edges = ["input>conv1", "conv1>bn1", "bn1>relu1", "relu1>conv2", "conv2>bn2", "input>shortcut", "bn2>add.x1",
             "shortcut>add.x2", "add>relu2", "relu2>output"]  # fmt: skip
    built = body(tools, net, *nodes, edges=edges)
    assert forward_of(built) == [
        "relu1 = self.relu1(self.bn1(self.conv1(x)))",
        "bn2 = self.bn2(self.conv2(relu1))",
        "relu2: Tensor = self.relu2(bn2 + self.shortcut(x))",
        "return relu2",
    ]
    line = built.code.source.splitlines().index("        relu2: Tensor = self.relu2(bn2 + self.shortcut(x))") + 1
    assert built.code.nodes_at(line) == [("Body", "shortcut"), ("Body", "add"), ("Body", "relu2")]
    assert built.code.node_at(line) == ("Body", "relu2")


def test_paths_side_by_side_have_a_line_each(net, tools):
    nodes = (IN, conv("path1", padding=1), conv("reduce2", kernel_size=1), conv("path2", padding=1),
             Node("concat", "Concat"), OUT)  # fmt: skip
    edges = ["input>path1", "input>reduce2", "reduce2>path2", "path1>concat.x1", "path2>concat.x2", "concat>output"]
    assert forward_of(body(tools, net, *nodes, edges=edges)) == [
        "path1 = self.path1(x)",
        "path2 = self.path2(self.reduce2(x))",
        "return torch.cat((path1, path2), dim=1)",
    ]


def test_a_value_that_is_read_twice_has_a_name(net, tools):
    nodes = (IN, conv("conv1", padding=1), relu("relu1"), conv("conv2", padding=1), Node("add", "Add"), OUT)
    edges = ["input>conv1", "conv1>relu1", "relu1>conv2", "relu1>add.x1", "conv2>add.x2", "add>output"]
    assert forward_of(body(tools, net, *nodes, edges=edges)) == [
        "relu1 = self.relu1(self.conv1(x))",
        "add: Tensor = relu1 + self.conv2(relu1)",
        "return add",
    ]


def test_values_are_worked_out_in_the_order_of_the_canvas(net, tools):
    """reduce2 is drawn before path1, so its value may not wait for path2 to want it."""
    nodes = (IN, conv("reduce2", kernel_size=1), conv("path1", padding=1), conv("path2", padding=1),
             Node("concat", "Concat"), OUT)  # fmt: skip
    edges = ["input>path1", "input>reduce2", "reduce2>path2", "path1>concat.x1", "path2>concat.x2", "concat>output"]
    built = body(tools, net, *nodes, edges=edges)
    assert forward_of(built)[:2] == ["reduce2 = self.reduce2(x)", "path1 = self.path1(x)"]
    called: list[str] = []
    network = built.network()
    for name, module in network.body.named_children():
        module.register_forward_hook(lambda _m, _a, _o, name=name: called.append(name))
    network(torch.rand(1, 8, 16, 16))
    assert called == ["reduce2", "path1", "path2"]


@pytest.mark.parametrize("kind", ["Subtract", "Multiply", "Add"])
def test_operations_keep_their_meaning_inside_each_other(net, tools, kind):
    nodes = (IN, Node("a", kind), Node("b", "Subtract"), Node("c", kind), relu(), OUT)
    edges = ["input>a.x1", "input>a.x2", "input>b.x1", "a>b.x2", "input>c.x1", "b>c.x2", "c>relu", "relu>output"]
    built = body(tools, net, *nodes, edges=edges)
    x = torch.rand(1, 8, 16, 16)
    operate = {"Subtract": torch.sub, "Multiply": torch.mul, "Add": torch.add}[kind]
    torch.testing.assert_close(built.network()(x), operate(x, x - operate(x, x)).relu())


def test_what_is_optional_is_not_nested(net, tools):
    nodes = (IN, conv("a", padding=1), Node("add", "Add", when=X("skip")), relu("r"), OUT)
    edges = ["input>a", "a>add.x1", "input>add.x2", "add>r", "r>output"]
    built = body(tools, net, *nodes, edges=edges, parameters=(P("skip", True),))
    assert forward_of(built) == [
        "a = self.a(x)",
        "add = a + x if self.use_add else a",
        "r: Tensor = self.r(add)",
        "return r",
    ]


def test_a_line_that_would_be_too_long_is_cut(net, tools):
    nodes = (IN, conv("a", "a_layer_of_many_word", padding=1), norm("b"), relu("r", name="an_activation_behind"),
             Node("add", "Add"), OUT)  # fmt: skip
    edges = ["input>a", "a>b", "b>r", "r>add.x1", "input>add.x2", "add>output"]
    assert forward_of(body(tools, net, *nodes, edges=edges)) == [
        "a_layer_of_many_word = self.a_layer_of_many_word(x)",
        "an_activation_behind = self.an_activation_behind(self.b(a_layer_of_many_word))",
        "add: Tensor = an_activation_behind + x",
        "return add",
    ]


def test_random_numbers_come_in_the_same_order_nested_or_not(net, tools):
    drop = [Node(f"drop{k}", "Dropout") for k in (1, 2)]
    nodes = (IN, conv("conv1", padding=1), drop[0], relu("r"), drop[1], Node("add", "Add"), OUT)
    edges = ["input>conv1", "conv1>drop1", "drop1>r", "input>drop2", "r>add.x1", "drop2>add.x2", "add>output"]
    built = body(tools, net, *nodes, edges=edges)
    assert forward_of(built)[-2] == "add: Tensor = r + self.drop2(x)"
    network = built.network().train()
    inner: nn.Module = network.body
    x = torch.rand(1, 8, 16, 16)
    torch.manual_seed(1)
    found = network(x)
    torch.manual_seed(1)
    r = inner.r(inner.drop1(inner.conv1(x)))
    torch.testing.assert_close(found, r + inner.drop2(x))


TURNS = {
    "swapped": Node("turn", "Transpose", params={"dim0": 1, "dim1": 2}),
    "reversed": Node("turn", "Permute", params={"dims": (0, 4, 3, 2, 1)}),
    "last": Node("turn", "Transpose", params={"dim0": -1, "dim1": -2}),
    "summed": Node("turn", "Add"),
}


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("copies", [1, 2])
@pytest.mark.parametrize("axes", [2, 3])
def test_a_norm_across_channels_takes_elements_in_any_order(net, tools, turn, copies, axes):
    """With more than two spatial axes PyTorch's own refuses a tensor whose elements do not lie in their order."""
    node = TURNS[turn]
    if axes == 2 and turn == "reversed":
        node = Node("turn", "Permute", params={"dims": (0, 3, 2, 1)})
    first = Node("first", "Transpose", params={"dim0": 1, "dim1": -1})
    last = Node("norm", "LocalResponseNorm", params={"size": 3, "alpha": 1.0}, repeat=copies)
    wires = ["input>first", "first>turn.x1", "first>turn.x2"] if turn == "summed" else ["input>first", "first>turn"]
    nodes = (image(shape=(4, 3, 4, 2)[: axes + 1]), first, node, last, OUT)
    built = tools.sound(net(*nodes, edges=[*wires, "turn>norm", "norm>output"]))
    assert (".contiguous()" in built.code.source) == (axes > 2)
    x = torch.randn(2, *(4, 3, 4, 2)[: axes + 1])
    expected = x.transpose(1, -1)
    if turn == "summed":
        expected = expected + expected
    elif turn == "reversed":
        expected = expected.permute(*node.params["dims"])
    else:
        expected = expected.transpose(*node.params.values())
    for _ in range(copies):
        expected = nn.LocalResponseNorm(3, 1.0)(expected.contiguous())
    torch.testing.assert_close(built.network()(x), expected)


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("between", [(), ("ReLU",), ("Transpose",), ("Identity", "Transpose")])
def test_a_product_that_nothing_reads_is_not_worked_out_and_costs_nothing(net, tools, there, between):
    """The Add that is not there passes its first input on; a layer with a module stays, and reads what it read."""
    path = ["product", *(f"step{number}" for number in range(len(between)))]
    steps = [Node(key, kind) for key, kind in zip(path[1:], between, strict=True)]
    nodes = (image(shape=(4, 4)), Node("product", "MatMul"), *steps, Node("last", "Add", when=there), OUT)
    edges = ["input>product.x1", "input>product.x2", *map(">".join, pairwise(path))]
    edges += ["input>last.x1", f"{path[-1]}>last.x2", "last>output"]
    built = tools.sound(net(*nodes, edges=edges))
    is_read = there or any(kind in ("ReLU", "Identity") for kind in between)
    assert ("torch.matmul" in built.code.source) == is_read
    with FlopCounterMode(display=False) as counter:
        built.network()(torch.zeros(1, 4, 4))
    assert counter.get_total_flops() // 2 == built.analysis.totals.macs == (64 if is_read else 0)
