"""What a script is made of, and what that means. Standard library only.

Code is a parameter of every rule: a digest of what the script and all of the library that it
imports mean, compared by value. So an edited function reruns just the stages that import it, and a
comment, a docstring, another layout of the same code, a touch or a fresh checkout none.
"""

import ast
import hashlib
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path


def code_files(script: str | Path, *modules: str) -> list[str]:
    """The script and every module of its folder that it imports, directly or not.

    Parameters
    ----------
    script : path
        An entry script; the modules lie in its folder and in packages below that.
    *modules : str
        Dotted names of modules that the script imports by a name it is given.

    Returns
    -------
    list of str
        Sorted paths, relative to the working directory.
    """
    script = Path(script).resolve()
    found: set[Path] = set()
    to_read = [script]
    for name in modules:
        to_read.extend(_files_of_module(name, script.parent))
    while to_read:
        file = to_read.pop()
        if file not in found:
            found.add(file)
            to_read.extend(_imported_files(file, script.parent))
    return sorted(os.path.relpath(file) for file in found)


def code_digest(script: str | Path, *modules: str) -> str:
    """SHA-256, in short, of `code_files`: their names and what they mean."""
    script = Path(script).resolve()
    digest = hashlib.sha256()
    for file in sorted(Path(name).resolve() for name in code_files(script, *modules)):
        digest.update(f"{file.relative_to(script.parent)}\n{_meaning(file)}\n".encode())
    return digest.hexdigest()[:16]


@cache
def _tree(file: Path) -> ast.Module:
    """The syntax tree without docstrings."""
    return _WithoutDocstrings().visit(ast.parse(file.read_bytes(), filename=str(file)))


@cache
def _meaning(file: Path) -> str:
    return ast.dump(_tree(file))  # without places in the file


class _WithoutDocstrings(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_text else node


@cache
def _imported_files(file: Path, root: Path) -> tuple[Path, ...]:
    return tuple(
        module_file
        for name in _imported_names(file, root)
        for module_file in _files_of_module(name, root)
    )


def _imported_names(file: Path, root: Path) -> Iterator[str]:
    package = file.relative_to(root).parent.parts
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            # "from package import name": the name may be a module.
            for alias in node.names:
                yield f"{base}.{alias.name}"


def _files_of_module(name: str, root: Path) -> Iterator[Path]:
    """Files of a module and of the packages above it; none if it isn't below `root`."""
    parts = name.split(".")
    for depth in range(1, len(parts) + 1):
        path = root.joinpath(*parts[:depth])
        if (path / "__init__.py").is_file():
            yield path / "__init__.py"
        elif path.with_suffix(".py").is_file():
            yield path.with_suffix(".py")
