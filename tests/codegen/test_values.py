"""Corners of generated code: parameters of all types, expressions, words, and the program at its end."""

from __future__ import annotations

import subprocess
import sys

import pytest

from designer.analysis.analyser import Analyser
from designer.base.errors import DesignError
from designer.codegen.module import generate
from designer.graph.block import Node, edge
from designer.graph.expressions import Expression as X
from tests.codegen.drawing import FLATTEN, IN, OUT, P, conv, image, linear

# -- values ------------------------------------------------------------------------------------------------------------


def test_text_numbers_tuples_and_truths_as_parameters(net, tools):
    body = tools.block(
        "Body",
        IN,
        conv(
            "conv",
            out_channels=X("widths[0] * widths[-1]"),
            kernel_size=X("(k, k)"),
            padding=X("size"),
            bias=X("bias"),
            padding_mode=X("'zeros' if mode == \"same\" else mode"),
        ),
        Node("drop", "Dropout", params={"p": X("rate / 2")}),
        Node("pool", "MaxPool2d", params={"kernel_size": 2, "stride": X("step")}),
        FLATTEN,
        linear(),
        OUT,
        parameters=(
            P("widths", (2, 3)),
            P("k", 3),
            P("size", (1, 2)),
            P("bias", False),
            P("mode", "same"),
            P("rate", 0.5),
            P("step", None),
            P("names", ("a", 'b"', "it's")),
            P("mixed", (1, "a")),
            P("empty", ()),
            P("big", 1e20),
            P("nested", ((1, 64), (2, 128))),
        ),
    )
    given = {
        "widths": X("(2, width)"),
        "k": X("max(width, 3) % 4 + 1"),
        "mode": "circular",
        "size": (1, 2),
        "rate": X("0.1 * width"),
    }
    design = net(Node("a", "Body", params=given), inner=[body], parameters=(P("width", 4),))
    source = tools.sound(design, {"width": 5}, {"width": 2}).code.source
    assert "kernel_size=(k, k)" in source
    assert "nested: tuple[tuple[int, ...], ...] = ((1, 64), (2, 128))" in source
    assert "step: int | None = None" in source
    assert "in_height + 2 * size[0]" in source or "size[0] * 2" in source


def test_padding_in_words(net, tools):
    body = tools.block("Body", IN, conv("conv", padding=X("padding")), OUT, parameters=(P("padding", 1),))
    nodes = (conv("a", kernel_size=5, padding="same"), conv("b", padding="valid", stride=2),
             Node("c", "Body", params={"padding": "same"}), Node("d", "Body"), FLATTEN, linear())  # fmt: skip
    source = tools.sound(net(*nodes, inner=[body])).code.source
    assert 'self.a = nn.Conv2d(3, 8, kernel_size=5, padding="same")' in source
    assert 'self.c = Body(8, padding="same")' in source
    assert "self.fc = nn.Linear(392, 10)" in source


def test_a_shape_may_be_a_variable(net, tools):
    design = net(conv(), FLATTEN, linear(), shape=X("shape"), parameters=(P("shape", (3, 16, 16)),))
    source = tools.sound(design, {"shape": (1, 9, 11)}).code.source
    assert "nn.Conv2d(shape[0], 8, kernel_size=3)" in source


@pytest.mark.parametrize(
    "condition",
    [
        "mode == 'a'",
        "not wide",
        "n ** 2 > 9",
        "-n ** 2 < 0",
        "wide == True",
        "none == None",
        "none != None",
        "wide != False",
        "(n if wide else 0) > 1 and (n > 0 or wide)",
        "n",
        "none",
        "1 < n < 9",
        "size[0] == size[-1]",
        "round(n / 3) == 1",
    ],
)
def test_conditions_are_written_as_linters_want_them(net, tools, condition):
    parameters = (P("mode", "a"), P("wide", True), P("n", 4), P("none", None), P("size", (1, 1)))
    tools.sound(
        net(conv("a", when=X(condition)), conv("b"), parameters=parameters), {"wide": False}, {"n": 1}, {"mode": 'b"'}
    )


