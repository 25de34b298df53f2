"""Dimensions that remember how they were calculated.

A `Dim` is an int with a source: `512 // ratio` or `in_height // 2`. The catalogue's shape rules run on Dims as they do
on ints, so one rule gives both the number that the canvas shows and the expression that generated code writes. What
slides and pools do to a length folds into (base + offset) // divisor, so that two halvings read `in_height // 4`.
"""

from __future__ import annotations

import ast
from functools import lru_cache

_COND, _ADD, _MUL, _ATOM = range(4)  # how tightly a source binds
_LONGEST = 1500  # characters of a source that anybody would want to read
UNSTATED = "_unstated_"  # the source of a length whose value is known, but not how it follows


class Dim(int):
    """An int with a source in Python. Arithmetic with it gives a Dim, comparisons go by value."""

    _base: str
    _level: int
    _offset: int
    _divisor: int
    _addends: tuple[str, ...]  # what `_base` is the sum of, so that a difference can leave out what is on both sides

    def __new__(cls, value: int, source: str) -> Dim:
        """value: what it is for the instance at hand; source: how it follows from the parameters of the class."""
        return cls._make(value, source, _level(ast.parse(source, mode="eval").body))

    @classmethod
    def _make(
        cls, value: int, base: str, level: int, offset: int = 0, divisor: int = 1, addends: tuple[str, ...] = ()
    ) -> Dim:
        dim = super().__new__(cls, value)
        if len(base) > _LONGEST or UNSTATED in base:
            base, level, offset, divisor, addends = UNSTATED, _ATOM, 0, 1, ()
        dim._base, dim._level, dim._offset, dim._divisor = base, level, offset, divisor
        dim._addends = addends or (_wrap(base, level, _ADD),)
        return dim

    @property
    def source(self) -> str:
        """The expression that calculates it."""
        return self._render()[0]

    def __repr__(self) -> str:
        return self.source

    def _render(self) -> tuple[str, int]:
        text, level = self._base, self._level
        if self._base == UNSTATED:
            return UNSTATED, _ATOM
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

    def _terms(self) -> tuple[tuple[str, ...], int]:
        """It as a sum of addends and a number."""
        if self._divisor == 1:
            return self._addends, self._offset
        return (_wrap(*self._render(), _ADD),), 0

    @classmethod
    def _sum(cls, value: int, addends: tuple[str, ...], offset: int) -> int:
        level = _ADD if len(addends) > 1 else _level(ast.parse(addends[0], mode="eval").body) if addends else _ATOM
        return cls._make(value, " + ".join(addends), level, offset, 1, addends) if addends else offset

    def __add__(self, other: int) -> int:
        value = int(self) + int(other)
        if not isinstance(other, Dim):
            return self._make(
                value, self._base, self._level, self._offset + other * self._divisor, self._divisor, self._addends
            )
        (mine, offset), (theirs, more) = self._terms(), other._terms()
        return self._sum(value, mine + theirs, offset + more)

    def __radd__(self, other: int) -> int:
        return self + other

    def __sub__(self, other: int) -> int:
        if not isinstance(other, Dim):
            return self + -other
        if UNSTATED in (self._base, other._base):  # two of them are not the same for having the same source
            return unstated(int(self) - int(other))
        (mine, offset), (theirs, less) = self._terms(), other._terms()
        left = list(mine)
        for addend in theirs:
            if addend not in left:
                return self._join(other, "-", int(self) - int(other))
            left.remove(addend)
        return self._sum(int(self) - int(other), tuple(left), offset - less)

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
            return self._make(value, self._base, self._level, self._offset, self._divisor * other, self._addends)
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
        return unstated(chosen) if UNSTATED in repr(yes) else yes
    first, test = (f"({text})" if " if " in text else text for text in (repr(yes), condition))
    return Dim._make(int(chosen), f"{first} if {test} else {no!r}", _COND)


def unstated(length: int) -> Dim:
    """A length without a source."""
    return Dim._make(int(length), UNSTATED, _ATOM)


def grown(start: int, probe: str, behind: int, count: int) -> int:
    """The closed form of a length that `count` copies change, from one copy's change of a length called `probe`.

    `probe + growth` gives start + count * growth, `probe // 2` gives start // 2**count, `2 * probe` start * 2**count; a
    length that does not depend on the one before is what the last copy makes of it.
    """
    if not isinstance(behind, Dim) or probe not in names_in(behind.source):
        return behind
    if behind.source == probe:
        return start
    growth = behind - Dim(int(start), probe)
    if not isinstance(growth, Dim):
        return start + count * growth if growth > 0 else start - count * -growth
    if probe not in names_in(growth.source):
        return start + count * growth
    left, _, right = behind.source.partition(" * " if " * " in behind.source else " // ")
    by = right if left == probe else left if right == probe and " * " in behind.source else ""
    if by.isdecimal():
        power = Dim._make(int(by) ** int(count), f"{by}**{_wrap(*_rendered(count), _ATOM)}", _ATOM)
        return start * power if " * " in behind.source else start // power
    return unstated(behind)


@lru_cache(maxsize=4096)
def names_in(source: str) -> frozenset[str]:
    """The names that an expression reads, those of functions among them."""
    return frozenset(node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name))


def _level(tree: ast.expr) -> int:
    match tree:
        case ast.Name() | ast.Call() | ast.Subscript() | ast.Constant() | ast.BinOp(op=ast.Pow()):
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
