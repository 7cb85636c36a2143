# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentences that failures begin with, read from the code without running it.

A sentence is text with ``...`` for what is only known at run time.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path

from tests.tools.dependencies import ROOT

PLUGINS = ROOT / "plugins"
GAP = "..."
# Failures with a sentence of their own, made of the arguments.
_FORMS = {"InvalidOption": "{0}: {1}", "MissingLibrary": "The Python package {0} is missing.", "ApiError": "{1}"}
# Further ways in which a sentence reaches the user.
_ALSO = {"AnsibleError": "{0}", "AnsibleFilterError": "{0}", "Verdict": "{1}"}
_DEEPEST = 6


@dataclass(frozen=True)
class Site:
    """A place in the code that makes a failure, and one sentence that it can begin with."""

    place: str
    kind: str
    text: str

    @property
    def is_known(self) -> bool:
        """Whether the place has words of its own; others pass on the sentence of another failure."""
        return len(re.findall(r"\w{2,}", self.text)) > 1


class Module:
    """A parsed file: what it calls constants and functions."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tree = ast.parse(path.read_text("utf-8"))

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef]:
        return {node.name: node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)}

    @cached_property
    def constants(self) -> dict[str, ast.expr]:
        return dict(_assigned(self.tree.body))

    @cached_property
    def imported(self) -> dict[str, str]:
        """Names that other files of the collection define, and the names there."""
        nodes = (node for node in ast.walk(self.tree) if isinstance(node, ast.ImportFrom) and node.level)
        return {alias.asname or alias.name: alias.name for node in nodes for alias in node.names}


def _assigned(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for node in body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, node.value


class Reader:
    """What expressions of the collection can say."""

    def __init__(self, modules: list[Module]) -> None:
        self.modules = modules

    def of(self, node: ast.expr, module: Module, within: ast.AST, depth: int = 0) -> set[str]:
        """Every sentence that an expression can be."""
        if depth > _DEEPEST:
            return {GAP}
        again = lambda each: self.of(each, module, within, depth + 1)  # noqa: E731
        if isinstance(node, ast.Constant):
            return {str(node.value)}
        if isinstance(node, ast.JoinedStr):
            parts = [
                self._short(part.value, module, within, depth) if isinstance(part, ast.FormattedValue) else again(part)
                for part in node.values
            ]
            return {"".join(each) for each in product(*parts)}
        if isinstance(node, ast.IfExp):
            return again(node.body) | again(node.orelse)
        if isinstance(node, ast.BoolOp):
            return set().union(*map(again, node.values))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return {left + right for left, right in product(again(node.left), again(node.right))}
        if isinstance(node, ast.Dict):
            return set().union(*map(again, node.values))
        if isinstance(node, ast.Subscript):
            return again(node.value)
        if isinstance(node, ast.Name):
            return self._name(node.id, module, within, depth)
        if isinstance(node, ast.Call):
            return self._call(node, module, within, depth)
        return {GAP}

    def _short(self, node: ast.expr, module: Module, within: ast.AST, depth: int) -> set[str]:
        """What stands in the middle of a sentence: text that is always the same, or a gap."""
        found = self.of(node, module, within, depth + 1)
        return found if len(found) == 1 else {GAP}

    def _name(self, name: str, module: Module, within: ast.AST, depth: int) -> set[str]:
        inside = [value for node in ast.walk(within) if isinstance(node, ast.stmt) for key, value in _assigned([node])
                  if key == name]  # fmt: skip
        if inside and within is not module.tree:
            return set().union(*(self.of(value, module, within, depth + 1) for value in inside))
        for home, known in self._homes(name, module):
            if known in home.constants:
                return self.of(home.constants[known], home, home.tree, depth + 1)
        return {GAP}

    def _homes(self, name: str, module: Module) -> Iterator[tuple[Module, str]]:
        yield module, name
        if name in module.imported:
            yield from ((each, module.imported[name]) for each in self.modules)

    def _call(self, node: ast.Call, module: Module, within: ast.AST, depth: int) -> set[str]:
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "get"):
            found = self.of(node.func.value, module, within, depth + 1)
            return {re.sub(r"\{\w+\}", GAP, each) for each in found}
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name == "overdue":  # of the goal of a wait
            name, homes = "_overdue", [(each, "_overdue") for each in self.modules]
        else:
            homes = list(self._homes(name, module))
        told: set[str] = set()
        for home, known in homes:
            function = home.functions.get(known)
            if function and _is_text(function):
                for each in ast.walk(function):
                    if isinstance(each, ast.Return) and each.value:
                        told |= self.of(each.value, home, function, depth + 1)
        return told or {GAP}


def _is_text(function: ast.FunctionDef) -> bool:
    return function.returns is not None and ast.unparse(function.returns) in ("str", "str | None")


def failures(modules: list[Module]) -> set[str]:
    """The names of the classes of failures."""
    classes = [node for module in modules for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)]
    found = {"Failure"}
    for _round in range(4):
        found |= {each.name for each in classes if any(ast.unparse(base) in found for base in each.bases)}
    return found


def sites() -> list[Site]:
    """Every sentence of every place in plugins that makes a failure."""
    modules = [Module(path) for path in sorted(PLUGINS.rglob("*.py"))]
    reader, names = Reader(modules), failures(modules)
    found = []
    for module in modules:
        place = str(module.path.relative_to(ROOT))
        for within, call in _calls(module.tree):
            kind = ast.unparse(call.func).rpartition(".")[2]
            if kind in names | set(_ALSO) and call.args:
                form = _FORMS.get(kind) or _ALSO.get(kind) or "{0}"
                parts = [reader.of(each, module, within) for each in call.args[:2]]
                texts = {form.format(*each) for each in product(*parts)}
                found += [Site(f"{place}:{call.lineno}", kind, _tidy(each)) for each in sorted(texts)]
    return found


def _calls(tree: ast.Module) -> Iterator[tuple[ast.AST, ast.Call]]:
    """Every call, with the function that it stands in."""
    todo: list[tuple[ast.AST, ast.AST]] = [(tree, tree)]
    while todo:
        within, node = todo.pop()
        if isinstance(node, ast.Call):
            yield within, node
        inner = node if isinstance(node, (ast.FunctionDef, ast.Lambda)) else within
        todo += [(inner, child) for child in ast.iter_child_nodes(node)]


def _tidy(text: str) -> str:
    return re.sub(r"(\.\.\.)(\s*\.\.\.)+", GAP, " ".join(text.split()))
