"""Count how news writes each place name: after a type word, inside a person's name, or bare.

    python tools/place_ambiguity.py [--raw ../shared/raw] [--share 1.0]

In: the names of ``govner.places``, ``surnames.tsv`` of the lexicon and ``../shared/raw/*.jsonl.xz``, read as a stream.
Out: ``src/govner/places/data/ambiguity.tsv`` (name as ``govner.places.key`` writes it, typed, bare, person); names with
no count are left out. Only counts leave the texts. Under a minute on one core.

At each word the longest name counts, written as in the data or in Title Case. **typed**: directly after a type word
of units (tỉnh, TP., H. ...) or a generic word of places (sông, núi, đảo, nước ...). **person**: the capitalised words
right before it hold a surname, or an honorific stands before it, or a capitalised Vietnamese syllable follows that
begins neither a place nor a full name, or the name is a surname before a capital. **bare**: all else. A number alone
("phường 12") is counted only after a type word, and a name of one syllable where a sentence begins too (the capital
of "Anh nói" tells nothing).
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from govner.places import gazetteer, key, world  # noqa: E402
from govner.text.forms import is_syllable  # noqa: E402

DATA = ROOT / "src" / "govner"
OUT = DATA / "places" / "data" / "ambiguity.tsv"
FILES = ("government", "general", "briefs_2025_2026")
MIN_SURNAME = 50
SPLIT = re.compile(r"([^\w'’]+)")
BEGINS = re.compile(r'[.!?:\n"“•…]')
WITHIN = frozenset((" ", "-", " - ", " – ", "–", "."))
TYPE_WORDS = frozenset(
    (
        "tỉnh", "huyện", "quận", "xã", "phường", "sông", "núi", "đèo", "đảo", "hồ", "vịnh", "biển", "nước", "bang",
        "kênh", "rạch", "hòn", "thác", "đầm", "châu", "cửa", "dãy",
    )
)  # fmt: skip
TYPE_PAIRS = frozenset(
    ("thành phố", "thị xã", "thị trấn", "đặc khu", "thủ đô", "quần đảo", "bán đảo", "cù lao", "eo biển", "cao nguyên")
)
ABBREVIATIONS = frozenset(("TP", "Tp", "TX", "Tx", "TT"))
LETTERS = frozenset("HQPX")
HONORIFICS = frozenset(("ông", "bà", "anh", "chị", "em", "cô", "chú", "bác", "cụ", "cậu", "thầy"))
HONORIFIC_PAIRS = frozenset(("đồng chí", "luật sư", "bác sĩ", "thiếu tá", "trung tá", "thượng tá", "đại tá", "nghệ sĩ"))

Node = dict[str, Any]
END = ""


def label(word: str) -> str:
    """A word as the trie writes it: its key, capitalised where the word is."""
    folded = key(word)
    return folded[:1].upper() + folded[1:] if word[:1].isupper() else folded


def trie(names: Iterable[str]) -> Node:
    """Names by their labels; at ``END`` stands the name's key."""
    root: Node = {}
    for name in names:
        node = root
        for word in SPLIT.split(name)[::2]:
            if word:
                node = node.setdefault(label(word), {})
        node[END] = key(name)
    return root


