"""After any edits the analyser says what a fresh one says; and what was not touched is not worked out anew."""

from __future__ import annotations

import contextlib
from dataclasses import fields as fields_of

from hypothesis import given, settings
from hypothesis import strategies as st

from designer.analysis.analyser import Analyser
from designer.analysis.facts import Analysis, BlockFacts, NodeFacts
from designer.base.errors import BlockyardError
from designer.editing import blocks, links, nodes, parameters, variables
from designer.graph.block import Block, BlockParameter, Edge, Endpoint, Node, edge
from designer.graph.design import Design
from designer.graph.expressions import Expression as X


def start() -> Design:
    """A design with a chain, a merge, a block in a block, and one that is used twice."""
    conv = {"out_channels": X("width"), "kernel_size": 3, "padding": 1}
    short = {"out_channels": X("width"), "kernel_size": 1}
    body = (
        Node("input", "Input"),
        Node("conv", "Conv2d", params=conv, repeat=X("depth")),
        Node("short", "Conv2d", params=short, when=X("in_channels != width")),
        Node("add", "Add"),
        Node("output", "Output"),
    )
    leaf = Block(
        "Leaf",
        parameters=(BlockParameter("width", 4), BlockParameter("depth", 2)),
        nodes={n.id: n for n in body},
        edges=(edge("input", "conv"), edge("input", "short"), edge("conv", "add", target_port="x1"),
               edge("short", "add", target_port="x2"), edge("add", "output")),
    )  # fmt: skip
    middle = Block(
        "Middle",
        parameters=(BlockParameter("width", 4),),
        nodes={n.id: n for n in (Node("input", "Input"), Node("leaf", "Leaf", params={"width": X("2 * width")}),
                                 Node("relu", "ReLU"), Node("output", "Output"))},
        edges=(edge("input", "leaf"), edge("leaf", "relu"), edge("relu", "output")),
    )  # fmt: skip
    main = Block(
        "Net",
        parameters=(BlockParameter("width", 4),),
        nodes={n.id: n for n in (Node("input", "Input", params={"shape": (3, 16, 16)}), Node("a", "Leaf"),
                                 Node("b", "Middle", params={"width": X("width")}), Node("c", "Leaf", repeat=2),
                                 Node("pool", "MaxPool2d", params={"kernel_size": 2}), Node("output", "Output"))},
        edges=(edge("input", "a"), edge("a", "b"), edge("b", "c"), edge("c", "pool"), edge("pool", "output")),
    )  # fmt: skip
    return Design("Net", {"Net": main, "Middle": middle, "Leaf": leaf})


def plain(facts: object) -> object:
    """Facts as values that can be compared: a fix is its title, a block its name."""
    if isinstance(facts, NodeFacts):
        return tuple((f.name, plain(getattr(facts, f.name))) for f in fields_of(facts) if f.name != "node"), facts.node
    if isinstance(facts, BlockFacts):
        nodes_of = [(key, plain(node)) for key, node in facts.nodes.items()]
        remarks = sorted((key, plain(found)) for key, found in facts.remarks.items())
        return (
            facts.block.name,
            repr(facts.scope),
            facts.inputs,
            facts.outputs,
            nodes_of,
            remarks,
            facts.totals,
            facts.worst,
        )
    if isinstance(facts, tuple) and not hasattr(facts, "_fields"):
        return tuple(plain(item) for item in facts)
    if hasattr(facts, "fixes"):
        titles = tuple(fix.title for fix in facts.fixes)
        return tuple(getattr(facts, f.name) for f in fields_of(facts) if f.name != "fixes"), titles
    return repr(facts)


def assert_same(found: Analysis, expected: Analysis) -> None:
    assert plain(found.root) == plain(expected.root)
    assert plain(found.diagnostics) == plain(expected.diagnostics)
    assert found.totals == expected.totals
    rows, expected_rows = list(found.rows(3)), list(expected.rows(3))
    assert [(row.path, row.receptive_field) for row in rows] == [(r.path, r.receptive_field) for r in expected_rows]


def words(text: str) -> st.SearchStrategy[str]:
    return st.sampled_from(text.split())


