"""Names that people may give: whatever analysis takes as one has code that runs, and the rest is told on the canvas."""

from __future__ import annotations

import builtins
import keyword
import subprocess
import sys

import pytest
import torch
from torch import nn

from designer.analysis.analyser import Analyser
from designer.catalogue.registry import spec_of
from designer.codegen.module import generate
from designer.graph.block import Node
from designer.graph.design import Design
from designer.graph.expressions import FUNCTIONS
from designer.graph.expressions import Expression as X
from tests.codegen.drawing import FLATTEN, IN, OUT, P, conv, image, linear

OF_THE_CODE = """
self cls super torch nn Tensor F math network stage name names show module modules args output tensor outputs
tensors width main x x_ x1 y channels channels1 features height height1 length depth size4 index index1
stage_arch in_channels in_channels_ in_features in_height in_width input input_channels input_features i _
__init__ __name__ __class__ Net Net2 Outer Body Body2 conv fc add use_add add_dim cat c1 c2 part1 Sequential
ModuleList Module Conv2d nn_ annotations dataclass Any Optional List ints T
""".split()  # noqa: SIM905
PYTHON = [*keyword.kwlist, *keyword.softkwlist, *(name for name in dir(builtins) if name != "qApp")]
MODULE = [*dir(nn.Sequential()), *nn.Module.__annotations__]
ALL = sorted({*OF_THE_CODE, *PYTHON, *MODULE, *FUNCTIONS})
USUAL = """
print range forward training type children half to apply eval int str tuple Exception parameters
""".split()  # noqa: SIM905
NAMES = sorted({*OF_THE_CODE, *keyword.kwlist, *keyword.softkwlist, *FUNCTIONS, *USUAL})
BLOCKS = [name for name in NAMES if name != "Net" and spec_of(name) is None]
SHAPE = (2, 9, 9)


def runs(design: Design) -> bool:
    """Whether analysis takes a design. Its code is then run, plain and lazy, and has the shapes and the weights."""
    analysis = Analyser().analyse(design)
    if not analysis.ok:
        # `None` and `True` are no names where an expression reads them.
        codes = {d.code for d in analysis.diagnostics if d.severity == "error"}
        assert codes <= {"invalid_name", "duplicate_name", "unknown_parameter", "bad_parameter", "expression_error"}
        return False
    for lazy in (False, True):
        namespace = {"__name__": "generated"}
        exec(compile(generate(design, analysis, lazy=lazy).source, "generated.py", "exec"), namespace)  # noqa: S102
        with torch.device("meta"):
            network = namespace[design.main]().eval()
            shapes = [out.shape for out in [network(*(torch.empty(shape) for shape in analysis.input_shapes))]]
        assert shapes == [tensor.shape for tensor in analysis.root.outputs]
        assert sum(weights.numel() for weights in network.parameters()) == analysis.totals.params
        namespace["main"]()
    return True


def taken(designs: dict[str, Design]) -> set[str]:
    return {name for name, design in designs.items() if runs(design)}


def body(block, name="Body", **about):
    """A block with most of what code does: loops, flags, sums, values that `forward` reads, two inputs."""
    width = about.pop("width", "width")
    return block(
        name,
        IN,
        conv("c1", about.pop("first", "c1"), padding=1, out_channels=X(width)),
        conv("c2", about.pop("second", "c2"), padding=1, out_channels=X(width), repeat=2),
        Node("add", "Add", name=about.pop("third", "add"), when=X(f"{width} > 3")),
        Node("cat", "Concat", params={"dim": X("axis")}),
        Node("pool", "MaxPool2d", params={"kernel_size": 3, "stride": 2}, repeat=X("deep")),
        FLATTEN,
        linear("fc", 4),
        OUT,
        edges=["input>c1", "c1>c2", "c1>add.x1", "c2>add.x2", "add>cat.x1", "c2>cat.x2", "cat>pool", "pool>flatten",
               "flatten>fc", "fc>output"],
        parameters=(P(width, 4), P("axis", 1), P("deep", 2)),
    )  # fmt: skip


def within(block, inner, *names: str) -> Design:
    """A design with one block in it, twice."""
    nodes = (
        image(shape=SHAPE),
        Node("a", inner.name),
        conv("r", padding=1),
        Node("b", inner.name),
        Node("sum", "Add"),
        OUT,
    )
    edges = ["input>a", "input>r", "r>b", "a>sum.x1", "b>sum.x2", "sum>output"]
    main = block("Net", *nodes, edges=edges)
    return Design("Net", {"Net": main, inner.name: inner})


