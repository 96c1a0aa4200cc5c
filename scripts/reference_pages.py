"""The text of each generated page; generate_reference.py says where it goes."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import re
import textwrap
import tomllib
import types
import typing
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Union

import yaml
from pydantic.fields import FieldInfo

import zeropark.errors
from zeropark.accounts.declared import standard_specs
from zeropark.cli.app import app
from zeropark.cli.lazy import complete
from zeropark.optimize import constraints as constraint_module
from zeropark.park.assets import Content, Rate
from zeropark.park.fields import Declared, Series, Unit
from zeropark.park.packs import packaged, read_pack
from zeropark.park.spec import ParkFile
from zeropark.park.tariffs import LimitCase

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "zeropark"


# --- helpers ------------------------------------------------------------------------------------


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines) + "\n"


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def prose(text: str | None) -> str:
    """A docstring as one paragraph of Markdown: ``code`` becomes `code`."""
    return " ".join((text or "").replace("``", "`").split())


# --- the park file --------------------------------------------------------------------------------


def park_file() -> str:
    """Every section of park.yaml and every field in it."""
    parts = [
        "# The park file\n\n"
        "Every field of `park.yaml`. A number may be written three ways: `31.2`, `31.2 CNY/kW/month`, or "
        'with its evidence `{value: 31.2 CNY/kW/month, source: "…", mark: 2, date: 2023-12}`. A bare number '
        "has the unit that is stated here; any unit of the same dimension is converted. **Carrier unit** is "
        "the unit of the carrier at hand, **money** the currency of the park. A field without default is "
        "required. Unknown keys are faults.\n\n"
        "Editors complete and check the file with [park.schema.json](park.schema.json).\n"
    ]
    for section in sections(ParkFile):
        title = "park.yaml" if section is ParkFile else _title(section)
        rows = [
            (f"`{f.alias or name}`", _what(f), _default(f), prose(f.description))
            for name, f in _fields(section)
        ]
        parts.append(f"## {title} {{ #{_anchor(section)} }}\n\n{prose(inspect.getdoc(section))}\n")
        parts.append(table(["field", "what", "default", "meaning"], rows))
    return "\n".join(parts)


def park_schema() -> str:
    """JSON Schema of park.yaml."""
    return json.dumps(ParkFile.model_json_schema(), ensure_ascii=False, indent=1) + "\n"


def sections(root: type[Declared]) -> list[type[Declared]]:
    """``root`` and every declared section below it, each once, in order of first use."""
    found = [root]
    for section in found:
        for _, field in _fields(section):
            found += [inner for inner in dict.fromkeys(_declared(field.annotation)) if inner not in found]
    return found


def _fields(section: type[Declared]) -> Iterable[tuple[str, FieldInfo]]:
    return section.model_fields.items()


def _declared(kind: Any) -> Iterator[type[Declared]]:
    if inspect.isclass(kind) and issubclass(kind, Declared):
        yield kind
    for inner in typing.get_args(kind):
        yield from _declared(inner)


def _title(section: type[Declared]) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", section.__name__).capitalize()


def _anchor(section: type[Declared]) -> str:
    return section.__name__.lower()


def _what(field: FieldInfo) -> str:
    text = _kind(Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation)
    bounds = [
        f"{word} {getattr(item, name)}"
        for item in field.metadata
        if not isinstance(item, Unit)
        for name, word in (("ge", "at least"), ("gt", "above"), ("le", "at most"), ("lt", "below"))
        if getattr(item, name, None) is not None
    ]
    return ", ".join([text, *bounds])


def _kind(kind: Any) -> str:
    """A type in words, with links to the sections it names."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is Annotated:
        return _annotated(inner[0], inner[1:])
    if origin is Literal:
        return ("one of " if len(inner) > 1 else "") + ", ".join(f"`{word}`" for word in inner)
    if origin in (Union, types.UnionType):
        return " or ".join(_kind(item) for item in inner if item is not types.NoneType)
    if origin is dict:
        return f"names, each with {_kind(inner[1])}"
    if origin is tuple:
        return f"list of {_kind(inner[0])}" if inner[-1] is Ellipsis else "pair of " + _kind(inner[0])
    if inspect.isclass(kind) and issubclass(kind, Declared):
        return f"[{_title(kind)}](#{_anchor(kind)})"
    plain = {str: "text", bool: "`true` or `false`", int: "whole number", float: "number"}
    return plain.get(kind, f"`{getattr(kind, '__name__', kind)}`")


