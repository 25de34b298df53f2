"""What a training keeps of a forward pass until the backward pass: each storage once, whoever needs it.

A tensor is kept where the layer that makes it, or one that takes it, needs it for gradients; a view lives in its
source's storage. What a block keeps follows from its layers in one sweep, and is seen from outside as that of a layer
is: a `Part`. The bytes of a storage count at the node that made it. The rules are the catalogue's (`LayerSpec.saved`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from designer.catalogue.rules.expect import is_float
from designer.catalogue.rules.saved import size_bytes
from designer.catalogue.spec import Saved, Tensor
from designer.graph.block import INPUT, OUTPUT, Block

if TYPE_CHECKING:
    from designer.analysis.facts import BlockFacts, NodeFacts


EVERYTHING = ("*",)


class Output(NamedTuple):
    """A tensor at an output port.

    view_of: the input whose storage it shares, or None. size_bytes: what it takes if it is kept; 0 where that is
    counted inside. is_kept: the layer itself keeps it.
    """

    view_of: int | None
    size_bytes: int
    is_strided: bool = False
    needs_grad: bool = True
    is_kept: bool = False


class Part(NamedTuple):
    """What one copy of a layer or of a block keeps, by its ports.

    inputs: index and bytes of each that it keeps as it is; copies: of each that it keeps a copy of.
    """

    inputs: tuple[tuple[int, int], ...] = ()
    copies: tuple[tuple[int, int], ...] = ()
    own_bytes: int = 0
    fixed_bytes: int = 0
    outputs: tuple[Output, ...] = ()
    only_for_weights: bool = False
    needs_contiguous: bool = False


class Kept(NamedTuple):
    """Bytes that a node keeps, and how many of them whatever the batch."""

    size_bytes: int = 0
    fixed_bytes: int = 0


def part_of(saved: Saved, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Part:
    """A layer's part, from what its rule says of these tensors. Whole numbers have no gradients, and keep nothing."""
    sizes = [size_bytes(tensor) for tensor in inputs]
    results = [size_bytes(tensor) for tensor in outputs]
    if saved.view:
        behind = tuple(Output(0, size, saved.is_strided) for size in results)
    else:
        behind = tuple(Output(None, size) for size in results)
    if not any(is_float(tensor.dtype) for tensor in outputs):
        return Part(outputs=behind)
    if saved.outputs and not saved.view:
        behind = tuple(Output(None, size, is_kept=index in saved.outputs) for index, size in enumerate(results))
    return Part(
        tuple((index, sizes[index]) for index in saved.inputs),
        tuple((index, sizes[index]) for index in saved.copies),
        saved.own_bytes + saved.fixed_bytes,
        saved.fixed_bytes,
        behind,
        saved.only_for_weights,
        saved.needs_contiguous,
    )


class _Storage:
    """Memory of one tensor and its views. owner: the node that made it, None where it comes from outside the block."""

    __slots__ = ("is_kept", "owner", "size_bytes")

    def __init__(self, owner: str | None, size: int, is_kept: bool = False) -> None:
        self.owner, self.size_bytes, self.is_kept = owner, size, is_kept


class _Value(NamedTuple):
    """A tensor on a wire. needs_grad: whether the backward pass comes to it."""

    storage: _Storage
    is_strided: bool = False
    needs_grad: bool = True


