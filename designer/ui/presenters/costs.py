"""What a training costs, as status bar, inspector and summary show it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from PySide6.QtCore import QCoreApplication

from designer.analysis import field as fields
from designer.analysis.facts import Analysis, Row
from designer.analysis.field import Axes
from designer.base import numbers
from designer.engine.recipe import Recipe
from designer.session.freezing import is_trained
from designer.session.memory import MemoryPlan, node_memory
from designer.ui.docks.views import LayerView, MemoryView

translate = QCoreApplication.translate

MOST_LAYERS = 2000  # a person reads the first few


def memory_line(plan: MemoryPlan) -> str:
    """The training in short: `training memory 1.9 GiB at batch 128, largest batch 8,192`."""
    used, batch = numbers.size_bytes(plan.used.total_bytes), f"{plan.batch:,}"
    if plan.fits_any_batch:
        text = translate("Costs", "training memory {0} at batch {1}, any batch size fits")
    elif plan.largest_batch is None:
        text = translate("Costs", "training memory {0} at batch {1}")
    elif plan.largest_batch == 0:
        text = translate("Costs", "training memory {0} at batch {1}, not even one example fits")
    else:
        text = translate("Costs", "training memory {0} at batch {1}, largest batch {2}")
    return text.format(used, batch, f"{plan.largest_batch or 0:,}")


def memory_view(plan: MemoryPlan, limit: str, device_bytes: int | None, error: str = "") -> MemoryView:
    """The training by part. limit: as a person set it. device_bytes: of the device, None where it is not known."""
    parts = [(translate("Facts", name), size) for name, size in plan.used.parts.items()]  # the inspector has them too
    parts.sort(key=lambda part: -part[1])  # the line may be cut at its end
    listed = " · ".join(f"{name} {numbers.size_bytes(size)}" for name, size in parts)
    device = numbers.size_bytes(device_bytes) if device_bytes else "8 GiB"
    return MemoryView(f"{memory_line(plan)}   {listed}", limit, device, error)


def layer_views(analysis: Analysis, recipe: Recipe) -> list[LayerView]:
    """The layers and blocks of the outermost block; the first of very many."""
    return list(islice(_layers(analysis, recipe), MOST_LAYERS))


def _layers(analysis: Analysis, recipe: Recipe) -> Iterator[LayerView]:
    for key, row in zip(analysis.root.order(), analysis.rows(), strict=True):
        facts = row.facts
        yield LayerView(
            (key,),
            row.path,
            facts.node.kind,
            numbers.shape(facts.output.shape[1:]) if facts.output else "",
            f"{facts.totals.params:,}",
            is_trained(recipe, row.path) if facts.totals.params else None,
            numbers.count(facts.totals.macs),
            numbers.size_bytes(facts.totals.activation_bytes),
            numbers.size_bytes(node_memory(analysis, facts, recipe, row.path).total_bytes),
            field_line(row),
        )


def field_line(row: Row) -> str:
    """A receptive field in one line: `43×43, stride 4, padding 16`."""
    if not row.receptive_field:
        return ""
    text = numbers.shape(row.receptive_field)
    if fields.is_whole(row.field):
        return translate("Costs", "{0}, the whole input").format(text)
    if not _has_stride(row.field):
        return text
    words = translate("Costs", "{0}, stride {1}, padding {2}")
    return words.format(text, _strides(row.field), _paddings(row.field))


def field_facts(size: tuple[int, ...] | None, field: Axes, image: tuple[int, ...]) -> list[tuple[str, str]]:
    """The rows of the inspector. image: the lengths of the design's input."""
    if not size:
        return []
    beyond = _has_stride(field) and all(a > b for a, b in zip(size, image, strict=False))
    reach = translate("Costs", "{0}, beyond the input") if beyond else "{0}"
    if fields.is_whole(field):
        reach = translate("Costs", "{0}, the whole input")
    rows = [(translate("Costs", "receptive field"), reach.format(numbers.shape(size)))]
    if _has_stride(field):
        rows.append((translate("Costs", "field's stride"), _strides(field)))
        rows.append((translate("Costs", "field's padding"), _paddings(field)))
    return rows


def _has_stride(field: Axes) -> bool:
    return fields.moves(field)


def _strides(field: Axes) -> str:
    return numbers.figures([axis.stride for axis in field])


def _paddings(field: Axes) -> str:
    return numbers.figures([axis.padding for axis in field])
