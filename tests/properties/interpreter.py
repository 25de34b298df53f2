"""A design run as it is drawn, by plain calls of torch: what generated code has to give.

It knows nothing of how code is written. Copies are made one after the other, conditions and expressions are worked out
when they are met, channels are those that arrive. Weights come from a network, by the names of the nodes on the way.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from designer.catalogue.registry import spec_of
from designer.graph.block import INPUT, OUTPUT, Block, Node
from designer.graph.design import Design
from designer.graph.expressions import Expression

_FUNCTIONS = {"abs": abs, "float": float, "int": int, "len": len, "max": max, "min": min, "round": round}


class Weights:
    """The tensors of a network's state by their names without the numbers of copies, in their order."""

    def __init__(self, network: nn.Module) -> None:
        self._left: dict[str, deque[Tensor]] = defaultdict(deque)
        for name, tensor in network.state_dict().items():
            self._left[_plain(name)].append(tensor)

    def take(self, name: str) -> Tensor:
        """The next tensor of a name."""
        return self._left[_plain(name)].popleft()

    def given_to(self, module: nn.Module, path: str) -> nn.Module:
        """A module with the next tensors of its names."""
        with torch.no_grad():
            for name, tensor in module.state_dict().items():
                found = self.take(f"{path}.{name}")
                if found.shape != tensor.shape:
                    raise AssertionError(
                        f"{path}.{name}: {tuple(found.shape)} in the code, {tuple(tensor.shape)} drawn"
                    )
                tensor.copy_(found)
        return module.eval()

    @property
    def left(self) -> list[str]:
        """The names of tensors that nobody has taken."""
        return [name for name, tensors in self._left.items() if tensors]


def _plain(name: str) -> str:
    return ".".join(part for part in name.split(".") if not part.isdecimal())