def test_every_name_of_a_node_is_refused_or_works(tools):
    for place, names in (("first", NAMES), ("second", ALL), ("third", NAMES)):
        found = taken({name: within(tools.block, body(tools.block, **{place: name})) for name in names})
        assert {"x", "channels", "in_channels", "cls", "stage", "print", "index", "match", "use_add_", "add_dim"} - {
            "use_add_"
        } <= found
        assert found.isdisjoint({"self", "torch", "nn", "forward", "training", "class", "_modules", "__init__"})


def test_every_name_of_an_input_is_refused_or_works(tools):
    def two(name: str) -> Design:
        nodes = (Node("p", "Input", name=name), Node("q", "Input"), FLATTEN, linear("fc", 3), Node("g", "Flatten"),
                 linear("gc", 3), Node("add", "Add"), OUT)  # fmt: skip
        edges = ["p>flatten", "q>g", "flatten>fc", "g>gc", "fc>add.x1", "gc>add.x2", "add>output"]
        inner = tools.block("Two", *nodes, edges=edges)
        main = tools.block(
            "Net",
            image(shape=SHAPE),
            conv("r"),
            Node("t", "Two"),
            OUT,
            edges=["input>r", "input>t.p", "r>t.q", "t>output"],
        )
        return Design("Net", {"Net": main, "Two": inner})

    assert {"x", "fc", "channels", "name"} & taken({name: two(name) for name in NAMES}) >= {"x", "channels", "name"}


@pytest.mark.slow
def test_every_name_of_a_parameter_is_refused_or_works(tools):
    found = taken({name: within(tools.block, body(tools.block, width=name)) for name in ALL})
    assert {"x", "channels", "in_channels", "in_features", "cls", "stage", "forward", "Net", "Body2", "height"} <= found
    assert found.isdisjoint({"self", "super", "range", "nn", "torch", "class", "max"})


def test_every_name_of_a_variable_is_refused_or_works(tools):
    inner = body(tools.block)

    def of(name: str) -> Design:
        nodes = (
            image(shape=SHAPE),
            Node("a", "Body", params={"width": X(name)}),
            linear("last", X(f"2 * {name}")),
            OUT,
        )
        main = tools.block("Net", *nodes, parameters=(P(name, 4),))
        return Design("Net", {"Net": main, "Body": inner})

    assert {"x", "channels", "network", "stage", "name", "in_channels", "type"} <= taken(
        {name: of(name) for name in NAMES}
    )


def test_every_name_of_a_block_is_refused_or_works(tools):
    found = taken({name: within(tools.block, body(tools.block, name)) for name in BLOCKS})
    assert {"x", "channels", "channels1", "index", "stage", "name", "forward", "cls", "stage_arch"} <= found
    assert found.isdisjoint({"self", "super", "range", "int", "main", "nn", "torch", "Tensor", "class"})


def test_every_name_of_a_block_with_two_classes_is_refused_or_works(tools):
    def of(name: str) -> Design:
        head = tools.block(
            name, IN, FLATTEN, linear("fc", X("Head2")), OUT, parameters=(P("Head2", 5), P("channels2", 1))
        )
        nodes = (image(shape=SHAPE), conv("c", repeat=2), Node("h", name), Node("k", name, repeat=2), OUT)
        return Design("Net", {"Net": tools.block("Net", *nodes, parameters=(P("Head2", 3),)), name: head})

    assert {"Head", "channels", "index", "x"} <= taken({name: of(name) for name in (*BLOCKS, "Head")})


def test_every_name_of_a_design_is_refused_or_works(tools):
    def of(name: str) -> Design:
        nodes = (image(shape=SHAPE), conv("c"), Node("chunk", "Chunk", params={"chunks": 2}), Node("add", "Add"), OUT)
        edges = ["input>c", "c>chunk", "chunk.part1>add.x1", "chunk.part2>add.x2", "add>output"]
        return Design(name, {name: tools.block(name, *nodes, edges=edges)})

    assert {"stage", "show", "name", "x", "module", "output", "args"} <= taken({name: of(name) for name in NAMES})


@pytest.mark.parametrize("name", ["stage", "show", "name", "output"])
@pytest.mark.parametrize("several", [False, True])
def test_a_design_named_as_the_program_names_its_own_runs_as_a_program(tools, tmp_path, name, several):
    two = tools.block(
        "Two", IN, conv("c"), Node("p", "Output"), Node("q", "Output"), edges=["input>c", "c>p", "input>q"]
    )
    nodes = (image(shape=SHAPE), Node("two", "Two"), OUT) if several else (image(shape=SHAPE), conv("c"), OUT)
    edges = ["input>two", "two.p>output"] if several else None
    design = Design(name, {name: tools.block(name, *nodes, edges=edges), "Two": two})
    source = tools.sound(design).code.source
    (tmp_path / "made.py").write_text(source, "utf-8")
    done = subprocess.run([sys.executable, "made.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "(1, 8, 7, 7)" in done.stdout
