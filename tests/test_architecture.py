"""The house rules that a tool can hold: map, sizes, docstrings, changelog, CI."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from zeropark import errors

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "zeropark"
MODULES = sorted(SOURCE.rglob("*.py"))
LONGEST_MODULE = 500
LONGEST_FUNCTION = 60

Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)

each_module = pytest.mark.parametrize("module", MODULES, ids=lambda m: m.relative_to(SOURCE).as_posix())


@cache
def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"), filename=str(module))


def functions(node: ast.AST) -> Iterator[Function]:
    return (inner for inner in ast.walk(node) if isinstance(inner, FUNCTION))


def place(module: Path, node: ast.stmt) -> str:
    return f"{module.relative_to(ROOT).as_posix()}:{node.lineno}"


# --- the map ------------------------------------------------------------------------------------


def names_in_tree() -> list[str]:
    places = [module.relative_to(SOURCE) for module in MODULES]
    return sorted(
        f"{p.parent.as_posix()}/" if p.name == "__init__.py" and p.parent != Path() else p.as_posix()
        for p in places
    )


def map_lines() -> list[str]:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- generated: map -->\s+```text\n(.*?)```", page, re.DOTALL)
    assert block, "docs/architecture.md has no map block"
    return [line for line in block[1].splitlines() if line.strip()]


def test_map_shows_every_module_and_no_other() -> None:
    assert sorted(line.split()[0] for line in map_lines()) == names_in_tree(), "run `make generate`"


def test_every_line_of_the_map_has_a_phrase() -> None:
    assert [line for line in map_lines() if len(line.split(maxsplit=1)) < 2] == []


def test_every_folder_with_code_is_a_package() -> None:
    """Otherwise the import contract does not see it. Scripts beside an example's data are not imported."""
    folders = {module.parent for module in MODULES if SOURCE / "examples" not in module.parents}
    assert [f.relative_to(ROOT) for f in sorted(folders) if not (f / "__init__.py").exists()] == []


# --- sizes and imports ----------------------------------------------------------------------------


@each_module
def test_module_is_short(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


@each_module
def test_functions_are_short(module: Path) -> None:
    lengths = {
        f"{place(module, f)} {f.name}": (f.end_lineno or f.lineno) - f.lineno + 1
        for f in functions(tree(module))
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


@each_module
def test_no_import_inside_a_function(module: Path) -> None:
    hidden = [
        place(module, node)
        for function in functions(tree(module))
        for node in ast.walk(function)
        if isinstance(node, (ast.Import, ast.ImportFrom))
    ]
    assert hidden == []


# --- docstrings and annotations -------------------------------------------------------------------


def public(body: list[ast.stmt]) -> Iterator[Function | ast.ClassDef]:
    """Public functions and classes of a module, and public methods, in ``if`` blocks too."""
    for node in body:
        if isinstance(node, ast.If):
            yield from public(node.body + node.orelse)
        elif isinstance(node, (*FUNCTION, ast.ClassDef)) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body)


def is_overload(node: Function | ast.ClassDef) -> bool:
    return any(ast.unparse(d).rpartition(".")[2] == "overload" for d in node.decorator_list)


def unannotated(function: Function) -> list[str]:
    a = function.args
    arguments = [*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg))]
    missing = [arg.arg for arg in arguments if arg.annotation is None and arg.arg not in ("self", "cls")]
    return missing if function.returns else [*missing, "return"]


@each_module
def test_module_has_a_docstring(module: Path) -> None:
    assert ast.get_docstring(tree(module)), f"{module.name} has no docstring"


@each_module
def test_everything_public_has_a_docstring(module: Path) -> None:
    bare = [
        f"{place(module, node)} {node.name}"
        for node in public(tree(module).body)
        if not ast.get_docstring(node) and not is_overload(node)
    ]
    assert bare == []


@each_module
def test_everything_public_is_annotated(module: Path) -> None:
    gaps = {
        f"{place(module, node)} {node.name}": unannotated(node)
        for node in public(tree(module).body)
        if isinstance(node, FUNCTION)
    }
    assert {name: missing for name, missing in gaps.items() if missing} == {}


def test_error_tree_is_drawn_in_full_and_in_one_file() -> None:
    drawn = set(re.findall(r"^ *[│├└─ ]*([A-Z]\w+) ", errors.__doc__ or "", re.MULTILINE))
    defined = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.ZeroparkError)
    }
    assert defined <= drawn | {"ZeroparkError"}
    elsewhere = [
        place(module, node)
        for module in MODULES
        if module.name != "errors.py"
        for node in ast.walk(tree(module))
        if isinstance(node, ast.ClassDef)
        and {ast.unparse(base).rpartition(".")[2] for base in node.bases} & defined
    ]
    assert elsewhere == []


# --- changelog and CI -----------------------------------------------------------------------------


def test_changelog_starts_with_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[?([^\]\s]+)", changelog, re.MULTILINE)
    assert versions[0] == project["version"]


def test_ci_runs_what_people_run() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert [line.strip() for line in lines if re.search(r"\bmake\b", line)] == ["exec make check test"]