def test_expressions_within_expressions_keep_their_meaning(net, tools):
    inner = tools.block(
        "In", IN, conv(out_channels=X("2 * w"), when=X("w > 1 if w else False")), OUT, parameters=(P("w", 1),)
    )
    outer = tools.block(
        "Mid",
        IN,
        Node("i", "In", params={"w": X("a + b if a > b else b - a")}),
        linear_head(),
        FLATTEN,
        linear(),
        OUT,
        parameters=(P("a", 1), P("b", 2)),
    )
    design = net(
        Node("m", "Mid", params={"a": X("n // 2"), "b": X("n % 3 + 1")}), inner=[inner, outer], parameters=(P("n", 7),)
    )
    tools.sound(design, *({"n": n} for n in range(2, 12)))


def linear_head() -> Node:
    return conv("again", padding=1, out_channels=X("a * (b + 1) - (a - b)"), when=X("a * (b + 1) - (a - b) > 0"))


def test_many_optional_layers_do_not_explode(net, tools):
    nodes = [
        Node(f"p{k}", "MaxPool2d", params={"kernel_size": 3, "stride": 1, "padding": 1}, when=X(f"w{k}"))
        for k in range(20)
    ]
    convs = [conv(f"c{k}", padding=1, out_channels=3 + k, when=X(f"w{k}")) for k in range(20)]
    nodes = [node for pair in zip(nodes, convs, strict=True) for node in pair]
    pool = Node("pool", "AdaptiveAvgPool2d", params={"output_size": 1})
    parameters = tuple(P(f"w{k}", k % 2 == 0) for k in range(20))
    design = net(*nodes, pool, FLATTEN, parameters=parameters)
    code = generate(design, Analyser().analyse(design))
    assert len(code.source) < 100_000


# -- words -------------------------------------------------------------------------------------------------------------

QUOTES = ['"""', "'''", '"', 'ends with "', '"begins', '"""\nimport os\nos.system("x")\n"""']
ESCAPES = ["\\", "ends with \\", "\\N{BULLET}", "\\x41\\", "{x} {{", "%s", "# no"]
SPACES = ["a\nb\r\nc", "tab\there", "line\u2028sep", "  spaces  ", "\f", " ", "    indented\n        more"]
STRANGE = ["nul\0", "\x1b[31m", "bidi \u202e", "\ud800", "héllo 卷积 🙂", "x" * 300, "word " * 80, ".", "What?"]


@pytest.mark.parametrize("text", QUOTES + ESCAPES + SPACES + STRANGE)
def test_no_words_break_the_code(net, tools, text):
    body = tools.block(
        "Body",
        IN,
        conv(),
        OUT,
        title=text,
        description=f"{text}\n\n{text}",
        source=text,
        parameters=(P("width", 1, text),),
    )
    design = net(
        Node("body", "Body"), inner=[body], title=text, description=text, source=text, parameters=(P("n", 1, text),)
    )
    built = tools.sound(design)
    built.code.source.encode("utf-8")
    names = {"torch", "nn", "Body", "Net", "main", "__name__", "__builtins__", "Tensor"}
    assert set(built.namespace) - names <= {"__doc__", "__annotations__"}


@pytest.mark.parametrize(
    "text", ['it\'s "quoted"', "it's", 'say "hi"', "back\\slash", "new\nline", "{x}", "é\x7f", "'" * 3 + '"']
)
def test_no_text_parameter_breaks_the_code(net, tools, text):
    source = f"mode == {text!r}"
    design = net(conv(when=X(source)), parameters=(P("mode", "plain"),))
    built = tools.build(design)
    tools.clean(built.code.source)
    tools.numbers(built, mode=text)
    tools.numbers(built)


def test_blocks_without_words(net, tools):
    body = tools.block("Body", IN, conv(), OUT)
    assert '"""Body.\n' in tools.sound(net(Node("body", "Body"), inner=[body])).code.source


