"""Documents for the eye: the terminal."""

from govner.show.terminal import marked_up, show

__all__ = ["marked_up", "show"]
