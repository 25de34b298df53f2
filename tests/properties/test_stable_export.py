"""An edit of one node changes its own lines, and of the others only those that provably depend on it.

What may change with a parameter of a node:

1. its own lines, as the map gives them, in every class that its block has;
2. those of the nodes of its kind in its block, if it stands with them in a run of stages, which has one table;
3. where the parameter decides a shape: the lines of the nodes that its tensor reaches, in its block, in the blocks
   around it and in those that it enters, for they state the lengths that they receive; and of their classes the
   docstring and the head of the constructor.

Everything else stays word for word, and so do the lines that belong to no node.
"""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from designer.analysis.analyser import Analyser
from designer.base.errors import DesignError
from designer.codegen.module import GeneratedCode, NodeKey, generate
from designer.document.presets import list_presets, open_design
from designer.graph.design import Design
from tests.properties.test_designs import complaints, designs

SILENT = {  # parameters that decide no shape
    "Conv2d": {"bias": (True, False), "padding_mode": ("zeros", "replicate")},
    "Dropout": {"p": (0.1, 0.2, 0.3)},
    "BatchNorm2d": {"eps": (1e-3, 1e-4), "momentum": (0.2, 0.3)},
    "Linear": {"bias": (True, False)},
}
LOUD = {
    "Conv2d": {"out_channels": (1, 2, 3, 5, 24), "padding": (0, 1, "same"), "kernel_size": (1, 3)},
    "Linear": {"out_features": (3, 7, 11)},
    "MaxPool2d": {"kernel_size": (2, 3), "padding": (0, 1)},
    "VGGBlock": {"out_channels": (16, 32), "num_convs": (1, 4)},
    "Inception": {"c1": (8, 16), "c3_reduce": (4, 8)},
    "BottleneckStage": {"num_blocks": (1, 2)},
}
ANY_DESIGN = designs() | st.sampled_from([preset.id for preset in list_presets()]).map(lambda i: open_design(i).design)
PATIENT = settings(max_examples=50, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])


def written(design: Design) -> GeneratedCode:
    return generate(design, Analyser().analyse(design))


def generated(design: Design) -> GeneratedCode:
    """As `written`; a design that has no code is no example."""
    try:
        return written(design)
    except DesignError:
        reject()


def edited(data: st.DataObject, design: Design, code: GeneratedCode, values: dict) -> tuple[NodeKey, GeneratedCode]:
    """A node of the code with another value of one of its parameters, and the code then."""
    keys = [key for key in code.lines if design.blocks[key[0]].nodes[key[1]].kind in values]
    assume(keys)
    name, key = data.draw(st.sampled_from(keys))
    node = design.blocks[name].nodes[key]
    parameter, choices = data.draw(st.sampled_from(sorted(values[node.kind].items())))
    value = data.draw(st.sampled_from(choices))
    after = design.with_block(design.blocks[name].with_node(node.with_param(parameter, value)))
    return (name, key), generated(after)


def lines_of(code: GeneratedCode, key: NodeKey) -> list[str]:
    lines = code.source.splitlines()
    return ["\n".join(lines[first - 1 : last]) for first, last in code.lines.get(key, ())]


def of_no_node(code: GeneratedCode, *, without_frames: bool = False) -> list[str]:
    """The lines that belong to no node; frames are the docstrings and the heads of constructors."""
    mapped = {n for ranges in code.lines.values() for first, last in ranges for n in range(first, last + 1)}
    found, until = [], ""
    for number, line in enumerate(code.source.splitlines(), 1):
        text = line.strip()
        is_frame = bool(until) or text.startswith(('"""', "def __init__("))
        if until and text.endswith(until):
            until = ""
        elif not until and text.startswith('"""') and text.count('"""') == 1:
            until = '"""'
        elif not until and text.startswith("def __init__(") and not text.endswith(":"):
            until = ":"
        if number not in mapped and not (is_frame and without_frames):
            found.append(line)
    return found


def in_its_run(design: Design, key: NodeKey) -> set[NodeKey]:
    """A node, and those that may share a table with it."""
    block = design.blocks[key[0]]
    return {(block.name, other) for other, node in block.nodes.items() if node.kind == block.nodes[key[1]].kind}


def reached(design: Design, key: NodeKey) -> set[NodeKey]:
    """What a node's tensor reaches: behind it, behind the instances of its block, and inside the blocks there."""
    found: set[NodeKey] = set()
    pending = [key]
    while pending:
        name, node = pending.pop()
        new = {(name, other) for other in design.blocks[name].graph.descendants(node)}
        new |= {(o.name, k) for o in design.blocks.values() for k, n in o.nodes.items() if n.kind == name}
        inside = design.blocks.get(design.blocks[name].nodes[node].kind)
        if inside is not None and (name, node) in found:
            new |= {(inside.name, other) for other in inside.nodes}
        pending += new - found
        found |= new
    return found


@PATIENT
@given(ANY_DESIGN, st.data())
def test_a_parameter_that_decides_no_shape_changes_its_nodes_lines_alone(design, data):
    before = generated(design)
    key, after = edited(data, design, before, SILENT)
    own = in_its_run(design, key)
    for other in (before.lines.keys() | after.lines.keys()) - own:
        assert lines_of(after, other) == lines_of(before, other)
    assert of_no_node(after) == of_no_node(before)


@PATIENT
@given(ANY_DESIGN, st.data())
def test_a_parameter_that_decides_a_shape_changes_only_what_states_it(design, data):
    before = generated(design)
    key, after = edited(data, design, before, LOUD)
    assume(before.source.count("\nclass ") == after.source.count("\nclass "))  # a class may come, or go
    may_change = in_its_run(design, key) | reached(design, key)
    for other in (before.lines.keys() | after.lines.keys()) - may_change:
        assert lines_of(after, other) == lines_of(before, other)
    assert of_no_node(after, without_frames=True) == of_no_node(before, without_frames=True)
    assert complaints(after.source, "format", "--diff") == ""
    assert complaints(after.source, "check") == ""


def test_a_stages_row_is_all_that_its_edit_changes():
    """In VGG-11 the channels of one block are said once: no other line knows them."""
    design = open_design("vgg11_fashion").design
    before = written(design)
    node = design.root.nodes["block3"]
    after = written(design.with_block(design.root.with_node(node.with_param("num_convs", 7))))
    pairs = zip(before.source.splitlines(), after.source.splitlines(), strict=True)
    assert [(a.strip(), b.strip()) for a, b in pairs if a != b] == [("(2, 256),", "(7, 256),")]


def test_the_same_design_gives_the_same_source():
    for preset in list_presets():
        design = open_design(preset.id).design
        assert written(design).source == written(open_design(preset.id).design).source
