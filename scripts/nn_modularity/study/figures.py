"""The table of figures: what the rule of each says."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Filled = str | Sequence[str] | Callable[[Any], Any]
"""A path with wildcards, paths, or a function of the wildcards."""


@dataclass(frozen=True)
class Figure:
    """A row of the table: one figure, of one or of many models.

    Attributes
    ----------
    name : str
        Its files', caption's and, with underscores, its module's and rule's.
    title, category : str
        What the report calls it, and what it lists it under.
    target : str
        The target rule that asks for it.
    inputs : mapping of name → path, paths or function of the wildcards
        What its module's ``read`` gets.
    settings : mapping or function of the wildcards
        The keyword arguments of ``read``.
    subject : str
        The wildcards in the names of its files.
    asked : sequence of mappings
        Wildcards of the figures that the study asks for.
    labels : mapping
        What the report says beside the title.
    subcategory : str or function of the wildcards
        What the report lists it under within the category.
    constraints : mapping of wildcard → regular expression
    mem_mb, runtime : int
        MB and minutes.
    """

    name: str
    title: str
    category: str
    target: str
    inputs: Mapping[str, Filled]
    settings: Mapping[str, Any] | Callable[[Any], Mapping[str, Any]] = field(default_factory=dict)
    subject: str = ""
    asked: Sequence[Mapping[str, Any]] = ({},)
    labels: Mapping[str, str] = field(default_factory=dict)
    subcategory: str | Callable[[Any], str] | None = None
    constraints: Mapping[str, str] = field(default_factory=dict)
    mem_mb: int = 600
    runtime: int = 10

    @property
    def rule(self) -> str:
        """Name of its rule."""
        return f"plot_{self.name.replace('-', '_')}"

    @property
    def module(self) -> str:
        """The module that reads and draws it."""
        return f"nn_modularity.figures.{self.name.replace('-', '_')}"

    @property
    def caption(self) -> str:
        """File of its caption, beside the rules."""
        return f"report/{self.name}.rst"

    @property
    def record(self) -> str:
        """Where its logs and benchmarks lie, below their folders and without ending."""
        return f"{self.rule}/{self.subject}" if self.subject else self.rule

    def file(self, ending: str) -> str:
        """The file of this ending, with wildcards."""
        stem = f"{self.name}-{self.subject}" if self.subject else self.name
        return f"results/figures/{stem}.{ending}"

    def labelled(self, file_format: str) -> dict[str, str]:
        """What the report says beside the file of this format."""
        return {"figure": self.title, **self.labels, "format": file_format}

    def files(self) -> Iterator[str]:
        """The files that the study asks for."""
        for wildcards in self.asked:
            for ending in ("png", "svg"):
                yield self.file(ending).format(**wildcards)
