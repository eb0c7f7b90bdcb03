"""The raw string: tokens with offsets, folding, sentences, word segmentation."""

from govner.text.forms import clean, fold, is_syllable, shape, toneless
from govner.text.segmentation import Word, words
from govner.text.sentences import sentences
from govner.text.tokens import Token, Tokens, folded, tokenize

__all__ = [
    "Token",
    "Tokens",
    "Word",
    "clean",
    "fold",
    "folded",
    "is_syllable",
    "sentences",
    "shape",
    "tokenize",
    "toneless",
    "words",
]
