"""Python source for objects: estimators as a person would write them, and what has to be imported for it."""

from __future__ import annotations

import ast
import inspect
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, is_dataclass
from typing import Any

from sklearn.pipeline import Pipeline

WIDTH = 100
INDENT = "    "
PROJECT = "backends."


@dataclass
class Source:
    """Collects what a script needs beside its own lines: imports, and definitions taken from this project."""

    seed: int
    imports: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    definitions: dict[str, str] = field(default_factory=dict)

    def use(self, module: str, *names: str) -> None:
        """Note ``from module import names``; without names ``import module``."""
        self.imports[module].update(names)

    def expression(self, value: Any, depth: int = 0) -> str:
        """An expression that makes `value`; long ones are broken, one argument a line, at `depth`.

        >>> from sklearn.linear_model import LogisticRegression
        >>> source = Source(seed=7)
        >>> source.expression(LogisticRegression(C=0.5, random_state=7))
        'LogisticRegression(C=0.5, random_state=SEED)'
        >>> dict(source.imports)
        {'sklearn.linear_model': {'LogisticRegression'}}
        """
        if isinstance(value, Raw):
            return value.text
        if isinstance(value, Pipeline):
            self.use("sklearn.pipeline", "make_pipeline")
            return call("make_pipeline", [self.expression(step, depth + 1) for _, step in value.steps], depth)
        if is_dataclass(value) and not isinstance(value, type):
            given = {f.name: getattr(value, f.name) for f in value.__dataclass_fields__.values()}
        elif hasattr(value, "get_params"):
            given = value.get_params(deep=False)
        else:
            return _literal(value)
        return call(self._named(type(value)), self._arguments(type(value), given, depth), depth)

    def import_lines(self) -> list[str]:
        """The imports in blocks: standard library, then the others."""
        blocks: tuple[list[str], list[str]] = ([], [])
        for module in sorted(self.imports, key=lambda name: (bool(self.imports[name]), name)):
            names = ", ".join(sorted(self.imports[module]))
            line = f"from {module} import {names}" if names else f"import {_aliased(module)}"
            blocks[module.split(".")[0] not in sys.stdlib_module_names].append(line)
        return [*blocks[0], "", *blocks[1]] if blocks[0] else blocks[1]

    def _arguments(self, kind: type, given: dict[str, Any], depth: int) -> list[str]:
        """The arguments that differ from their defaults."""
        usual = {name: p.default for name, p in inspect.signature(kind).parameters.items()}
        return [
            f"{name}={'SEED' if self._is_seed(name, value) else self.expression(value, depth + 1)}"
            for name, value in given.items()
            if repr(value) != repr(usual.get(name, inspect.Parameter.empty))
        ]

    def _is_seed(self, name: str, value: Any) -> bool:
        return name in ("random_state", "seed") and value == self.seed

    def _named(self, kind: type) -> str:
        """The name of a class, after noting its import, or the source of its module when it is this project's."""
        if kind.__module__.startswith(PROJECT):
            self._define(sys.modules[kind.__module__])
        else:
            self.use(_public(kind.__module__), kind.__name__)
        return kind.__name__

    def _define(self, module: Any) -> None:
        if module.__name__ in self.definitions:
            return
        text = inspect.getsource(module)
        parts = []
        for node in ast.parse(text).body:
            if isinstance(node, ast.ImportFrom):
                self._use_like(node)
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    self.use(alias.name)
            elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
                parts.append(_segment(text, node))
        self.definitions[module.__name__] = spaced(parts)

    def _use_like(self, node: ast.ImportFrom) -> None:
        if node.module and node.module != "__future__":
            self.use(node.module, *(alias.name for alias in node.names))


@dataclass(frozen=True)
class Raw:
    """A piece of source that is written as it is."""

    text: str


def call(name: str, arguments: Sequence[str], depth: int = 0, brackets: str = "()") -> str:
    """A call in one line, or with one argument a line when it would be too long.

    >>> call("f", ["a=1", "b=2"])
    'f(a=1, b=2)'
    """
    line = f"{name}{brackets[0]}{', '.join(arguments)}{brackets[1]}"
    if len(line) + depth * len(INDENT) <= WIDTH - 20 and "\n" not in line:
        return line
    inner = INDENT * (depth + 1)
    return f"{name}{brackets[0]}\n" + "".join(f"{inner}{a},\n" for a in arguments) + INDENT * depth + brackets[1]


def listing(values: Iterable[str], depth: int = 0) -> str:
    """A list of texts, filled into lines.

    >>> listing(["age", "pay"])
    '["age", "pay"]'
    """
    texts = [_literal(value) for value in values]
    line = f"[{', '.join(texts)}]"
    if len(line) + depth * len(INDENT) <= WIDTH - 20:
        return line
    lines, inner = [""], INDENT * (depth + 1)
    for text in texts:
        if lines[-1] and len(lines[-1]) + len(text) > WIDTH - 10:
            lines.append("")
        lines[-1] += f"{' ' if lines[-1] else inner}{text},"
    return "[\n" + "\n".join(lines) + "\n" + INDENT * depth + "]"


def spaced(parts: Sequence[str]) -> str:
    """Definitions with two blank lines around classes and functions, and none between constants."""
    text = ""
    for part in parts:
        block = part.startswith(("def ", "class ", "@"))
        gap = "" if not text else "\n\n\n" if block or text_ends_in_block(text) else "\n"
        text += gap + part
    return text


def text_ends_in_block(text: str) -> bool:
    """Whether the last line is indented, as that of a function or class."""
    return text.rsplit("\n", 1)[-1].startswith(" ")


def _segment(text: str, node: ast.stmt) -> str:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(d.lineno for d in decorators)])
    return "\n".join(text.splitlines()[first - 1 : node.end_lineno])


def _literal(value: Any) -> str:
    """A literal as a formatter would write it: double quotes where there are none inside."""
    text = repr(value)
    if isinstance(value, str) and '"' not in value and "\\" not in text:
        return f'"{text[1:-1]}"'
    if isinstance(value, tuple):
        return f"({', '.join(_literal(item) for item in value)}{',' if len(value) == 1 else ''})"
    return text


def _public(module: str) -> str:
    """The module to import from: the path up to its first private part."""
    parts = module.split(".")
    private = [place for place, part in enumerate(parts) if part.startswith("_")]
    return ".".join(parts[: private[0]] if private else parts)


def _aliased(module: str) -> str:
    return {"numpy": "numpy as np", "pandas": "pandas as pd"}.get(module, module)
