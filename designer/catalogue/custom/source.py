"""The source of a custom layer, read with `ast` and never run: its imports, its one class, what its methods take."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from designer.base.errors import BlockyardError
from designer.base.text import Text
from designer.graph.names import is_block_name

MAX_SOURCE = 32_768  # characters
_BASES = ("nn.Module", "torch.nn.Module")
GIVEN = ("torch", "nn", "Tensor")  # what a generated module has at its top, whoever imports it
_SHAPE_OF_SOURCE = Text("imports, then one class that derives from nn.Module")


class SourceError(BlockyardError):
    """A source that is no custom layer's."""


class Import(NamedTuple):
    """One imported name. module: empty for `import name`. alias: empty where there is none."""

    module: str
    name: str
    alias: str = ""

    @property
    def bound(self) -> str:
        """The name that it gives to the module: `os` of `import os.path`."""
        return self.alias or (self.name if self.module else self.name.partition(".")[0])

    @property
    def is_given(self) -> bool:
        """Whether it says what the generated module says anyway, or loads more of torch."""
        given = (("", "torch", ""), ("torch", "nn", ""), ("", "torch.nn", "nn"), ("torch", "Tensor", ""))
        return self in given or self.loads_more

    @property
    def loads_more(self) -> bool:
        """Whether it loads a part of torch, such as `import torch.fft`."""
        return not self.module and not self.alias and self.name.startswith("torch.")

    def __str__(self) -> str:
        renamed = f"{self.name} as {self.alias}" if self.alias else self.name
        return f"from {self.module} import {renamed}" if self.module else f"import {renamed}"


@dataclass(frozen=True)
class ClassSource:
    """What a source says. text: the class as it was written, without the imports; imports: those that it names.

    arguments: of the constructor, behind `self`: the source of each default, None where it has to be given. open_ended:
    whether the constructor takes any name. least, most: how many tensors `forward` takes.
    """

    name: str
    text: str
    imports: tuple[Import, ...]
    arguments: Mapping[str, str | None]
    open_ended: bool
    least: int
    most: float


@lru_cache(maxsize=256)
def read_class(source: str) -> ClassSource:
    """The class in a source. Raises SourceError, with the line where something is wrong."""
    if len(source) > MAX_SOURCE:
        raise SourceError(
            Text("The source has {count:,} characters.", count=len(source)),
            expected=Text("at most {limit:,}", limit=MAX_SOURCE),
            fix="Put what is long into a package, and import it.",
        )
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    tree = _parsed(source)
    classes = [statement for statement in tree.body if isinstance(statement, ast.ClassDef)]
    if len(classes) != 1:
        raise SourceError(
            Text("The source defines {count} classes.", count=len(classes))
            if classes
            else "The source defines no class.",
            expected=_SHAPE_OF_SOURCE,
            fix="Move the others into the one that is the layer." if classes else "Write it.",
        )
    imports: list[Import] = []
    lines = source.split("\n")
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            imports += _imports(statement, classes[0].name)
            lines[statement.lineno - 1 : statement.end_lineno] = [""] * (statement.end_lineno - statement.lineno + 1)
        elif statement is not classes[0]:
            raise SourceError(
                Text("Line {line}: beside the class there is other code.", line=statement.lineno),
                expected=_SHAPE_OF_SOURCE,
                fix="Move it into the class.",
            )
    _check_base(classes[0])
    text = re.sub(r"\A(?:[^\S\n]*\n)+", "", "\n".join(lines)).rstrip()
    used = tuple(one for one in imports if re.search(rf"\b{one.bound}\b", text))
    arguments, open_ended = _constructor(classes[0])
    least, most = _forward(classes[0])
    return ClassSource(classes[0].name, text, used, arguments, open_ended, least, most)


def _parsed(source: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except SyntaxError as error:
        said = Text("Python cannot read this: {reason}.", reason=error.msg)
        raise SourceError(
            Text("Line {line}: {said}", line=error.lineno, said=said) if error.lineno else said,
            expected="a class in Python",
            fix="Correct it.",
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        reason = Text("it is nested too deep") if not isinstance(error, ValueError) else str(error)
        raise SourceError(
            Text("Python cannot read the source: {reason}.", reason=reason),
            expected="a class in Python",
            fix="Simplify it.",
        ) from error


def _imports(statement: ast.Import | ast.ImportFrom, class_name: str) -> list[Import]:
    module = ""
    if isinstance(statement, ast.ImportFrom):
        module = statement.module or ""
        if statement.level or module == "__future__" or any(alias.name == "*" for alias in statement.names):
            raise SourceError(
                Text(
                    "Line {line}: '{statement}' has no meaning in the generated module.",
                    line=statement.lineno,
                    statement=ast.unparse(statement),
                ),
                expected="imports of installed packages, by name",
                fix="Import the names that the class uses.",
            )
    found = [
        Import(module, alias.name, alias.asname if alias.asname and alias.asname != alias.name else "")
        for alias in statement.names
    ]
    for one in found:
        free = one.bound not in GIVEN and is_block_name(one.bound) and one.bound != class_name
        if not free and not one.is_given:
            raise SourceError(
                Text(
                    "Line {line}: '{one}' takes the name '{bound}', which the generated module needs.",
                    line=statement.lineno,
                    one=one,
                    bound=one.bound,
                ),
                expected="a name that nothing else has there",
                fix="Import it under another name, with as.",
            )
    return found


def _check_base(tree: ast.ClassDef) -> None:
    if [ast.unparse(base) for base in tree.bases] not in [[base] for base in _BASES] or tree.keywords:
        given = ", ".join(ast.unparse(base) for base in (*tree.bases, *tree.keywords))
        raise SourceError(
            Text(
                "Line {line}: {name} derives from {given}.",
                line=tree.lineno,
                name=tree.name,
                given=given[:80] or Text("nothing"),
            ),
            expected="nn.Module alone",
            fix=Text("Write: class {name}(nn.Module):", name=tree.name),
        )


def _method(tree: ast.ClassDef, name: str) -> ast.arguments | None:
    found = [item.args for item in tree.body if isinstance(item, ast.FunctionDef) and item.name == name]
    return found[-1] if found else None


def _constructor(tree: ast.ClassDef) -> tuple[dict[str, str | None], bool]:
    taken = _method(tree, "__init__")
    if taken is None:
        return {}, False
    named: dict[str, str | None] = {}
    defaults = [None] * (len(taken.args) + len(taken.posonlyargs) - len(taken.defaults)) + list(taken.defaults)
    for argument, default in zip([*taken.posonlyargs, *taken.args], defaults, strict=True):
        if argument not in taken.posonlyargs:
            named[argument.arg] = None if default is None else ast.unparse(default)
    for argument, default in zip(taken.kwonlyargs, taken.kw_defaults, strict=True):
        named[argument.arg] = None if default is None else ast.unparse(default)
    if taken.args and not taken.posonlyargs:
        del named[taken.args[0].arg]  # self
    return named, taken.kwarg is not None


def _forward(tree: ast.ClassDef) -> tuple[int, float]:
    taken = _method(tree, "forward")
    if taken is None:
        raise SourceError(
            Text("{name} has no forward.", name=tree.name),
            expected="a method forward(self, x)",
            fix="Say in it what comes out.",
        )
    count = len(taken.posonlyargs) + len(taken.args) - 1
    return max(0, count - len(taken.defaults)), float("inf") if taken.vararg else count