def _annotated(kind: Any, metadata: Sequence[Any]) -> str:
    for item in metadata:
        if isinstance(item, Unit):
            return item.words()
    text = _kind(kind)
    if any(item in Rate.__metadata__ for item in metadata):
        return f"{text} in carrier unit/h"
    if any(item in Content.__metadata__ for item in metadata):
        return f"{text} in carrier unit"
    return text


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    value = field.default
    if isinstance(value, Series):
        value = value.constant
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, (int, float)):
        return f"`{value:g}`"
    return f"`{value}`" if isinstance(value, str) and value else ""


# --- rule packs and tariffs -----------------------------------------------------------------------


def packs_and_tariffs() -> str:
    """Every packaged rule pack and tariff with source, mark and date."""
    parts = [
        "# Packs and tariffs\n\n"
        "What zeropark ships, with sources. The marks are explained under "
        "[Rules and marks](../explanation/rules-and-marks.md).\n",
        "## Rule packs\n",
        *map(_pack, packaged("packs")),
        "## Tariffs\n",
        table(["name", "tariff", "source", "mark", "date"], map(_tariff, packaged("tariffs").items())),
    ]
    return "\n".join(parts)


def _pack(name: str) -> str:
    pack, faults = read_pack(name, None, "packs")
    if pack is None:
        raise SystemExit("\n".join(map(str, faults)))
    rows = [
        (
            f"`{key}`" + (" (core)" if rule.core else ""),
            f"{rule.name} {rule.name_zh}",
            f"{rule.sense} " + "; ".join(map(_limit, rule.limit)),
            rule.unit if rule.unit != "1" else "",
            rule.clause,
            rule.mark,
        )
        for key, rule in pack.rules.items()
    ]
    about = (
        f"{pack.name} {pack.name_zh}. Region: {pack.region}. Version: {pack.version}. {pack.status}".strip()
    )
    return f"### {name}\n\n{about}\n\nSource: {pack.source} (mark {pack.mark}, {pack.date})\n\n" + table(
        ["rule", "name", "limit", "unit", "clause", "mark"], rows
    )


def _limit(case: LimitCase) -> str:
    when = ", ".join(f"{name} from {low} to below {high}" for name, (low, high) in case.when.items())
    return f"{case.value} ({when})" if when else str(case.value)


def _tariff(item: tuple[str, Path]) -> tuple[str, ...]:
    name, path = item
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    title = f"{data.get('name', '')} {data.get('name_zh', '')}"
    return (f"`{name}`", title, *(str(data.get(key, "")) for key in ("source", "mark", "date")))


# --- commands -------------------------------------------------------------------------------------


def commands_of(root: Any) -> str:
    """Every command below ``root`` with its arguments and options.

    A Typer application becomes such a command by ``typer.main.get_command(app)``.
    """
    parts = [
        "# Commands\n\nExit codes: 0 fine, 1 the input or an unmet request, 2 usage, 3 a defect of ours.\n"
    ]
    for name, command in sorted(getattr(root, "commands", {}).items()):
        with command.make_context(f"zeropark {name}", [], resilient_parsing=True) as context:
            usage = " ".join([f"zeropark {name}", *command.collect_usage_pieces(context)])
        rows = map(_parameter, command.params)
        parts += [
            f"## {name}\n\n    {usage}\n\n{prose(command.help)}\n",
            table(["", "default", "meaning"], rows),
        ]
    return "\n".join(parts)


def _parameter(parameter: Any) -> tuple[str, str, str]:
    names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
    if parameter.param_type_name == "argument":
        names = f"`{parameter.name.upper()}`"
    default = parameter.default
    plain = isinstance(default, (str, int, float)) and not isinstance(default, bool)
    shown = "**required**" if parameter.required else f"`{default}`" if plain else ""
    return names, shown, prose(getattr(parameter, "help", ""))


# --- errors ---------------------------------------------------------------------------------------


def errors() -> str:
    """The error tree, exit codes and the fields of a fault."""
    module = zeropark.errors
    paragraphs = inspect.cleandoc(module.__doc__ or "").split("\n\n")
    tree = textwrap.dedent(next(p for p in paragraphs if p.lstrip().startswith("ZeroparkError\n")))
    kinds = [
        kind
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, module.ZeroparkError)
    ]
    fields = [(f"`{f.name}`", f"`{f.type}`") for f in dataclasses.fields(module.Fault)]
    return (
        "# Errors\n\n"
        "Everything that zeropark raises on purpose is in this tree. "
        "The command line turns it into a message and an exit code.\n\n"
        f"```text\n{tree}\n```\n\n"
        + table(
            ["error", "exit code", "meaning"],
            [(f"`{kind.__name__}`", kind.exit_code, prose(inspect.getdoc(kind))) for kind in kinds],
        )
        + "\nExit code 0 means that all is well, 2 that the command was not understood.\n\n"
        "## Fault\n\n" + prose(inspect.getdoc(module.Fault)) + "\n\n" + table(["field", "type"], fields)
    )