class Sweep:
    """One pass over a block: `kept` by node, and `part`, the block as seen from outside.

    frozen: parts of the network that are not trained, dotted, from this block, EVERYTHING for all of them; None: the
    backward pass comes everywhere. needs_grad: whether it comes to each of the block's inputs; by default to all.
    """

    def __init__(
        self,
        block: Block,
        nodes: Mapping[str, NodeFacts],
        frozen: Sequence[str] | None = None,
        needs_grad: Sequence[bool] | None = None,
    ) -> None:
        self._frozen, self._nodes = frozen, nodes
        self.kept: dict[str, Kept] = {}
        self._values: dict[str, Sequence[_Value | None]] = {}
        self._live = block.live
        entries = [_Storage(None, 0) for _ in block.inputs]
        entering = [_Value(s, needs_grad=needs_grad is None or needs_grad[i]) for i, s in enumerate(entries)]
        by_input = dict(zip((node.id for node in block.inputs), entering, strict=True))
        storages: list[_Storage] = []
        self._storages = storages
        for key in block.order:
            node = nodes[key]
            kind = node.node.kind
            if kind == INPUT:
                tensor, value = node.outputs[0] if node.outputs else None, by_input[key]
                value.storage.size_bytes = size_bytes(tensor) if tensor else 0
                self._values[key] = (value,)
            elif kind != OUTPUT:
                is_plain = frozen is None and len(node.parts) == 1 and len(node.sources) == 1 and node.is_there
                self._values[key] = self._plainly(key, node) if is_plain else self._through(key, node)
        for storage in storages:
            if storage.is_kept:
                before = self.kept.get(storage.owner, Kept())
                self.kept[storage.owner] = Kept(before.size_bytes + storage.size_bytes, before.fixed_bytes)
        for entry, node in zip(entries, block.inputs, strict=True):
            if entry.is_kept:
                self.kept[node.id] = Kept(entry.size_bytes)
        self.part = self._seen(block, nodes, entries)

    @property
    def whole(self) -> Kept:
        """What the block keeps, its inputs too."""
        live = [kept for key, kept in self.kept.items() if key in self._live]
        return Kept(sum(kept.size_bytes for kept in live), sum(kept.fixed_bytes for kept in live))

    def at(self, names: Sequence[str]) -> Kept:
        """What a node in it keeps, by the names on the way to it."""
        first, *rest = names
        node = next((node for node in self._nodes.values() if node.node.name == first), None)
        if node is None:
            return Kept()
        number = 0
        if rest and rest[0].isdecimal() and node.repeat > 1:
            number = min(int(rest[0]), len(node.copies) - 1)
            rest = rest[1:]
        if not rest or not node.copies:
            return self.kept.get(node.node.id, Kept())
        values: Sequence[_Value | None] = self._arriving(node)
        for earlier in range(number):
            part, trained = self._part(node, earlier, values)
            _, _, values = self._applied(node.node.id, part, trained, values)
        inner = node.copies[number]
        sweep = self._within(node, number, values) or Sweep(inner.block, inner.nodes)
        return sweep.at(rest)

    def _seen(self, block: Block, nodes: Mapping[str, NodeFacts], entries: list[_Storage]) -> Part:
        inside = [self.kept[key] for key in self.kept if key in self._live and nodes[key].node.kind != INPUT]
        outputs = []
        for node in block.outputs:
            (value,) = self._arriving(nodes[node.id]) or (None,)
            if value is None:
                outputs.append(Output(None, 0))
            elif value.storage.owner is None:
                index = entries.index(value.storage)
                outputs.append(Output(index, value.storage.size_bytes, value.is_strided, value.needs_grad))
            else:
                size = 0 if value.storage.is_kept else value.storage.size_bytes
                outputs.append(Output(None, size, value.is_strided, value.needs_grad))
        return Part(
            tuple((index, 0) for index, entry in enumerate(entries) if entry.is_kept),
            (),
            sum(kept.size_bytes for kept in inside),
            sum(kept.fixed_bytes for kept in inside),
            tuple(outputs),
        )

    def _arriving(self, node: NodeFacts) -> list[_Value | None]:
        found: list[_Value | None] = []
        for source, place in zip(node.sources, node.places, strict=True):
            values = self._values.get(source, ()) if source else ()
            found.append(values[place] if place < len(values) else None)
        return found

    def _through(self, key: str, node: NodeFacts) -> Sequence[_Value | None]:
        """The values behind a node; marks what it keeps."""
        values: Sequence[_Value | None] = self._arriving(node)
        if not node.is_there:
            return [values[0] if values else None] * len(node.ports)
        size = fixed = 0
        for number in range(len(node.copies) or len(node.parts)):
            part, trained = self._part(node, number, values)
            more, of_any, values = self._applied(key, part, trained, values)
            size, fixed = size + more, fixed + of_any
        if size:
            self.kept[key] = Kept(size, fixed)
        return values

    def _plainly(self, key: str, node: NodeFacts) -> Sequence[_Value | None]:
        """As `_through`, for the nodes that are nearly all: single layers with one input, all of them trained."""
        part, source, place = node.parts[0], node.sources[0], node.places[0]
        values = self._values.get(source, ()) if source else ()
        value = values[place] if place < len(values) else None
        if value is None or part.needs_contiguous or part.copies or len(part.outputs) != 1:
            return self._through(key, node)
        if part.inputs and (key in self._live or not self._is_live(value.storage)):
            value.storage.is_kept = True
        if part.own_bytes:
            self.kept[key] = Kept(part.own_bytes, part.fixed_bytes)
        (output,) = part.outputs
        if output.view_of is not None:
            return (_Value(value.storage, value.is_strided or output.is_strided),)
        storage = _Storage(key, output.size_bytes, output.is_kept)
        self._storages.append(storage)
        return (_Value(storage),)

    def _part(self, node: NodeFacts, number: int, values: Sequence[_Value | None]) -> tuple[Part, bool]:
        """A copy's part, and whether any of its weights is trained."""
        if not node.copies:
            is_trained = bool(node.totals.params) and not self._is_frozen(node.node.name, number, node.repeat)
            return node.parts[number], is_trained
        sweep = self._within(node, number, values)
        return (sweep or node.copies[number]).part, True  # a block tells itself which of its outputs need gradients

    def _within(self, node: NodeFacts, number: int, values: Sequence[_Value | None]) -> Sweep | None:
        """The sweep over a copy of a block that is not trained as a whole; None where it is."""
        inner = node.copies[number]
        if self._frozen is None:
            return None
        name, needs = node.node.name, [value is None or value.needs_grad for value in values]
        if self._is_frozen(name, number, node.repeat):
            return Sweep(inner.block, inner.nodes, EVERYTHING, needs)
        prefixes = (f"{name}.{number}.", f"{name}.") if node.repeat > 1 else (f"{name}.",)
        within = [part.removeprefix(prefix) for part in self._frozen for prefix in prefixes if part.startswith(prefix)]
        return None if not within and all(needs) else Sweep(inner.block, inner.nodes, within, needs)

    def _is_frozen(self, name: str, number: int, repeat: int) -> bool:
        if not self._frozen:
            return False
        copy = f"{name}.{number}" if repeat > 1 else name
        return self._frozen is EVERYTHING or name in self._frozen or copy in self._frozen

    def _applied(
        self, key: str, part: Part, is_trained: bool, values: Sequence[_Value | None]
    ) -> tuple[int, int, Sequence[_Value | None]]:
        """Bytes of its own, those of them of any batch, and the values behind one copy."""
        needs_grad = self._frozen is None or is_trained or any(value and value.needs_grad for value in values)
        size = fixed = 0
        if needs_grad:
            size, fixed = part.own_bytes, part.fixed_bytes
            if self._frozen is None or is_trained or not part.only_for_weights:
                size += self._keep(key, part, values)
        behind: list[_Value | None] = []
        first = values[0] if values else None
        for output in part.outputs:
            source = values[output.view_of] if output.view_of is not None and output.view_of < len(values) else None
            if source is None or (part.needs_contiguous and first is not None and first.is_strided):
                storage = _Storage(key, output.size_bytes, output.is_kept and needs_grad)
                self._storages.append(storage)
                is_strided = output.is_strided and output.view_of is None
                behind.append(_Value(storage, is_strided, needs_grad and output.needs_grad))
            else:
                is_strided = source.is_strided or output.is_strided
                behind.append(_Value(source.storage, is_strided, needs_grad and output.needs_grad))
        return size, fixed, behind

    def _is_live(self, storage: _Storage) -> bool:
        return storage.owner is None or storage.owner in self._live

    def _keep(self, key: str, part: Part, values: Sequence[_Value | None]) -> int:
        """Mark the inputs that a copy keeps; returns the bytes of the copies that it makes of them."""
        size = 0
        for index, length in part.inputs:
            value = values[index] if index < len(values) else None
            if value is None:
                continue
            if part.needs_contiguous and value.is_strided:
                size += length
            elif key in self._live or not self._is_live(value.storage):
                value.storage.is_kept = True
        seen: list[_Storage] = []
        for index, length in part.copies:
            value = values[index] if index < len(values) else None
            if value is not None and value.storage not in seen:
                seen.append(value.storage)
                size += length
        return size


def kept_at(facts: BlockFacts, names: Sequence[str], frozen: Sequence[str]) -> Kept:
    """What a part of the outermost block keeps where some parts are frozen; without names, all of it.

    names: its own and those of the blocks around it, the outermost first, with the numbers of copies among them.
    What comes before the first layer that is trained needs no gradients, and keeps nothing.
    """
    memo = facts.memo
    known = ("frozen", tuple(frozen))
    if known not in memo:
        memo[known] = Sweep(facts.block, facts.nodes, frozen, [False] * len(facts.block.inputs))
    sweep: Sweep = memo[known]
    return sweep.at(names) if names else sweep.whole
