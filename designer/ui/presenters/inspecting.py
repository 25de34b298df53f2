"""What the inspector shows: a node's parameters and facts, or those of the block that is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QCoreApplication

from designer.analysis.facts import Analysis, BlockFacts, NodeFacts
from designer.base import numbers
from designer.catalogue.layers.boundary import OBJECT_SIZE
from designer.catalogue.registry import spec_of
from designer.catalogue.spec import Family, Parameter, Tensor
from designer.engine.recipe import Recipe
from designer.graph.block import INPUT, Block, Node
from designer.graph.design import Design
from designer.graph.expressions import Expression, Setting, Value, to_text
from designer.session.freezing import is_trained
from designer.session.memory import MemoryPlan, memory_plan, node_memory
from designer.ui.docks.views import DesignView, FactView, NodeView, ParameterView
from designer.ui.language import translated
from designer.ui.presenters.costs import field_facts

translate = QCoreApplication.translate

FROZEN = "frozen"  # which is the recipe's, and stands beside what is the node's own
Path = tuple[str, ...]  # node ids, from the outermost block to the one that is open


def node_view(
    design: Design, analysis: Analysis, recipe: Recipe, path: Path, facts: BlockFacts, node: Node
) -> NodeView:
    """A selected node of the open block at `path`, and what training it by `recipe` takes."""
    spec = spec_of(node.kind, design)
    inner = None if spec else design.blocks.get(node.kind)
    unknown = translate("Facts", "This kind is not known here.")
    return NodeView(
        key=(path, node.id),
        name=node.name,
        kind=node.kind,
        family=spec.family.value if spec else Family.BLOCK.value,
        summary=translated(spec.summary if spec else inner.description) if spec or inner else unknown,
        parameters=parameter_views(design, path, facts, node),
        structure=structure_views(design, facts, node, frozen_view(analysis, recipe, path, facts, node)),
        facts=_facts(analysis, recipe, path, facts, node),
        names=tuple(facts.scope),
        has_help=spec is not None or inner is not None,
    )


def parameter_views(design: Design, path: Path, facts: BlockFacts, node: Node) -> tuple[ParameterView, ...]:
    """The parameters of a node of the open block at `path`."""
    spec, values = spec_of(node.kind, design), facts.nodes[node.id].values
    complaints = _complaints(facts, node)
    if spec:
        if node.kind == INPUT and path:
            return ()  # inside a block the shape follows from the instance
        return tuple(_layer_parameter(parameter, node, values, complaints) for parameter in spec.parameters)
    if inner := design.blocks.get(node.kind):
        return tuple(
            _parameter(p.name, _type_of(p.default), p.default, translated(p.doc), node, values, complaints)
            for p in inner.parameters
        )
    return tuple(ParameterView(name, to_text(setting), is_enabled=False) for name, setting in node.params.items())


def structure_views(
    design: Design, facts: BlockFacts, node: Node, *more: ParameterView | None
) -> tuple[ParameterView, ...]:
    """How often a node is there, when, and what else there is to set; nothing for an Input or an Output."""
    spec, known = spec_of(node.kind, design), facts.nodes[node.id]
    if spec and spec.family == Family.IO:
        return ()
    return (*_structure(node, known, _complaints(facts, node)), *filter(None, more))


def frozen_view(analysis: Analysis, recipe: Recipe, path: Path, facts: BlockFacts, node: Node) -> ParameterView | None:
    """Whether training leaves a node as it is; None where it has no weights."""
    if not facts.nodes[node.id].totals.params:
        return None
    is_frozen = not is_trained(recipe, ".".join(analysis.names((*path, node.id))))
    doc = translate("Facts", "Training leaves its weights as they are. It is the recipe that says so.")
    label = translate("Facts", "frozen")
    return ParameterView(FROZEN, str(is_frozen), "bool", (), "False", label=label, doc=doc, allows_expression=False)


def design_view(design: Design, analysis: Analysis, recipe: Recipe, path: Path, facts: BlockFacts) -> DesignView:
    """The block that is open, while nothing is selected."""
    block = facts.block
    entry = block.inputs[0] if block.inputs and not path else None
    return DesignView(
        key=path,
        title=block.title or block.name,
        kind=block.name,
        description=block.description,  # as it is written: it is edited there
        input_shape=_of_input(facts, entry, "shape", translate("Facts", "input shape")) if entry else None,
        object_size=_of_input(facts, entry, OBJECT_SIZE, translate("Facts", "object size")) if entry else None,
        variables=tuple(
            ParameterView(
                p.name,
                to_text(p.default),
                _variable_type(p.default),
                resolved_text=_instance_value(facts, p.name, p.default),
                doc=p.doc,
            )
            for p in block.parameters
        ),
        totals=(*_totals(facts, None if path else memory_plan(analysis, recipe)), *_places(design, block)),
        names=tuple(facts.scope),
    )


def _of_input(facts: BlockFacts, entry: Node, name: str, label: str) -> ParameterView:
    """A parameter of the Input node, which the design's page shows too."""
    parameter = spec_of(INPUT).parameter(name)
    view = _layer_parameter(parameter, entry, facts.nodes[entry.id].values, _complaints(facts, entry))
    return replace(view, label=label, default_text=None if parameter.default is not None else view.default_text)


