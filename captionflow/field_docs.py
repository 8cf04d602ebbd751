"""The docstrings of structs' fields as descriptions in JSON schemas, so that each is written once. For generators."""

import ast
import inspect
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any


def described(definitions: dict[str, Any], modules: Iterable[ModuleType]) -> dict[str, Any]:
    """The definitions, by the names of the modules' structs, with the docstrings of their fields as descriptions.

    Changes ``definitions`` itself. A field that an heir inherits has the docstring that it was given first.
    """
    modules = list(modules)
    structs = {name: getattr(module, name) for module in modules for name in definitions if hasattr(module, name)}
    for definition in definitions.values():
        if "description" in definition:  # Python 3.13 compiles docstrings without their indentation
            definition["description"] = inspect.cleandoc(definition["description"])
    for module in modules:
        for node in ast.parse(inspect.getsource(module)).body:
            if not isinstance(node, ast.ClassDef):
                continue
            parent = getattr(module, node.name)
            heirs = [definitions[name]["properties"] for name, struct in structs.items() if parent in struct.__mro__]
            for name, doc in _field_docs(node):
                for properties in heirs:
                    properties[name].setdefault("description", doc)
    return definitions


def _field_docs(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    """The strings that stand right behind the fields of a class, by the fields' names."""
    for before, after in zip(node.body, node.body[1:], strict=False):
        match before, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(doc))),
            ):
                yield name, inspect.cleandoc(doc).replace("\n", " ")
