"""Which body a name means, the same in every document: ids and canonical names.

An id is a path of four parts, all ASCII, read from the left:

``FAMILY / LEVEL / UNIT / WHAT``

- ``FAMILY``: ``party``, ``state``, ``mass`` or ``organization``, by the label.
- ``LEVEL``: ``central``, ``province``, ``district``, ``commune`` or ``grassroots``.
- ``UNIT``: the GSO code of the unit that it governs; none for a central body and an organization. A code that was given
  to another unit later (15: Yên Bái until June 2025, then Lào Cai) is followed by that later unit's name
  (``15-lao-cai``). A unit keeps its part over a change of type (huyện, thị xã) and of borders.
- ``WHAT``: the body's kind as ``data/kinds.tsv`` writes it (``committee`` is a Party committee, ``organization`` a Đảng
  bộ, ``peoples-committee`` a Ủy ban nhân dân), and its field where it has one (``department/y-te``). An organ stands
  behind the body that it belongs to (``department/y-te/inspectorate``); those of a unit's Party committee and the
  departments and divisions of its people's committee stand without it (``standing-committee``, ``division/kinh-te``).

``party/province/51/committee``, ``party/province/51/standing-committee``, ``state/district/524/peoples-committee``,
``state/province/51/peoples-council/standing-board``, ``state/central/ministry/nong-nghiep-va-moi-truong``,
``mass/central/fatherland-front``, ``organization/company/evn``.

There is no id where the text does not say which body is meant: a unit that stays open, a department without its field,
a head of words that fits many.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from govner.entities import Unit
from govner.lexicon import read
from govner.linking.bodies import CENTRAL, BodyReading, central_names
from govner.linking.posts import read_words
from govner.linking.words import Words, rows
from govner.places import gazetteer

_FAMILIES = {"PARTY": "party", "STATE": "state", "MASS": "mass", "ORG": "organization"}
_LEVELS = {1: "province", 2: "district", 3: "commune"}
_NUMBERS = {"province": 1, "district": 2, "commune": 3}
_JOINTS = frozenset({"và", "-", ",", "&", "–", "—", "/", ".", "(", ")", "của", "thuộc", '"', "“", "”", ":"})
_LEVEL_WORDS = frozenset(
    {"tỉnh", "thành", "phố", "huyện", "quận", "thị", "xã", "phường", "trấn", "đặc", "khu", "cấp", "trung", "ương"}
)
_COUNTRY = ("việt", "nam")
_WHOLE = frozenset({"committee", "organization", "cell", "delegation"})
"""What takes all the words behind it as its field: "Đảng ủy Công an tỉnh" is no organ of the police."""

_BASES = {"party": "committee", "mass": "fatherland-front"}
_BASE_OF = {
    "council-committee": "peoples-council", "investigation-police": "police", "investigation-security": "police",
}  # fmt: skip
_DEFAULT = frozenset({"party/committee"})
"""The bodies under which an organ stands without their own part in its id."""
_COMMITTEE_OF_STATE = "state/peoples-committee"
_OF_THE_COMMITTEE = frozenset({"department", "division", "inspectorate", "project-board", "steering-committee"})
"""What is the people's committee's whether the text says so ("Phòng Kinh tế UBND huyện") or not."""

_FIELD_HEADS = {"department": "so", "division": "phong", "ministry": "bo"}
_SPEC = re.compile(r"([+!]?)([a-z-]+?)(?:([*?#])(\d))?")
_COMMITTEES = {"Tỉnh": "Tỉnh ủy", "Thành phố": "Thành ủy", "Huyện": "Huyện ủy", "Quận": "Quận ủy", "Thị xã": "Thị ủy"}
_YOUTH = {kind: name.replace("ủy", "đoàn") for kind, name in _COMMITTEES.items()}
_BASE_NAMES = {
    "committee": "@ủy", "fatherland-front": "Ủy ban MTTQ Việt Nam", "peoples-council": "HĐND", "police": "Công an",
}  # fmt: skip
_OF_FAMILY = {
    "party": frozenset(
        {
            "committee", "organization", "cell", "delegation", "standing-committee", "standing-board",
            "executive-committee", "commission", "inspection-committee", "office", "steering-committee", "council",
        }
    ),
    "mass": frozenset(
        {
            "standing-committee", "standing-board", "executive-committee", "inspection-committee", "office",
            "fatherland-front", "youth-union", "womens-union", "farmers-union", "veterans-association", "trade-union",
            "red-cross", "association", "council",
        }
    ),
}  # fmt: skip
"""What a family has; the state's bodies are whatever is not the Party's or the Front's alone."""

