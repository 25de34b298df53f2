"""Where a block's nodes go: a layered layout from left to right, folded into rows where it would be too long to read.

From top to bottom is the same with the axes exchanged; what is called a row here is then a column of the canvas.

Columns by longest path, dummies where long wires pass, few crossings, straight chains; then the row is cut where a
single wire crosses, so that it fits a canvas of 16:10. About 1,000 nodes take well under 100 ms.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from designer.editing import ordering, placing
from designer.editing.layering import Layered, layered
from designer.graph.block import Block

Point = tuple[float, float]
SizeOf = Callable[[str], tuple[float, float]]

ROW_GAP = 88.0
_WIRE_CLEARANCE = 24.0  # above and below the wire that leads from a row's end to the next row's start
_MOST_ROWS = 40
_MOST_WIRES = 2  # from one row to the next: a chain's, or a residual block's two
_HALVINGS = 12  # of the search for even rows
_READABLE = 0.75  # a scale at which no further row is needed
_WORTHWHILE = 1.1  # a further row must enlarge the picture by so much


class _Form(NamedTuple):
    gap: float  # between layers, with room for a wire's shape
    canvas: Point  # what should be readable at full size


_ACROSS, _DOWN = _Form(112.0, (860.0, 500.0)), _Form(56.0, (500.0, 860.0))


class _Row(NamedTuple):
    first: int  # layer
    last: int
    width: float
    top: float
    bottom: float


def arrange(
    block: Block, size_of: SizeOf, only: Collection[str] | None = None, is_downward: bool = False
) -> dict[str, Point]:
    """Places for a block's nodes: upper left corners in pixels, the arrangement's own at (0, 0).

    size_of: a node's width and height in pixels by its id. only: arrange these alone, by the wires among them.
    is_downward: wires lead from top to bottom, not from left to right.
    """
    ids = [key for key in block.nodes if only is None or key in only]
    chosen = set(ids)
    wired = {key for pair in block.graph.edges if chosen.issuperset(pair) and pair[0] != pair[1] for key in pair}
    sizes = {key: size_of(key) for key in ids}
    if is_downward:
        sizes = {key: (height, width) for key, (width, height) in sizes.items()}
    form = _DOWN if is_downward else _ACROSS
    places = _arrange_wired(block, [key for key in ids if key in wired], sizes, form)
    _append_loose([key for key in ids if key not in wired], sizes, places, form)
    return {key: (y, x) for key, (x, y) in places.items()} if is_downward else places


def _arrange_wired(
    block: Block, ids: list[str], sizes: dict[str, tuple[float, float]], form: _Form
) -> dict[str, Point]:
    if not ids:
        return {}
    graph = layered(block, ids)
    ordering.order(graph)
    centre = placing.heights(graph, [sizes[key][1] for key in ids])
    widths = [max((sizes[ids[v]][0] for v in layer if not graph.is_dummy(v)), default=0.0) for layer in graph.layers]
    tops = [c - (sizes[ids[v]][1] if v < len(ids) else placing.WIRE_HEIGHT) / 2 for v, c in enumerate(centre)]
    bottoms = [2 * c - top for c, top in zip(centre, tops, strict=True)]
    rows = _fold(graph, widths, tops, bottoms, form)
    shifts = _row_shifts(graph, rows, tops, bottoms)
    places: dict[str, Point] = {}
    for row, shift in zip(rows, shifts, strict=True):
        x = 0.0
        for number in range(row.first, row.last + 1):
            for vertex in graph.layers[number]:
                if not graph.is_dummy(vertex):
                    places[ids[vertex]] = (x, tops[vertex] + shift)
            x += widths[number] + form.gap
    return places


def _fold(graph: Layered, widths: list[float], tops: list[float], bottoms: list[float], form: _Form) -> list[_Row]:
    """The rows that show the whole largest on a canvas of the usual form."""
    cuts = [number for number in range(len(graph.layers) - 1) if _source_of_all(graph, number) is not None]
    spans = [(min(tops[v] for v in layer), max(bottoms[v] for v in layer)) for layer in graph.layers]
    ends = list(accumulate(width + form.gap for width in widths))
    best = _rows(cuts, ends, spans, ends[-1], form.gap)
    largest = _scale(best, form)
    for count in range(2, min(len(cuts) + 1, _MOST_ROWS) + 1):
        if largest >= _READABLE:
            break
        rows = _even_rows(cuts, ends, spans, count, form.gap)
        scale = _scale(rows, form)
        full = all(row.last > row.first for row in rows)  # a node all alone in its row looks lost
        if full and scale > largest * _WORTHWHILE and _lead_back(graph, rows, ends):
            best, largest = rows, scale
    return best


def _source_of_all(graph: Layered, number: int) -> int | None:
    """The node from which all wires come that lead from a layer to the next; None where there are more than a few."""
    sources = [v for v in graph.layers[number] if graph.after[v]]
    simple = len(sources) == 1 and len(graph.after[sources[0]]) <= _MOST_WIRES and not graph.is_dummy(sources[0])
    return sources[0] if simple else None


def _even_rows(
    cuts: Sequence[int], ends: list[float], spans: list[tuple[float, float]], count: int, gap: float
) -> list[_Row]:
    """At most `count` rows, the longest of them as short as can be."""
    low, high = ends[-1] / count, ends[-1]
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if len(_rows(cuts, ends, spans, middle, gap)) <= count else (middle, high)
    return _rows(cuts, ends, spans, high, gap)


def _rows(
    cuts: Sequence[int], ends: list[float], spans: list[tuple[float, float]], limit: float, gap: float
) -> list[_Row]:
    rows: list[_Row] = []
    first = 0
    stops = [*cuts, len(ends) - 1]
    for stop, following in zip(stops, [*stops[1:], None], strict=True):
        start = ends[first - 1] if first else 0.0
        if following is None or ends[following] - start > limit:
            inside = spans[first : stop + 1]
            top, bottom = min(top for top, _ in inside), max(bottom for _, bottom in inside)
            rows.append(_Row(first, stop, ends[stop] - start - gap, top, bottom))
            first = stop + 1
    return rows


def _lead_back(graph: Layered, rows: Sequence[_Row], ends: list[float]) -> bool:
    """Whether all wires from a row to the next lead back to the left, so that they run between the rows."""
    for above, below in pairwise(rows):
        start = ends[above.last]
        for target in _ends(graph, _source_of_all(graph, above.last)):
            if graph.layer[target] > below.last or ends[graph.layer[target] - 1] - start > above.width:
                return False
    return True


def _scale(rows: Sequence[_Row], form: _Form) -> float:
    width = max(row.width for row in rows)
    height = sum(row.bottom - row.top for row in rows) + ROW_GAP * (len(rows) - 1)
    return min(form.canvas[0] / max(width, 1.0), form.canvas[1] / max(height, 1.0))


def _row_shifts(graph: Layered, rows: Sequence[_Row], tops: list[float], bottoms: list[float]) -> list[float]:
    """How far down each row goes. A wire from row to row runs midway between its two nodes, clear of all others."""
    shifts = [-rows[0].top]
    for above, below in pairwise(rows):
        source = _source_of_all(graph, above.last)
        under = above.bottom - (bottoms[source] if source is not None else above.bottom)
        gap = ROW_GAP
        for target in _ends(graph, source):
            gap = max(gap, abs(under - (tops[target] - below.top)) + 2 * _WIRE_CLEARANCE)
        shifts.append(placing.GRID * round((above.bottom + shifts[-1] + gap - below.top) / placing.GRID))
    return shifts


def _ends(graph: Layered, source: int | None) -> list[int]:
    """The nodes that a node's wires end at, through whatever dummies."""
    found: list[int] = []
    reached = list(graph.after[source]) if source is not None else []
    for vertex in reached:
        if graph.is_dummy(vertex):
            reached += graph.after[vertex]
        else:
            found.append(vertex)
    return found


def _append_loose(ids: list[str], sizes: dict[str, tuple[float, float]], places: dict[str, Point], form: _Form) -> None:
    """Nodes without wires stand below the others, in rows."""
    bottom = max((y + sizes[key][1] for key, (_, y) in places.items()), default=-ROW_GAP)
    limit = max([form.canvas[0], *(x + sizes[key][0] for key, (x, _) in places.items())])
    x, y, tallest = 0.0, bottom + ROW_GAP, 0.0
    for key in ids:
        width, height = sizes[key]
        if x and x + width > limit:
            x, y, tallest = 0.0, y + tallest + placing.NODE_GAP, 0.0
        places[key] = (x, y)
        x += width + form.gap / 2
        tallest = max(tallest, height)
