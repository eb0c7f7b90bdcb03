"""Grammar: which spans a lexicon match opens, and how far they reach."""

from govner.layers import Row
from govner.rules.rules import Rules, rules

__all__ = ["Row", "Rules", "rules"]
