"""Pack the administrative units of ``../shared/places`` into the data file of ``govner.places``.

    python tools/build_places.py [--places ../shared/places]

To the listings come two files of ``src/govner/places/data``: ``former.tsv``, units abolished before the oldest listing,
and ``days.tsv``, days in force that lie between two listings.

Writes ``src/govner/places/data/units.z``: UTF-8 text compressed with zlib, one column a line. The rows stand in the
order of the names' keys (``govner.places.names.key``), within a key by level, then those that still stand, the latest
first, then code, so that the units of one name are one range. The lines are:

1. days, the first empty, a day in force behind "=", a listing's as it is; 2. the distinct keys; 3. how many rows each
has; 4. names; 5. levels; 6. types, 7. first and 8. last day, one character a row (the place in ``TYPES`` or, from "0"
on, in line 1); 9. codes; 10. parents' codes; 11. latitudes; 12. longitudes (four decimals: 11 metres); 13. codes of
successors on 2025-07-01 (of a unit abolished before 2019 or changed after the reform: on its last day); 14. codes of
predecessors, on 2025-07-01 or, for a unit that began after the oldest listing, on its first day. The same input gives
the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import sys
import zlib
from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from govner.places.names import TYPES, key  # noqa: E402

DATA = ROOT / "src" / "govner" / "places" / "data"
OUT = DATA / "units.z"
REFORM, EVE = "2025-07-01", "2025-06-30"
EXACT = {EVE, REFORM, "2026-04-29", "2026-04-30"}
"""Days in force among the days of the listings; those of ``days.tsv`` and ``former.tsv`` join them."""
SHARES = {"whole": 0, "main part": 0, "part": 1}

Row = dict[str, str]
Links = dict[str, list[str]]


def read(path: Path) -> list[Row]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def table(path: Path) -> list[Row]:
    """The rows of a tab-separated data file; # opens a comment."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t"))


def day_before(day: str) -> str:
    """The day before an ISO day."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def in_force(rows: list[Row]) -> None:
    """Put the days in force of ``days.tsv`` in the place of the listings' days."""
    above = {(r["level"], r["code"]): r["parent"] for r in rows}
    for change in table(DATA / "days.tsv"):
        EXACT.update((change["in_force"], day_before(change["in_force"])))
        for row in rows:
            parent = row["parent"] or row["code"]
            if change["province"] not in (parent, above.get(("2", parent))):
                continue
            if row["observed_to"] == change["listed_to"]:
                row["observed_to"] = day_before(change["in_force"])
            if row["observed_from"] == change["listed_from"]:
                row["observed_from"] = change["in_force"]


def former(rows: list[Row]) -> None:
    """Add the units of ``former.tsv``, their successors told."""
    for row in table(DATA / "former.tsv"):
        EXACT.update((row["valid_from"], row["valid_to"]))
        row["observed_from"], row["observed_to"] = row["valid_from"], row["valid_to"]
        row["predecessors"] = ""
        rows.append(row)


def earlier(row: Row, rows: list[Row], by_code: dict[tuple[str, str], list[Row]]) -> list[str]:
    """Codes of what a unit came from that began between the oldest listing and the reform.

    First the unit that bore its code; for a district then those former ones whose communes it holds, the most first.
    """
    start = row["observed_from"]

    def last(code: str, level: str) -> Row | None:
        older = [r for r in by_code[level, code] if r["observed_to"] and r["observed_to"] < start]
        return max(older, key=lambda r: r["observed_to"], default=None)

    own = [row["code"]] if last(row["code"], row["level"]) else []
    if row["level"] != "2":
        return own
    held: Counter[str] = Counter()
    for child in rows:
        if child["parent"] == row["code"] and spans(child, start):
            old = child if child["observed_from"] < start else last(child["code"], "3")
            if old is not None and old["parent"] != row["code"]:
                held[old["parent"]] += 1
    ended = {code for code in held if not any(spans(r, start) for r in by_code["2", code])}
    return own + sorted(ended if own or ended else held, key=lambda code: (-held[code], code))


def spans(row: Row, day: str) -> bool:
    """Whether a unit stood on a day."""
    return row["observed_from"] <= day <= (row["observed_to"] or "9999")


def overlap(one: Row, other: Row) -> bool:
    """Whether two units stood on one day."""
    start = max(one["observed_from"], other["observed_from"])
    return start <= min(one["observed_to"] or "9999", other["observed_to"] or "9999")


