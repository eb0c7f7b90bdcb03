"""On which day a text was written, read from the text itself, and the days that its sentences name.

The press dates its reports by the day of the event ("Sáng 16.3, …") and leaves the year out. A day is read where day
and year are both told by the text's own words; a text that tells less has no date rather than a guess. Its words may
still tell that it is of the time since July 2025: that is enough to know which units it speaks of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from govner.entities import DateSource
from govner.places import REFORM, gazetteer, key
from govner.places.names import split_type

HEAD = 700
"""How many characters of the beginning tell the day of the report."""

TAIL = 160
"""How many characters of the end can hold a dateline."""

NEAR = 14
"""A day with its year, at most so many days before the report's day, tells the report's year."""

AHEAD = 45
"""A day without a year lies at most so many days after the text's own; else it is of the year before."""

_YEARS = range(1990, 2100)  # of a text on offices; others are history, or numbers
_DIGITS = re.compile(r"[0-9]+")  # found fast; what begins there is then looked at
_YEAR = re.compile(r"20[0-9][0-9]")
_UP_TO_YEAR = re.compile(r"(?:[0-9]{1,2}\s?[./-]\s?){1,2}$|[0-9]{1,2} tháng [0-9]{1,2},? năm $")
_NUMBER = re.compile(
    r"(?<![\w./-])(?<!thứ )(?<!khóa )(?<!khoá )(?:"
    r"(?P<year>[0-9]{4})(?:-(?P<iso_month>\d\d)-(?P<iso_day>\d\d))?"
    r"|(?P<day>\d{1,2})(?:\s?[./-]\s?| tháng )(?P<month>\d{1,2})(?:(?:\s?[./-]\s?|,? năm )(?P<of>\d{4}))?"
    r"|(?P<only_month>\d{1,2})\s?[./-]\s?(?P<month_year>\d{4})"
    r")(?![\w%]|[./-]\d)"
)
_CUE = re.compile(
    r"(?:(?:(?P<part>sáng|trưa|chiều|tối|đêm|khuya)(?:(?: hôm)? (?:nay|qua))?|(?P<today>hôm (?:nay|qua))"
    r"|(?P<week>thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật))[\s,(]*(?:ngày )?|(?P<plain>ngày |hôm ))$",
    re.I,
)
_BEFORE_DAY = frozenset(
    {
        "ngày", "hôm", "nay", "qua", "sáng", "trưa", "chiều", "tối", "đêm", "khuya", "hai", "ba", "tư", "năm", "sáu",
        "bảy", "nhật", "2", "3", "4", "5", "6", "7",
    }
)  # fmt: skip
"""The last words that _CUE can end in."""
_ELSEWHEN = re.compile(
    r"(?:(?P<act>quyết định|kết luận|thông báo|công văn|văn bản|nghị quyết|nghị định|luật|ký)"
    r"|sinh|từ|đến|tới|trước|sau|hết|hạn|hiệu lực)"
    r"\W*(?:số \S+ )?(?:vào )?(?:(?:sáng|trưa|chiều|tối|đêm)? ?(?:ngày)?)? ?$",
    re.I,
)
_PLAN = re.compile(r"\b(?:sẽ|dự kiến|sắp)\b", re.I)
_TO_COME = re.compile(
    r"(?:đến|tới|giai đoạn|nhiệm kỳ|nhiệm kì|tầm nhìn|khóa|khoá|mục tiêu|kế hoạch|dự toán|phấn đấu|vào|sau|hết)\b"
    r"[^.,;]{0,12}$",
    re.I,
)
_YEAR_CUE = re.compile(r"(?:(?P<so_far>\d{1,2}) tháng (?:đầu )?|tháng (?P<month>\d{1,2}),? )?năm $", re.I)
_MONTH_CUE = re.compile(r"tháng $", re.I)
_TO_YEAR = re.compile(r"\s?[-–]\s?\d{4}")
_WEEK = {"hai": 0, "ba": 1, "tư": 2, "năm": 3, "sáu": 4, "bảy": 5, "nhật": 6, **{str(n): n - 2 for n in range(2, 8)}}
_CLOCK = re.compile(
    r"(?:\W|\b(?:\d{1,2}[:hg]\d\d|\d|GMT|SA|CH|AM|PM|lúc|ngày|đăng|cập nhật|xuất bản|chủ nhật|thứ \w{1,3})\b)*", re.I
)
_PLACE_LINE = re.compile(r"[^\W\d_][\w. ]{1,28},\s*ngày\s*$|\(?[\w. ]{2,24}\)?\s*[-–]\s*(?:ngày\s*)?$", re.I)
_END = re.compile(r"[.!?…]\s|\n")

