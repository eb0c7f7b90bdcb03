"""What a sentence reports of a post: that somebody was appointed to it, left it, held it once; and on which day.

The verbs are rows of ``data/reports.tsv``. A sentence is read from left to right: the last verb before a post, with
nothing but filling words between, tells of it; a list of posts shares its verb; "giữ chức", "làm" carry on the verb
before them ("điều động ông A giữ chức X"); after a post that was left they are those of the next one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from govner.entities import Status
from govner.linking.dates import days
from govner.linking.mentions import Item, Name, Post
from govner.linking.words import rows

_FILL = re.compile(
    r"(?:[\s\"'“”‘’:(]|\b(?:(?:các|hai|ba|những|một|mới|thêm|lại|bổ sung|cả|bị|được|đối với|nhiệm vụ)\b"
    r"|(?:trong|về) đảng\b,?))*"
)
_BODIES = re.compile(r"[^.;\n]{1,90}(?:,| và) ")
_TO_NAME = re.compile(r"(?:[\s\"'“”:]|\b(?:đối với|ông|bà|anh|chị|đồng chí|đ/c|các|hai|với|cho|chức vụ)\b)*")
_DOUBT = re.compile(
    r"\b(?:không|chưa|đề nghị|kiến nghị|đề xuất|xem xét|yêu cầu|kêu gọi|đòi|sắp|sẽ|chuẩn bị|có thể|nếu|xin|muốn|buộc"
    r"|nhằm|đến tuổi|dự kiến|để|trình|khả năng|dọa|doạ)\b"
)
_REFUSED = re.compile(
    r"\b(?:không|chưa|sẽ|chuẩn bị|quy trình|thậm chí|đề nghị|kiến nghị|đề xuất|xem xét|yêu cầu|kêu gọi|sắp|nếu|có thể"
    r"|xin)\b"
)
_ONCE = re.compile(
    r"\s*,?\s*\(?\s*(?:cũ\b|khi (?:đó|ấy)\b|lúc (?:đó|ấy|bấy giờ)\b|bấy giờ\b|(?:vào )?thời điểm (?:đó|ấy)\b|nay là\b"
    r"|từ (?:tháng |năm )?[\d/.-]+ (?:đến|tới) (?:tháng |năm )?\d)"
)
_TERM = re.compile(r"\s*,?\s*\(?\s*(?:khóa \w+,?\s*)?(?:nhiệm kỳ |giai đoạn |từ năm )?(\d{4})\s?(?:[-–]|đến)\s?(\d{4})")
_NOT = re.compile(r"\b(?:không|chưa)(?: được| thể| giới thiệu)? $")
_NEXT = re.compile(r",| và ")
_MANY = 16  # mentions before a verb of leaving that are looked at
_NEAR = 40  # characters between a post whose holder is not named and a verb of leaving
_OUTSIDE = re.compile(r"[,;]")


@cache
def _senses() -> Mapping[str, str]:
    return {phrase: sense for phrase, sense in rows("reports.tsv")}  # noqa: C416 - a row is a list


@cache
def _idle() -> frozenset[str]:
    """The phrases that tell nothing of a post by themselves."""
    return frozenset({";", *(phrase for phrase, sense in _senses().items() if sense in ("holds", "stop"))})


_BEFORE = r"[\x00-/:-@\[-^`{-©«-±´¶-¸»¿×÷\u2000-\u206f\u3000-\u303f]"
"""What can stand before a word: blanks, and ASCII, Latin, general and East Asian punctuation."""


@cache
def _verbs() -> re.Pattern[str]:
    """One pattern of all phrases, each with the character before it, the longest first; or of a ";" alone.

    Common beginnings are tried once. The character before comes first, as most letters open some phrase: so the engine
    looks at the beginnings of words only.
    """
    tree: dict[str, Any] = {}
    for phrase in _senses():
        node = tree
        for letter in phrase:
            node = node.setdefault(letter, {})
        node[""] = {}
    return re.compile(f"{_BEFORE}(?:{_alternatives(tree)}|(?<=;))")


def _alternatives(node: Mapping[str, Any]) -> str:
    options = [re.escape(letter) + _alternatives(rest) for letter, rest in sorted(node.items()) if letter]
    if "" in node:
        options.append(r"(?!\w)")
    return options[0] if len(options) == 1 else "(?:" + "|".join(options) + ")"


def _find(low: str, first: int, end: int) -> list[tuple[str, int, int]]:
    """The phrases of a sentence with their places; ";" among them."""
    # The beginning of the text has no character before it.
    given, at, shift = (low, first - 1, 0) if first else (" " + low[:end], 0, 1)
    found = []
    for match in _verbs().finditer(given, at, end + shift):
        start, phrase = match.start() + 1 - shift, match[0]
        if phrase[0] == ";":
            found.append((";", start - 1, start))
        if len(phrase) > 1:
            found.append((phrase[1:], start, match.end() - shift))
    return found


class _Clause:
    """What the sentence has said so far."""

    __slots__ = (
        "at", "before", "leaving", "left", "object", "provisional", "said", "start", "subject", "then", "used", "verb",
        "was",
    )  # fmt: skip

    def __init__(self) -> None:
        self.verb: str = ""
        self.start = self.at = -1  # of the last word that can govern a post
        self.said = -1  # where the last verb of sense stands
        self.used = False
        self.was = self.then = self.before = False  # behind "từng", "trước đó", "trước khi"
        self.subject: Name | None = None
        self.object: int | None = None
        self.provisional: list[Post] = []
        self.leaving = False  # whether the last verb of sense needs no post
        self.left = -1  # where a verb of leaving stands that no post has followed yet

    def take(self, sense: str, start: int, end: int, low: str, first: int) -> None:
        """A verb at a place of the sentence, which begins at ``first``."""
        if sense == "holds":
            if self.verb == "removed" and (self.used or " để " in low[self.at : start]):
                self.verb, self.used = "appointed", False
            elif (not self.verb and (self.then or self.was)) or (self.before and "," in low[self.said : start]):
                self.verb = "former"
            elif self.verb == "acting" and start > self.at + 1:
                self.verb = ""
        elif sense in ("was", "then", "before"):
            self.was, self.then = self.was or sense == "was", self.then or sense == "then"
            self.before = self.before or sense == "before"
            self.verb = "" if self.verb in ("former", "current") else self.verb
            return
        elif sense == "stop":
            self.verb = "" if self.verb in ("former", "current") else self.verb
            self.was = False
            return
        else:
            self._say(sense, start, low, first)
        self.start, self.at = start, end

    def _say(self, sense: str, start: int, low: str, first: int) -> None:
        clause = max((cut.end() for cut in _OUTSIDE.finditer(low, max(first, start - 60), start)), default=first)
        before = low[max(clause, start - 45) : start]
        if sense == "appointed":
            if self.was:
                sense = "former"
            elif self.verb == "nominated" and not _NEXT.search(low, self.at, start):
                sense = "nominated"
            elif _NOT.search(before):
                sense = ""
            elif self.verb != "removed" and not self.before and _DOUBT.search(before):
                sense = "nominated"
        elif sense in ("removed", "left"):
            if _REFUSED.search(before[-30:]):
                sense = ""
            elif sense == "left" and not _DOUBT.search(before):
                self.left = start
        self.verb, self.leaving = ("removed", True) if sense == "left" else (sense, False)
        self.said, self.used, self.was, self.then = start, False, False, False
        self.object = None


def report(text: str, items: Sequence[Item], breaks: Sequence[int], today: str | None) -> None:
    """Write into each post of ``items`` what its sentence reports.

    ``items`` are posts and names in text order, the posts with the holders that stand beside them; ``breaks`` are the
    ends of the sentences; ``today`` is the text's day, for days without a year. Cost: linear.
    """
    low = text.lower()
    if len(low) != len(text):
        low = text  # a rare letter that is longer in lower case: only small letters are read then
    starts = [item.start for item in items]
    last = 0
    for at, item in enumerate(items):
        if at < last or not isinstance(item, Post):
            continue
        sentence = bisect_right(breaks, item.start)
        first = breaks[sentence - 1] if sentence else 0
        end = breaks[sentence] if sentence < len(breaks) else len(text)
        last = bisect_left(starts, end, at)
        _read(text, low, items[bisect_left(starts, first, 0, at) : last], first, end, today)


def _read(text: str, low: str, group: Sequence[Item], first: int, end: int, today: str | None) -> None:
    """Read one sentence."""
    verbs = _find(low, first, end)
    if _idle().issuperset([phrase for phrase, _, _ in verbs]):
        last: Item | None = None
        for item in group:
            if isinstance(item, Post):
                _shared(item, last)
                _by_itself(low, item, today)
            last = item
        return
    clause, senses, place, at = _Clause(), _senses(), first, 0
    told: list[Post] = []
    for n, item in enumerate(group):
        while at < len(verbs) and verbs[at][1] < item.end:
            phrase, start, stop = verbs[at]
            at += 1
            if start < place or stop > item.start:
                continue  # a word of a name or a post
            sense = senses.get(phrase, "stop")
            if clause.left >= 0 and sense != "holds":
                told += _leave(clause, group, n)
            clause.take(sense, start, stop, low, first)
        if isinstance(item, Name):
            told += _leave(clause, group, n)
            _name(clause, item, low, place)
        elif _post(clause, item, group, n, low, place, today):
            told.append(item)
        place = item.end
    for phrase, start, stop in verbs[at:]:
        told += _leave(clause, group, len(group))
        if start >= place:
            clause.take(senses.get(phrase, "stop"), start, stop, low, first)
    told += _leave(clause, group, len(group))
    if any(post.status in ("appointed", "removed", "nominated") for post in told):
        _date(text, told, first, end, today)


def _name(clause: _Clause, name: Name, low: str, place: int) -> None:
    adjacent = clause.at >= place and _TO_NAME.fullmatch(low, clause.at, name.start)
    clause.object = name.person if clause.verb == "removed" and not clause.used and adjacent else None
    if clause.leaving and clause.object is None:
        clause.used = True  # "ông A nghỉ hưu, bà B làm …": what follows is B's
    clause.subject = name


def _post(clause: _Clause, post: Post, group: Sequence[Item], n: int, low: str, place: int, today: str | None) -> bool:
    """What is said of a post, where it is its turn; whether anything is."""
    before = group[n - 1] if n else None
    if clause.verb and clause.at >= place and _governs(clause, low, post.start):
        clause.left = -1
        if (
            clause.verb in ("appointed", "nominated")
            and post.why == "before"
            and not low.startswith("tân", clause.start)
        ):
            pass  # "bổ nhiệm Phó Chủ tịch A làm …": what he is, not what he becomes
        else:
            if clause.verb == "removed":
                for other in clause.provisional:
                    other.status = None
                clause.provisional.clear()
            clause.used = True
            post.status = _status(clause.verb)
    elif _shared(post, before):
        pass
    elif clause.object is not None and post.person == clause.object and post.why == "after" and clause.verb:
        post.status = "removed"
        clause.provisional.append(post)
    _by_itself(low, post, today)
    return post.status is not None


def _shared(post: Post, before: Item | None) -> bool:
    """Take over what is said of the post before in a list: "nguyên Bí thư, Chủ tịch …" was both.

    Who chairs an association after his time in office does so now.
    """
    if not isinstance(before, Post) or before.chain != post.chain or before.person != post.person or post.former:
        return False
    association = "hội" in post.reading.rest and "đồng" not in post.reading.rest
    if before.status is None or (before.status == "former" and association):
        return False
    post.status = before.status
    return True


def _by_itself(low: str, post: Post, today: str | None) -> None:
    """What the words directly beside a post say: nguyên, quyền, cũ, a term that is over."""
    if (post.former and post.status is None) or _ONCE.match(low, post.end) or _is_over(low, post, today):
        post.status = "former"
    elif post.acting and post.status in (None, "appointed", "current"):
        post.status = "acting"


def _governs(clause: _Clause, low: str, start: int) -> bool:
    """Whether nothing but filling words stands between the last verb and a post; "tham gia" takes bodies first."""
    if _FILL.fullmatch(low, clause.at, start):
        return True
    return low.endswith("tham gia", clause.start, clause.at) and _BODIES.fullmatch(low, clause.at, start) is not None


def _status(verb: str) -> Status:
    known: Mapping[str, Status] = {
        "appointed": "appointed", "nominated": "nominated", "removed": "removed", "former": "former",
        "acting": "acting",
    }  # fmt: skip
    return known.get(verb, "current")


def _is_over(low: str, post: Post, today: str | None) -> bool:
    """Whether a term behind a post ended in a year before the text's."""
    term = _TERM.match(low, post.end) if today else None
    return term is not None and today is not None and term[1] < term[2] < today[:4]


def _leave(clause: _Clause, group: Sequence[Item], n: int) -> list[Post]:
    """A verb of leaving that no post follows: the posts that stand beside its subject, before the n-th mention."""
    if clause.left < 0:
        return []
    at, clause.left = clause.left, -1
    posts = [item for item in group[max(0, n - _MANY) : n] if isinstance(item, Post) and item.end <= at]
    if clause.subject is not None:
        who = clause.subject.person
        posts = [post for post in posts if post.person == who and post.why in ("before", "after", "list")]
    elif posts:
        near = at - posts[-1].end < _NEAR
        posts = [post for post in posts if near and post.chain == posts[-1].chain]
    told = [post for post in posts if post.status in (None, "current")]
    for post in told:
        post.status = "removed"
    clause.used = bool(told)
    return told


def _date(text: str, told: Sequence[Post], first: int, end: int, today: str | None) -> None:
    """The day that the sentence gives, the last before a post or else the first behind it."""
    found = days(text, first, end, today)
    if not found:
        return
    places = [place for place, _ in found]
    for post in told:
        if post.status in ("appointed", "removed", "nominated"):
            at = bisect_left(places, post.start)
            post.date = found[at - 1][1] if at else found[0][1]
