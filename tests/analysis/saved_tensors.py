"""What torch saves for a backward pass, counted by its own hooks: the oracle of every figure about activations."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

from designer.analysis.facts import Analysis
from designer.codegen.module import generate


def saved_bytes(forward: Callable[[], Any], parameters: Iterable[Tensor]) -> int:
    """Bytes of all storages that `forward` saves, each once, without those of the parameters."""
    weights = {parameter.untyped_storage()._cdata for parameter in parameters}
    found: dict[int, Tensor] = {}

    def pack(tensor: Tensor) -> Tensor:
        found[tensor.untyped_storage()._cdata] = tensor  # which also keeps it alive, so that no address serves twice
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor), warnings.catch_warnings(action="ignore"):
        kept = forward()  # its result has to live as well
    sizes = [tensor.untyped_storage().nbytes() for key, tensor in found.items() if key not in weights]
    del kept
    return sum(sizes)


def network_of(analysis: Analysis, device: str = "meta") -> nn.Module:
    """The network of a design, as its code builds it, in training mode."""
    names: dict[str, Any] = {"__name__": "generated"}
    exec(generate(analysis.design, analysis).source, names)  # noqa: S102
    with torch.device(device):
        return names[analysis.design.main]().train()


def saved_by_network(
    analysis: Analysis, device: str = "meta", frozen: Sequence[str] = (), input_needs_grad: bool = True
) -> int:
    """What the network of a design saves for the batch of `analysis`. frozen: the parts that are not trained."""
    network = network_of(analysis, device)
    for name in frozen:
        network.get_submodule(name).requires_grad_(False)
    entering = [analysis.root.nodes[node.id].output for node in analysis.root.block.inputs]
    images = [
        torch.zeros(x.shape, dtype=getattr(torch, x.dtype), device=device).requires_grad_(
            input_needs_grad and x.dtype == "float32"
        )
        for x in entering
    ]
    return saved_bytes(lambda: network(*images), network.parameters())
