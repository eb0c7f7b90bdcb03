"""Count the parts of people's names in the raw news and write the name lists of the lexicon.

In: ``../shared/raw/*.jsonl.xz`` (government, general, briefs), ``honorifics.tsv``, ``ranks.tsv``, and of ``names/`` the
lists kept by hand: the forms of ``surnames.tsv``, ``minority.tsv``, ``not_names.tsv``.
Out, in ``names/``: ``surnames.tsv`` (counts renewed, forms kept), ``middles.tsv``, ``givens.tsv``, ``foreign.tsv``.
Only single name parts and their counts leave the texts, never a sentence.

    python tools/count_names.py [--raw ../shared/raw] [--share 1.0]

A full name is a run of 3 to 5 capitalised Vietnamese syllables that begins with a known surname and follows an
honorific, a rank or a title. A foreign name part is a capitalised token that Vietnamese spelling cannot make and that
stands after such a word, or after another such part, in at least 30 % of its places; a syllable without marks that
Vietnamese could spell (Un, Chan) is one where so many of its places are beside such a part.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "src" / "govner" / "lexicon" / "data"
FILES = ("government", "general", "briefs_2025_2026")
MIN_COUNT, MIN_FOREIGN, MIN_SHARE, ROUNDS = 3, 8, 0.3, 4

# Posts before a name; the lexicon has far more, these are enough to count with.
POSTS = frozenset(
    {
        "bí thư",
        "tổng bí thư",
        "phó bí thư",
        "chủ tịch",
        "phó chủ tịch",
        "chủ tịch nước",
        "phó chủ tịch nước",
        "chủ tịch quốc hội",
        "thủ tướng",
        "phó thủ tướng",
        "bộ trưởng",
        "thứ trưởng",
        "giám đốc",
        "phó giám đốc",
        "tổng giám đốc",
        "đại biểu",
        "ủy viên",
        "viện trưởng",
        "chánh án",
        "trưởng ban",
        "phó ban",
        "trưởng phòng",
        "phó phòng",
        "hiệu trưởng",
        "tổng biên tập",
        "chủ tọa",
        "bí thư thành ủy",
        "bí thư tỉnh ủy",
        "tổng thống",
        "phó tổng thống",
        "ngoại trưởng",
        "thủ hiến",
        "thống đốc",
        "thị trưởng",
        "đại sứ",
        "nữ thủ tướng",
        "nữ tổng thống",
        "thượng nghị sĩ",
        "hạ nghị sĩ",
        "nghị sĩ",
        "dân biểu",
        "lãnh đạo",
        "nhà lãnh đạo",
        "quốc vương",
        "người phát ngôn",
        "phát ngôn viên",
        "phó phát ngôn viên",
        "bộ trưởng quốc phòng",
        "bộ trưởng ngoại giao",
        "bộ trưởng tài chính",
        "tổng thư ký",
        "cố vấn",
        "đặc phái viên",
        "thủ lĩnh",
        "ứng viên",
        "ứng cử viên",
        "ceo",
        "giám đốc điều hành",
        "nhà sáng lập",
        "tổng tư lệnh",
        "tư lệnh",
        "công tố viên",
    }
)

# One Vietnamese syllable without its marks on the vowels: onset and rhyme.
ONSET = r"(?:ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdđghklmnrstvxp])?"
RHYME = (
    r"(?:a(?:ch|c|i|m|ng|nh|n|o|p|t|u|y)?|ă(?:c|m|ng|n|p|t)|â(?:c|m|ng|n|p|t|u|y)|e(?:ng|c|m|n|o|p|t)?|"
    r"ê(?:ch|nh|m|n|p|t|u)?|i(?:ch|nh|m|n|p|t|u|a)?|iê(?:c|m|ng|n|p|t|u)|yê(?:m|ng|n|t|u)|ê(?:c|m|ng|n|p|t|u)|"
    r"o(?:c|i|m|ng|n|p|t)?|oo(?:c|ng)|oa(?:ch|c|i|m|ng|nh|n|o|p|t|y)?|oă(?:c|m|ng|n|t)|oe(?:n|o|t)?|"
    r"ô(?:c|i|m|ng|n|p|t)?|ơ(?:i|m|n|p|t)?|u(?:c|i|m|ng|n|p|t|a)?|uâ(?:ng|n|t|y)|uê(?:ch|nh|n)?|uô(?:c|i|m|ng|n|t)|"
    r"uơ|uy(?:ch|nh|n|t|a|u|p)?|uyê(?:n|t)|ư(?:c|i|ng|m|n|t|u|a)?|ươ(?:c|i|m|ng|n|p|t|u)|y(?:ch|nh|m|n|t)?)"
)
SYLLABLE = re.compile(ONSET + RHYME)
TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))
UPPER = "".join(c for c in map(chr, range(0x41, 0x1F00)) if c.isupper() and unicodedata.name(c, "").startswith("LATIN"))
LETTER = r"[^\W\d_]"
RUN = re.compile(rf"(?<![\w'’-])[{UPPER}]{LETTER}*(?:(?: |-|['’]|-al-)[{UPPER}]{LETTER}*)*")
TOKEN = re.compile(rf"{LETTER}+|['’-]")
WORD_END = re.compile(r"[\w/.&-]+$")
VOWEL = re.compile(r"[aeiouyAEIOUYÀ-ỹ]")  # "Th", "Ng" are initials of Vietnamese names
PARTICLES = ("bin", "bint", "ibn", "al", "el", "von", "van", "der", "den", "de", "da", "di", "dos", "la", "le")
PARTICLE = re.compile(rf"(?<=({LETTER}) )({'|'.join(PARTICLES)})(?=[ -][{UPPER}])")


def fold_tone(text: str) -> str:
    """NFC, with the tone mark on the first vowel of a final oa, oe, uy: ``Hoà`` to ``Hòa``, ``Thuỷ`` to ``Thủy``."""
    text = unicodedata.normalize("NFC", text)
    return re.sub(r"(?<![qQ])(?:[oO][àáảãạèéẻẽẹ]|[uU][ỳýỷỹỵ])(?!\w)", _move_tone, text)


def _move_tone(found: re.Match[str]) -> str:
    bare = unicodedata.normalize("NFD", found[0])  # first vowel, second vowel, tone
    return unicodedata.normalize("NFC", bare[0] + bare[2] + bare[1])


_syllables: dict[str, bool] = {}


def is_syllable(form: str) -> bool:
    """Whether Vietnamese spelling can make this form (``Kim``, ``Un`` yes; ``Jong``, ``Trump`` no)."""
    known = _syllables.get(form)
    if known is None:
        bare = unicodedata.normalize("NFC", unicodedata.normalize("NFD", form.lower()).translate(TONES))
        known = _syllables[form] = SYLLABLE.fullmatch(bare) is not None
    return known


def rows(path: Path) -> Iterator[list[str]]:
    """The rows of a TSV file without its header and its comments."""
    for line in path.read_text("utf-8").splitlines()[1:]:
        if line and not line.startswith("#"):
            yield line.split("\t")


def texts(raw: Path, share: float) -> Iterator[str]:
    """The texts of the three files, ``share`` of each, evenly taken."""
    for name in FILES:
        with lzma.open(raw / f"{name}.jsonl.xz", "rt", encoding="utf-8") as lines:
            for n, line in enumerate(lines):
                if int(n * share) != int((n + 1) * share):
                    yield json.loads(line)["text"]


@dataclass
class Tally:
    """What is counted: name parts, and for tokens of foreign spelling where they stand."""

    surnames: Counter[str] = field(default_factory=Counter)
    middles: Counter[str] = field(default_factory=Counter)
    givens: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    led: Counter[str] = field(default_factory=Counter)
    before: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    after: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    syllables: Counter[str] = field(default_factory=Counter)
    particles: Counter[str] = field(default_factory=Counter)


class Counting:
    """Reads texts into a ``Tally``."""

    def __init__(self, surnames: Iterable[str], leads: Iterable[str], not_names: Iterable[str]) -> None:
        self.surnames = {tuple(form.replace("'", " '").split()) for form in surnames}
        self.leads = set(leads)
        self.not_names = set(not_names)
        self.tally = Tally()

    def lead(self, text: str, start: int) -> str | None:
        """The honorific, rank or post of at most four words that ends right before ``start``, or ``None``."""
        if start == 0 or text[start - 1] != " ":
            return None
        words = text[max(0, start - 36) : start - 1].rsplit("\n", 1)[-1].split(" ")
        for size in (1, 2, 3, 4):
            phrase = " ".join(words[-size:]).lower().lstrip("\"'“‘(-–")
            if phrase in self.leads:
                return phrase
        return None

    def read(self, text: str) -> None:
        """Count the capitalised runs of one text."""
        text = unicodedata.normalize("NFC", text)
        for found in RUN.finditer(text):
            tokens = [fold_tone(token) for token in TOKEN.findall(found[0])]
            lead = self.lead(text, found.start())
            if lead is None and len(tokens) > 1 and tokens[0].lower() in self.leads:  # "Ông" at the head of a sentence
                lead, tokens = tokens[0].lower(), tokens[1:]
            if lead is not None:
                self.full_name(tokens)
            self.foreign(lead, tokens)
        for found in PARTICLE.finditer(text):
            self.tally.particles[found[2]] += 1

    def full_name(self, tokens: list[str]) -> None:
        """Count surname, middles and given name of a Vietnamese full name."""
        # Two syllables alone are too often a middle and a given name ("chị Mai Anh") or a place ("Hà Nội").
        if not 3 <= len(tokens) <= 5 or "-" in tokens:
            return
        size = 2 if tuple(tokens[:2]) in self.surnames and len(tokens) > 2 else 1
        if tuple(tokens[:size]) not in self.surnames:
            return
        rest = tokens[size:]
        if " ".join(tokens[:2]) in self.not_names:  # "Chủ tịch Hà Nội Nguyễn ..."
            return
        if any(len(token) < 2 or not token[1:].islower() or not is_syllable(token) for token in rest):
            return
        self.tally.surnames[" ".join(tokens[:size]).replace(" '", "'")] += 1
        self.tally.middles.update(rest[:-1])
        self.tally.givens[rest[-1]] += 1

    def foreign(self, lead: str | None, tokens: list[str]) -> None:
        """Count the tokens of foreign spelling and what stands before each."""
        last, may_lead = "", lead is not None
        for token in tokens:
            if token in "-'’":
                continue
            foreign = not token.isupper() and VOWEL.search(token) is not None and not is_syllable(token)
            if last:
                self.tally.after[last][token] += 1
            if not foreign and len(token) > 1 and token.isascii() and token.istitle():
                self.tally.syllables[token] += 1
                self.tally.before[token][last] += 1
            if foreign:
                self.tally.total[token] += 1
                if may_lead and token not in self.not_names:
                    self.tally.led[token] += 1
                elif last:
                    self.tally.before[token][last] += 1
            # "Tổng thống Mỹ Donald Trump": a country between title and name keeps the title's force.
            may_lead = may_lead and (token in self.not_names or not foreign)
            last = token


def foreign_names(tally: Tally, not_names: Iterable[str]) -> dict[str, int]:
    """Name parts of foreign spelling with their counts: led by a title, or by another name part, often enough."""
    barred = set(not_names)
    candidates = {form: n for form, n in tally.total.items() if n >= MIN_FOREIGN and form not in barred}
    names: set[str] = set()
    # Each round knows more parts that can stand before a part.
    for _ in range(ROUNDS):
        names = {
            form
            for form, n in candidates.items()
            if tally.led[form] + sum(c for left, c in tally.before[form].items() if left in names) >= MIN_SHARE * n
        }
    return {form: candidates[form] for form in names} | foreign_syllables(tally, names, barred)


def foreign_syllables(tally: Tally, names: set[str], barred: set[str]) -> dict[str, int]:
    """Syllables without marks that Vietnamese could spell too but that mostly stand beside foreign name parts.

    ``Un`` of Kim Jong Un, ``Chan`` of Jackie Chan; the count is that of the places beside a name part.
    """
    found = {}
    for form, total in tally.syllables.items():
        left = sum(n for other, n in tally.before[form].items() if other in names)
        right = sum(n for other, n in tally.after[form].items() if other in names)
        if max(left, right) >= max(MIN_FOREIGN, MIN_SHARE * total) and form not in barred:
            found[form] = max(left, right)
    return found


def write(path: Path, comment: str, counts: Iterable[tuple[str, int]]) -> int:
    """Write ``form count`` rows, the most frequent first; return how many."""
    ordered = sorted(counts, key=lambda row: (-row[1], row[0]))
    head = "".join(f"# {line}\n" for line in comment.split("\n"))
    path.write_text("form\tcount\n" + head + "".join(f"{form}\t{n}\n" for form, n in ordered), "utf-8")
    return len(ordered)


def main() -> None:
    """Count and write; the numbers of rows go to standard error."""
    parser = argparse.ArgumentParser(description="Count name parts in the raw news.")
    parser.add_argument("--raw", type=Path, default=ROOT.parent / "shared" / "raw")
    parser.add_argument("--share", type=float, default=1.0)
    args = parser.parse_args()
    names = DATA / "names"
    surnames = [row[0] for row in rows(names / "surnames.tsv")]
    not_names = [row[0] for row in rows(names / "not_names.tsv")]
    minority = [row[0] for row in rows(names / "minority.tsv")]
    leads = {row[0].lower() for name in ("honorifics", "ranks") for row in rows(DATA / f"{name}.tsv")}
    counting = Counting(surnames, leads | POSTS, not_names)
    for text in texts(args.raw, args.share):
        counting.read(text)
    tally = counting.tally
    source = f"Counted by tools/count_names.py in {args.share:.0%} of ../shared/raw; do not edit by hand."
    made = {
        "surnames": write(
            names / "surnames.tsv",
            "Surnames of Viet Nam, forms kept by hand (add a row with count 0);\ncounts: full names after a lead. "
            + source.replace("; do not edit by hand", ""),
            [(form, tally.surnames[form]) for form in surnames],
        )
    }
    for name, counts in (("middles", tally.middles), ("givens", tally.givens)):
        kept = [(form, n) for form, n in counts.items() if n >= MIN_COUNT and form not in not_names]
        made[name] = write(names / f"{name}.tsv", f"{name.title()} of full names, {MIN_COUNT} and more. {source}", kept)
    foreign = foreign_names(tally, [*not_names, *minority, *surnames])
    foreign |= {form: n for form, n in tally.particles.items() if n >= MIN_COUNT}
    comment = f"Parts of foreigners' names, {MIN_FOREIGN} and more. {source}"
    made["foreign"] = write(names / "foreign.tsv", comment, foreign.items())
    print(made, file=sys.stderr)


if __name__ == "__main__":
    main()