BLOCKS = words("Net Middle Leaf Leaf1 Middle1 Extra")
IDS = words("input output a b c conv short add add1 leaf relu relu1 pool x conv1 input1 output1 leaf1 wobble left")
PORTS = words("output input x1 x2 x3 input1 output1 left gone")
KINDS = words(
    "ReLU Conv2d Add Concat Linear Flatten Leaf Middle Input Output Net Wobble Extra Sigmoid BatchNorm2d Softmax"
)
PLAIN = (0, 1, 2, 4, 8, True, 1.0, "same", (1, 2), (3, 8, 8), (16,), None)
WRITTEN = ("width", "in_channels", "depth", "nobody", "2 * width", "in_channels != width", "width // 0")
VALUES = st.sampled_from((*PLAIN, *map(X, WRITTEN)))
PARAMS = words("out_channels kernel_size stride padding width depth shape wobble")
ENDS = st.tuples(IDS, PORTS).map(lambda end: Endpoint(*end))
PLACES = st.tuples(st.integers(0, 9), st.integers(0, 9))

EDITS = st.one_of(
    st.tuples(st.just(nodes.add_node), BLOCKS, KINDS),
    st.tuples(st.just(nodes.delete), BLOCKS, st.lists(IDS, max_size=2)),
    st.tuples(st.just(nodes.move), BLOCKS, st.dictionaries(IDS, PLACES, max_size=2)),
    st.tuples(st.just(nodes.rename), BLOCKS, IDS, IDS),
    st.tuples(st.just(nodes.duplicate), BLOCKS, st.lists(IDS, min_size=1, max_size=2, unique=True)),
    st.tuples(st.just(links.connect), BLOCKS, st.builds(Edge, ENDS, ENDS)),
    st.tuples(st.just(parameters.set_param), BLOCKS, IDS, PARAMS, VALUES),
    st.tuples(st.just(parameters.reset_param), BLOCKS, IDS, PARAMS),
    st.tuples(st.just(parameters.set_repeat), BLOCKS, IDS, VALUES),
    st.tuples(st.just(parameters.set_when), BLOCKS, IDS, VALUES),
    st.tuples(st.just(variables.add_variable), BLOCKS, st.sampled_from(["width", "depth", "in_channels"])),
    st.tuples(st.just(variables.set_variable), BLOCKS, st.sampled_from(["width", "depth"])),
    st.tuples(st.just(variables.remove_variable), BLOCKS, st.sampled_from(["width", "depth"])),
    st.tuples(st.just(blocks.make_unique), BLOCKS, IDS),
    st.tuples(st.just("rewire"), BLOCKS, IDS, IDS),
    st.tuples(st.just("cut"), BLOCKS, st.integers(0, 5)),
    st.tuples(st.just("kind"), BLOCKS, IDS, KINDS),
    st.tuples(st.just("reorder"), BLOCKS),
    st.tuples(st.just("extra")),
    st.tuples(st.just("forget"), BLOCKS),
    st.tuples(st.just("undo"), st.integers(1, 4)),
)


def apply(history: list[Design], edit: tuple) -> Design:
    """One edit, by a command or past all of them, as a document from elsewhere could have it."""
    design, (what, *rest) = history[-1], edit
    match what, *rest:
        case "undo", steps:
            return history[max(0, len(history) - 1 - steps)]
        case ("extra",):
            ends = {"left": Node("left", "Input"), "output": Node("output", "Output")}
            return design.with_block(Block("Extra", nodes=ends, edges=(edge("left", "output"),)))
        case "forget", name:
            return design.without_block(name) if name != "Net" else design
    name = rest[0]
    block = design.blocks[name]
    match what, *rest[1:]:
        case "rewire", a, b:  # no command would draw a cycle
            return design.with_block(block.with_edge(edge(a, b))) if a in block.nodes and b in block.nodes else design
        case "cut", index:
            return design.with_block(block.without_edges(block.edges[index : index + 1]))
        case "kind", key, kind:
            node = block.nodes[key]
            return design.with_block(block.with_node(Node(key, kind, node.name, node.params, node.repeat, node.when)))
        case ("reorder",):
            turned = dict(reversed(block.nodes.items()))
            return design.with_block(Block(name, "", "", "", block.parameters, turned, block.edges))
    if what is variables.set_variable:
        return variables.set_variable(design, name, rest[1], default=7)
    changed = what(design, *rest)
    return changed[0] if isinstance(changed, tuple) else changed


@settings(max_examples=150)
@given(st.lists(EDITS, min_size=1, max_size=14))
def test_after_any_edits_it_says_what_a_fresh_one_says(edits):
    analyser, history = Analyser(), [start()]
    analyser.analyse(history[0])
    for edit in edits:
        with contextlib.suppress(BlockyardError, KeyError):
            history.append(apply(history, edit))
        assert_same(analyser.analyse(history[-1]), Analyser().analyse(history[-1]))


