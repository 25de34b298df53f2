"""The calls that make modules: `nn.Conv2d(in_channels, 64, kernel_size=3)`, `VGGBlock(channels, num_convs=2)`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING

from designer.catalogue.emit import constructor, source_of
from designer.catalogue.spec import LayerSpec, Tensor, Values
from designer.codegen import symbols
from designer.codegen.plan import Origins, Plan, UnstatedError
from designer.codegen.stages import Stages
from designer.codegen.trace import Step

if TYPE_CHECKING:
    from designer.codegen.classes import ClassCode

ClassOf = Callable[[Step], "ClassCode"]  # the class of a step's block


@dataclass(frozen=True)
class Calls:
    """Writes the calls of one class. lazy: with layers of PyTorch that learn what arrives from a first example."""

    class_of: ClassOf
    plan: Plan
    origins: Origins
    lazy: bool = False

    def made(self, step: Step) -> str:
        """The call that makes a step's module."""
        return self._made(step, step.node.params)

    def copies(self, step: Step) -> list[str]:
        """The calls that make the copies of a step, one by one."""
        once = replace(step, repeat=symbols.constant(1), copies=())
        return [self.made(replace(once, inputs=tensors)) for tensors in step.copies]

    def row(self, step: Step, stages: Stages) -> str:
        """The call that makes a node of a run of stages, in the names of their loop."""
        return self._made(step, {name for row in stages.steps for name in row.node.params}, stages.columns)

    def uneven(self, stages: Stages) -> bool:
        """Whether one call cannot make all nodes of a run: their classes differ, or what they need."""
        if any(step.inner and not self.class_of(step).takes(stages.columns) for step in stages.steps):
            return True
        return len({self.row(step, stages) for step in stages.steps}) > 1

    def _made(self, step: Step, given: Collection[str], columns: Sequence[str] = ()) -> str:
        if step.inner is not None:
            code = self.class_of(step)
            held = self.origins.of(code.held(step.values, step.inputs))
            if held & self.plan.open:  # the class is for one value of what this one would leave open
                raise UnstatedError(held)
            stated = [source_of(argument.of(step.inputs)) for argument in code.arguments]
            # The first go without their names where a loop's variables are called so.
            keys = [key for key in step.inner.defaults if key in code.parameters]
            leading = list(takewhile(lambda key: key in columns, keys))
            stated += [step.values[key].source for key in leading]
            named = [key for key in keys if key in given and key not in leading]
            stated += [f"{key}={step.values[key].source}" for key in named]
            return f"{code.name}({', '.join(stated)})"
        numbers = Values({name: symbols.number(symbol) for name, symbol in step.values.items()})
        sources = {name: symbol.source for name, symbol in step.values.items()}
        derived = {argument.name: source_of(argument.of(numbers, step.inputs)) for argument in step.spec.derived}
        is_lazy = self.lazy and not (step.spec.lazy_switches and _is_unbatched(step.spec, numbers, step.inputs[0]))
        return constructor(step.spec, sources, derived, lazy=is_lazy)


def _is_unbatched(spec: LayerSpec, values: Values, x: Tensor) -> bool:
    """Whether a norm's channels are not on axis 1, which is where PyTorch's lazy norms take them from."""
    axes = Tensor(tuple(range(x.rank)), x.dtype)  # each length is the number of its axis, so that none are alike
    return spec.derived[0].of(values, (axes,)) != 1
