"""Whatever a design holds comes back from its file exactly, types and order included; every version stays readable."""

import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.document.convert import from_setting, to_setting
from designer.document.document import Document
from designer.document.format import NODE_ID, schema
from designer.document.reading import parse_document, read_document
from designer.document.writing import dump_document
from designer.engine.recipe import Recipe
from designer.graph.block import Block, BlockParameter, Edge, Endpoint, Node, Origin
from designer.graph.custom import CustomLayer, CustomParameter, CustomPort
from designer.graph.design import Design
from designer.graph.expressions import Expression
from designer.graph.note import COLOURS, LEAST_SIZE, STEM, Note

SAMPLES = Path(__file__).parent / "samples"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(["=x", "'", "'=x", "="])
names = texts.filter(bool)
ids = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=8)
scalars = (
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False) | texts
)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=6)
settings_ = values | texts.map(Expression)
coordinates = st.floats(-1e6, 1e6).map(lambda number: number + 0.0)  # no -0.0: it is the same place
places = st.tuples(coordinates, coordinates)
notes_ = st.builds(
    Note,
    id=st.integers(0, 99).map(lambda number: f"{STEM}{number}"),
    text=texts,
    colour=st.sampled_from(COLOURS),
    is_frame=st.booleans(),
    position=places,
    size=st.tuples(*[st.floats(LEAST_SIZE, 1e4)] * 2),
)


def nodes() -> st.SearchStrategy[Node]:
    return st.builds(
        Node,
        id=ids,
        kind=names,
        name=names,
        params=st.dictionaries(names, settings_, max_size=3),
        repeat=settings_,
        when=settings_,
        position=st.tuples(coordinates, coordinates),
        is_collapsed=st.booleans(),
    )


@st.composite
def blocks(draw: st.DrawFn, name: str) -> Block:
    found = {node.id: node for node in draw(st.lists(nodes(), max_size=5))}
    ends = st.builds(Endpoint, st.sampled_from(sorted(found)), ids) if found else st.nothing()
    edges = draw(st.lists(st.builds(Edge, ends, ends), max_size=5, unique_by=lambda e: e.target)) if found else []
    parameters = draw(st.lists(st.builds(BlockParameter, names, values, texts), max_size=3, unique_by=lambda p: p.name))
    notes = {note.id: note for note in draw(st.lists(notes_, max_size=3))}
    wires = draw(st.lists(st.sampled_from(edges), unique=True)) if edges else []
    routes = {wire: tuple(draw(st.lists(places, min_size=1, max_size=3))) for wire in wires}
    origin = draw(st.none() | st.builds(Origin, names, names, st.text("0123456789abcdef", min_size=32, max_size=32)))
    words = [draw(texts) for _ in range(3)]
    return Block(name, *words, tuple(parameters), found, tuple(edges), origin, notes, routes, draw(st.booleans()))


def custom_layers(name: str) -> st.SearchStrategy[CustomLayer]:
    limits = st.none() | st.integers(-9, 9) | st.floats(-9, 9)
    choices = st.lists(values, max_size=2).map(tuple)
    parameters = st.builds(CustomParameter, names, names, values, texts, limits, limits, choices, st.integers(0, 8))
    ports = st.lists(st.builds(CustomPort, names, texts, texts), min_size=1, max_size=2).map(tuple)
    return st.builds(
        CustomLayer,
        st.just(name),
        texts,
        st.lists(texts, min_size=1, max_size=3).map("\n".join),
        st.lists(parameters, max_size=2).map(tuple),
        ports,
        ports,
        st.dictionaries(names, texts, max_size=2).map(lambda pairs: tuple(pairs.items())),
        texts,
        texts,
    )


@st.composite
def documents(draw: st.DrawFn) -> Document:
    called = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    free = st.from_regex(r"\A[A-Z][a-z0-9_]{0,8}\Z").filter(lambda name: name not in called)
    customs = draw(st.dictionaries(free, st.none(), max_size=2))
    return Document(
        Design(
            draw(st.sampled_from(called)),
            {name: draw(blocks(name)) for name in called},
            {name: draw(custom_layers(name)) for name in customs},
        ),
        draw(st.none() | st.builds(Recipe, epochs=st.integers(1, 99))),
    )


def exactly(document: Document) -> str:
    """A text that tells 1 from True and from 1.0, and shows the order of mappings."""
    design = document.design
    return repr(
        (
            design.main,
            [(n, {**vars(b), "nodes": dict(b.nodes)}) for n, b in design.blocks.items()],
            dict(design.customs),
            document.recipe,
        )
    )


@given(documents())
@settings(deadline=None, max_examples=80)
def test_a_document_comes_back_as_it_was(document: Document):
    data = dump_document(document)
    back = parse_document(data)
    assert exactly(back) == exactly(document)
    assert dump_document(back) == data


@given(settings_)
def test_a_setting_comes_back_with_its_type(setting):
    back = to_setting(from_setting(setting, ""), "")
    assert (repr(back), type(back)) == (repr(setting), type(setting))


def test_saving_again_changes_one_line_for_one_change():
    document = read_document(SAMPLES / "v1.blockyard")
    block = document.design.root
    changed = document.design.with_block(block.with_node(block.nodes["fc"].with_param("out_features", 3)))
    before, after = (dump_document(Document(d)).splitlines() for d in (document.design, changed))
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 1


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.blockyard")), ids=lambda path: path.stem)
def test_every_version_stays_readable(path: Path):
    document = read_document(path)
    assert document.design.main == "SmallVGG"
    assert list(document.design.blocks) == ["SmallVGG", "VGGBlock", "ConvReLU"]
    conv = document.design.blocks["ConvReLU"].nodes["conv"]
    assert conv.params["out_channels"] == Expression("out_channels")
    assert conv.params["kernel_size"] == (3, 3)
    assert document.design.blocks["ConvReLU"].nodes["drop"].name == "drop1"
    assert document.recipe is not None
    assert document.recipe.epochs == 2


def test_the_schema_names_the_parts_of_a_document():
    found = schema()
    customs = {"CustomLayerFile", "CustomParameterFile", "CustomPortFile"}
    parts = {"BlockFile", "NodeFile", "ParameterFile", "OriginFile", "NoteFile", "RouteFile"}
    assert set(found["$defs"]) == {"DocumentFile", *parts, *customs}
    assert found["$defs"]["NodeFile"]["properties"]["id"]["pattern"] == NODE_ID
