"""Count how often each syllable is written with a capital inside a sentence, in ../shared/raw.

python tools/count_case.py  writes src/govner/lexicon/data/common.tsv: the syllables that are hardly ever capitalised
inside a sentence, so that a capital at a sentence's start says nothing. Counts only, no text.
"""

import collections
import json
import lzma
import pathlib
from itertools import pairwise

from govner.text import fold, is_syllable, shape, tokenize

ROOT = pathlib.Path(__file__).resolve().parents[1]
RAW = ROOT.parent / "shared" / "raw"
OUT = ROOT / "src" / "govner" / "lexicon" / "data" / "common.tsv"


def main(limit: int = 6000, most: float = 0.04, least: int = 40) -> None:
    lower: collections.Counter[str] = collections.Counter()
    title: collections.Counter[str] = collections.Counter()
    for name in ("government", "general"):
        with lzma.open(RAW / f"{name}.jsonl.xz", "rt", encoding="utf-8") as file:
            for n, line in enumerate(file):
                if n >= limit:
                    break
                words = [token.text for token in tokenize(json.loads(line)["text"])]
                lower.update(word for word in words if word.islower())
                title.update(b for a, b in pairwise(words) if a.islower() and shape(b) in ("title", "letter"))
    counts: dict[str, list[int]] = {}
    for n, counter in enumerate((lower, title)):
        for word, count in counter.items():
            counts.setdefault(fold(word), [0, 0])[n] += count
    rows = [
        (form, low, up)
        for form, (low, up) in counts.items()
        if low >= least and is_syllable(form) and up / (low + up) < most
    ]
    with OUT.open("w", encoding="utf-8") as out:
        out.write("form\tlower\ttitle\n")
        out.writelines(f"{form}\t{low}\t{up}\n" for form, low, up in sorted(rows))
    print(len(rows), "syllables")


if __name__ == "__main__":
    main()
