"""Documents from and to files: JSON lines and inline markup."""

from govner.formats.jsonl import Problem, read_jsonl, write_jsonl
from govner.formats.markup import from_markup, to_markup

__all__ = ["Problem", "from_markup", "read_jsonl", "to_markup", "write_jsonl"]