def links(places: Path) -> tuple[Links, Links]:
    """Successors and predecessors of communes and provinces by code, the main parts first."""
    after: Links = defaultdict(list)
    before: Links = defaultdict(list)
    pairs = [(r["old_province"], r["new_province"]) for r in read(places / "provinces_2025.csv")]
    parts = read(places / "successors.csv")
    for old in sorted(parts, key=lambda r: (SHARES[r["share"]], r["old_commune"], r["new_commune"])):
        pairs.append((old["old_commune"], old["new_commune"]))
    for one, other in pairs:
        after[one].append(other)
        before[other].append(one)
    return after, before


def kin(rows: list[Row], places: Path) -> None:
    """Give every row its ``successors`` and ``predecessors``, codes with spaces between."""
    after, before = links(places)
    below = defaultdict(list)
    by_code = defaultdict(list)
    for row in rows:
        below[row["parent"]].append(row)
        by_code[row["level"], row["code"]].append(row)
    islands = {row["name"]: row for row in rows if row["type"] == "Đặc khu"}
    for row in rows:
        if row["level"] != "2" or row["observed_to"] != EVE or row["name"] not in islands:
            continue
        if not any(spans(child, EVE) for child in below[row["code"]]):
            # A district of one island, without communes, became the special zone of its name.
            after[row["code"]].append(islands[row["name"]]["code"])
            before[islands[row["name"]]["code"]].append(row["code"])
    for row in rows:
        ended = "" < row["observed_to"] <= EVE
        successors = after.get(row["code"], []) if ended else []
        if row["level"] == "2":
            children = [child for child in below[row["code"]] if overlap(row, child)]
            counts = Counter(code for child in children for code in after.get(child["code"], []))
            # The communes that took over the most of its communes come first.
            successors = sorted(counts, key=lambda code: (-counts[code], code)) or after.get(row["code"], [])
        predecessors = before.get(row["code"], []) if spans(row, REFORM) else []
        if row["observed_from"] == "" and predecessors:
            # It stood before and after: only what it took over is not itself.
            predecessors = [code for code in predecessors if code != row["code"]]
        # Renamed or raised after the reform: the next and the last state of the same code.
        same = [other for other in by_code[row["level"], row["code"]] if other is not row]
        if row["observed_to"] >= REFORM and any(other["observed_from"] > row["observed_to"] for other in same):
            successors = [row["code"]]
        if row["observed_from"] > REFORM and any(other["observed_to"] >= REFORM for other in same):
            predecessors = [row["code"]]
        if "" < row["observed_from"] < REFORM:
            predecessors = earlier(row, rows, by_code)
        row["successors"], row["predecessors"] = " ".join(successors), " ".join(predecessors)


def degrees(value: str) -> str:
    """Four decimals, no zeros at the end."""
    return f"{float(value):.4f}".rstrip("0").rstrip(".") if value else ""


def pack(rows: list[Row]) -> bytes:
    """The bytes of the data file."""
    rows = sorted(
        rows,
        key=lambda r: (
            key(r["name"]), r["level"], r["observed_to"] != "", -int(r["observed_to"].replace("-", "") or 0), r["code"],
        ),
    )  # fmt: skip
    days = ["", *sorted({r[name] for r in rows for name in ("observed_from", "observed_to")} - {""})]
    index = {day: chr(48 + n) for n, day in enumerate(days)}
    if len(days) > 0x7E - 47:
        raise SystemExit(f"{len(days)} days, more than one printed character can number")
    counts = [(name, sum(1 for _ in group)) for name, group in groupby(key(r["name"]) for r in rows)]
    lines = [
        "\t".join("=" + day if day in EXACT else day for day in days),
        "\t".join(name for name, _ in counts),
        " ".join(str(count) for _, count in counts),
        "\t".join(r["name"] for r in rows),
        "".join(r["level"] for r in rows),
        "".join(str(TYPES.index(r["type"])) for r in rows),
        "".join(index[r["observed_from"]] for r in rows),
        "".join(index[r["observed_to"]] for r in rows),
        *("\t".join(r[name] for r in rows) for name in ("code", "parent")),
        *("\t".join(degrees(r[name]) for r in rows) for name in ("lat", "lon")),
        *("\t".join(r[name] for r in rows) for name in ("successors", "predecessors")),
    ]
    return zlib.compress("\n".join(lines).encode("utf-8"), 9)


def main() -> None:
    """Read, link, pack, write; the size goes to standard error."""
    parser = argparse.ArgumentParser(description="Pack the administrative units.")
    parser.add_argument("--places", type=Path, default=ROOT.parent / "shared" / "places")
    places = parser.parse_args().places
    rows = read(places / "units.csv")
    in_force(rows)
    kin(rows, places)
    former(rows)
    packed = pack(rows)
    OUT.write_bytes(packed)
    print(f"{len(rows)} units, {len(packed)} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
