"""The layout of statements, held against the formatter itself on random ones."""

from __future__ import annotations

import ast
import random
import re
import subprocess
import sys

import pytest

from designer.codegen.layout import WIDTH, flat, parsed, quoted, statement

SHORT = ("x", "k", "ratio", "stride", "size[0]", "in_channels", "out_channels")
LONG = ("in_height", "num_convs", "a_rather_long_parameter_name", "another_long_parameter_of_this")
NUMBERS = ("0", "1", "7", "64", "4096", "0.5", "1e-5", "1e20", "True", "None", "'a'", '"it\'s"', "'say \"hi\"'")


class Writer:
    """Writes random statements of the kinds that generated code has."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def name(self) -> str:
        return self.random.choice(SHORT + LONG)

    def attribute(self) -> str:
        return f"self.{self.name().split('[')[0]}"

    def expression(self, depth: int) -> str:
        if depth <= 0 or self.random.random() < 0.25:
            return self.name() if self.random.random() < 0.7 else self.random.choice(NUMBERS)
        a, b, c = (self.expression(depth - 1) for _ in range(3))
        sign = self.random.choice(("+", "-", "*", "//", "%", "**", "!=", "<=", "and", "or", ","))
        forms = (
            *[f"(({a}) {sign} ({b}))"] * 5,
            f"(-({a}))",
            f"(not ({a}))",
            f"max({a}, {b})",
            f"({a} if {b} else {c})",
        )
        return self.random.choice(forms)

    def call(self, depth: int) -> str:
        function = self.random.choice(("nn.Conv2d", "ConvReLU", "Inception", "nn.Linear"))
        keywords = self.random.sample([name for name in SHORT + LONG if "[" not in name], self.random.randint(0, 4))
        values = [self.expression(depth) for _ in range(self.random.randint(0, 2))]
        return f"{function}({', '.join([*values, *(f'{key}={self.expression(depth)}' for key in keywords)])})"

    def statement(self) -> str:
        names = [self.name() for _ in range(self.random.randint(2, 7))]
        columns = self.random.choices(("c1", "c2_reduce", "num_convs", "out_channels"), k=self.random.randint(2, 4))
        depth = self.random.randint(0, 2)
        forms = (
            f"{self.attribute()} = {self.call(depth)}",
            f"{self.attribute()}.append({self.call(depth)})",
            f"{self.attribute()} = nn.Sequential(*({self.call(depth)} for _ in range({self.expression(1)})))",
            f"return torch.cat(({', '.join(names)}), dim=1)",
            f"x = {' + '.join(names)} if self.use_add else x",
            f"return {', '.join(names)}",
            f"return {' + '.join(names)}",
            f"a, b = {self.attribute()}({', '.join(names)})",
            f"for _ in range({self.expression(1)}): pass",
            f"for index, ({', '.join(columns)}) in enumerate({self.name()}, start=1): pass",
            f'self.add_module(f"block{{index}}", {self.call(depth)})',
            f"if {' and '.join(f'{name} != 1' for name in names)}: pass",
            f"x = {self.name()} {self.random.choice('+-*')} {self.name()} // {self.random.choice(('2', 'stride'))}",
        )
        return self.random.choice(forms)


def formatted(source: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--no-cache", "-"]
    return subprocess.run(command, input=source, capture_output=True, text=True, check=True, encoding="utf-8").stdout


@pytest.mark.parametrize("seed", range(3))
def test_statements_are_laid_out_as_the_formatter_does(seed):
    writer, parts = Writer(seed), []
    texts = [writer.statement() for _ in range(400)]
    for number, text in enumerate(texts):
        tree = parsed(text)
        tail = ["        " + "    pass"] if isinstance(tree, ast.For | ast.If) else []
        parts += [f"def f{number}():", "    if True:", *statement(tree, " " * 8), *tail, "", ""]
    ours = "\n".join(parts).rstrip() + "\n"
    cut = re.compile(r"^def f\d+\(\):\n", re.MULTILINE)
    theirs = cut.split(formatted(ours))
    wrong = [(a, b) for a, b in zip(cut.split(ours), theirs, strict=True) if a.rstrip() != b.rstrip()]
    assert wrong == []


@pytest.mark.parametrize("seed", range(3))
def test_the_layout_changes_no_meaning(seed):
    writer = Writer(seed)
    for _ in range(400):
        tree = parsed(writer.statement())
        lines = statement(tree, "")
        tail = " pass" if isinstance(tree, ast.For | ast.If) else ""
        assert ast.dump(ast.parse("\n".join(lines) + tail)) == ast.dump(ast.Module([tree], []))
        assert len(lines) > 1 or len(lines[0]) <= WIDTH or len(ast.unparse(tree)) > WIDTH


@pytest.mark.parametrize(
    "text",
    ["", "a", "it's", 'say "hi"', 'it\'s "both"', "''\"", "\\", "\\'", '\\"', "\n", "\0", "é", "\ud800", "\u202e"],
)
def test_a_text_as_source_is_that_text(text):
    assert ast.literal_eval(quoted(text)) == text
    quoted(text).encode("utf-8")


def test_brackets_that_mean_nothing_go():
    assert flat(ast.parse("((a) + ((b * c)))", mode="eval").body) == "a + b * c"
    assert flat(ast.parse("(a + b) * c - (d - e)", mode="eval").body) == "(a + b) * c - (d - e)"
