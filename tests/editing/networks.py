"""Random sound networks for tests of commands that must leave a network as it is."""

from __future__ import annotations

from hypothesis import strategies as st

from designer.graph.block import Block, BlockParameter, Edge, Endpoint, Node, edge
from designer.graph.design import Design
from designer.graph.expressions import Expression as X

WIDTHS = (4, X("width"), X("2 * width"), X("in_channels"))


def leaf() -> Block:
    """A residual block with a parameter, a repeat, a condition and what follows from its input."""
    body = (
        Node("input", "Input"),
        Node("conv", "Conv2d", params={"out_channels": X("width"), "kernel_size": 3, "padding": 1}, repeat=X("depth")),
        Node("short", "Conv2d", params={"out_channels": X("width"), "kernel_size": 1}, when=X("in_channels != width")),
        Node("add", "Add"),
        Node("output", "Output"),
    )
    edges = (edge("input", "conv"), edge("input", "short"), edge("conv", "add", target_port="x1"),
             edge("short", "add", target_port="x2"), edge("add", "output"))  # fmt: skip
    parameters = (BlockParameter("width", 4), BlockParameter("depth", 2))
    return Block("Leaf", parameters=parameters, nodes={n.id: n for n in body}, edges=edges)


@st.composite
def networks(draw: st.DrawFn) -> Design:
    """A design whose main block holds one block, `Body`, drawn at random; the design has no error."""
    width = draw(st.integers(2, 5))
    nodes = {"input": Node("input", "Input")}
    edges: list[Edge] = []
    ends = ["input"]

    def add(kind: str, sources: list[str], **params: object) -> str:
        key = f"{kind.lower()}{len(nodes)}"
        place = (len(nodes) * 160.0, draw(st.integers(0, 3)) * 80.0)
        nodes[key] = Node(key, kind, params=params, position=place)
        for number, source in enumerate(sources, 1):
            port = f"x{number}" if kind in ("Add", "Concat") else "input"
            edges.append(Edge(Endpoint(source, "output"), Endpoint(key, port)))
        ends.append(key)
        return key

    for _ in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(["Conv2d", "ReLU", "BatchNorm2d", "Leaf", "Concat", "Add"]))
        source = draw(st.sampled_from(ends[-4:]))
        if kind == "Conv2d":
            add(kind, [source], out_channels=draw(st.sampled_from(WIDTHS)), kernel_size=3, padding=1)
        elif kind == "Leaf":
            add(kind, [source], width=draw(st.sampled_from(WIDTHS)), depth=draw(st.integers(1, 2)))
        elif kind == "Concat":
            add(kind, [source, draw(st.sampled_from(ends[-4:]))], dim=1)
        elif kind == "Add":
            other = add("Conv2d", [source], out_channels=4, kernel_size=1)
            third = add("Conv2d", [source], out_channels=4, kernel_size=1)
            add(kind, [other, third])
        else:
            add(kind, [source])
    fed = {e.source.node for e in edges}
    loose = [key for key in ends if key not in fed]
    last = loose[0] if len(loose) == 1 else add("Concat", loose, dim=1)
    nodes["output"] = Node("output", "Output")
    edges.append(edge(last, "output"))
    body = Block("Body", parameters=(BlockParameter("width", 3),), nodes=nodes, edges=tuple(edges))
    main = (
        Node("input", "Input", params={"shape": (draw(st.integers(1, 3)), 6, 6)}),
        Node("stem", "Conv2d", params={"out_channels": draw(st.integers(1, 4)), "kernel_size": 1}),
        Node("body", "Body", params={"width": width}),
        Node("output", "Output"),
    )
    root = Block(
        "Net",
        nodes={n.id: n for n in main},
        edges=(edge("input", "stem"), edge("stem", "body"), edge("body", "output")),
    )
    return Design("Net", {"Net": root, "Body": body, "Leaf": leaf()})
