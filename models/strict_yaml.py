"""YAML read strictly: duplicate keys are mistakes, and nothing is turned into what its author did not write.

PyYAML follows YAML 1.1, where ``no`` is False and ``10:30`` is 630. Here only ``true`` and ``false`` are truth values,
only decimal notation is a number, and everything else stays the text that it was.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from firstbell.models.problems import InputError, Problem

Key = str | int
KeyPath = tuple[Key, ...]


class _CoreLoader(yaml.SafeLoader):
    """YAML 1.2's core schema, less its octal, hexadecimal and infinite numbers."""


_CoreLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
):
    _CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def _construct_decimal(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    return int(str(loader.construct_scalar(node)), 10)


_CoreLoader.add_constructor("tag:yaml.org,2002:int", _construct_decimal)


@dataclass(frozen=True, kw_only=True)
class Document:
    """A file's data, where each key stands, and the duplicate keys met on the way."""

    source: str
    data: object
    lines: dict[KeyPath, int]
    duplicates: tuple[Problem, ...]

    def place(self, path: KeyPath) -> str:
        """File and line of a key, or of the nearest parent that is there."""
        for length in range(len(path), -1, -1):
            line = self.lines.get(path[:length])
            if line is not None:
                return f"{self.source}:{line}"
        return self.source


def shown(path: KeyPath) -> str:
    """A key path as people write it: ``states.watching.share``, ``content.rungs[2]``."""
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


def read(path: Path) -> Document:
    """Read a file; raise InputError where it is missing, unreadable or not YAML."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError.single(source=str(path), what="there is no such file", remedy="Check the path") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError.single(
            source=str(path), what=f"it can't be read: {error}", remedy="It must be a readable UTF-8 file"
        ) from None
    return parse(text, source=str(path))


def parse(text: str, *, source: str) -> Document:
    """Parse one YAML document; raise InputError where it is not YAML."""
    loader = _CoreLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            raise InputError.single(
                source=source, what="the file is empty", remedy="`firstbell init` writes a profile to start from"
            )
        places = list(_walk(root, ()))
        data = loader.construct_document(root)
    except yaml.YAMLError as error:
        raise InputError.single(
            source=source, what=f"it is not valid YAML: {_told(error)}", remedy="Mend the syntax there"
        ) from None
    finally:
        loader.dispose()
    return Document(
        source=source,
        data=data,
        lines={path: line for path, line, _ in places},
        duplicates=tuple(_duplicate(source, path, line) for path, line, again in places if again),
    )


def _told(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"{error.problem} at line {error.problem_mark.line + 1}, column {error.problem_mark.column + 1}"
    return str(error)


def _walk(node: yaml.Node, path: KeyPath) -> Iterator[tuple[KeyPath, int, bool]]:
    """Every key path below a node with its line, and whether the same key stood there before."""
    yield path, node.start_mark.line + 1, False
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                yield (*path, name), key.start_mark.line + 1, True
            seen.add(name)
            yield from _walk(value, (*path, name))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _walk(item, (*path, index))


def _duplicate(source: str, path: KeyPath, line: int) -> Problem:
    return Problem(
        source=f"{source}:{line}", key=shown(path), value=None, what="the key stands here a second time",
        remedy="Keep one of the two",
    )  # fmt: skip