@pytest.mark.parametrize("length", [30, 60, 85])
def test_very_long_names_and_expressions(net, tools, length):
    long = "n" + "a" * length
    terms = " + ".join([f"{long}0 * (1 + {long}1)", f"{long}2 // 2", "64"])
    body = tools.block(
        "Body",
        IN,
        conv("c1", name=f"{long}_a", padding=1, out_channels=X(terms)),
        conv("c2", name=f"{long}_b", padding=1, out_channels=X(f"{long}1 * 8")),
        Node("cat", "Concat", name=f"{long}_c"),
        conv(
            "c3",
            name=f"{long}_d",
            out_channels=X(f"{long}2"),
            when=X(f"{long}0 > 3 and {long}1 < 9 or {long}2 == 0"),
            repeat=X(f"{long}2"),
        ),
        OUT,
        edges=["input>c1", "input>c2", "c1>cat.x1", "c2>cat.x2", "cat>c3", "c3>output"],
        parameters=tuple(P(f"{long}{k}", k + 1) for k in range(3)),
    )
    built = tools.build(net(Node("body", "Body", name=long, params={f"{long}0": 4}), inner=[body]))
    tools.numbers(built)
    if length < 60:  # what no line can hold is laid out as well as it goes
        tools.clean(built.code.source)


# -- the program -------------------------------------------------------------------------------------------------------


def test_as_a_program_it_prints_its_stages(net, tools, tmp_path):
    two = tools.block("Two", IN, Node("a", "Output"), Node("b", "Output"), edges=["input>a", "input>b"])
    nodes = (image(), image("other", (5,)), Node("two", "Two"), conv("conv"), OUT, Node("o2", "Output"))
    edges = ["input>two", "two.a>conv", "conv>output", "other>o2"]
    built = tools.sound(net(*nodes, edges=edges, inner=[two]))
    path = tmp_path / "model.py"
    path.write_text(built.code.source, "utf-8")
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == ["two    (1, 3, 16, 16) (1, 3, 16, 16)", "conv   (1, 8, 14, 14)", ""]


def test_the_last_class_is_the_network_and_importing_it_prints_nothing(net, tools, capsys):
    built = tools.sound(net(conv()))
    classes = [value for value in built.namespace.values() if isinstance(value, type)]
    assert classes[-1] is built.network
    assert capsys.readouterr().out == ""


def test_a_design_with_errors_has_no_code(net):
    design = net(conv(kernel_size=0))
    with pytest.raises(DesignError, match=r"No code yet: Conv2d 'conv': kernel_size=0 is not possible") as error:
        generate(design, Analyser().analyse(design))
    assert error.value.fix


def test_an_edit_changes_only_the_lines_of_its_node(net, tools):
    before = tools.build(net(conv("a"), conv("b"), conv("c")))
    root = before.design.root
    after = tools.build(before.design.with_block(root.with_node(root.nodes["b"].with_param("padding", 1))))
    lines = zip(before.code.source.splitlines(), after.code.source.splitlines(), strict=True)
    changed = [new for old, new in lines if old != new]
    assert len(changed) == 2  # its own, and the shape that comes out
    assert "self.b = nn.Conv2d(8, 8, kernel_size=3, padding=1)" in changed[-1]


def test_no_code_comes_before_the_wires(net):
    design = net(conv())
    design = design.with_block(design.root.without_edges([edge("input", "conv")]))
    with pytest.raises(DesignError, match="nothing is wired"):
        generate(design, Analyser().analyse(design))


def test_exponential_nesting_stays_small(net, tools):
    blocks = [tools.block("B19", IN, conv(out_channels=3, padding=1), OUT)]
    for k in range(18, 0, -1):
        blocks.append(tools.block(f"B{k}", IN, Node("one", f"B{k + 1}"), Node("two", f"B{k + 1}"), OUT))
    design = net(Node("top", "B1"), inner=blocks)
    code = generate(design, Analyser().analyse(design))
    assert code.source.count("class ") == 20
