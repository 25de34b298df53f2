"""What a fix reaches: where a faulty value was written, and in how many places a block that it changes stands.

A rule sees one node; only from the outermost block down can be said whose edit brought the fault about, and whom else a
fix would change. `Analysis.diagnostics` asks here, once it has a diagnostic's path.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from designer.analysis import fixes
from designer.analysis.diagnostics import Diagnostic, Fix
from designer.base.errors import BlockyardError
from designer.base.text import Text, joined
from designer.catalogue.registry import spec_of
from designer.catalogue.spec import LayerError
from designer.catalogue.validate import check_value
from designer.graph.block import Block, Node
from designer.graph.copies import with_own_blocks
from designer.graph.design import Design
from designer.graph.expressions import Expression, Setting, Value, evaluate, names_in, parse, to_text

if TYPE_CHECKING:
    from designer.analysis.facts import Analysis, BlockFacts

Path = tuple[str, ...]


def with_reach(diagnostic: Diagnostic, analysis: Analysis, places: Counter[str]) -> Diagnostic:
    """The diagnostic with fixes that change what the person edited, and that say what else they change.

    places: in how many places each block stands.
    """
    if diagnostic.parameter:
        diagnostic = _traced(diagnostic, analysis)
    if not diagnostic.path or not diagnostic.fixes:
        return diagnostic
    diagnostic = replace(diagnostic, fixes=tuple(_led(fix, diagnostic.path, analysis) for fix in diagnostic.fixes))
    found = (each for fix in diagnostic.fixes for each in told(fix, diagnostic.path, analysis.design, places))
    return replace(diagnostic, fixes=tuple(found))


# -- in how many places ----------------------------------------------------------------------------------------------


def told(fix: Fix, path: Path, design: Design, places: Counter[str]) -> Iterator[Fix]:
    """A fix as it is, or one that names all that it changes, and beside it one for this place alone."""
    shared = [name for name in fix.blocks or _changed(fix, design) if places[name] > 1]
    if not shared:
        yield fix
        return
    where = joined(*(_in_all(design.blocks[name], places[name]) for name in shared), by=", ")
    yield replace(fix, title=joined(fix.title, where))
    way = _way_to(shared[0], path, design)
    if way and len(shared) == len(fix.blocks) == 1:
        title = joined(fix.title, Text("only here"))
        yield Fix(title, lambda design: _only_here(fix, way, design))


def _changed(fix: Fix, design: Design) -> tuple[str, ...]:
    """The blocks that a fix changes which does not name them."""
    after = fix.apply(design)
    return tuple(name for name, block in design.blocks.items() if after.blocks.get(name) is not block)


def _in_all(block: Block, count: int) -> Text:
    title = block.title or block.name
    return Text(
        "in all {count} {blocks}", count=count, blocks=f"{title}s" if title.endswith("block") else f"{title} blocks"
    )


def _way_to(block: str, path: Path, design: Design) -> Path:
    """The part of a path that leads to an instance of a block; () where it leads past it."""
    name = design.main
    for number, key in enumerate(path, start=1):
        name = design.blocks[name].nodes[key].kind
        if name == block:
            return path[:number]
    return ()


def _only_here(fix: Fix, way: Path, design: Design) -> Design:
    """Apply a fix of one block to the instance at the end of `way`, which gets a copy of its own."""
    (name,) = fix.blocks
    changed = fix.apply(design).blocks[name]
    design, own = with_own_blocks(design, way)
    return design.with_block(replace(changed, name=own))


# -- whose value it is -----------------------------------------------------------------------------------------------


class Origin(NamedTuple):
    """Where a value is written, or would be.

    node: None where it is a variable of the outermost block.
    setting: None where it is not written there, and a default.
    """

    facts: BlockFacts
    node: Node | None
    parameter: str
    setting: Setting | None


def _traced(diagnostic: Diagnostic, analysis: Analysis) -> Diagnostic:
    """A fault of a value that comes from an expression is mended where it was written."""
    here = origin_of(analysis, diagnostic.path, diagnostic.parameter)
    if here is None or here.setting is None:
        return diagnostic
    facts = analysis.inside(diagnostic.path[:-1])
    node = facts.block.nodes[diagnostic.path[-1]]
    own = list(_value_fixes(here, node, diagnostic.parameter))
    if here.node is node:
        return replace(diagnostic, fixes=(*own, *diagnostic.fixes))
    if here.node is not None:
        title = Text("Reset {name} of {node}", name=here.parameter, node=here.node.name)
        if here.parameter in here.node.params:
            own.append(fixes.reset_param(title, here.facts.block.name, here.node.id, here.parameter))
        advice = Text(
            "The value comes from {node}: {name}={value}.", node=here.node.name, name=here.parameter, value=here.setting
        )
    else:
        advice = Text(
            "The value comes from the variable {name}, which is {value}.", name=here.parameter, value=here.setting
        )
    return replace(diagnostic, fixes=tuple(own), advice=joined(advice, diagnostic.advice))


def written_at(diagnostic: Diagnostic, analysis: Analysis) -> str:
    """Where the value at fault was written, if that is in another block or a variable; else empty."""
    if not diagnostic.parameter:
        return ""
    here = origin_of(analysis, diagnostic.path, diagnostic.parameter)
    if here is None or (here.node is not None and here.node.id == diagnostic.path[-1]):
        return ""
    return ".".join((here.facts.block.name, here.node.id if here.node else "", here.parameter))


def _led(fix: Fix, path: Path, analysis: Analysis) -> Fix:
    """A fix of one value, at the instance or the variable that hands the value in, where one does."""
    if fix.sets is None or fix.sets[0] != path[-1]:
        return fix
    _, parameter, value = fix.sets
    here = origin_of(analysis, path, parameter, as_it_is=True)
    facts = analysis.inside(path[:-1])
    if here is None or facts is None or fix.blocks != (facts.block.name,):
        return fix
    if here.node is not None and here.node.id == path[-1] and here.facts.block is facts.block:
        return fix
    if here.node is None:
        if isinstance(value, Expression):
            return fix
        title = Text("Set {name} to {value}", name=here.parameter, value=to_text(value))
        return fixes.set_variable(title, here.facts.block.name, here.parameter, value)
    title = Text("Set {name} of {node} to {value}", name=here.parameter, node=here.node.name, value=to_text(value))
    return fixes.set_param(title, here.facts.block.name, here.node.id, here.parameter, value)


def origin_of(analysis: Analysis, path: Path, parameter: str, *, as_it_is: bool = False) -> Origin | None:
    """Where the value of a node's parameter is written: there, or in an instance around it, or as a variable.

    as_it_is: only as far as it is handed in unchanged. None where there is no such node.
    """
    while True:
        facts = analysis.inside(path[:-1])
        node = facts.block.nodes.get(path[-1]) if facts else None
        if node is None:
            return None
        if parameter not in node.params:
            return Origin(facts, node, parameter, None)
        setting = node.params[parameter]
        name = _handed_in(setting, facts)
        if name is None or (as_it_is and str(setting).strip() != name):
            return Origin(facts, node, parameter, setting)
        if len(path) == 1:
            return Origin(facts, None, name, facts.scope[name])
        path, parameter = path[:-1], name


def _handed_in(setting: Setting, facts: BlockFacts) -> str | None:
    """The block's parameter that a setting passes on, or that brings a fraction into it; None where it has its own."""
    if not isinstance(setting, Expression):
        return None
    own = {parameter.name for parameter in facts.block.parameters}
    if setting.source.strip() in own:
        return setting.source.strip()
    if _divided(setting.source) is not None:
        return None
    try:
        named = sorted(names_in(setting.source) & own)
    except BlockyardError:
        return None
    fractions = [name for name in named if isinstance(facts.scope.get(name), float)]
    return fractions[0] if len(fractions) == 1 else None


