"""Who holds which post: the name that a post stands beside, the verb between them, or the post's known holder."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from govner.linking.posts import Reading, fits, read_post
from govner.linking.words import between

NEAR = 160
"""How many characters may part a post and a name that belong together by their place."""
KEPT = 12
"""How many known holders of one title are looked at."""

_ASIDE = re.compile(r"^\([^()]*\)|^,?[,(]?o?0?a[0\-/]*(?:,?[ot]{1,3}(?=,))?\)?|^,a?0(?=[,)\-])")
_TERM = r"(?:\([^()]*\)|y[0o](?:[,\-v]*[0o])*|y|\)|,[^.\n;]{1,14}(?=;))?"
_LIST = re.compile(_TERM + r"[,\-k;v(l]{0,3}[fnqhljxw]*")
_SAME = re.compile(_TERM + r"[fnqh]*[,\-k]{0,2}v?k?[,l]?[fnqhljxw]*")
_VERB = re.compile(r"[^.\n;]*[jxw][fnq]*")
_STRONG = re.compile(r'[hrn"]*|,(?:o\.?)?o[r]*')
_WEAK = re.compile(r'[fnq]*[,:\-(l]{1,2}[hr"]*')
_FOR = re.compile(r"[^.\n;t]{0,9}t[hr]*")
_APPOSED = re.compile(r',o{1,6}k[fn]*|[)"o]?[)"]?[,\-(]{1,2}[fnqljw:]*|[fnq]*[ljxw][fnq]*|[fnq]')
_FIRM = re.compile(r"[)]?[,]?[\-(ljxw]")
_TAKES = re.compile(r"[jxlw][fnq:]*\Z")
_MATTER = re.compile(r"[jxfw][fnq]*\Z")
_BREAK = re.compile(r"[.!?…]+[\"”')]*\s|\n")
_THIS_ONE = re.compile(r"\s+(?:đối với|của|với|cho)\s+(?:ông|bà)\s+(?:này|ấy)\b")
_KIN = re.compile(r"m[fnqh]*\Z")
_NOBODY = re.compile(r"b[fnq]*\Z")
_AND = re.compile(r"[,v][hr]*")
_PRONOUN = re.compile(r"\b(?:ông|bà|anh|chị|cô|đồng chí này|vị này)(?!\w)", re.I)


@dataclass(slots=True)
class Post:
    """One POS mention on its way to a holder. ``before`` is what stands between it and the mention before."""

    start: int
    end: int
    reading: Reading
    before: str = ""
    former: bool = False
    acting: bool = False
    person: int | None = None
    why: str = ""
    soft: bool = False
    chain: int = -1


@dataclass(frozen=True, slots=True)
class Name:
    """One PER mention with the number of its person."""

    start: int
    end: int
    person: int


def hold(text: str, names: Sequence[tuple[int, int, int]], posts: Sequence[tuple[int, int]]) -> list[Post]:
    """Give every post its holder, where the text says who it is.

    ``names`` are (start, end, person), ``posts`` (start, end), both in text order; the result is in the order of
    ``posts``. Cost: linear; a post looks at its neighbours and at the latest holders of its title.
    """
    found = [Post(start, end, read_post(text[start:end])) for start, end in posts]
    items: list[Post | Name] = sorted([*found, *(Name(*name) for name in names)], key=lambda item: item.start)
    gaps = _gaps(text, items)
    at = 0
    while at < len(items):
        if isinstance(items[at], Name):
            at += 1
            continue
        end = at + 1
        while end < len(items) and isinstance(items[end], Post) and _LIST.fullmatch(gaps[end]):
            end += 1
        _beside(items, gaps, at, end)
        at = end
    breaks = [match.end() for match in _BREAK.finditer(text)]
    _by_verb(text, items, gaps, breaks)
    _overrule(found)
    _later(found)
    _chained(found)
    return found


def _gaps(text: str, items: Sequence[Post | Name]) -> list[str]:
    """What stands before each item, back to the item before it; "." where that is far away. One more for the end."""
    gaps, last = [], 0
    for item in items:
        far = item.start - last > NEAR
        gap = between(text[max(last, item.start - NEAR) : item.start])
        if isinstance(item, Post):
            item.before = gap
            head = re.search(r"[fqnwlj]*\Z", gap)
            state = head[0] if head else ""
            item.former = "f" in state or "w" in state
            item.acting = "q" in state or text[item.start : item.start + 6].casefold() == "quyền "
        gaps.append("." + gap if far else gap)
        last = item.end
    gaps.append(".")
    return gaps


def _beside(items: Sequence[Post | Name], gaps: Sequence[str], at: int, end: int) -> None:
    """Holders of a list of posts from the names on both its sides."""
    left, right = items[at - 1] if at else None, items[end] if end < len(items) else None
    before, after = _ASIDE.sub("", gaps[at]) or ("," if gaps[at] else ""), gaps[end]
    posts = [item for item in items[at:end] if isinstance(item, Post)]
    for post in posts:
        post.chain = at
    if _NOBODY.search(posts[0].before):
        return
    apposed = isinstance(left, Name) and _APPOSED.fullmatch(before) is not None
    if isinstance(right, Name) and _STRONG.fullmatch(after):
        first = len(posts) - 1
        if len(posts) > 1 and not apposed and isinstance(left, Name):
            apposed = _VERB.fullmatch(before) is not None
        firm = apposed and (_FIRM.match(before) or _VERB.fullmatch(before))
        while first > 0 and not firm and _SAME.fullmatch(gaps[at + first]):
            if apposed and "v" in gaps[at + first]:
                break  # "ông A, Bí thư X và Chủ tịch Y bà B"
            first -= 1
        for n, post in enumerate(posts):
            if n >= first:
                post.person, post.why = right.person, "before"
                post.soft = n < len(posts) - 1
            elif apposed and isinstance(left, Name):
                post.person, post.why = left.person, "after"
        return
    if _KIN.search(posts[0].before):
        return
    holder, why = None, ""
    if apposed and isinstance(left, Name):
        holder, why = left.person, "after"
        beside = at > 1 and isinstance(items[at - 2], Post) and not gaps[at - 1].strip("hr")
        posts[0].soft = before == "," and beside
    elif isinstance(right, Name) and _WEAK.fullmatch(after):
        holder, why = right.person, "colon"
    elif isinstance(right, Name) and _FOR.fullmatch(after) and (len(after) < 3 or _MATTER.search(posts[0].before)):
        holder, why = right.person, "for"
    for post in posts:
        post.person, post.why = holder, why
    if why == "after" and _VERB.fullmatch(before):
        _share(items, gaps, at, posts)


def _share(items: Sequence[Post | Name], gaps: Sequence[str], at: int, posts: Sequence[Post]) -> None:
    """ "Ông A và bà B được bầu làm …": as many posts as people go one to each, a single post to the first."""
    first = at - 1
    while first > 0 and isinstance(items[first - 1], Name) and _AND.fullmatch(gaps[first]) and at - first < 8:
        first -= 1
    names = [item for item in items[first:at] if isinstance(item, Name)]
    for n, post in enumerate(posts):
        post.person = names[n if len(names) == len(posts) else 0].person


def _by_verb(text: str, items: Sequence[Post | Name], gaps: Sequence[str], breaks: Sequence[int]) -> None:
    """Posts behind a verb of holding, taking or leaving: their holder is the name before, or the last subject."""
    name: Name | None = None
    subject: Name | None = None
    sentence = -1
    chain, chain_holder, chain_why = -1, 0, ""
    for n, item in enumerate(items):
        here = bisect_left(breaks, item.start + 1)
        if isinstance(item, Name):
            gap = gaps[n]
            if here == sentence and name is not None:
                if "(" in gap and ")" not in gap:
                    continue  # named in an aside
                if _AND.fullmatch(gap):
                    continue  # one post of several people goes by the first
            else:
                subject = item
            name, sentence = item, here
            continue
        if item.person is not None:
            continue
        if item.chain == chain:
            item.person, item.why = chain_holder, chain_why
            continue
        if not _TAKES.search(item.before):
            continue
        if name is not None and (sentence == here or _THIS_ONE.match(text, item.end)):
            item.person, item.why = name.person, "verb"
        elif subject is not None and _PRONOUN.search(text, breaks[here - 1] if here else 0, item.start):
            item.person, item.why = subject.person, "pronoun"
        if item.person is not None:
            chain, chain_holder, chain_why = item.chain, item.person, item.why


def _later(posts: Sequence[Post]) -> None:
    """A post named alone belongs to its holder elsewhere in the document: before it, else behind it."""
    known: dict[str, list[Post]] = {}
    for post in posts:
        if post.person is None and _NOBODY.search(post.before):
            continue
        if post.person is None:
            _take(post, known.get(post.reading.title[0], ()), "earlier")
        elif post.why != "":
            known.setdefault(post.reading.title[0], []).append(post)
    known.clear()
    for post in reversed(posts):
        if post.person is None and _NOBODY.search(post.before):
            continue
        if post.person is None:
            _take(post, known.get(post.reading.title[0], ()), "later")
        elif post.why != "":
            known.setdefault(post.reading.title[0], []).append(post)


def _chained(posts: Sequence[Post]) -> None:
    """What stands in a list with a post of a known holder is his too: "Bí thư Tỉnh ủy làm Phó Ban …"."""
    holders: dict[int, int] = {}
    for post in posts:
        if post.person is not None and post.chain >= 0:
            holders.setdefault(post.chain, post.person)
    for post in posts:
        if post.person is None and post.chain in holders and not _NOBODY.search(post.before):
            post.person, post.why = holders[post.chain], "list"


def _overrule(posts: Sequence[Post]) -> None:
    """A post that may belong to either side goes to the one who surely holds the very same post elsewhere."""
    sure: dict[tuple[object, ...], int] = {}
    for post in posts:
        if post.person is not None and not post.soft and post.why in ("before", "after"):
            sure.setdefault((post.reading.title, post.reading.rest), post.person)
    for post in posts:
        if post.soft and post.reading.rest:
            post.person = sure.get((post.reading.title, post.reading.rest), post.person)


def _take(post: Post, known: Sequence[Post], why: str) -> None:
    best, worth = None, 0
    for other in known[: -KEPT - 1 : -1]:
        if fits(post.reading, other.reading):
            same = 1 + (post.reading.rest == other.reading.rest) + 2 * (post.former == other.former)
            if same > worth:
                best, worth = other, same
    if best is not None:
        post.person, post.why = best.person, why
