"""Single settings of a program as text, such as ``group=3-6`` or ``rule=LevelGap(1, 2)``: what ``--set`` takes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from mmatch.errors import InputError, Problem, excerpt
from mmatch.program import Program
from mmatch.registry import find

KEYS = ("format", "group", "rule", "aims")
ARGUMENT = re.compile(r"(?P<name>\w+)?(?P<open>[(\[{,=:])(?P<text>[^()\[\]{},=:'\"]+)(?=[)\]},])")
GROUP = re.compile(r"(\d{1,9})(?:\s*(?:-|\.\.|,)\s*(\d{1,9}))?")


def with_settings(program: Program, settings: Iterable[str]) -> Program:
    """A program with some settings changed.

    ``format=two_session``; ``group=3-6`` for all topics, ``group=data=2-4`` for one; ``rule=Differs(department)`` adds
    a rule; ``aims=Coverage, Fit + EvenLoad`` replaces the aims, with ``+`` between aims that share a tier.

    Raises:
        InputError: an unknown key, rule, aim or argument, with the text that was given.
    """
    for setting in settings:
        key, found, text = setting.partition("=")
        if not found or key.strip() not in KEYS:
            hint = "such as group=3-6, rule=Differs(department), aims=Coverage,EvenLoad"
            raise _wrong(setting, f"expected one of {', '.join(KEYS)}, then = and a value", hint)
        program = _changed(program, key.strip(), text.strip(), setting)
    return program


def _changed(program: Program, key: str, text: str, setting: str) -> Program:
    if key == "format":
        return replace(program, format=text)
    if key == "group":
        return replace(program, group=_sizes(program, text, setting))
    tiers = [[_part(item, setting) for item in _summands(tier)] for tier in _items(text, setting)]
    if key == "aims":
        return replace(program, aims=Program.from_json({"aims": tiers}).aims)
    added = Program.from_json({"rules": [part for tier in tiers for part in tier]})
    return replace(program, rules=(*program.rules, *added.rules))


def _sizes(program: Program, text: str, setting: str) -> Any:
    """Group sizes for all topics, or for one topic next to those that the program has."""
    topic, named, sizes = text.rpartition("=")
    found = GROUP.fullmatch(sizes.strip())
    if not found:
        raise _wrong(setting, "expected least-most, such as 3-6, or topic=least-most, such as data=2-4")
    bounds = int(found[1]), int(found[2] or found[1])
    if not named:
        return bounds
    others = program.group if isinstance(program.group, Mapping) else {None: program.group}
    return {**others, topic.strip(): bounds}


def _items(text: str, setting: str) -> list[ast.expr]:
    body = _parsed(text)
    if body is None:
        quoted = ARGUMENT.sub(_quoted, text)
        if quoted != text and _parsed(quoted):
            raise _wrong(setting, "texts need quotes", f"write {setting.partition('=')[0]}={quoted}")
        raise _wrong(setting, "expected a name with arguments, such as LevelGap(1, 2)")
    return list(body.elts) if isinstance(body, ast.Tuple) else [body]


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def _quoted(found: re.Match[str]) -> str:
    """An argument that is no Python as a text in quotes; as a pair of texts where the rule takes pairs."""
    name, opening, text = found["name"] or "", found["open"], found["text"].strip()
    if _parsed(text):
        return found[0]
    words, rule = text.split(), find("mmatch.rules", name)
    pairs = rule and "pairs" in rule.__dataclass_fields__ and len(words) > 1
    inner = f"[({', '.join(map(repr, words))})]" if pairs else repr(text)
    return f"{name}{opening}{' ' * (opening == ',')}{inner}"


def _summands(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_summands(node.left), *_summands(node.right)]
    return [node]


def _part(node: ast.expr, setting: str) -> dict[str, Any]:
    """A rule or an aim as plain data, as `Program.from_json` reads it."""
    if isinstance(node, ast.Name):
        return {"name": node.id}
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        raise _wrong(setting, "expected a name with arguments, such as Differs(department)")
    name = node.func.id
    kind = find("mmatch.rules", name) or find("mmatch.aims", name)
    fields = [f.name for f in kind.__dataclass_fields__.values() if not f.kw_only] if kind else []
    if kind and len(node.args) > len(fields):
        expected = f"{', '.join(fields)} (a list stands in brackets)"
        raise _wrong(setting, f"found {len(node.args)} arguments of {name}, expected {expected}")
    data = {"name": name, **dict(zip(fields, (_value(arg, setting) for arg in node.args), strict=False))}
    for keyword in node.keywords:
        data[str(keyword.arg)] = _value(keyword.value, setting)
    return data


def _value(node: ast.expr, setting: str) -> Any:
    """A literal in which bare words are texts; {a: b} becomes a list of pairs, as JSON has it."""
    if isinstance(node, ast.Name):
        return {"True": True, "False": False, "None": None}.get(node.id, node.id)
    if isinstance(node, ast.Tuple | ast.List):
        return [_value(item, setting) for item in node.elts]
    if isinstance(node, ast.Dict) and all(key is not None for key in node.keys):
        pairs = zip(node.keys, node.values, strict=True)
        return [[_value(key, setting), _value(value, setting)] for key, value in pairs if key is not None]
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise _wrong(setting, f"{excerpt(ast.unparse(node))} is no value: write numbers, words or 'texts'") from None


def _wrong(setting: str, message: str, hint: str = "") -> InputError:
    return InputError(Problem("setting", f"--set {excerpt(setting)}", message, hint))
