"""Checks over a finished block: mistakes that no single node's rule can see. A new check is a function in a list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from designer.analysis.checks import fields, flattening, heads, layering, maps, names, paths, saturation, softmax
from designer.analysis.diagnostics import Diagnostic
from designer.analysis.facts import BlockFacts

Finding = tuple[str, Diagnostic]  # the node's id, "" for the block itself
Check = Callable[[BlockFacts, bool], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    paths.boundary_missing,
    paths.unreachable_nodes,
    paths.no_path_to_output,
    names.invalid_name,
    names.duplicate_name,
    softmax.softmax_before_cross_entropy,
    softmax.two_softmaxes,
    layering.dropout_before_batch_norm,
    layering.missing_activation,
    layering.bias_before_batch_norm,
    saturation.sigmoid_chain,
    flattening.linear_on_last_axis,
    maps.odd_size_lost,
    maps.map_too_small_early,
    heads.head_not_matching,
    fields.field_below_object,
    fields.field_exceeds_input,
)


def run_checks(facts: BlockFacts, is_main: bool) -> Mapping[str, tuple[Diagnostic, ...]]:
    """What all checks find in a block, by node id. is_main: whether it is the outermost block."""
    found: dict[str, tuple[Diagnostic, ...]] = {}
    for check in CHECKS:
        for key, diagnostic in check(facts, is_main):
            found[key] = (*found.get(key, ()), diagnostic)
    return found
