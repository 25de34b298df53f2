"""The end of a design: does it give one score a class?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from designer.analysis import fixes
from designer.analysis.checks.walk import Place, before
from designer.analysis.diagnostics import Diagnostic, Fix, Severity
from designer.analysis.facts import BlockFacts, NodeFacts
from designer.base.text import Text
from designer.catalogue.registry import registry
from designer.catalogue.spec import Family
from designer.graph.expressions import Expression

VARIABLE = "num_classes"
_ACTIVATIONS = frozenset(kind for kind, spec in registry().items() if spec.family is Family.ACTIVATION)
_THROUGH = _ACTIVATIONS | {"Identity", "Dropout", "Flatten", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "BatchNorm1d"}
_WIDTHS = {"Linear": "out_features", "Conv2d": "out_channels"}


class Head(NamedTuple):
    """The layer that gives a design's scores, seen from the outermost block. parameter: what its width is called."""

    place: Place
    parameter: str

    @property
    def path(self) -> tuple[str, ...]:
        """Ids from the outermost block down to the layer."""
        return self.place.path

    @property
    def facts(self) -> NodeFacts:
        """What is known of the layer."""
        return self.place.facts


def head_of(facts: BlockFacts) -> Head | None:
    """The last layer with weights before the first Output, blocks looked through; None where there is none."""
    outputs = facts.block.outputs
    place = before(facts, outputs[0].id, _THROUGH) if outputs else None
    parameter = _WIDTHS.get(place.node.kind) if place else None
    return Head(place, parameter) if place and parameter else None


def head_not_matching(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """The design has a variable `num_classes`, and its first Output is not that wide.

    The scores lie along the last axis, or, for one class a pixel, along the channels.
    """
    block = facts.block
    classes = facts.scope.get(VARIABLE)
    tensor = facts.outputs[0] if is_main and facts.outputs else None
    if not isinstance(classes, int) or isinstance(classes, bool) or tensor is None or tensor.rank < 2:
        return
    if classes in (tensor.shape[1], tensor.shape[-1]):
        return
    output = block.outputs[0]
    width = int(tensor.shape[-1])
    head = before(facts, output.id, _THROUGH)
    yield (
        output.id,
        Diagnostic(
            "head_not_matching",
            Severity.WARNING,
            Text(
                "{output}: it gives {width:,} scores, and {variable} is {classes:,}.",
                output=output,
                width=width,
                variable=VARIABLE,
                classes=classes,
            ),
            expected=Text("{classes:,} scores", classes=classes),
            received=Text("{width:,} scores", width=width),
            advice=Text(
                "Let the last layer have {variable} outputs, or set {variable} to {width}.",
                variable=VARIABLE,
                width=width,
            ),
            fixes=(
                *(_widened(facts, head, width) if head else ()),
                fixes.set_variable(
                    Text("Set {name} to {value}", name=VARIABLE, value=width), block.name, VARIABLE, width
                ),
            ),
        ),
    )


def _widened(facts: BlockFacts, head: Place, width: int) -> Iterator[Fix]:
    """Let the head follow the variable; where it stands in a block, through the parameters of the blocks around it."""
    param = _WIDTHS.get(head.node.kind, "")
    if head.facts.values.get(param) != width:
        return
    *instances, key = head.path
    around = [facts]
    for instance in instances:
        around.append(around[-1].nodes[instance].inside)
    while instances:
        setting = around.pop().block.nodes[key].params.get(param)
        if not isinstance(setting, Expression) or setting.source not in around[-1].nodes[instances[-1]].values:
            return  # what stands in a block is another's affair
        key, param = instances.pop(), setting.source
    name = facts.nodes[key].node.name
    yield fixes.set_param(
        Text("Set {param} of {name} to {variable}", param=param, name=name, variable=VARIABLE),
        facts.block.name,
        key,
        param,
        Expression(VARIABLE),
    )
