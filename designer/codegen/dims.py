"""Dimensions that remember how they were calculated.

A `Dim` is an int with a source: `512 // ratio` or `in_height // 2`. The catalogue's shape rules run on Dims as they do
on ints, so one rule gives both the number that the canvas shows and the expression that generated code writes. What
slides and pools do to a length folds into (base + offset) // divisor, so that two halvings read `in_height // 4`.
"""

from __future__ import annotations

import ast

_COND, _ADD, _MUL, _ATOM = range(4)  # how tightly a source binds


class Dim(int):
    """An int with a source in Python. Arithmetic with it gives a Dim, comparisons go by value."""

    _base: str
    _level: int
    _offset: int
    _divisor: int

    def __new__(cls, value: int, source: str) -> Dim:
        """value: what it is for the instance at hand; source: how it follows from the parameters of the class."""
        return cls._make(value, source, _level(ast.parse(source, mode="eval").body))

    @classmethod
    def _make(cls, value: int, base: str, level: int, offset: int = 0, divisor: int = 1) -> Dim:
        dim = super().__new__(cls, value)
        dim._base, dim._level, dim._offset, dim._divisor = base, level, offset, divisor
        return dim

    @property
    def source(self) -> str:
        """The expression that calculates it."""
        return self._render()[0]

    def __repr__(self) -> str:
        return self.source

    def _render(self) -> tuple[str, int]:
        text, level = self._base, self._level
        if self._offset:
            text = f"{_wrap(text, level, _ADD)} {'+' if self._offset > 0 else '-'} {abs(self._offset)}"
            level = _ADD
        if self._divisor != 1:
            text, level = f"{_wrap(text, level, _MUL)} // {self._divisor}", _MUL
        return text, level

    def _join(self, other: int, sign: str, value: int, swapped: bool = False) -> Dim:
        left, right = (other, self) if swapped else (self, other)
        need = _MUL if sign in ("*", "//", "%") else _ADD
        tight = need if sign == "+" else need + 1  # what stands on the right of - * // % is wrapped if it binds alike
        text = f"{_wrap(*_rendered(left), need)} {sign} {_wrap(*_rendered(right), tight)}"
        return self._make(value, text, need)

    def __add__(self, other: int) -> int:
        value = int(self) + int(other)
        if not isinstance(other, Dim):
            return self._make(value, self._base, self._level, self._offset + other * self._divisor, self._divisor)
        return self._join(other, "+", value)

    def __radd__(self, other: int) -> int:
        return self + other

    def __sub__(self, other: int) -> int:
        if not isinstance(other, Dim):
            return self + -other
        if (self._base, self._divisor) == (other._base, 1) and other._divisor == 1:
            return self._offset - other._offset
        return self._join(other, "-", int(self) - int(other))

    def __rsub__(self, other: int) -> int:
        return self._join(other, "-", int(other) - int(self), swapped=True)

    def __mul__(self, other: int) -> int:
        if not isinstance(other, Dim) and other in (0, 1):
            return self if other else 0
        return self._join(other, "*", int(self) * int(other))

    def __rmul__(self, other: int) -> int:
        if other in (0, 1):
            return self if other else 0
        return self._join(other, "*", int(other) * int(self), swapped=True)

    def __floordiv__(self, other: int) -> int:
        value = int(self) // int(other)
        if not isinstance(other, Dim) and other > 0:
            return self._make(value, self._base, self._level, self._offset, self._divisor * other)
        return self._join(other, "//", value)

    def __rfloordiv__(self, other: int) -> int:
        return self._join(other, "//", int(other) // int(self), swapped=True)

    def __mod__(self, other: int) -> int:
        return int(self) % int(other)  # asked only in checks

    def __neg__(self) -> int:
        return self._make(-int(self), f"-{_wrap(*self._render(), _ATOM)}", _ADD)


def choose(condition: str, yes: int, no: int, chosen: int) -> int:
    """The dimension that is `yes` where `condition` holds and `no` elsewhere; `chosen` is its value here."""
    if repr(yes) == repr(no):
        return yes
    return Dim._make(int(chosen), f"{yes!r} if {condition} else {no!r}", _COND)


def _level(tree: ast.expr) -> int:
    match tree:
        case ast.Name() | ast.Call() | ast.Subscript() | ast.Constant():
            return _ATOM
        case ast.BinOp(op=ast.Mult() | ast.Div() | ast.FloorDiv() | ast.Mod()):
            return _MUL
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            return _ADD
    return _COND


def _rendered(number: int) -> tuple[str, int]:
    if isinstance(number, Dim):
        return number._render()
    return str(number), _ATOM if number >= 0 else _ADD


def _wrap(text: str, level: int, need: int) -> str:
    return text if level >= need else f"({text})"
