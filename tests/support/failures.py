# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentences that failures begin with, read from the code without running it.

A sentence is text with ``...`` for what is only known at run time.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from pathlib import Path

from tests.tools.dependencies import ROOT

PLUGINS = ROOT / "plugins"
GAP = "..."
# What a failure says, made of its arguments; others say their first one.
_FORMS = {
    "InvalidOption": "{0}: {1}",
    "ApiError": "{1}",
    "MissingLibrary": "Failed to import the required Python library (...)",
}
_ALSO = {"AnsibleError", "AnsibleFilterError"}
# A check before an order says why the order fails, in case it does.
_CHECKS, _FAILED = "Verdict", "FAILED"
# What these say is told within a warning on the revocation list.
_WITHIN = ("_certificate/crl_fetch.py", "_x509/crl.py", "_cas/instances/verdict.py")
# Shows text of others, which is a gap here.
_FOREIGN_TEXT = "_text.py"
_DEEPEST, _VARIANTS, _WORDS = 12, 3, 3


@dataclass(frozen=True)
class Site:
    """A place in the code that makes a failure, and one sentence that it can begin with."""

    place: str
    kind: str
    text: str


class Module:
    """A parsed file: what it calls constants and functions."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tree = ast.parse(path.read_text("utf-8"))
        self.nodes = list(ast.walk(self.tree))

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef]:
        return {node.name: node for node in self.nodes if isinstance(node, ast.FunctionDef)}

    @cached_property
    def properties(self) -> dict[str, ast.FunctionDef]:
        classes = [node for node in self.nodes if isinstance(node, ast.ClassDef)]
        return {node.name: node for each in classes for node in each.body if isinstance(node, ast.FunctionDef)}

    @cached_property
    def constants(self) -> dict[str, ast.expr]:
        return dict(_assigned(self.tree.body))

    @cached_property
    def imported(self) -> dict[str, tuple[str, str]]:
        """Names that other files of the collection define: the names there, and of the files."""
        nodes = (node for node in self.nodes if isinstance(node, ast.ImportFrom) and node.level)
        return {
            alias.asname or alias.name: (alias.name, str(node.module or alias.name).rpartition(".")[2])
            for node in nodes
            for alias in node.names
        }


def _assigned(body: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for node in body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, node.value


@cache
def _inside(function: ast.FunctionDef) -> dict[str, list[ast.expr]]:
    """What a function assigns to its names."""
    found: dict[str, list[ast.expr]] = {}
    for name, value in _assigned(node for node in ast.walk(function) if isinstance(node, ast.stmt)):
        found.setdefault(name, []).append(value)
    return found


@cache
def _returned(function: ast.FunctionDef) -> list[ast.expr]:
    return [each.value for each in ast.walk(function) if isinstance(each, ast.Return) and each.value]


@dataclass(frozen=True)
class Scope:
    """Where an expression stands."""

    module: Module
    within: ast.AST
    depth: int = 0


class Reader:
    """What expressions of the collection can say."""

    def __init__(self, modules: list[Module]) -> None:
        self.modules = modules

    def of(self, node: ast.expr, scope: Scope) -> set[str]:
        """Every sentence that an expression can be."""
        read = getattr(self, f"_of_{type(node).__name__}", None)
        if read is None or scope.depth > _DEEPEST:
            return {GAP}
        found: set[str] = read(node, Scope(scope.module, scope.within, scope.depth + 1))
        return found

    def _of_Constant(self, node: ast.Constant, _scope: Scope) -> set[str]:
        return set() if node.value is None else {str(node.value)}

    def _of_IfExp(self, node: ast.IfExp, scope: Scope) -> set[str]:
        return self.of(node.body, scope) | self.of(node.orelse, scope)

    def _of_Dict(self, node: ast.Dict | ast.BoolOp, scope: Scope) -> set[str]:
        return set().union(*(self.of(each, scope) for each in node.values))

    _of_BoolOp = _of_Dict

    def _of_BinOp(self, node: ast.BinOp, scope: Scope) -> set[str]:
        return {"".join(each) for each in product(self.of(node.left, scope), self.of(node.right, scope))}

    def _of_Subscript(self, node: ast.Subscript, scope: Scope) -> set[str]:
        return self.of(node.value, scope)

    def _of_Attribute(self, node: ast.Attribute, scope: Scope) -> set[str]:
        return self._returned([(scope.module, node.attr)], scope, "properties")

    def _of_JoinedStr(self, node: ast.JoinedStr, scope: Scope) -> set[str]:
        """What begins a text is followed; what stands further in it only where it is one of few clauses."""
        parts = []
        for number, part in enumerate(node.values):
            found = self.of(part.value if isinstance(part, ast.FormattedValue) else part, scope)
            parts.append(found if number == 0 or len(found) == 1 or _are_clauses(found) else {GAP})
        return {"".join(each) for each in product(*parts)}

    def _of_Name(self, node: ast.Name, scope: Scope) -> set[str]:
        name = node.id
        inside = _inside(scope.within).get(name) if isinstance(scope.within, ast.FunctionDef) else None
        if inside:
            return set().union(*(self.of(value, scope) for value in inside))
        for home, known in self._homes(name, scope.module):
            if known in home.constants:
                return self.of(home.constants[known], Scope(home, home.tree, scope.depth))
        return {GAP}

    def _homes(self, name: str, module: Module) -> Iterator[tuple[Module, str]]:
        yield module, name
        known, file = module.imported.get(name, ("", ""))
        yield from ((each, known) for each in self.modules if each.path.stem == file)

    def _of_Call(self, node: ast.Call, scope: Scope) -> set[str]:
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "get", "replace", "rstrip", "strip"):
            return {re.sub(r"\{\w+\}", GAP, each) for each in self.of(node.func.value, scope)}
        name = ast.unparse(node.func).rpartition(".")[2]
        if name == "overdue":  # that of a goal, which is a function of its file
            return self._returned([(each, "_overdue") for each in self.modules], scope)
        return self._returned(self._homes(name, scope.module), scope)

    def _returned(self, homes: Iterable[tuple[Module, str]], scope: Scope, kind: str = "functions") -> set[str]:
        """What functions or properties with these names return, where it is text."""
        told: set[str] = set()
        for home, name in homes:
            function = getattr(home, kind).get(name) if home.path.name != _FOREIGN_TEXT else None
            if function and function.returns and ast.unparse(function.returns) in ("str", "str | None"):
                inner = Scope(home, function, scope.depth)
                told |= set().union(*(self.of(each, inner) for each in _returned(function)))
        return told or {GAP}


def _are_clauses(variants: set[str]) -> bool:
    return len(variants) <= _VARIANTS and all(len(each.split()) >= _WORDS for each in variants - {GAP})


def failures(modules: list[Module]) -> set[str]:
    """The names of the classes of failures."""
    classes = [node for module in modules for node in module.nodes if isinstance(node, ast.ClassDef)]
    found = {"Failure"}
    while more := {each.name for each in classes if any(ast.unparse(base) in found for base in each.bases)} - found:
        found |= more
    return found


def sites() -> list[Site]:
    """Every sentence of every place in plugins that makes a failure, or words one anew."""
    modules = [Module(path) for path in sorted(PLUGINS.rglob("*.py")) if not str(path).endswith(_WITHIN)]
    reader, kinds = Reader(modules), failures(modules) | _ALSO
    found = []
    for module in modules:
        for scope, kind, form, parts in _made(module, kinds):
            place = f"{module.path.relative_to(ROOT)}:{parts[0].lineno}"
            texts = {form.format(*each) for each in product(*(reader.of(part, scope) for part in parts))}
            found += [Site(place, kind, tidy(each)) for each in sorted(texts)]
    return found


Made = tuple[str, str, list[ast.expr]]


def _made(module: Module, kinds: set[str]) -> Iterator[tuple[Scope, str, str, list[ast.expr]]]:
    """Where failures are made: with the class, the form of the sentence, and what goes into it."""
    todo: list[tuple[ast.AST, ast.AST]] = [(module.tree, module.tree)]
    while todo:
        within, node = todo.pop()
        yield from ((Scope(module, within), *each) for each in _at(node, module.path.name, kinds))
        inner = node if isinstance(node, (ast.FunctionDef, ast.Lambda)) else within
        todo += [(inner, child) for child in ast.iter_child_nodes(node)]


def _at(node: ast.AST, file: str, kinds: set[str]) -> Iterable[Made]:
    if isinstance(node, ast.Call):
        return _by_call(node, file, kinds)
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).endswith("failure.msg"):
        return [("Failure", "{0}", [node.value])]
    if isinstance(node, ast.Dict) and file == "_task.py":  # the result of a failed task
        told = zip(map(ast.unparse, filter(None, node.keys)), node.values)
        return [("Failure", "{0}", [value]) for name, value in told if name == "'msg'"]
    return []


def _by_call(node: ast.Call, file: str, kinds: set[str]) -> Iterable[Made]:
    kind = ast.unparse(node.func).rpartition(".")[2]
    if kind == "fail_json":
        return [("Failure", "{0}", [each.value]) for each in node.keywords if each.arg == "msg"]
    if not node.args:
        return []
    if kind == _CHECKS and _FAILED in ast.unparse(node.args[0]):
        return [(kind, "{1}", node.args[:2])]
    if kind == "ValueError" and file == "_permissions.py":  # told by the playbook ram_policy
        return [(kind, "{0}", node.args[:1])]
    return [(kind, _FORMS.get(kind, "{0}"), node.args[:2])] if kind in kinds else []


def tidy(text: str) -> str:
    return re.sub(r"\.\.\.(?:[\s/]*\.\.\.)+", GAP, " ".join(text.split()))


def told_elsewhere() -> list[Site]:
    """Sentences of roles and playbooks, and of what reports failures."""
    found = []
    for path in sorted([*ROOT.glob("roles/*/*/*.yml"), *ROOT.glob("playbooks/**/*.yml")]):
        text = path.read_text("utf-8")
        quoted = re.findall(r"'((?:certificate_\w+|[A-Z]\w+ )[^']{4,})'", text)
        texts = quoted if path.is_relative_to(ROOT / "roles") else []
        texts += re.findall(r"fail_msg: >-\n +([^{\n]+)", text)
        found += [Site(str(path.relative_to(ROOT)), "playbook", tidy(each)) for each in texts]
    return found


_OPTION = re.compile(r"^(?:[a-z_][a-z_.]*|\.\.\.[a-z_.]*)(?:\.+[a-z_]+)?: ")


def begins(entry: str, sentence: str) -> bool:
    """Whether a sentence begins as an entry of the documentation says, which may name what a gap is."""
    forms = [sentence, _OPTION.sub("OPTION: ", sentence)]
    if any(each.startswith(entry) for each in forms):
        return True
    rest = sentence[len(GAP) :] if sentence.startswith(GAP) else ""
    starts = [start for start in range(1, len(entry)) if len(entry) - start > 8]
    return any(each.startswith(entry[start:]) for start in [0, *starts] for each in (rest, rest.lstrip()) if each)
