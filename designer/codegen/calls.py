"""The calls that make modules: `nn.Conv2d(in_channels, 64, kernel_size=3)`, `VGGBlock(channels, num_convs=2)`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import takewhile

from designer.catalogue.emit import constructor, source_of
from designer.catalogue.spec import Values
from designer.codegen import symbols
from designer.codegen.arguments import Argument
from designer.codegen.stages import Stages
from designer.codegen.trace import Step

ClassOf = Callable[[Step], tuple[str, tuple[Argument, ...]]]  # the class of a step's block: its name, its arguments


@dataclass(frozen=True)
class Calls:
    """Writes the calls of one class. lazy: with layers of PyTorch that learn what arrives from a first example."""

    class_of: ClassOf
    lazy: bool = False

    def made(self, step: Step) -> str:
        """The call that makes a step's module."""
        return self._made(step, step.node.params)

    def row(self, step: Step, stages: Stages) -> str:
        """The call that makes a node of a run of stages, in the names of their loop."""
        return self._made(step, {name for row in stages.steps for name in row.node.params}, stages.columns)

    def uneven(self, stages: Stages) -> bool:
        """Whether one call cannot make all nodes of a run: their classes differ, or what they need."""
        return len({self.row(step, stages) for step in stages.steps}) > 1

    def _made(self, step: Step, given: Collection[str], columns: Sequence[str] = ()) -> str:
        if step.inner is not None:
            name, arguments = self.class_of(step)
            stated = [source_of(argument.of(step.inputs)) for argument in arguments]
            # The first go without their names where a loop's variables are called so.
            leading = list(takewhile(lambda key: key in columns, step.inner.defaults))
            stated += [step.values[key].source for key in leading]
            named = [key for key in step.inner.defaults if key in given and key not in leading]
            stated += [f"{key}={step.values[key].source}" for key in named]
            return f"{name}({', '.join(stated)})"
        numbers = Values({name: symbols.number(symbol) for name, symbol in step.values.items()})
        sources = {name: symbol.source for name, symbol in step.values.items()}
        derived = {argument.name: source_of(argument.of(numbers, step.inputs)) for argument in step.spec.derived}
        return constructor(step.spec, sources, derived, lazy=self.lazy)