def _instance_value(facts: BlockFacts, name: str, default: Value) -> str:
    value = facts.scope.get(name, default)
    return to_text(value) if value != default else ""


def _complaints(facts: BlockFacts, node: Node) -> dict[str, str]:
    """What analysis says about a single parameter, by the parameter's name."""
    found: dict[str, str] = {}
    for diagnostic in facts.diagnostics(node.id):
        if diagnostic.severity != "error":
            continue
        said = diagnostic.message.removeprefix(f"{node}: ")
        for name in (*node.params, "repeat", "when"):
            if said.startswith((f"{name}=", f"{name} ", f"{name}:", f"'{name}'")):
                found.setdefault(name, translated(diagnostic.sentence).removeprefix(f"{node}: "))
    return found


def _layer_parameter(
    parameter: Parameter, node: Node, values: dict[str, Value], complaints: dict[str, str]
) -> ParameterView:
    doc = translated(parameter.doc)
    view = _parameter(parameter.name, parameter.type.value, parameter.default, doc, node, values, complaints)
    choices = tuple(to_text(choice) for choice in parameter.choices)
    return replace(view, choices=choices, minimum=parameter.minimum, maximum=parameter.maximum)


def _parameter(
    name: str,
    kind: str,
    default: Value,
    doc: str,
    node: Node,
    values: dict[str, Value],
    complaints: dict[str, str],
) -> ParameterView:
    setting: Setting = node.params.get(name, default)
    is_expression = isinstance(setting, Expression)
    return ParameterView(
        name,
        to_text(setting),
        kind,
        default_text=to_text(default),
        is_expression=is_expression,
        resolved_text=to_text(values[name]) if is_expression and name in values and name not in complaints else "",
        doc=doc,
        error=complaints.get(name, ""),
    )


def _type_of(value: Value) -> str:
    match value:
        case bool():
            return "bool"
        case int():
            return "int"
        case float():
            return "float"
        case tuple():
            return "shape"
    return "text"


def _variable_type(value: Value) -> str:
    """The type of a variable's editor: a variable is a whole number or none as it is written, and may become either."""
    kind = _type_of(value)
    return "number" if kind in ("int", "float") else kind


def _structure(node: Node, known: NodeFacts, complaints: dict[str, str]) -> tuple[ParameterView, ...]:
    wrong = complaints.keys()
    return (
        ParameterView(
            "repeat",
            to_text(node.repeat),
            "int",
            default_text="1",
            is_expression=isinstance(node.repeat, Expression),
            resolved_text=str(known.repeat) if isinstance(node.repeat, Expression) and "repeat" not in wrong else "",
            doc=translate("Facts", "How many copies stand in a row, each on what the one before gives."),
            error=complaints.get("repeat", ""),
            minimum=0,
            maximum=1000,
        ),
        ParameterView(
            "when",
            to_text(node.when),
            "bool",
            default_text="True",
            is_expression=isinstance(node.when, Expression),
            resolved_text=str(known.active) if isinstance(node.when, Expression) and "when" not in wrong else "",
            doc=translate("Facts", "It is there only if this holds; otherwise its input passes through."),
            error=complaints.get("when", ""),
        ),
    )


