"""Grammar: which spans a lexicon match opens, and how far they reach."""

from govner.rules.rules import Row, Rules, rules

__all__ = ["Row", "Rules", "rules"]
