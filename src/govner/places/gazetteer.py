"""Administrative units of Vietnam with their dates: from names to units, up, down and over the reform of July 2025."""

from __future__ import annotations

import datetime
import re
import zlib
from bisect import bisect_left, bisect_right
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from importlib.resources import files

from govner.entities import InputError, Unit
from govner.places.names import TYPES, key, split_type, unit_type

REFORM = "2025-07-01"
"""The day on which the district level ended and 63 provinces became 34."""

_BEFORE_REFORM = "2025-06-30"
_LEVEL_OF_CODE = {2: 1, 3: 2, 5: 3}
_ID = re.compile(r"(?:([123]):)?(\d{2}|\d{3}|\d{5})")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_FIRST, _LAST = "0001-01-01", "9999-12-31"


class Gazetteer:
    """The units of ``data/units.z``, kept as columns; a ``Unit`` is made when it is first asked for.

    The order of every list returned: level, units that still stand first, then the latest, then code.
    """

    def __init__(self, packed: bytes, aliases: Iterable[tuple[str, str, str]] = ()) -> None:
        """``packed`` is what ``tools/build_places.py`` wrote; ``aliases`` are (alias, name, level or "")."""
        columns = zlib.decompress(packed).decode("utf-8").split("\n")
        days = columns[0].split("\t")
        self._dates = [day.lstrip("=") for day in days]
        self._in_force = frozenset(day[1:] for day in days if day.startswith("="))
        self._keys = columns[1].split("\t")
        self._names = columns[3].split("\t")
        self._levels, self._types, self._from, self._to = columns[4:8]
        self._codes = columns[8].split("\t")
        self._parents = columns[9].split("\t")
        self._packed = columns[10:]
        self._units: dict[int, Unit] = {}
        self._rows: dict[str, range] = {}
        start = 0
        for name, count in zip(self._keys, columns[2].split(" "), strict=True):
            end = start + int(count)
            self._rows[name] = range(start, end)
            start = end
        self._aliases: dict[str, list[int]] = {}
        self._alias_forms: dict[str, set[int]] = {}
        for alias, name, level in aliases:
            rows = [row for row in self._rows.get(key(name), ()) if not level or self._levels[row] == level]
            self._aliases.setdefault(key(alias), []).extend(rows)
            self._alias_forms.setdefault(alias, set()).update(int(self._levels[row]) for row in rows)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"Gazetteer({len(self)} units)"

    def __iter__(self) -> Iterator[Unit]:
        """Every unit of every time, in the order of its name's key."""
        return map(self._unit, range(len(self)))

    # Names

    def find(
        self,
        name: str,
        *,
        type: str | None = None,
        level: int | None = None,
        parent: str | None = None,
        date: str | None = None,
    ) -> list[Unit]:
        """The units that bear a name, in any of its spellings or an alias.

        ``name`` may begin with a type word ("huyện Bình Sơn", "Q.1"). ``type`` is a type word or its abbreviation;
        ``level`` 1, 2 or 3; ``parent`` the code or id of a unit above, at any height; ``date`` an ISO day on which the
        unit stood. A day between two listings, the old and the new state of a unit both have.

        Raises ``InputError`` for an unknown type word, level, code or date.
        """
        wanted = None if type is None else unit_type(type)
        if level not in (None, 1, 2, 3):
            raise InputError(f"level {level!r}: use 1 (province), 2 (district) or 3 (commune)")
        above = None if parent is None else _code(parent)[1]
        day = None if date is None else _day(date)
        folded = key(name)
        rows = self._named(folded)
        if not rows:
            split = split_type(folded)
            if split is None or wanted not in (None, split[0]):
                return []
            wanted, rows = split[0], self._named(split[1])
        found = []
        for row in rows:
            if level is not None and int(self._levels[row]) != level:
                continue
            if wanted is not None and TYPES[int(self._types[row])] != wanted:
                continue
            if day is not None and not self._stood(row, day):
                continue
            if above is not None and not self._is_below(row, above):
                continue
            found.append(self._unit(row))
        return found

    def names(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Every distinct name as listed, then every alias, each with the levels of the units that it can mean."""
        listed: dict[str, set[int]] = {}
        for name, level in zip(self._names, self._levels, strict=True):
            listed.setdefault(name, set()).add(int(level))
        for alias, levels in self._alias_forms.items():
            listed.setdefault(alias, set()).update(levels)
        for name, levels in listed.items():
            yield name, tuple(sorted(levels))

    def era(self, date: str) -> str:
        """A day on which just the same units stood as on ``date``: one for all days between two changes, for caches.

        Raises ``InputError`` for what is no day.
        """
        return self._eras[bisect_right(self._eras, _day(date)) - 1]

    @cached_property
    def _eras(self) -> list[str]:
        return sorted({_FIRST} | {each for day in self._dates if day for each in (day, _next_day(day))})

    # Codes and kin

    def get(self, id: str, date: str | None = None) -> Unit | None:
        """The unit of an id ("2:524") or a code ("524"): that of the day, or without a date the newest.

        A day between two listings, the later state. ``None`` where no unit bore the code (then).
        Raises ``InputError`` for what is no id, and for a bad date.
        """
        level, code = _code(id)
        day = None if date is None else _day(date)
        rows = [row for row in self._by_code.get(code, ()) if int(self._levels[row]) == level]
        if day is not None:
            rows = [row for row in rows if self._stood(row, day)]
        return self._unit(max(rows, key=self._start)) if rows else None

    def states(self, id: str) -> list[Unit]:
        """Every unit that bore an id or code, one after the other, the oldest first.

        Raises ``InputError`` for what is no id.
        """
        level, code = _code(id)
        rows = [row for row in self._by_code.get(code, ()) if int(self._levels[row]) == level]
        return [self._unit(row) for row in sorted(rows, key=self._start)]

    def parent(self, unit: Unit, date: str | None = None) -> Unit | None:
        """The unit above, as it was on the day, by default at the end of its own time; ``None`` for a province."""
        if unit.parent is None:
            return None
        return self.get(unit.parent, date or unit.valid_to)

    def province(self, unit: Unit) -> Unit:
        """The province that a unit belonged to at its own time; a province is its own.

        Raises ``InputError`` for a unit that this gazetteer does not hold.
        """
        above: Unit | None = unit
        while above is not None and above.parent is not None:
            above = self.get(above.parent, unit.valid_to)
        if above is None:
            raise InputError(f"{unit!r} has no province in this gazetteer; take units from find or get")
        return above

    def successors(self, unit: Unit) -> list[Unit]:
        """The units that took it over on 1 July 2025, the main part's first; empty for one that still stands.

        A unit that changed its type later (Đồng Nai, a city since 30 April 2026) gives its next state, one abolished
        before 2019 (Hà Tây) the unit that took it over then.
        """
        if unit.valid_to is not None and unit.valid_to < self._listings[0]:
            return self._at(unit.successors, _next_day(unit.valid_to))
        return self._at(unit.successors, max(REFORM, _next_day(unit.valid_to)))

    def predecessors(self, unit: Unit) -> list[Unit]:
        """The units of 30 June 2025 that it was made of, without itself; empty for older and unchanged ones.

        A unit that began at another time (thành phố Thủ Đức, 2021) gives those that it was made of then.
        """
        if unit.valid_from is not None and unit.valid_from != REFORM:
            older = (self._last_before(each, unit.valid_from) for each in unit.predecessors)
            return [each for each in older if each is not None]
        return self._at(unit.predecessors, _BEFORE_REFORM)

    def at(self, unit: Unit, date: str) -> tuple[Unit, ...]:
        """What stood on a day in the place of a unit: itself, or else what it became or came from, step by step.

        The main part's successor comes first. A district of before July 2025 became communes, a commune that several
        parted (phường Trung Liệt) all of them; the listings do not say into what a commune went whose code ended before
        the reform: then the result is empty, as for a day before a unit of which nothing older is known.

        Raises ``InputError`` for what is no day.
        """
        day = _day(date)
        found: dict[Unit, None] = {}
        seen = {unit}
        queue = deque([unit])
        while queue:
            each = queue.popleft()
            if (each.valid_from or _FIRST) <= day <= (each.valid_to or _LAST):
                found[each] = None
                continue
            after = each.valid_to is not None and each.valid_to < day
            for other in self._after(each, day) if after else self.predecessors(each):
                if other not in seen:
                    seen.add(other)
                    queue.append(other)
        if not found and self._holds(unit, day):
            return (unit,)
        return tuple(found)

    def _holds(self, unit: Unit, day: str) -> bool:
        """Whether a unit can have stood on a day between two listings."""
        rows = [row for row in self._by_code.get(unit.code, ()) if self._unit(row) == unit]
        return any(self._stood(row, day) for row in rows)

    def _after(self, unit: Unit, day: str) -> list[Unit]:
        """The units that one which has ended went into next: over the reform for a day since, else within its era."""
        end = unit.valid_to
        if end is None or end >= _BEFORE_REFORM or end < self._listings[0] or (day >= REFORM and unit.successors):
            return self.successors(unit)
        rows = [row for row in self._by_code[unit.code] if end < self._start(row) < REFORM]
        own = [self._unit(min(rows, key=self._start))] if rows else []
        if unit.level != 2:
            return own
        # A district that was merged or parted: where its communes went, the most first; a neighbour that stood before
        # and took one or two of them is no successor of one that goes on itself.
        homes: Counter[Unit] = Counter()
        # A listing can show the communes under their new district while the old one still stands in it.
        before = self._listings[max(0, bisect_left(self._listings, end) - 1)]
        for child in self._by_parent.get(unit.code, ()):
            if before <= self._end(child) <= end:
                homes.update(self._home_after(child))
        new = [
            home for home, _ in homes.most_common() if not own or (home not in own and (home.valid_from or "") > end)
        ]
        return own + new

    def _home_after(self, row: int) -> list[Unit]:
        """The district in which a commune stood next, before the reform."""
        later = [other for other in self._by_code[self._codes[row]] if self._end(row) < self._start(other) < REFORM]
        if not later:
            return []
        row = min(later, key=self._start)
        return self._at([f"2:{self._parents[row]}"], self._start(row))

    def children(self, unit: Unit, level: int | None = None) -> list[Unit]:
        """The units directly below it during its time; with ``level``, those of that level at any depth.

        Raises ``InputError`` for a level other than 1, 2, 3.
        """
        if level not in (None, 1, 2, 3):
            raise InputError(f"level {level!r}: use 1 (province), 2 (district) or 3 (commune)")
        below = [
            self._unit(row)
            for row in self._by_parent.get(unit.code, ())
            if (unit.valid_from or _FIRST) <= self._end(row) and self._start(row) <= (unit.valid_to or _LAST)
        ]
        if level is not None:
            deeper = [each for child in below if child.level < level for each in self.children(child, level)]
            below = list(dict.fromkeys([child for child in below if child.level == level] + deeper))
        return sorted(below, key=_order)

    # Rows

    def _named(self, folded: str) -> list[int]:
        rows = [*self._rows.get(folded, ()), *self._aliases.get(folded, ())]
        if folded in self._aliases:
            rows = sorted(dict.fromkeys(rows), key=lambda row: _order(self._unit(row)))
        return rows

    def _start(self, row: int) -> str:
        return self._dates[ord(self._from[row]) - 48] or _FIRST

    def _end(self, row: int) -> str:
        return self._dates[ord(self._to[row]) - 48] or _LAST

    def _stood(self, row: int, day: str) -> bool:
        # A unit is seen in listings; between its last listing and the next it may have stood any day.
        listings = self._listings
        start, end = self._start(row), self._end(row)
        if start <= day <= end:
            return True
        if end < day and end != _LAST and end not in self._in_force:
            return day < listings[bisect_right(listings, end)]
        if day < start and start != _FIRST and start not in self._in_force:
            return day > listings[bisect_left(listings, start) - 1]
        return False

    @cached_property
    def _listings(self) -> list[str]:
        """The days of listings, and the reform's, before and on which no listing's gap reaches."""
        listed = {day for day in self._dates if day and day not in self._in_force}
        return sorted(listed | {_BEFORE_REFORM, REFORM})

    def _is_below(self, row: int, code: str) -> bool:
        parent = self._parents[row]
        if parent == code:
            return True
        if len(parent) != 3 or len(code) != 2:
            return False
        return any(self._parents[above] == code for above in self._by_code.get(parent, ()))

    @cached_property
    def _by_code(self) -> dict[str, list[int]]:
        return _group(self._codes)

    @cached_property
    def _by_parent(self) -> dict[str, list[int]]:
        return _group(self._parents)

    @cached_property
    def _rest(self) -> list[list[str]]:
        """Latitudes, longitudes, successors, predecessors: cut apart when the first unit is made."""
        return [column.split("\t") for column in self._packed]

    def _unit(self, row: int) -> Unit:
        unit = self._units.get(row)
        if unit is None:
            lat, lon, successors, predecessors = (column[row] for column in self._rest)
            level = int(self._levels[row])
            unit = self._units[row] = Unit(
                code=self._codes[row],
                name=self._names[row],
                type=TYPES[int(self._types[row])],
                level=level,
                parent=self._parents[row] or None,
                valid_from=self._dates[ord(self._from[row]) - 48] or None,
                valid_to=self._dates[ord(self._to[row]) - 48] or None,
                lat=float(lat) if lat else None,
                lon=float(lon) if lon else None,
                successors=_ids(successors),
                predecessors=_ids(predecessors),
            )
        return unit

    def _last_before(self, id: str, day: str) -> Unit | None:
        """The last unit of an id that ended before a day: on a day between two listings ``get`` gives the next one."""
        level, code = _code(id)
        rows = [r for r in self._by_code.get(code, ()) if int(self._levels[r]) == level and self._end(r) < day]
        return self._unit(max(rows, key=self._end)) if rows else None

    def _at(self, ids: Iterable[str], day: str) -> list[Unit]:
        return [unit for unit in (self.get(each, day) for each in ids) if unit is not None]


@cache
def gazetteer() -> Gazetteer:
    """The packaged gazetteer, read once."""
    data = files("govner.places") / "data"
    rows = (line.split("\t") for line in (data / "aliases.tsv").read_text("utf-8").splitlines()[1:])
    return Gazetteer((data / "units.z").read_bytes(), ((alias, name, level) for alias, name, level in rows))


def _order(unit: Unit) -> tuple[int, bool, int, str]:
    end = unit.valid_to
    return unit.level, end is not None, 0 if end is None else -int(end.replace("-", "")), unit.code


def _group(values: list[str]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for row, value in enumerate(values):
        groups.setdefault(value, []).append(row)
    return groups


def _ids(codes: str) -> tuple[str, ...]:
    return tuple(f"{_LEVEL_OF_CODE[len(code)]}:{code}" for code in codes.split(" ")) if codes else ()


def _code(given: str) -> tuple[int, str]:
    found = _ID.fullmatch(given)
    level = found and _LEVEL_OF_CODE[len(found[2])]
    if found is None or level is None or found[1] not in (None, str(level)):
        raise InputError(f"{given!r} is no unit's id; write LEVEL:CODE or CODE, such as '1:51' or '2:524'")
    return level, found[2]


def _day(date: str) -> str:
    try:
        if not _DATE.fullmatch(date):
            raise ValueError(date)
        datetime.date.fromisoformat(date)
    except ValueError as error:
        raise InputError(f"date {date!r} is no day; write it as YYYY-MM-DD") from error
    return date


@cache
def _next_day(day: str | None) -> str:
    if day is None:
        return _FIRST
    return datetime.date.fromordinal(datetime.date.fromisoformat(day).toordinal() + 1).isoformat()