def _facts(analysis: Analysis, recipe: Recipe, path: Path, facts: BlockFacts, node: Node) -> tuple[FactView, ...]:
    known = facts.nodes[node.id]
    rows = _tensors(known.inputs, translate("Facts", "input"), translate("Facts", "input {0}"))
    rows += _tensors(known.outputs, translate("Facts", "output"), translate("Facts", "output {0}"))
    if node.kind in (INPUT, "Output"):
        return tuple(rows)
    name = ".".join(analysis.names((*path, node.id)))
    is_frozen = known.totals.params and not is_trained(recipe, name)
    counted = (translate("Facts", "{0}, frozen") if is_frozen else "{0}").format(f"{known.totals.params:,}")
    memory = node_memory(analysis, known, recipe, name).total_bytes
    unstated, silence = known.spec.unstated if known.spec else (), translate("Facts", "not declared")
    training = translate("Facts", "{0} at batch {1}").format(numbers.size_bytes(memory), f"{recipe.batch_size:,}")
    rows += [
        FactView(translate("Facts", "parameters"), silence if "params" in unstated else counted),
        FactView(translate("Facts", "MACs"), silence if "macs" in unstated else numbers.count(known.totals.macs)),
        activations_fact(known.totals.activation_bytes),
        FactView(translate("Facts", "training memory"), training),
    ]
    size, shapes = analysis.receptive_field((*path, node.id)), analysis.input_shapes
    seen = field_facts(size, analysis.field((*path, node.id)), shapes[0][2:] if shapes else ())
    return (*rows, *(FactView(label, value) for label, value in seen))


def activations_fact(size: int) -> FactView:
    """What one image's activations take, in bytes."""
    return FactView(
        translate("Facts", "activations"), translate("Facts", "{0} / image").format(numbers.size_bytes(size))
    )


def _tensors(tensors: Sequence[Tensor | None], one: str, of_several: str) -> list[FactView]:
    labels = [one] if len(tensors) == 1 else [of_several.format(index + 1) for index in range(len(tensors))]
    return [FactView(label, _shape(tensor)) for label, tensor in zip(labels, tensors, strict=True)]


def _shape(tensor: Tensor | None) -> str:
    return (
        translate("Facts", "unknown") if tensor is None else " × ".join(["N", *(str(int(d)) for d in tensor.shape[1:])])
    )


def _places(design: Design, block: Block) -> tuple[FactView, ...]:
    """How many instances an edit of this block changes; nothing for the outermost one."""
    if block.name == design.main:
        return ()
    count = sum(node.kind == block.name for other in design.blocks.values() for node in other.nodes.values())
    return (FactView(translate("Facts", "instances"), f"{count:,}"),)


def _totals(facts: BlockFacts, plan: MemoryPlan | None) -> tuple[FactView, ...]:
    """plan: of the outermost block, what training it takes."""
    totals = facts.totals
    training: tuple[FactView, ...] = ()
    if plan:
        used, batch = plan.used, translate("Facts", "batch of {0}").format(f"{plan.batch:,}")
        training = (
            FactView(translate("Facts", "training memory"), numbers.size_bytes(used.total_bytes)),
            FactView(translate("Facts", "weights"), numbers.size_bytes(used.weights_bytes)),
            FactView(translate("Facts", "gradients"), numbers.size_bytes(used.gradients_bytes)),
            FactView(translate("Facts", "optimizer"), numbers.size_bytes(used.optimizer_bytes)),
            FactView(batch, numbers.size_bytes(used.activations_bytes)),
        )
    shapes = ", ".join(_shape(tensor) for tensor in facts.outputs)
    return (
        FactView(translate("Facts", "output"), shapes or translate("Facts", "none")),
        FactView(translate("Facts", "parameters"), f"{totals.params:,}"),
        FactView(translate("Facts", "MACs"), numbers.count(totals.macs)),
        activations_fact(totals.activation_bytes),
        *training,
    )
