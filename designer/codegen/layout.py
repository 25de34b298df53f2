"""Statements laid out as the field's formatters do it, at 88 columns, from the syntax tree of their source.

Only the forms that generated code has: assignments, calls, `return`, heads of `if` and `for`, and in them expressions,
attributes, keyword arguments and generators. Brackets that mean nothing go. `tests/codegen` holds the layout against a
formatter itself.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

WIDTH = 88
STEP = "    "

_TERNARY, _OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(10)
_BINARY: dict[type[ast.operator], tuple[str, int]] = {
    ast.Add: ("+", _SUM),
    ast.Sub: ("-", _SUM),
    ast.Mult: ("*", _PRODUCT),
    ast.Div: ("/", _PRODUCT),
    ast.FloorDiv: ("//", _PRODUCT),
    ast.Mod: ("%", _PRODUCT),
    ast.Pow: ("**", _POWER),
}
_UNARY: dict[type[ast.unaryop], tuple[str, int]] = {
    ast.USub: ("-", _SIGN),
    ast.UAdd: ("+", _SIGN),
    ast.Not: ("not ", _NOT),
}
_COMPARISON: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
}


@lru_cache(maxsize=1024)
def parsed(text: str) -> ast.stmt:
    """The syntax tree of one statement; not to be changed."""
    return ast.parse(text).body[0]


def statement(tree: ast.stmt, indent: str) -> list[str]:
    """An assignment, an expression, a `return`, or the head of an `if` or a `for`, as one or more lines."""
    match tree:
        case ast.Assign(targets=[target], value=value):
            return _placed(f"{_targets(target)} = ", value, "", indent, is_bare=isinstance(target, ast.Tuple))
        case ast.AnnAssign(target=target, annotation=annotation, value=None):
            return [f"{indent}{flat(target)}: {flat(annotation)}"]
        case ast.AnnAssign(target=target, annotation=annotation, value=ast.expr() as value):
            return _placed(f"{flat(target)}: {flat(annotation)} = ", value, "", indent)
        case ast.AugAssign(target=target, op=op, value=value):
            return _placed(f"{flat(target)} {_BINARY[type(op)][0]}= ", value, "", indent)
        case ast.Return(value=ast.expr() as value):
            return _placed("return ", value, "", indent, is_bare=True)
        case ast.If(test=test):
            return _placed("if ", test, ":", indent)
        case ast.For(target=target, iter=iterated):
            return _placed(f"for {_targets(target)} in ", iterated, ":", indent)
        case ast.Expr(value=value):
            return _placed("", value, "", indent)
    raise ValueError(f"generated code has no {type(tree).__name__}")


def table(tree: ast.stmt, indent: str) -> Iterator[list[str]]:
    """The assignment of a tuple with each of its items on a line of its own: what opens it, each item, what closes."""
    match tree:
        case ast.Assign(targets=[target], value=ast.Tuple(elts=items)):
            yield [f"{indent}{_targets(target)} = ("]
            yield from (_inside(item, indent + STEP, "", ",") for item in items)
            yield [f"{indent})"]


def _targets(target: ast.expr) -> str:
    several = isinstance(target, ast.Tuple) and len(target.elts) > 1
    return ", ".join(map(flat, target.elts)) if several else flat(target)


def _placed(prefix: str, value: ast.expr, suffix: str, indent: str, *, is_bare: bool = False) -> list[str]:
    """A value behind `prefix`: on one line, broken in its own brackets, or in brackets put around it.

    is_bare: whether a tuple on one line goes without its brackets.
    """
    text = flat(value)[1:-1] if is_bare and isinstance(value, ast.Tuple) and len(value.elts) > 1 else flat(value)
    if len(indent) + len(prefix) + len(text) + len(suffix) <= WIDTH:
        return [indent + prefix + text + suffix]
    if isinstance(value, ast.Call | ast.Tuple) or not _is_operation(value):
        lines = _broken(value, indent, prefix, suffix)
        if len(lines[0]) <= WIDTH or not isinstance(value, ast.Call) or not prefix.endswith("= "):
            return lines
        return [f"{indent}{prefix}(", *_inside(value, indent + STEP, "", ""), f"{indent}){suffix}"]
    if lines := _at_own_brackets(value, indent, prefix, suffix):
        return lines
    return [f"{indent}{prefix}(", *_inside(value, indent + STEP, "", ""), f"{indent}){suffix}"]


# -- on one line ------------------------------------------------------------------------------------------------------


def flat(node: ast.expr) -> str:
    """An expression on one line."""
    return _flat(node)[0]


def _flat(node: ast.expr) -> tuple[str, int]:
    match node:
        case ast.Name(id=name):
            return name, _ATOM
        case ast.Constant(value=str() as value):
            return quoted(value), _ATOM
        case ast.Constant(value=value):
            return repr(value).replace("e+", "e"), _ATOM
        case ast.Attribute(value=value, attr=attr):
            return f"{_operand(value, _ATOM)}.{attr}", _ATOM
        case ast.Subscript(value=value, slice=index):
            return f"{_operand(value, _ATOM)}[{flat(index)}]", _ATOM
        case ast.JoinedStr(values=values):
            parts = (v.value if isinstance(v, ast.Constant) else f"{{{flat(v.value)}}}" for v in values)
            return f'f"{"".join(parts)}"', _ATOM
        case ast.Tuple(elts=items):
            return f"({', '.join(map(flat, items))}{',' if len(items) == 1 else ''})", _ATOM
        case ast.Call(func=func):
            return f"{_operand(func, _ATOM)}({', '.join(_argument(item) for item in _arguments(node))})", _ATOM
        case ast.GeneratorExp():
            return f"({flat(node.elt)} {_loop(node)})", _ATOM
        case ast.UnaryOp(op=op, operand=operand):
            sign, level = _UNARY[type(op)]
            power = isinstance(operand, ast.BinOp) and isinstance(operand.op, ast.Pow)
            return f"{sign}{_operand(operand, _ATOM if power else level)}", level
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            gap = (
                "" if _is_simple(left) and _is_simple(right) and not isinstance(left, ast.BinOp | ast.UnaryOp) else " "
            )
            return f"{_operand(left, _ATOM)}{gap}**{gap}{_operand(right, _SIGN)}", _POWER
        case ast.BinOp(left=left, op=op, right=right):
            sign, level = _BINARY[type(op)]
            return f"{_operand(left, level)} {sign} {_operand(right, level + 1)}", level
        case ast.BoolOp(op=op, values=values):
            word, level = (" and ", _AND) if isinstance(op, ast.And) else (" or ", _OR)
            return word.join(_operand(value, level + 1) for value in values), level
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            parts = [f"{_COMPARISON[type(op)]} {_operand(c, _SUM)}" for op, c in zip(ops, comparators, strict=True)]
            return " ".join([_operand(left, _SUM), *parts]), _COMPARE
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return f"{_operand(body, _OR)} if {_operand(test, _OR)} else {_operand(orelse, _TERNARY)}", _TERNARY
    raise ValueError(f"generated code has no {type(node).__name__}")


def _operand(node: ast.expr, need: int) -> str:
    text, level = _flat(node)
    return text if level >= need else f"({text})"


def _arguments(node: ast.Call) -> list[ast.expr | ast.keyword]:
    return [*node.args, *node.keywords]


def _argument(item: ast.expr | ast.keyword) -> str:
    if isinstance(item, ast.keyword):
        return f"{item.arg}={flat(item.value)}"
    if isinstance(item, ast.Starred):
        return f"*{_operand(item.value, _OR)}"
    return flat(item)


def _loop(node: ast.GeneratorExp) -> str:
    (loop,) = node.generators
    return f"for {flat(loop.target)} in {flat(loop.iter)}"


def _is_simple(node: ast.expr) -> bool:
    """Whether a power is written without spaces around it, as far as this side goes."""
    match node:
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            return not isinstance(operand, ast.UnaryOp | ast.BinOp) and _is_simple(operand)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _is_simple(left) and _is_simple(right)
        case ast.Constant(value=value):
            return not isinstance(value, str)
        case ast.Attribute(value=value):
            return isinstance(value, ast.Name | ast.Attribute) and _is_simple(value)
    return isinstance(node, ast.Name)


def quoted(text: str) -> str:
    """A text as source: in double quotes, unless single ones save a backslash."""
    body = repr(text)[1:-1]
    if "'" in text and '"' in text:
        body = body.replace("\\'", "'")  # the only case in which Python escapes a quote
    if text.count('"') > text.count("'"):
        escaped = body.replace("'", "\\'")
        return f"'{escaped}'"
    escaped = body.replace('"', '\\"')
    return f'"{escaped}"'


# -- broken -----------------------------------------------------------------------------------------------------------


def _inside(node: ast.expr, indent: str, prefix: str, suffix: str) -> list[str]:
    """An expression within brackets: on one line where it fits, else broken at its loosest operators or brackets."""
    text = flat(node)
    if len(indent) + len(prefix) + len(text) + len(suffix) <= WIDTH:
        return [indent + prefix + text + suffix]
    if not _is_operation(node):
        return _broken(node, indent, prefix, suffix)
    parts = list(_parts(node))
    lines: list[str] = []
    for index, (word, part, need) in enumerate(parts):
        end = suffix if index == len(parts) - 1 else ""
        lines += _operand_lines(part, need, indent, (prefix if index == 0 else "") + word, end)
    return lines


def _parts(node: ast.expr) -> Iterator[tuple[str, ast.expr, int]]:
    """An operation cut at its loosest operators: what leads each part, the part, and how tightly it has to bind."""
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            sign, level = _BINARY[type(op)]
            if isinstance(op, ast.Pow):
                yield "", left, _ATOM
                yield f"{sign} ", right, _SIGN
                return
            if isinstance(left, ast.BinOp) and _BINARY[type(left.op)][1] == level:
                yield from _parts(left)
            else:
                yield "", left, level
            yield f"{sign} ", right, level + 1
        case ast.BoolOp(op=op, values=values):
            word, level = ("and ", _AND) if isinstance(op, ast.And) else ("or ", _OR)
            for index, value in enumerate(values):
                lead = word if index else ""
                if isinstance(op, ast.Or) and isinstance(value, ast.BoolOp) and isinstance(value.op, ast.And):
                    first, *others = _parts(value)  # `and` and `or` break together
                    yield lead, *first[1:]
                    yield from others
                else:
                    yield lead, value, level + 1
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            yield "", left, _SUM
            for op, comparator in zip(ops, comparators, strict=True):
                yield f"{_COMPARISON[type(op)]} ", comparator, _SUM
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield "", body, _OR
            yield "if ", test, _OR
            if isinstance(orelse, ast.IfExp):
                first, *others = _parts(orelse)
                yield f"else {first[0]}", *first[1:]
                yield from others
            else:
                yield "else ", orelse, _TERNARY
        case ast.UnaryOp(op=op, operand=operand):
            sign, level = _UNARY[type(op)]
            yield sign, operand, level


def _operand_lines(node: ast.expr, need: int, indent: str, prefix: str, suffix: str) -> list[str]:
    text, level = _flat(node)
    if level >= need:
        return _inside(node, indent, prefix, suffix)
    if len(indent) + len(prefix) + len(text) + 2 + len(suffix) <= WIDTH:
        return [f"{indent}{prefix}({text}){suffix}"]
    return [f"{indent}{prefix}(", *_inside(node, indent + STEP, "", ""), f"{indent}){suffix}"]


def _broken(node: ast.expr, indent: str, prefix: str, suffix: str) -> list[str]:
    """A call, a tuple or a generator broken in its brackets; anything else stays on its line."""
    inner = indent + STEP
    match node:
        case ast.Call(func=func):
            items = _arguments(node)
            head = f"{indent}{prefix}{_operand(func, _ATOM)}("
            if not items:
                return [f"{head}){suffix}"]
            joined = ", ".join(_argument(item) for item in items)
            if len(inner) + len(joined) <= WIDTH:
                return [head, inner + joined, f"{indent}){suffix}"]
            comma = "" if len(items) == 1 and isinstance(items[0], ast.GeneratorExp) else ","
            lines = [line for item in items for line in _argument_lines(item, inner, comma)]
            return [head, *lines, f"{indent}){suffix}"]
        case ast.Tuple(elts=items) if items:
            lines = [line for item in items for line in _inside(item, inner, "", ",")]
            return [f"{indent}{prefix}(", *lines, f"{indent}){suffix}"]
        case ast.GeneratorExp():
            (loop,) = node.generators
            lines = [*_inside(node.elt, inner, "", ""), *_inside(loop.iter, inner, f"for {flat(loop.target)} in ", "")]
            return [f"{indent}{prefix}(", *lines, f"{indent}){suffix}"]
    if _is_operation(node):
        return [f"{indent}{prefix}(", *_inside(node, inner, "", ""), f"{indent}){suffix}"]
    return [indent + prefix + flat(node) + suffix]


def _argument_lines(item: ast.expr | ast.keyword, indent: str, comma: str) -> list[str]:
    if isinstance(item, ast.keyword):
        return _inside(item.value, indent, f"{item.arg}=", comma)
    if isinstance(item, ast.Starred):
        return _operand_lines(item.value, _OR, indent, "*", comma)
    return _inside(item, indent, "", comma)


def _is_operation(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp | ast.BoolOp | ast.Compare | ast.IfExp | ast.UnaryOp)


def _at_own_brackets(node: ast.expr, indent: str, prefix: str, suffix: str) -> list[str]:
    """An operation of two operands broken in the brackets that it begins or ends with; empty where that is no use."""
    parts = list(_parts(node))
    if len(parts) != 2 or isinstance(node, ast.IfExp | ast.UnaryOp):
        return []
    text, first, last = flat(node), _outermost(node, 0), _outermost(node, 1)
    head = text.removesuffix(last[1])
    if last[1] and not isinstance(first[0], ast.Call) and len(indent + prefix + head) < WIDTH:
        lines = _broken(last[0], indent, prefix + head, suffix)
    elif first[1]:
        lines = _broken(first[0], indent, prefix, text.removeprefix(first[1]) + suffix)
    else:
        return []
    return lines if all(len(line) <= WIDTH for line in (lines[0], lines[-1])) else []


def _outermost(node: ast.expr, side: int) -> tuple[ast.expr, str]:
    """The first (side 0) or last (side 1) operand of an operation, and its text where it is in brackets, else empty."""
    while _is_operation(node) and not isinstance(node, ast.IfExp):
        parts = list(_parts(node))
        word, part, need = parts[-side]
        if word and not side:
            return part, ""
        text, level = _flat(part)
        if level < need:
            return part, f"({text})"
        node = part
    return node, flat(node) if isinstance(node, ast.Call | ast.Tuple) and not flat(node).endswith("()") else ""