def interpreted(design: Design, weights: Weights, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """What the outermost block makes of `inputs`."""
    return _Run(design, weights).block(design.root, design.root.defaults, inputs, "")


class _Run:
    def __init__(self, design: Design, weights: Weights) -> None:
        self.design, self.weights = design, weights

    def block(self, block: Block, given: Mapping[str, Any], inputs: Sequence[Tensor], path: str) -> tuple[Tensor, ...]:
        scope = dict(given)
        if inputs and inputs[0].ndim > 1:
            scope.setdefault("in_channels", inputs[0].shape[1])
        values = {(entry.id, "output"): tensor for entry, tensor in zip(block.inputs, inputs, strict=True)}
        sources = {(edge.target.node, edge.target.port): edge.source for edge in block.edges}
        wanted = [node.id for node in block.outputs]
        live: set[str] = set()
        while wanted:
            key = wanted.pop()
            if key not in live:
                live.add(key)
                wanted += [source.node for (target, _), source in sources.items() if target == key]
        waiting = [node for key, node in block.nodes.items() if key in live and node.kind not in (INPUT, OUTPUT)]
        while waiting:
            for node in waiting:
                ports = [port for target, port in sources if target == node.id]
                arriving = [(port, sources[node.id, port]) for port in sorted(ports, key=self.order(node))]
                if all((source.node, source.port) in values for _, source in arriving):
                    break
            waiting.remove(node)
            tensors = [values[source.node, source.port] for _, source in arriving]
            for port, tensor in zip(self.ports(node), self.node(node, scope, tensors, path), strict=False):
                values[node.id, port] = tensor
        ends = [sources[node.id, "input"] for node in block.outputs]
        return tuple(values[end.node, end.port] for end in ends)

    def order(self, node: Node) -> Any:
        """How the ports of a node come one after the other."""
        spec = spec_of(node.kind)
        if spec is None:
            names = [entry.id for entry in self.design.blocks[node.kind].inputs]
            return names.index
        return (lambda port: int(port[1:])) if spec.variadic else spec.inputs.index

    def ports(self, node: Node) -> Sequence[str]:
        spec = spec_of(node.kind)
        return spec.output_ports(node.params) if spec else [end.id for end in self.design.blocks[node.kind].outputs]

    def node(self, node: Node, scope: Mapping[str, Any], tensors: Sequence[Tensor], path: str) -> Sequence[Tensor]:
        there = bool(_value(node.when, scope))
        count = _value(node.repeat, scope)
        if not there or not count:
            return [tensors[0]] * len(self.ports(node))
        name = f"{path}.{node.name}" if path else node.name
        params = {key: _value(setting, scope) for key, setting in node.params.items()}
        spec = spec_of(node.kind)
        for _ in range(count):
            if spec is None:
                inner = self.design.blocks[node.kind]
                tensors = self.block(inner, {**inner.defaults, **params}, tensors, name)
            else:
                tensors = self.layer(node.kind, {p.name: p.default for p in spec.parameters} | params, tensors, name)
        return tensors

    def layer(self, kind: str, p: dict[str, Any], tensors: Sequence[Tensor], name: str) -> Sequence[Tensor]:
        x = tensors[0]
        match kind:
            case "Add" | "Multiply" | "Subtract" | "Maximum" | "Minimum":
                function = {"Add": torch.add, "Multiply": torch.mul, "Subtract": torch.sub,
                            "Maximum": torch.maximum, "Minimum": torch.minimum}[kind]  # fmt: skip
                for other in tensors[1:]:
                    x = function(x, other)
                return [x]
            case "Concat":
                return [torch.cat(list(tensors), p["dim"])]
            case "Stack":
                return [torch.stack(list(tensors), p["dim"])]
            case "MatMul":
                return [tensors[0] @ tensors[1]]
            case "Reshape":
                return [torch.reshape(x, (len(x), *p["shape"]))]
            case "Permute":
                return [torch.permute(x, p["dims"])]
            case "Transpose":
                return [torch.swapaxes(x, p["dim0"], p["dim1"])]
            case "Squeeze" | "Unsqueeze":
                return [getattr(torch, kind.lower())(x, p["dim"])]
            case "Slice":
                start = p["start"] + (x.shape[p["dim"]] if p["start"] < 0 else 0)
                return [torch.index_select(x, p["dim"], torch.arange(start, start + p["length"]))]
            case "Select":
                return [x.movedim(p["dim"], 0)[p["index"]]]
            case "Chunk":
                return list(torch.chunk(x, p["chunks"], p["dim"]))
            case "Split":
                return list(torch.split(x, list(p["split_size"]), p["dim"]))
            case "Mean" | "Sum":
                return [getattr(torch, kind.lower())(x, p["dim"], keepdim=p["keepdim"])]
            case "Max" | "Min":
                return [getattr(torch, f"a{kind.lower()}")(x, p["dim"], keepdim=p["keepdim"])]
            case "PositionalEmbedding":
                return [x + self.weights.take(name)]
            case "ClassToken":
                token = self.weights.take(name).reshape(1, 1, -1)
                return [torch.cat([token.repeat(len(x), 1, 1), x], 1)]
            case "Bilinear":
                module = nn.Bilinear(x.shape[-1], tensors[1].shape[-1], **p)
                return [self.weights.given_to(module, name)(*tensors)]
            case "MultiheadAttention":
                module = nn.MultiheadAttention(x.shape[-1], batch_first=True, **p)
                return [self.weights.given_to(module, name)(*tensors)[0]]
            case "LSTM" | "GRU" | "RNN":
                module = getattr(nn, kind)(x.shape[-1], batch_first=True, **p)
                output, hidden = self.weights.given_to(module, name)(x)
                return [output, *hidden] if kind == "LSTM" else [output, hidden]
            case "LocalResponseNorm":
                x = x.contiguous()  # with more than two spatial axes PyTorch takes no other
        return [self.weights.given_to(self.module(kind, p, x), name)(x)]

    def module(self, kind: str, p: dict[str, Any], x: Tensor) -> nn.Module:
        """The layer for what arrives."""
        made = getattr(nn, kind)
        if kind[:-2] in ("Conv", "ConvTranspose"):
            return made(x.shape[-int(kind[-2]) - 1], p.pop("out_channels"), **p)  # one example may go without a batch
        if kind.startswith("InstanceNorm"):
            return made(x.shape[-int(kind[-2]) - 1], **p)
        if kind.startswith("BatchNorm"):
            return made(x.shape[1], **p)
        match kind:
            case "GroupNorm":
                return made(p.pop("num_groups"), x.shape[1], **p)
            case "LayerNorm" | "RMSNorm":
                return made(x.shape[x.ndim - p.pop("num_dims") :], **p)
            case "PReLU":
                return made(x.shape[1] if p["per_channel"] and x.ndim > 1 else 1, p["init"])
            case "Linear":
                return made(x.shape[-1], **p)
            case "TransformerEncoderLayer":
                return made(x.shape[-1], batch_first=True, **p)
        return made(**p)


def _value(setting: Any, scope: Mapping[str, Any]) -> Any:
    if not isinstance(setting, Expression):
        return setting
    return eval(setting.source, {"__builtins__": {}, **_FUNCTIONS}, dict(scope))  # noqa: S307 - expressions of a test