class Counting:
    """Reads texts into counts ``key → [typed, bare, person]``."""

    def __init__(self, names: Iterable[str], surnames: Iterable[str]) -> None:
        self.root = trie(names)
        self.surnames = frozenset(map(label, surnames))
        self.labels: dict[str, str] = {}
        self.counts: dict[str, list[int]] = {}

    def label(self, word: str) -> str:
        found = self.labels.get(word)
        if found is None:
            found = self.labels[word] = label(word)
        return found

    def read(self, text: str) -> None:
        """Count the names of one text."""
        pieces = SPLIT.split(unicodedata.normalize("NFC", text))
        words, gaps = pieces[::2], pieces[1::2]
        labels = [self.labels.get(word) or self.label(word) for word in words]
        root, at, last = self.root, 0, 0
        while at < len(labels):
            if labels[at] in root or (labels[at][:1].isupper() and labels[at].lower() in root):
                name, end = self.match(labels, gaps, at)
                if name is not None:
                    kind = self.kind(words, labels, gaps, at, end, last)
                    silent = end - at == 1 and (at == 0 or BEGINS.search(gaps[at - 1]) is not None)
                    if kind == 0 or not (silent or name.isdigit()):
                        self.counts.setdefault(name, [0, 0, 0])[kind] += 1
                    at = last = end
                    continue
            at += 1

    def match(self, labels: list[str], gaps: list[str], at: int) -> tuple[str | None, int]:
        """The longest name at a word, and where it ends."""
        best: tuple[str | None, int] = (None, at)
        nodes = [self.root]
        while at < len(labels) and nodes:
            forms = {labels[at], labels[at].lower()} if labels[at][:1].isupper() else {labels[at]}
            nodes = [node[form] for node in nodes for form in forms if form and form in node]
            at += 1
            for node in nodes:
                if END in node:
                    best = (node[END], at)
            if at > len(gaps) or gaps[at - 1] not in WITHIN:
                break
        return best

    def kind(self, words: list[str], labels: list[str], gaps: list[str], start: int, end: int, last: int) -> int:
        """0 typed, 1 bare, 2 person; ``last`` is where the match before ended."""
        if start:
            gap, before = gaps[start - 1], words[start - 1]
            pair = f"{words[start - 2]} {before}".lower() if start > 1 and gaps[start - 2] == " " else ""
            if gap == " " and (before.lower() in TYPE_WORDS or pair in TYPE_PAIRS):
                return 0
            if (before in ABBREVIATIONS and gap in (" ", ".", ". ")) or (before in LETTERS and gap in (".", ". ")):
                return 0
            if gap == " " and (before.lower() in HONORIFICS or pair in HONORIFIC_PAIRS):
                return 2
        for back in range(start - 1, max(last, start - 4) - 1, -1):
            if gaps[back] != " " or not words[back].istitle():
                break
            if labels[back] in self.surnames:
                return 2
        if end < len(words) and gaps[end - 1] == " " and words[end].istitle():
            after = labels[end]
            if end - start == 1 and labels[start] in self.surnames:
                return 2
            if after not in self.root and after not in self.surnames and is_syllable(words[end]):
                return 2
        return 1


def texts(raw: Path, share: float) -> Iterator[str]:
    """The texts of the three files, ``share`` of each, evenly taken."""
    for name in FILES:
        with lzma.open(raw / f"{name}.jsonl.xz", "rt", encoding="utf-8") as lines:
            for n, line in enumerate(lines):
                if int(n * share) != int((n + 1) * share):
                    yield json.loads(line)["text"]


def main() -> None:
    """Count and write; the number of names goes to standard error."""
    parser = argparse.ArgumentParser(description="Count how news writes each place name.")
    parser.add_argument("--raw", type=Path, default=ROOT.parent / "shared" / "raw")
    parser.add_argument("--share", type=float, default=1.0)
    args = parser.parse_args()
    rows = (DATA / "lexicon" / "data" / "names" / "surnames.tsv").read_text("utf-8").splitlines()[1:]
    pairs = [row.split("\t") for row in rows if row and not row.startswith("#")]
    surnames = [form for form, count in pairs if int(count) >= MIN_SURNAME]
    names = [name for name, _ in gazetteer().names()]
    names += [name for place in world() for name in (place.name, *place.aliases)]
    counting = Counting(names, surnames)
    for text in texts(args.raw, args.share):
        counting.read(text)
    lines = ["\t".join([name, *map(str, counts)]) for name, counts in sorted(counting.counts.items())]
    OUT.write_text("\n".join(["name\ttyped\tbare\tperson", *lines]) + "\n", encoding="utf-8")
    print(f"{len(lines)} names", file=sys.stderr)


if __name__ == "__main__":
    main()
