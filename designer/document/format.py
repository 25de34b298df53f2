"""Version 1 of the document format: JSON, read strictly.

```
{
  "blockyard": 1,                     the version of the format
  "main": "VGG11",                    the outermost block
  "blocks": [
    {
      "name": "VGG11", "title": "…", "description": "…", "source": "…",
      "parameters": [{"name": "ratio", "default": 1, "doc": "…"}],
      "nodes": [
        {"id": "conv1", "kind": "Conv2d", "name": "conv", "params": {"out_channels": "=64 // ratio"},
         "repeat": "=num_convs", "when": "=ratio > 1", "position": [40, 120], "collapsed": true}
      ],
      "edges": [["conv1", "relu1"], ["conv1", "add.x2"]],
      "origin": {"library": "personal", "block": "Stem", "fingerprint": "0f…"},    optional
      "notes": [{"id": "note-1", "text": "# Stem", "colour": "blue", "frame": true, "position": [0, 0],
                 "size": [400, 200]}],
      "routes": [{"edge": ["conv1", "add.x2"], "points": [[320, 40]]}],
      "downward": true
    }
  ],
  "custom_layers": [                  optional: a person's own classes
    {
      "name": "Scale", "summary": "…",
      "source": ["class Scale(nn.Module):", "    …"],
      "parameters": [{"name": "factor", "type": "float", "default": 1.0, "doc": "…", "minimum": 0, "maximum": 9,
                      "choices": [], "axes": 0}],
      "inputs": [{"name": "input", "shape": "N, C, H, W"}],
      "outputs": [{"name": "output", "shape": "N, C, H, W", "dtype": ""}],
      "derived": {"in_channels": "C"}, "params": "2 * C", "macs": "C * H * W"
    }
  ],
  "recipe": {"epochs": 5}             optional
}
```

A text that begins with `=` is an expression; `'` before a text says that it is none (`'=x` is the text `=x`). A list
is a tuple. An end of an edge is `node` or `node.port`; the port is left out where it is the usual one, `output` at the
source and `input` at the target. What has its default may be left out: a name that equals the id, no parameters, a
repeat of 1, a `when` of true, a position of (0, 0). `origin` says of which library's block a block is a copy, and what
that was at the time. The source of a custom layer is the list of its lines; its shapes and costs are always
expressions, in the notation of `catalogue.custom.shapes`, and written without the `=`.

Notes and frames, the points through which a wire is led on the canvas, that a card is collapsed to its name and that a
block is drawn downward are for people: the network is the same without them.

Files end in `EXTENSION`; presets and library blocks are files of this format too. Here is only the shape of the file,
as msgspec structs; `convert` makes designs of it, `reading` and `writing` deal with bytes and files.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from designer.graph.custom import MAX_CLASS_NAME, MAX_LAYERS, MAX_TEXT
from designer.graph.note import COLOURS, LEAST_SIZE, MAX_NOTE_TEXT, MOST_SIZE, STEM

EXTENSION = ".blockyard"
VERSION = 1  # of the format that this program writes; it reads every version up to it

MAX_BYTES = 32 << 20  # of a file
MAX_DEPTH = 40  # levels of brackets
MAX_BLOCKS = 1_000
MAX_NODES = 100_000  # of all blocks together
MAX_EDGES = 400_000  # likewise
MAX_NAME = 200  # characters of a name or of a kind
MAX_NOTES = 10_000  # of all blocks together
MAX_POINTS = 100  # of a wire's route
FINGERPRINT = r"^[0-9a-f]{32}$"
NOTE_ID = rf"^{STEM}[0-9]{{1,9}}$"
NODE_ID = r"^[A-Za-z0-9_-]{1,100}$"  # no dot: it parts a node from its port

CLASS_NAME = rf"^[A-Za-z][A-Za-z0-9_]{{0,{MAX_CLASS_NAME - 1}}}$"
Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_NAME)]
NodeId = Annotated[str, msgspec.Meta(pattern=NODE_ID)]


class ParameterFile(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A parameter of a block; of the outermost block, a variable of the design."""

    name: Name
    default: Any
    doc: str = ""


class NodeFile(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """An instance of a layer kind or of a block."""

    id: NodeId
    kind: Name
    name: Annotated[str, msgspec.Meta(max_length=MAX_NAME)] = ""
    params: dict[Name, Any] = {}
    repeat: Any = 1
    when: Any = True
    position: tuple[float, float] = (0.0, 0.0)
    collapsed: bool = False


Extent = Annotated[float, msgspec.Meta(ge=LEAST_SIZE, le=MOST_SIZE)]


class NoteFile(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Markdown on the ground, or a frame and its title."""

    id: Annotated[str, msgspec.Meta(pattern=NOTE_ID)]
    text: Annotated[str, msgspec.Meta(max_length=MAX_NOTE_TEXT)] = ""
    colour: Literal[COLOURS] = COLOURS[0]
    frame: bool = False
    position: tuple[float, float] = (0.0, 0.0)
    size: tuple[Extent, Extent] = (240.0, 120.0)


class RouteFile(msgspec.Struct, forbid_unknown_fields=True):
    """The points that a wire is led through."""

    edge: tuple[str, str]
    points: Annotated[list[tuple[float, float]], msgspec.Meta(min_length=1, max_length=MAX_POINTS)]


class OriginFile(msgspec.Struct, forbid_unknown_fields=True):
    """Which block of which library a block is a copy of, and the fingerprint of what that was at the time."""

    library: Name
    block: Name
    fingerprint: Annotated[str, msgspec.Meta(pattern=FINGERPRINT)]


class BlockFile(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A named graph."""

    name: Name
    title: str = ""
    description: str = ""
    source: str = ""
    parameters: list[ParameterFile] = []
    nodes: list[NodeFile] = []
    edges: list[tuple[str, str]] = []
    origin: OriginFile | None = None
    notes: list[NoteFile] = []
    routes: list[RouteFile] = []
    downward: bool = False


class CustomParameterFile(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A parameter of a custom layer."""

    name: Name
    type: Name
    default: Any
    doc: Text = ""
    minimum: int | float | None = None
    maximum: int | float | None = None
    choices: Annotated[list[Any], msgspec.Meta(max_length=100)] = []
    axes: Annotated[int, msgspec.Meta(ge=0, le=8)] = 0


class CustomPortFile(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A port of a custom layer."""

    name: Name
    shape: Text
    dtype: Annotated[str, msgspec.Meta(max_length=MAX_NAME)] = ""


class CustomLayerFile(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A person's own class."""

    name: Annotated[str, msgspec.Meta(pattern=CLASS_NAME)]
    summary: Text = ""
    source: list[str] = []
    parameters: Annotated[list[CustomParameterFile], msgspec.Meta(max_length=100)] = []
    inputs: Annotated[list[CustomPortFile], msgspec.Meta(min_length=1, max_length=64)]
    outputs: Annotated[list[CustomPortFile], msgspec.Meta(min_length=1, max_length=64)]
    derived: Annotated[dict[Name, Text], msgspec.Meta(max_length=100)] = {}
    params: Text = ""
    macs: Text = ""


class DocumentFile(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A whole file."""

    blockyard: int
    main: Name
    blocks: Annotated[list[BlockFile], msgspec.Meta(min_length=1, max_length=MAX_BLOCKS)]
    custom_layers: Annotated[list[CustomLayerFile], msgspec.Meta(max_length=MAX_LAYERS)] = []
    recipe: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


def schema() -> dict[str, Any]:
    """The JSON Schema of a document, for editors that check as one types."""
    found = msgspec.json.schema(DocumentFile)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Blockyard document", **found}
