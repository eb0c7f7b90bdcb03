"""What words and phrases are known: data files with their sources, and one matcher over all of them."""

from govner.lexicon.alphabet import Alphabet
from govner.lexicon.lexicon import Chunks, Lexicon
from govner.lexicon.read import body_kinds, entries

__all__ = ["Alphabet", "Chunks", "Lexicon", "body_kinds", "entries"]
