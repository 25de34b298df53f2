"""Does a design fit the data that it is to be trained on: its outputs, its channels, the size of its input?

Called as soon as both are known, by the window, by `blockyard check --data` and before a training. What a data set
holds, the engine says; here it is a few numbers.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from designer.analysis import fixes
from designer.analysis.checks.heads import head_of
from designer.analysis.diagnostics import Diagnostic, Fix, Severity
from designer.analysis.facts import Analysis
from designer.analysis.fix_reach import origin_of, told
from designer.base.text import Text
from designer.catalogue.rules.expect import shape_text
from designer.catalogue.spec import Tensor
from designer.graph.block import INPUT_PORT, Endpoint, Node
from designer.graph.copies import places
from designer.graph.expressions import Expression

_IMAGE_AXES = 4  # (N, C, H, W)
_CONVERTED = {1: Text("grey"), 3: Text("colour")}  # what images can be made, by their channels


@dataclass(frozen=True)
class DataFacts:
    """What is known of a data set of images and classes.

    name: how a person calls it.
    num_classes: how many classes it has.
    channels: of its images, 1 or 3.
    size: height and width in pixels of most images, None where not known.
    resizes: whether the recipe says itself what size images get.
    taken: the height and width that it says, None where it says none or chance decides.
    made: the channels that it says, None where it says none.
    """

    name: str
    num_classes: int
    channels: int
    size: tuple[int, int] | None = None
    resizes: bool = False
    taken: tuple[int, int] | None = None
    made: int | None = None


def check_data(analysis: Analysis, data: DataFacts) -> tuple[Diagnostic, ...]:
    """What does not fit, or is converted, errors first. Nothing where the design has errors of its own."""
    if not analysis.ok:
        return ()
    return (*_outputs(analysis, data), *_images(analysis, data))


def _outputs(analysis: Analysis, data: DataFacts) -> Iterator[Diagnostic]:
    """One score a class: fewer cannot be trained, more can, and some are never right."""
    root = analysis.root
    if len(root.outputs) != 1 or root.outputs[0] is None:
        return
    output, tensor = root.block.outputs[0], root.outputs[0]
    if tensor.rank != 2:
        yield _not_scores(analysis, output, tensor, data)
        return
    width = int(tensor.shape[1])
    said = Text(
        "{output}: it gives {width:,} scores for each image, and {data} has {count:,} classes.",
        output=output,
        width=width,
        data=data.name,
        count=data.num_classes,
    )
    rest = {
        "expected": Text("{count:,} scores, one a class", count=data.num_classes),
        "received": f"{width:,}",
        "advice": Text("Let the last layer give {count:,} outputs.", count=data.num_classes),
        "fixes": tuple(_set_outputs(analysis, width, data.num_classes)),
        "path": (output.id,),
        "label": output.name,
    }
    if width < data.num_classes:
        yield Diagnostic("too_few_outputs", Severity.ERROR, said, **rest)
    elif width > data.num_classes:
        yield Diagnostic("too_many_outputs", Severity.WARNING, said, **rest)


def _not_scores(analysis: Analysis, output: Node, tensor: Tensor, data: DataFacts) -> Diagnostic:
    """The output is no row of scores, such as (N, 10, 1, 1): it has to be flattened."""
    shape = shape_text(tensor.shape)
    target = Endpoint(output.id, INPUT_PORT)
    flat = fixes.insert_before(Text("Insert Flatten"), analysis.root.block.name, target, "Flatten", {})
    return Diagnostic(
        "output_not_scores",
        Severity.ERROR,
        Text(
            "{output}: it gives {shape} for a batch of {batch}, and a training on {data} compares one score a class.",
            output=output,
            shape=shape,
            batch=analysis.batch,
            data=data.name,
        ),
        expected=Text("N × {count}", count=data.num_classes),
        received=shape,
        advice=Text("End the network in a flat layer of {count:,}.", count=data.num_classes),
        fixes=(flat,) if tensor.rank > 2 else (),
        path=(output.id,),
        label=output.name,
    )


def _set_outputs(analysis: Analysis, width: int, wanted: int) -> Iterator[Fix]:
    """Let the layer that gives the scores give others, where its width was written."""
    head = head_of(analysis.root)
    if head is None or head.facts.values.get(head.parameter) != width:
        return
    origin = origin_of(analysis, head.path, head.parameter)
    if origin is None:
        return
    block = origin.facts.block.name
    if origin.node is None:
        title = Text("Set {name} to {value}", name=origin.parameter, value=wanted)
        fix = fixes.set_variable(title, block, origin.parameter, wanted)
    else:
        title = Text("Set {name} of {node} to {value}", name=origin.parameter, node=origin.node.name, value=wanted)
        fix = fixes.set_param(title, block, origin.node.id, origin.parameter, wanted)
    yield from told(fix, head.path, analysis.design, places(analysis.design))


def _images(analysis: Analysis, data: DataFacts) -> Iterator[Diagnostic]:
    """What becomes of the images so that the input takes them."""
    shapes = analysis.input_shapes
    if len(shapes) != 1:
        return
    entry = analysis.root.block.inputs[0]
    if len(shapes[0]) != _IMAGE_AXES:
        yield _no_images(analysis, entry, shapes[0], data)
        return
    channels, height, width = map(int, shapes[0][1:])
    arriving = data.made or data.channels
    if channels != arriving and (data.made or channels not in _CONVERTED or data.channels not in _CONVERTED):
        yield Diagnostic(
            "wrong_channels",
            Severity.ERROR,
            Text(
                "{input}: it takes {channels} channels, and the images of {data} have {count}.",
                input=entry,
                channels=channels,
                data=data.name,
                count=arriving,
            ),
            expected=Text("{count}: images can only be made grey (1) or colour (3)", count=arriving),
            received=str(channels),
            advice=Text("Let the input take {count}.", count=arriving),
            fixes=tuple(_set_shape(analysis, entry, 0, arriving)),
            path=(entry.id,),
            label=entry.name,
        )
    elif channels != data.channels:
        yield _converted(
            entry,
            Text(
                "{input}: the {before} images of {data} are made {after}.",
                input=entry,
                before=_CONVERTED[data.channels],
                data=data.name,
                after=_CONVERTED[channels],
            ),
            Text("{count} channels", count=data.channels),
            Text("{count} channels", count=channels),
            tuple(_set_shape(analysis, entry, 0, data.channels)),
        )
    is_resized = not data.resizes and height == width
    size = (height, width) if is_resized else data.taken if data.resizes else data.size
    if size and size != (height, width):
        yield _wrong_size(analysis, entry, (height, width), size, data)
    elif data.size and data.size != (height, width) and is_resized:
        own, taken = f"{data.size[0]} × {data.size[1]}", f"{height} × {width}"
        said = Text(
            "{input}: the images of {data}, mostly {own}, are resized to {taken}.",
            input=entry,
            data=data.name,
            own=own,
            taken=taken,
        )
        yield _converted(entry, said, own, taken, ())


def _shaped(analysis: Analysis, entry: Node, shape: tuple[int, ...]) -> Fix:
    """Give the input a whole shape."""
    title = Text("Set shape of {node} to {value}", node=entry.name, value=shape)
    return fixes.set_param(title, analysis.root.block.name, entry.id, "shape", shape)


def _no_images(analysis: Analysis, entry: Node, shape: tuple[int, ...], data: DataFacts) -> Diagnostic:
    """The input takes something else than images, such as rows of numbers."""
    mended: tuple[Fix, ...] = ()
    if data.size and not isinstance(entry.params.get("shape"), Expression):
        new = (data.channels, *data.size)
        mended = (_shaped(analysis, entry, new),)
    return Diagnostic(
        "input_not_images",
        Severity.ERROR,
        Text(
            "{input}: it takes tensors of {shape}, and {data} brings images: channels, height and width.",
            input=entry,
            shape=shape_text(shape),
            data=data.name,
        ),
        expected="N × C × H × W",
        received=shape_text(shape),
        advice="Let the input take images, and flatten them behind it where rows are wanted.",
        fixes=mended,
        path=(entry.id,),
        label=entry.name,
    )


def _wrong_size(
    analysis: Analysis, entry: Node, taken: tuple[int, int], size: tuple[int, int], data: DataFacts
) -> Diagnostic:
    """The images arrive in another size than the input says, and nothing resizes them to it."""
    own, wanted = f"{size[0]} × {size[1]}", f"{taken[0]} × {taken[1]}"
    mended: tuple[Fix, ...] = ()
    shape = entry.params.get("shape")
    if isinstance(shape, tuple):
        new = (shape[0], *size)
        mended = (_shaped(analysis, entry, new),)
    return Diagnostic(
        "wrong_image_size",
        Severity.WARNING,
        Text(
            "{input}: the images of {data} arrive as {own}, and it takes {wanted}.",
            input=entry,
            data=data.name,
            own=own,
            wanted=wanted,
        ),
        expected=own,
        received=wanted,
        advice="Let the input take that size, or change the size in the recipe.",
        fixes=mended,
        path=(entry.id,),
        label=entry.name,
    )


def _converted(entry: Node, said: Text, expected: str, received: str, mended: tuple[Fix, ...]) -> Diagnostic:
    advice = "If that is not what you want, change the shape of the input."
    return Diagnostic(
        "images_converted", Severity.INFO, said, expected, received, advice, mended, (entry.id,), entry.name
    )


def _set_shape(analysis: Analysis, entry: Node, axis: int, length: int) -> Iterator[Fix]:
    """Give one axis of the input another length, through a variable where it is one."""
    block, shape = analysis.root.block, entry.params.get("shape")
    if isinstance(shape, tuple):
        new = (*shape[:axis], length, *shape[axis + 1 :])
        title = Text("Set shape of {node} to {value}", node=entry.name, value=new)
        yield fixes.set_param(title, block.name, entry.id, "shape", new)
    elif isinstance(shape, Expression):
        parts = ast.parse(shape.source, mode="eval").body
        if not isinstance(parts, ast.Tuple) or len(parts.elts) <= axis:
            return
        part = parts.elts[axis]
        if isinstance(part, ast.Name) and any(p.name == part.id for p in block.parameters):
            title = Text("Set {name} to {value}", name=part.id, value=length)
            yield fixes.set_variable(title, block.name, part.id, length)