_ISLANDS = (
    "Phú Quốc|Côn Đảo|Lý Sơn|Cát Hải|Kiên Hải|Thổ Châu|Phú Quý|Cồn Cỏ|Bạch Long Vĩ|Cô Tô|Trường Sa|Hoàng Sa|Vân Đồn"
)
_SIGNS = ("2 cấp", "hai cấp", "XVI", "đặc khu", "hành chính công")  # one of them is in what _SURE finds
_SURE = re.compile(
    rf"chính quyền địa phương (?:2|hai) cấp|mô hình chính quyền (?:2|hai) cấp|Quốc hội khóa XVI\b"
    rf"|(?:xã|phường), (?:xã|phường)(?:,| và) đặc khu|[Tt]rung tâm [Pp]hục vụ hành chính công (?:xã|phường|đặc khu)"
    rf"|đặc khu (?:{_ISLANDS})\b.{{0,400}}202[5-9]"
)
_LATE = re.compile(r"20(?:2[5-9]|3)|XIV|và Môi trường|NN-MT|và Tôn giáo")
_OF_LATE = ("202", "203", "XIV", "và Môi trường", "NN-MT", "và Tôn giáo")  # one of them is in what _LATE finds
_MERGED = re.compile(
    r"(?:sau|trước)(?: khi)? (?:sáp nhập|hợp nhất|sắp xếp)|sáp nhập tỉnh|\((?:mới|cũ)\)"
    r"|(?:tỉnh|huyện|quận|thị xã) [A-ZĐ][^\W\d_]+(?: [A-ZĐ][^\W\d_]+){0,2} cũ\b"
)
_OF_MERGED = ("sáp nhập", "hợp nhất", "sắp xếp", "(mới)", "(cũ)", " cũ")  # one of them is in what _MERGED finds
_OF_TERM = ("ăm 202", "và Môi trường", "NN-MT", "XIV", "ỳ 202", "và Tôn giáo")  # and one of these in what _TERM does
_TERM = re.compile(
    r"nhiệm kỳ 2025\s?[-–]\s?2030|nhiệm kỳ 2026\s?[-–]\s?2031|[Đđ]ại hội (?:[Đđ]ảng )?(?:lần thứ )?XIV\b"
    r"|(?:Bộ|Sở) (?:Nông nghiệp và Môi trường|Dân tộc và Tôn giáo)|(?:Bộ|Sở) NN-MT"
    r"|(?<!đến )(?<!tới )[Nn]ăm 202[56]\b"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text tells of its day: ``day`` ISO or ``None``, ``source`` whence; ``since`` an ISO day that it is not
    older than, where the text tells no more than that."""

    day: str | None = None
    source: DateSource | None = None
    since: str | None = None


@dataclass(slots=True)
class Seen:
    """A day, month or year that a text names; 0 for what is left out. ``cue`` says how a day is named: "part" of the
    day, "today", "week" (its weekday), "plain" ("ngày"), "full" (by the number alone); "year" where no day is.

    ``aside`` marks what is not the time of the report: a birthday, the day of a decree, a plan's last year; ``act``
    the decree's day, which at least is over.
    """

    start: int
    end: int
    year: int
    month: int
    day: int
    cue: str
    weekday: int = -1
    so_far: int = 0
    aside: bool = False
    act: bool = False


def read(text: str, places: Sequence[str] = ()) -> Reading:
    """The day of a text, from a dateline or from its first sentences; ``places`` are the names of places in it, which
    may tell that it is of the time since July 2025. Cost: linear, one pass."""
    head = list(scan(text, 0, HEAD))
    tail = list(scan(text, max(HEAD, len(text) - TAIL)))
    line = next((day for day in (*head[:3], *tail[-1:]) if _is_dateline(text, day)), None)
    if line is not None:
        return Reading(_iso(line.year, line), "dateline")
    report = _report(text, head)
    late = any(sign in text for sign in _OF_LATE) and _LATE.search(text) is not None
    seen = [*head, *_with_years(text)] if report is not None or late else head
    year = _year(report, seen) if report is not None else 0
    if report is not None and year and _is_day(year, report.month, report.day):
        return Reading(_iso(year, report), "text")
    new = (late and _is_late(text, seen)) or _speaks_of_new(text) or any(map(_only_new, places))
    return Reading(None, None, REFORM if new else None)


def scan(text: str, start: int = 0, end: int | None = None) -> Iterator[Seen]:
    """The days, months and years that a text names between two places, in its order."""
    last, stop = start, len(text) if end is None else end
    for digits in _DIGITS.finditer(text, start, stop):
        found = _NUMBER.match(text, digits.start()) if digits.start() >= last else None
        if found is None:
            continue
        last = found.end()
        seen = (_day_seen if found["day"] else _year_seen)(text, found)
        if seen is not None:
            yield seen


def days(text: str, start: int, end: int, today: str | None) -> list[tuple[int, str]]:
    """The days that a stretch of text names, each with its place: ISO days, the year taken from ``today`` where it is
    left out; a day that the text cannot place is left out. Birthdays and decrees' days are too."""
    found = []
    for seen in scan(text, start, end):
        if not seen.day or (seen.aside and _BORN.search(text, max(0, seen.start - 40), seen.start)):
            continue
        year = seen.year or (_nearest(seen, today) if today and seen.cue != "full" else 0)
        if year and _is_day(year, seen.month, seen.day):
            found.append((seen.start, _iso(year, seen)))
    if today:
        found += [(now.start(), today) for now in _TODAY.finditer(text, start, end)]
    return sorted(found)


_BORN = re.compile(r"\bsinh\b|quyết định số|nghị quyết số", re.I)
_TODAY = re.compile(r"\b(?:hôm|sáng|trưa|chiều|tối) nay\b(?!\W{1,3}(?:ngày )?\d)", re.I)


def _nearest(seen: Seen, today: str) -> int:
    """The year in which a day without one lies, told from the text's own day."""
    now = date.fromisoformat(today)
    for year in (now.year + 1, now.year, now.year - 1):
        if _is_day(year, seen.month, seen.day) and date(year, seen.month, seen.day) <= now + timedelta(AHEAD):
            return year
    return 0


def _with_years(text: str) -> Iterator[Seen]:
    """The days, months and years behind the beginning of a text whose year it tells: few, and found fast."""
    last = HEAD
    for year in _YEAR.finditer(text, HEAD):
        before = _UP_TO_YEAR.search(text, max(last, year.start() - 20), year.start())
        start = year.start() if before is None else before.start()
        found = _NUMBER.match(text, start) if start >= last else None
        if found is None:
            continue
        last = found.end()
        seen = (_day_seen if found["day"] else _year_seen)(text, found)
        if seen is not None:
            yield seen


def _year_seen(text: str, found: re.Match[str]) -> Seen | None:
    start, end = found.span()
    year = int(found["year"] or found["month_year"])
    if year not in _YEARS:
        return None
    if found["iso_month"]:
        month, day = int(found["iso_month"]), int(found["iso_day"])
        return Seen(start, end, year, month, day, "full") if _is_day(year, month, day) else None
    left = text[max(0, start - 34) : start]
    month, cue = int(found["only_month"] or 0), None
    if month:
        cue = _MONTH_CUE.search(left)
    elif "năm" in left or "Năm" in left:
        cue = _YEAR_CUE.search(left)
        month = int(cue["month"] or 0) if cue else 0
    if cue is None or month > 12 or _TO_YEAR.match(text, end):
        return None
    so_far = int(cue["so_far"] or 0) if not found["only_month"] else 0
    return Seen(
        start, end, year, month, 0, "year", -1, so_far, _TO_COME.search(left[: cue.start()].rstrip()) is not None
    )


def _day_seen(text: str, found: re.Match[str]) -> Seen | None:
    start, end = found.span()
    year, month, day = int(found["of"] or 0), int(found["month"]), int(found["day"])
    if (year and year not in _YEARS) or not _is_day(year or 2000, month, day):
        return None
    left = text[max(0, start - 34) : start]
    last = left.rstrip(" (,").rpartition(" ")[2].rpartition("\n")[2].lower()
    cue = _CUE.search(left) if last in _BEFORE_DAY else None
    if cue is None:
        if not year:
            return None
        other = _ELSEWHEN.search(left)
        return Seen(start, end, year, month, day, "full", -1, 0, other is not None, _is_act(other))
    kind = "part" if cue["part"] else "today" if cue["today"] else "week" if cue["week"] else "plain"
    week = _WEEK[cue["week"].split()[-1].casefold()] if cue["week"] else -1
    other = _ELSEWHEN.search(left[: cue.start()])
    return Seen(start, end, year, month, day, kind, week, 0, other is not None, _is_act(other))


def _is_act(other: re.Match[str] | None) -> bool:
    return other is not None and other["act"] is not None


@lru_cache(maxsize=4096)
def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _iso(year: int, seen: Seen) -> str:
    return f"{year:04}-{seen.month:02}-{seen.day:02}"


def _is_dateline(text: str, seen: Seen) -> bool:
    """Whether a day with its year stands in a line with nothing beside it but a clock, a weekday or a place."""
    if not seen.day or not seen.year:
        return False
    first, last = text.rfind("\n", 0, seen.start) + 1, text.find("\n", seen.end)
    before, after = text[first : seen.start], text[seen.end : last if last >= 0 else len(text)]
    if len(before) > 60 or len(after) > 60:
        return False
    return _CLOCK.fullmatch(after) is not None and (
        _CLOCK.fullmatch(before) is not None or _PLACE_LINE.fullmatch(before) is not None
    )


def _report(text: str, seen: Sequence[Seen]) -> Seen | None:
    """The day of the event that a text reports: the first that its beginning names as such."""
    for day in seen:
        if day.start > HEAD:
            break
        if not day.day or day.aside or day.cue in ("year", "full"):
            continue
        if day.cue == "today":
            return day
        first, last = _sentence(text, day)
        opens = day.start - first <= 6 or _PLACE_LINE.fullmatch(text, first, day.start) is not None
        if _PLAN.search(text, first, last) or (day.cue == "plain" and not opens):
            continue
        return day
    return None


def _sentence(text: str, seen: Seen) -> tuple[int, int]:
    first = max((end.end() for end in _END.finditer(text, max(0, seen.start - 300), seen.start)), default=0)
    end = _END.search(text, seen.end)
    return first, end.start() if end else len(text)


def _year(report: Seen, seen: Sequence[Seen]) -> int:
    """The year of the report's day: its own, that of the same day elsewhere, of a day shortly before, of a weekday."""
    past = [day for day in seen if day.year and (day.act or not day.aside)]
    latest = max((day.year for day in past), default=0)
    if report.year:
        return report.year if latest <= report.year else 0
    told = {
        day.year + late
        for day in past
        if day.day
        for late in (0, 1)
        if _is_day(day.year + late, report.month, report.day)
        and 0 <= (date(day.year + late, report.month, report.day) - date(day.year, day.month, day.day)).days <= NEAR
    }
    told |= {day.year for day in past if day.so_far and 0 <= report.month - day.so_far <= 2}
    if report.weekday >= 0:
        told |= {
            year
            for year in (latest, latest + 1)
            if latest and _is_day(year, report.month, report.day)
            and date(year, report.month, report.day).weekday() == report.weekday
        }  # fmt: skip
    return told.pop() if len(told) == 1 and max(told) >= latest else 0


@lru_cache(maxsize=1 << 14)
def _only_new(place: str) -> bool:
    """Whether a place is named by type and name as no unit was before July 2025 ("phường Bắc Nha Trang").

    A đặc khu does not count: the press of 2017 and 2018 called planned zones so.
    """
    name = key(place)
    split = split_type(name)
    if split is None or split[0] not in ("Xã", "Phường"):
        return False
    units = [unit for unit in gazetteer().find(name) if unit.type == split[0]]
    return bool(units) and all((unit.valid_from or "") >= REFORM for unit in units)


def _is_late(text: str, seen: Sequence[Seen]) -> bool:
    """Whether a text names a day or month since July 2025 as past, or a year since 2025 and merged units."""
    if any(day.month and (day.year, day.month) >= (2025, 7) and not day.aside for day in seen):
        return True
    # Communes were merged before, and 2025 was once to come: only both together tell the time.
    return (
        any(sign in text for sign in _OF_MERGED)
        and any(sign in text for sign in _OF_TERM)
        and _TERM.search(text) is not None
        and _MERGED.search(text) is not None
    )


def _speaks_of_new(text: str) -> bool:
    """Whether a text speaks of what there is since July 2025 alone."""
    return any(sign in text for sign in _SIGNS) and _SURE.search(text) is not None
