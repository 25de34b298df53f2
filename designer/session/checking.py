"""A custom layer held against torch: its class is run once, and what it gives is compared with what was declared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from designer.analysis.analyser import Analyser
from designer.base.errors import DesignError
from designer.base.text import Text
from designer.catalogue.rules.expect import shape_text
from designer.catalogue.spec import Tensor
from designer.codegen.module import generate
from designer.engine.protocol import Failed, Probed
from designer.graph.block import INPUT, OUTPUT, OUTPUT_PORT, Block, Edge, Endpoint, Node
from designer.graph.custom import CustomLayer
from designer.graph.design import Design
from designer.graph.expressions import Value
from designer.graph.names import fresh
from designer.session.question import Question
from designer.session.trust import require_trust


class CustomCheck:
    """One check under way. `poll` it until it answers."""

    def __init__(self, layer: CustomLayer, values: Mapping[str, Value], inputs: Sequence[Tensor]) -> None:
        """values: of its parameters, those at their default may be missing. inputs: what arrives, one a port.

        Raises UntrustedError, and DesignError where its declaration fails on what arrives.
        """
        design = _alone(layer, values, inputs)
        require_trust(design)
        analysis = Analyser().analyse(design, int(inputs[0].shape[0]) if inputs[0].shape else 1)
        source = generate(design, analysis).source
        self.layer = layer
        self._declared = tuple(tensor for tensor in analysis.root.outputs if tensor)
        self._totals = analysis.totals
        given = json.dumps([[[int(length) for length in tensor.shape], tensor.dtype] for tensor in inputs])
        self._question = Question(source, "probe", [given], Probed, Text("The check"))

    def poll(self) -> list[str] | Failed | None:
        """The differences in words, none where all is as declared; why it could not be run; None while it runs."""
        answer = self._question.poll()
        return list(self._differences(answer)) if isinstance(answer, Probed) else answer

    def wait(self, timeout_s: float | None = None) -> list[str] | Failed | None:
        """The same, waiting for it."""
        self._question.wait(timeout_s)
        return self.poll()

    def cancel(self) -> None:
        """Give it up."""
        self._question.cancel()

    def _differences(self, found: Probed) -> Iterator[str]:
        ports = self.layer.outputs
        if len(found.shapes) != len(ports):
            yield Text(
                "forward returns {tensors} tensors, and {outputs} outputs are declared.",
                tensors=len(found.shapes),
                outputs=len(ports),
            )
            return
        for port, declared, shape, dtype in zip(ports, self._declared, found.shapes, found.dtypes, strict=False):
            if shape != shape_text(declared.shape):
                yield Text(
                    "{port} has the shape {shape}, and {declared} is declared.",
                    port=port.name,
                    shape=shape[:80],
                    declared=shape_text(declared.shape),
                )
            if dtype != declared.dtype:
                yield Text(
                    "{port} is of {dtype}, and {declared} is declared.",
                    port=port.name,
                    dtype=dtype[:20],
                    declared=declared.dtype,
                )
        if self.layer.params and found.params != self._totals.params:
            yield Text(
                "It has {params:,} parameters, and {declared:,} are declared.",
                params=found.params,
                declared=self._totals.params,
            )
        if self.layer.macs and found.macs != self._totals.macs:
            yield Text(
                "It takes {macs:,} MACs, and {declared:,} are declared.",
                macs=found.macs,
                declared=self._totals.macs,
            )


def _alone(layer: CustomLayer, values: Mapping[str, Value], inputs: Sequence[Tensor]) -> Design:
    """A design with nothing but the layer."""
    if len(inputs) != len(layer.inputs):
        raise DesignError(
            Text(
                "{layer} has {inputs} inputs, and {tensors} tensors arrive.",
                layer=layer.name,
                inputs=len(layer.inputs),
                tensors=len(inputs),
            ),
            fix="Wire all of its inputs.",
        )
    nodes = [
        Node(f"input{k}", INPUT, params={"shape": tuple(map(int, tensor.shape[1:])) or (1,), "dtype": tensor.dtype})
        for k, tensor in enumerate(inputs)
    ]
    nodes += [Node("layer", layer.name, params=values)]
    nodes += [Node(f"output{k}", OUTPUT) for k in range(len(layer.outputs))]
    edges = [Edge(Endpoint(f"input{k}", OUTPUT_PORT), Endpoint("layer", p.name)) for k, p in enumerate(layer.inputs)]
    edges += [Edge(Endpoint("layer", p.name), Endpoint(f"output{k}", "input")) for k, p in enumerate(layer.outputs)]
    name = fresh("Check", [layer.name])
    block = Block(name, nodes={node.id: node for node in nodes}, edges=tuple(edges))
    return Design(name, {name: block}, {layer.name: layer})