# --- architecture ---------------------------------------------------------------------------------


def architecture_map() -> str:
    """Every package and module with the first line of its docstring, top room first."""
    modules = sorted(SOURCE.rglob("*.py"), key=_map_order)
    names = [_map_name(module) for module in modules]
    width = max(map(len, names)) + 2
    lines = [f"{name:<{width}}{_phrase(module)}" for name, module in zip(names, modules, strict=True)]
    return "```text\n" + "\n".join(lines) + "\n```\n"


def _map_name(module: Path) -> str:
    place = module.relative_to(SOURCE)
    is_package = place.name == "__init__.py" and place.parent != Path()
    return f"{place.parent.as_posix()}/" if is_package else place.as_posix()


def _map_order(module: Path) -> tuple[int, str]:
    """Position of the room in the import contract, then the path."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = config["tool"]["importlinter"]["contracts"][0]
    rooms = [room.strip(" ()") for layer in contract["layers"] for room in layer.split("|")]
    place = module.relative_to(SOURCE)
    room = place.parts[0].removesuffix(".py")
    return (rooms.index(room) if room in rooms else -1, _map_name(module))


def _phrase(module: Path) -> str:
    doc = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
    if not doc:
        raise SystemExit(f"{module.relative_to(ROOT)} has no docstring; its first line is its map entry")
    return doc.splitlines()[0].rstrip(".")


def commands() -> str:
    """Every command of zeropark."""
    return commands_of(complete(app))


def constraints() -> str:
    """Every constraint of the least-cost problem with its equation, from the docstrings."""
    found = [
        (f"`{name}`", prose(inspect.getdoc(item)))
        for name, item in vars(constraint_module).items()
        if inspect.isfunction(item)
        and item.__module__ == constraint_module.__name__
        and not name.startswith("_")
        and "Rows" in str(item.__annotations__.get("return"))
    ]
    return table(("constraint", "what it says"), found)


def accounts() -> str:
    """The standard accounts: name, unit, terms, clause, source, mark."""
    head = "# Accounts\n\nThe standard accounts that every report prints and every rule may compare. "
    head += "They are declared in `src/zeropark/data/accounts.yaml`; a park or a pack may add its own.\n\n"
    rows = [
        (
            f"`{name}`",
            f"{spec.name} {spec.name_zh}",
            spec.unit,
            spec.clause or "",
            spec.source,
            spec.mark or "",
        )
        for name, spec in standard_specs().items()
    ]
    return head + table(("account", "title", "unit", "clause", "source", "mark"), rows)


def attribution_benchmark() -> str:
    """The kept run of benchmarks/attribution.py."""
    return table(
        (
            "intervals",
            "nodes",
            "stores",
            "zeropark",
            "sparse solve per interval",
            "ratio",
            "memory",
            "difference",
        ),
        (
            (
                f"{run['steps']:,}",
                run["nodes"],
                run["stores"],
                f"{run['zeropark_seconds']:.2f} s",
                f"{run['scipy_seconds']:.1f} s",
                f"{run['scipy_seconds'] / run['zeropark_seconds']:.0f}",
                f"{run['zeropark_bytes'] / 1e6:.0f} MB",
                f"{run['difference']:.0e}",
            )
            for run in _kept("attribution")
        ),
    )


def footprint_benchmark() -> str:
    """The kept run of benchmarks/footprints.py."""
    return table(
        ("question", "columns", "zeropark", "bw2calc", "which gives", "ratio", "difference"),
        (
            (
                run["question"],
                f"{run['columns']:,}",
                f"{run['zeropark_seconds']:.2f} s",
                f"{run['bw2calc_seconds']:.3g} s",
                run["bw2calc_gives"],
                f"{run['bw2calc_seconds'] / run['zeropark_seconds']:.3g}",
                f"{run['difference']:.0e}",
            )
            for run in _kept("footprints")
        ),
    )


def _kept(name: str) -> list[dict[str, Any]]:
    path = Path(__file__).resolve().parent.parent / "benchmarks" / "results" / f"{name}.json"
    runs: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return runs
