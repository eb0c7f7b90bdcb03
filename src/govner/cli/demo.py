"""``govner demo``: a sample article, annotated and shown."""

from __future__ import annotations

from govner.cli.common import ModelOption, NoRulesOption, load_pipeline
from govner.entities import GovnerError


def demo(model: ModelOption = None, no_rules: NoRulesOption = False) -> None:
    """Annotate a sample article and show it.

    Prints the article with its marks, then tables of its officials with their posts, of its bodies and places.
    """
    from importlib import resources

    from govner.show import terminal

    try:
        text = resources.files("govner").joinpath("data", "sample.txt").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise GovnerError("the sample article is missing from the package; install govner again") from error
    terminal.show(load_pipeline(model, no_rules)(text.rstrip("\n")), terminal.console())