_OF_SOMEBODY = frozenset(
    {
        "division",
        "project-board",
        "steering-committee",
        "council",
        "association",
        "inspectorate",
        "agency",
        "trade-union",
    }
)
"""What firms, schools and agencies have too: without a unit's name or level word it may be theirs."""

_NOT_STATE = (_OF_FAMILY["party"] | _OF_FAMILY["mass"]) - frozenset(
    {"standing-board", "office", "steering-committee", "council", "inspection-committee"}
)
_NAMED_ORGANIZATIONS = frozenset(
    {"company", "bank", "university", "media", "international", "foreign_government", "foreign_party", "sport"}
)
_MANY = frozenset(
    ["công", "ty", "ngân", "hàng", "tập", "đoàn", "tổng", "trường", "đại", "học", "cao", "đẳng", "báo", "đài"]
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Which body a name means: ``id``, canonical names of it, of the body that its organ belongs to, and of the organ.

    Each is ``None`` where the words do not tell it.
    """

    id: str | None
    name: str | None = None
    parent: str | None = None
    organ: str | None = None


NOBODY = Identity(None)


@dataclass(frozen=True, slots=True)
class _Opening:
    what: str
    organ: bool
    national: bool
    field: str
    start: int
    name: str


@dataclass(frozen=True, slots=True)
class _Part:
    """One body of a chain: "Ban Thường vụ" and "Huyện ủy" are two."""

    opening: _Opening
    field: Words
    head: Words = ()

    @property
    def path(self) -> str:
        return f"{self.opening.what}/{slug(self.field)}" if self.field else self.opening.what


@dataclass(frozen=True, slots=True)
class _Central:
    id: str
    until: str
    successor: str


@cache
def _openings() -> tuple[Mapping[Words, _Opening], int]:
    found = {}
    for form, _, _, spec, name in rows("kinds.tsv"):
        read_spec = _SPEC.fullmatch(spec)
        if spec == "-" or read_spec is None:
            continue
        mark, what, field, start = read_spec.groups()
        found[read_words(form)] = _Opening(
            what, mark == "+", mark == "!", field or "", int(start or 0), "" if name == "-" else name
        )
    return found, max(map(len, found))


@cache
def _fields() -> tuple[Mapping[tuple[str, Words], str], Mapping[Words, str]]:
    """Short field after its head → field in full; the words of a field → the field as it is written."""
    short: dict[tuple[str, Words], str] = {}
    for heads, form, field in rows("fields.tsv"):
        for head in heads.split(";"):
            short[head, _bare(tuple(form.split()))] = field
    full: dict[Words, str] = {}
    for row in read.table("bodies/fields.tsv"):
        bare = _bare(read_words(row["form"]))
        if len(row["form"]) > len(full.get(bare, "")) or " và " in row["form"] > full.get(bare, ""):
            full[bare] = row["form"]
    return short, full


@cache
def _central() -> Mapping[str, _Central]:
    """Central body by its full name."""
    found = {}
    for name, id, until, successor, *_ in (row + [""] * 5 for row in rows("central.tsv")):
        found[name] = _Central(id, until, successor)
    return found


@lru_cache(maxsize=1 << 14)
def slug(given: Words) -> str:
    """Words as a part of an id: ``("y", "tế")`` → ``"y-te"``."""
    plain = unicodedata.normalize("NFD", " ".join(given).replace("đ", "d").replace("Đ", "D").lower())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return "-".join(re.findall(r"[a-z0-9]+", plain))


@lru_cache(maxsize=1 << 14)
def unit_part(unit: Unit) -> str:
    """What stands for a unit in an id: its code, with its name where the code was another unit's before."""
    first = gazetteer().states(unit.id)[0]
    return unit.code if first.name == unit.name else f"{unit.code}-{slug(tuple(unit.name.split()))}"


def successor(name: str, date: str | None) -> str:
    """The name that a central body bears on a day: "Bộ Tài nguyên và Môi trường" in 2026 → "Bộ Nông nghiệp …"."""
    known = _central()
    while date is not None and name in known and known[name].successor and date > known[name].until:
        name = known[name].successor
    return name


@cache
def _days() -> tuple[str, ...]:
    return tuple(sorted({row.until for row in _central().values() if row.until}))


@lru_cache(maxsize=1 << 12)
def era_of_names(date: str | None) -> str | None:
    """A day on which every central body bore the name that it bore on ``date``; ``None`` before the first change."""
    passed = bisect_left(_days(), date) if date is not None else 0
    if not passed:
        return None
    return (datetime.date.fromisoformat(_days()[passed - 1]) + datetime.timedelta(days=1)).isoformat()


_PAST_BEFORE = re.compile(
    r"\b(?:(?<!tài )nguyên|cựu|từng|trước (?:đây|kia)|(?:khi|lúc|hồi) đó|thời(?! (?:gian|điểm|hạn|sự)))\b[^.\n]{0,40}$",
    re.I,
)
_PAST_AFTER = re.compile(r"\s?\(?(?:cũ|trước đây|trước kia|khi đó|lúc đó)\b", re.I)


def of_the_past(text: str, start: int, end: int) -> bool:
    """Whether the words beside a body speak of its past: "nguyên bộ trưởng Bộ Công nghiệp", "Bộ Thủy sản cũ"."""
    return (
        _PAST_AFTER.match(text, end, end + 24) is not None
        or _PAST_BEFORE.search(text[max(0, start - 56) : start]) is not None
    )


@lru_cache(maxsize=1 << 16)
def identify_body(
    reading: BodyReading, label: str, unit: Unit | None, date: str | None = None, text: str = "", named: bool = True
) -> Identity:
    """Which body a mention means.

    ``reading`` is that of its words without its places, ``unit`` the unit that it governs, ``named`` whether its own
    name says it. ``date`` is the day on which a central body is to bear its name, ``None`` to leave it as it is;
    ``text`` the mention as it stands, for an organization.
    """
    family = _FAMILIES[label]
    if label == "ORG":
        return _organization(reading, text)
    if reading.level == CENTRAL:
        return _of_centre(reading, family, date)
    chain = _chain(read_words(reading.name), family)
    if not chain:
        return NOBODY
    if unit is None:
        if len(chain) == 1 and chain[0].opening.national and chain[0].field:
            return Identity(f"{family}/central/{chain[0].path}")
        return NOBODY
    wanted = _NUMBERS.get(reading.level)
    if wanted is not None and wanted != unit.level:
        return NOBODY
    if not named and not reading.level and chain[-1].opening.what in _OF_SOMEBODY:
        return NOBODY
    return _of_unit(chain, family, reading, unit)


def _of_unit(chain: tuple[_Part, ...], family: str, reading: BodyReading, unit: Unit) -> Identity:
    """The body of a unit: ``chain`` is organ first, the body that it belongs to behind it."""
    level = "grassroots" if reading.level == "grassroots" else _LEVELS[unit.level]
    if chain[-1].opening.what == "department" and unit.level != 1:
        return NOBODY
    if chain[-1].opening.name == "@ủy" and not chain[-1].field and not reading.level and unit.level != 3:
        return NOBODY  # a bare "Đảng ủy" in a text on a province: that of some office or firm
    prefix = f"{family}/{level}/{unit_part(unit)}"
    base = chain[-1]
    names = [_name(base, unit)]
    path = prefix + "/" + base.path
    if base.opening.organ:
        what = _BASE_OF.get(base.opening.what) or _BASES.get(family)
        if what is None or (what == "committee" and base.opening.what in _BASE_OF):
            return NOBODY
        own = f"{family}/{what}" in _DEFAULT
        path = f"{prefix}/{base.path}" if own else f"{prefix}/{what}/{base.path}"
        names = [_named(_BASE_NAMES[what], unit)]
        names.append(names[0] and base.opening.name and f"{base.opening.name} {names[0]}")
    for part in reversed(chain[:-1]):
        if part.opening.what == base.opening.what:
            return NOBODY  # "Sở Giao thông thành Sở Xây dựng": two of a sort run together
        above = f"{family}/{base.path}" if part is chain[-2] else ""
        own = above in _DEFAULT or (above == _COMMITTEE_OF_STATE and part.opening.what in _OF_THE_COMMITTEE)
        path = f"{prefix}/{part.path}" if own else f"{path}/{part.path}"
        opening = _display(part)
        names.append(names[-1] and opening and f"{opening} {names[-1]}")
    name = names[-1] or None
    if len(names) == 1:
        return Identity(path, name)
    return Identity(path, name, names[-2] or None, _display(chain[0]) or None)


def _named(name: str, unit: Unit, head: Words = ()) -> str:
    if name == "@ủy":
        # The text's own "Thị ủy" goes before the type of a unit that is a city in the oldest listing.
        committee = _COMMITTEES[unit.type] if unit.level < 3 else "Đảng ủy"
        if unit.level < 3 and len(head) == 2 and head[0] != "đảng":
            committee = " ".join(head).capitalize()
        return _with_unit(committee, unit, unit.level == 3 or unit.name.isdigit())
    if name == "@đoàn":
        return _with_unit(_YOUTH[unit.type], unit, False) if unit.level < 3 else _with_unit("Đoàn", unit, True)
    return _with_unit(name, unit, name not in ("Sở", "Cục Thuế", "Cục Hải quan"))


def _with_unit(name: str, unit: Unit, full: bool) -> str:
    if unit.code == "79" and unit.level == 1:
        return f"{name} TP Hồ Chí Minh"
    return f"{name} {unit.full_name if full else unit.name}"


def _display(part: _Part) -> str:
    """How a body is written without its unit: "Sở Giáo dục và Đào tạo"; empty where its words only are known."""
    if not part.field:
        return part.opening.name
    if part.opening.what in ("department", "division", "subdepartment") and part.opening.name:
        return f"{part.opening.name} {_capital(part.field)}"
    return part.opening.name if part.opening.what == "commission" else ""


def _name(part: _Part, unit: Unit) -> str:
    """The canonical name of a body of a unit."""
    if not part.field:
        return _named(part.opening.name, unit, part.head) if part.opening.name else ""
    shown = _display(part)
    return _with_unit(shown, unit, part.opening.what != "department") if shown else ""


@lru_cache(maxsize=1 << 12)
def _capital(field: Words) -> str:
    """A field as official names write it: a capital after every joint ("Lao động - Thương binh và Xã hội")."""
    out, opens = [], True
    for word in field:
        out.append(word[:1].upper() + word[1:] if opens and word not in _JOINTS else word)
        opens = word in _JOINTS
    return " ".join(out).replace(" ,", ",")


def _bare(given: Words) -> Words:
    return tuple(word for word in given if word not in _JOINTS)


@lru_cache(maxsize=1 << 15)
def _chain(given: Words, family: str) -> tuple[_Part, ...]:
    """The bodies that a name names, the organ first; empty where a part of it cannot be told."""
    openings, longest = _openings()
    for size in range(min(longest, len(given)), 0, -1):
        opening = openings.get(given[:size])
        if opening is not None:
            break
    else:
        return ()
    if opening.what not in _OF_FAMILY.get(family, ()) and (family != "state" or opening.what in _NOT_STATE):
        return ()
    rest = given[size:]
    above: tuple[_Part, ...] = ()
    end = len(given)
    if opening.what not in _WHOLE:
        for at in range(size, len(given)):
            if _opens_parent(given, at):
                above = _chain(given[at:], family)
                if not above:
                    return ()
                end = at
                break
        rest = given[size:end]
    extra = _field(rest)
    if opening.field == "#":
        return (_Part(opening, _field(given), given[:size]),) if any(word.isdigit() for word in rest) else ()
    if not opening.field:
        return (_Part(opening, (), given[:size]), *above) if not extra else ()
    words = _full(given[opening.start : end], opening.what)
    if not words and opening.field == "*":
        return ()
    return (_Part(opening, words, given[:size]), *above)


_PARENTS = frozenset(
    {
        "committee", "organization", "peoples-committee", "peoples-council", "police", "department", "court",
        "procuracy", "fatherland-front", "military", "border-guard", "na-delegation",
    }
)  # fmt: skip


def _opens_parent(given: Words, at: int) -> bool:
    """Whether a body to which an organ can belong opens at a word."""
    openings, longest = _openings()
    for size in range(min(longest, len(given) - at), 1, -1):
        opening = openings.get(given[at : at + size])
        if opening is not None:
            return opening.what in _PARENTS and not opening.organ
    return given[at] == "sở" and at + 1 < len(given)


def _field(given: Words) -> Words:
    """The words that tell a field: without joints, level words and the country at the end."""
    found = [word for word in given if word not in _JOINTS]
    if tuple(found[-2:]) == _COUNTRY:
        found = found[:-2]
    while found and found[-1] in _LEVEL_WORDS:
        found.pop()
    while found and found[0] in ("cấp", "tỉnh"):
        found = found[1:]
    return tuple(found)


def _full(given: Words, what: str) -> Words:
    """A field with its joints, short and informal forms written out."""
    short, full = _fields()
    head = _FIELD_HEADS.get(what, "-")
    field = _field(given)
    for form in (_bare(given), field):
        known = short.get((head, form)) or short.get(("-", form))
        if known:
            return _spelled(known)
    return _spelled(full[field]) if field in full else field


@lru_cache(maxsize=1 << 12)
def _spelled(field: str) -> Words:
    return tuple(re.findall(r"\w+|[^\w\s]", field.lower()))


def _of_centre(reading: BodyReading, family: str, date: str | None) -> Identity:
    """A central body, or an organ of one."""
    given = read_words(reading.name)
    known = central_names()
    kind, full = (reading.kind, reading.name) if reading.canonical else known.get(given, ("", ""))
    if full:
        name = successor(full, date)
        path = _central_path(name, kind)
        return Identity(path and f"{family}/central/{path}", name)
    for at in range(1, len(given)) if family != "mass" else ():
        above = known.get(given[at:])
        if above is not None:
            base = successor(above[1], date)
            path, parts = _central_path(base, above[0]), _chain(given[:at], family)
            if path is None or len(parts) != 1:
                return NOBODY
            home = "party" if above[0] in ("politburo", "secretariat", "central_committee") else "state"
            shown = _display(parts[0])
            whole = f"{shown} {base}" if shown else None
            return Identity(f"{home}/central/{path}/{parts[0].path}", whole, base, shown or None)
    chain = _chain(given, family)
    if (
        len(chain) == 1
        and not chain[0].opening.organ
        and (family == "mass" or (chain[0].field and chain[0].opening.what in ("agency", "military")))
    ):
        return Identity(f"{family}/central/{chain[0].path}")
    return NOBODY


@lru_cache(maxsize=1 << 12)
def _central_path(name: str, kind: str) -> str | None:
    """What stands for a central body in an id, behind family and level."""
    row = _central().get(name)
    if row is not None and row.id:
        return None if row.id == "-" else row.id
    words = tuple(word.lower() for word in name.split())
    strip = {
        "ministry": ("bộ",), "agency": ("tổng", "cục"), "na_committee": ("ủy", "ban"), "central_commission": ("ban",),
        "office": ("văn", "phòng"), "steering_committee": ("ban", "chỉ", "đạo"), "association": ("hội",),
        "council": ("hội", "đồng"),
    }.get(kind, ())  # fmt: skip
    if kind == "agency" and words[:1] == ("cục",):
        strip = ("cục",)
    if strip and words[: len(strip)] == strip:
        words = words[len(strip) :]
    for tail in (("của", "quốc", "hội"), ("trung", "ương"), ("việt", "nam")):
        if len(words) > len(tail) and words[-len(tail) :] == tail:
            words = words[: -len(tail)]
    what = {"central_commission": "commission", "party_committee": "committee"}.get(kind, kind.replace("_", "-"))
    return f"{what}/{slug(words)}"


@cache
def _organizations() -> frozenset[Words]:
    return frozenset(read_words(row["form"]) for row in read.table("bodies/orgs.tsv"))


def _organization(reading: BodyReading, text: str) -> Identity:
    """A named organisation: known by its name, or of a sort whose names are given once and written with capitals."""
    given = read_words(text)
    known = given in _organizations()
    if not known:
        if reading.kind not in _NAMED_ORGANIZATIONS:
            return NOBODY
        own = [word for word in text.split()[len(reading.head) - 1 :] if word[:1].isupper()]
        if not own or not set(given) - _MANY:
            return NOBODY
    part = slug(_bare(given))
    return Identity(f"organization/{reading.kind.replace('_', '-')}/{part}" if part else None)