def analyses(*designs: Design) -> list[Analysis]:
    analyser = Analyser()
    found = [analyser.analyse(design) for design in designs]
    for design, analysis in zip(designs, found, strict=True):
        assert_same(analysis, Analyser().analyse(design))
    return found


def chain_of(length: int) -> Design:
    body = [Node(f"n{k}", "Conv2d", params={"out_channels": 3, "kernel_size": 1}) for k in range(length)]
    row = [Node("input", "Input", params={"shape": (3, 8, 8)}), *body, Node("output", "Output")]
    wires = tuple(edge(row[k].id, row[k + 1].id) for k in range(len(row) - 1))
    return Design("Net", {"Net": Block("Net", nodes={n.id: n for n in row}, edges=wires)})


def edited(design: Design, key: str, name: str, value: object, block: str = "Net") -> Design:
    return parameters.set_param(design, block, key, name, value)


def test_only_what_changed_and_what_follows_is_worked_out_anew():
    before, after = analyses(chain_of(10), edited(chain_of(10), "n4", "out_channels", 5))
    same = {key for key in before.root.nodes if before.root.nodes[key] is after.root.nodes[key]}
    assert same == set()  # two designs that share nothing: nothing is the same node
    design = chain_of(10)
    before, after = analyses(design, edited(design, "n4", "out_channels", 5))
    same = {key for key in before.root.nodes if before.root.nodes[key] is after.root.nodes[key]}
    assert same == {"input", "n0", "n1", "n2", "n3", "n6", "n7", "n8", "n9", "output"}


def test_a_move_works_out_nothing_but_the_node_itself():
    design = chain_of(10)
    before, after = analyses(design, nodes.move(design, "Net", {"n4": (5.0, 5.0)}))
    anew = {key for key in before.root.nodes if before.root.nodes[key] is not after.root.nodes[key]}
    assert anew == {"n4"}


def test_an_undone_edit_brings_the_same_facts_back():
    design = start()
    changed = edited(design, "conv", "kernel_size", 1, "Leaf")
    first, _second, third = analyses(design, changed, design)
    assert third.root.nodes["input"] is first.root.nodes["input"]


def test_an_edit_in_one_block_leaves_the_facts_of_others():
    design = start()
    before, after = analyses(design, parameters.set_when(design, "Middle", "relu", False))
    assert after.root.nodes["a"] is before.root.nodes["a"]
    assert after.root.nodes["b"] is not before.root.nodes["b"]
    assert after.root.nodes["b"].inside.nodes["leaf"] is before.root.nodes["b"].inside.nodes["leaf"]


def test_what_was_learnt_under_other_inputs_is_not_mistaken_for_the_present():
    """Shape A; then shape B and an edit deep inside; then shape A again."""
    first = start()
    second = edited(edited(first, "input", "shape", (5, 16, 16)), "conv", "kernel_size", 5, "Leaf")
    third = edited(second, "input", "shape", (3, 16, 16))
    analyses(first, second, third)


def test_a_port_that_goes_away_is_told_where_it_was_used():
    design = start()
    leaf = design.blocks["Leaf"]
    out = Node("leaving", "Output")
    renamed = leaf.without_nodes(["output"]).with_node(out).with_edge(edge("add", "leaving"))
    _, after = analyses(design, design.with_block(renamed))
    assert "missing_port" in {d.code for d in after.diagnostics}
    broken = design.with_block(renamed)
    *_, after = analyses(broken, nodes.rename(broken, "Net", "a", "first"))
    assert "'first'" in next(d.message for d in after.diagnostics if d.code == "missing_port")


def test_a_cycle_that_is_cut_is_forgotten():
    design = start()
    cyclic = design.with_block(design.root.with_edge(edge("c", "a")))
    broken = edited(cyclic, "conv", "kernel_size", 0, "Leaf")
    cut = broken.with_block(broken.root.without_edges([edge("c", "a")]))
    *_, after = analyses(design, cyclic, broken, cut)
    assert "cycle" not in {d.code for d in after.diagnostics}


def test_a_block_that_comes_or_goes_is_noticed():
    design = start()
    gone = design.without_block("Leaf")
    like = gone.with_block(Block("Leaves"))
    analyses(design, gone, like, gone, design)