def _value_fixes(here: Origin, node: Node, parameter: str) -> Iterator[Fix]:
    """What the value could be where it was written, so that `parameter` of `node` can take it."""
    block = here.facts.block.name
    if isinstance(here.setting, Expression):
        divided, value = _divided(here.setting.source), _value(here.setting.source, here.facts)
        sources = (divided, f"int({here.setting.source})" if isinstance(value, float) else None)
        source = next((s for s in sources if s and _fits(node, parameter, _value(s, here.facts))), None)
        if source:
            title = Text("Set {name} of {node} to {value}", name=here.parameter, node=here.node.name, value=source)
            yield fixes.set_param(title, block, here.node.id, here.parameter, Expression(source))
        return
    value = here.setting
    if not isinstance(value, float) or not _fits(node, parameter, int(value)):
        return
    if here.node is None:
        yield fixes.set_variable(
            Text("Set {name} to {value}", name=here.parameter, value=int(value)), block, here.parameter, int(value)
        )
    else:
        title = Text("Set {name} of {node} to {value}", name=here.parameter, node=here.node.name, value=int(value))
        yield fixes.set_param(title, block, here.node.id, here.parameter, int(value))


def _value(source: str, facts: BlockFacts) -> Value:
    try:
        return evaluate(Expression(source), facts.scope)
    except BlockyardError:
        return None


def _fits(node: Node, parameter: str, value: Value) -> bool:
    """Whether a value of the right type would do for a layer's parameter; of a block's, a whole number may."""
    spec = spec_of(node.kind)
    known = spec.parameter(parameter) if spec else None
    if known is None or not isinstance(value, int):
        return False
    try:
        check_value(known, value)
    except LayerError:
        return False
    return True


class _WholeDivision(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return ast.BinOp(node.left, ast.FloorDiv(), node.right) if isinstance(node.op, ast.Div) else node


def _divided(source: str) -> str | None:
    """An expression with `//` for each `/`; None where it has none."""
    try:
        tree = parse(source)
    except BlockyardError:
        return None
    if not any(isinstance(part, ast.Div) for part in ast.walk(tree)):
        return None
    return ast.unparse(_WholeDivision().visit(deepcopy(tree)))
