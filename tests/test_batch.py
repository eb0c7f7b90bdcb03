"""Batch annotation: what comes in, what comes out, and that nothing is lost whatever happens meanwhile."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import lzma
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

import govner
from batch_stand_in import Broken, Deadly, Faulty, Load
from govner.batch import Columns, NothingError, Progress, Summary, annotate, annotate_files
from govner.batch.run import chunks
from govner.entities import Document, GovnerError, InputError
from govner.formats import Problem
from govner.formats.inputs import Inputs, Record

posix = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX system")


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def lines(path: Path, texts: list[Any], **more: Any) -> Path:
    """A file of JSON lines with ids 0, 1, …"""
    written = (json.dumps({"id": str(n), "text": text, **more}, ensure_ascii=False) for n, text in enumerate(texts))
    path.write_text("".join(f"{line}\n" for line in written), encoding="utf-8")
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return lines(tmp_path / "in.jsonl", [f"Ông An {'nói ' * (n % 7)}{n}." for n in range(60)])


def run(inputs: Any, output: Path, **options: Any) -> Summary:
    """A run with the stand-in, in this process unless told otherwise."""
    given = inputs if isinstance(inputs, list) else [inputs]
    return annotate_files(given, output, **{"loader": Load(), "workers": 0, "chunk": 100, **options})


@pytest.fixture(autouse=True)
def same_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package does not change while the tests run, even if somebody edits it; and nobody waits for the disk."""
    monkeypatch.setattr("govner.batch.run._code", lambda: "code")
    monkeypatch.setattr("os.fsync", lambda handle: None)


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder, by name, with a digest of what is in it."""
    return {
        str(path.relative_to(folder)): hashlib.blake2b(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# --- order, workers, bytes -------------------------------------------------------------------------------------------


def test_results_are_in_input_order_and_the_same_bytes_whatever_the_workers(tmp_path: Path, archive: Path) -> None:
    for name, tried in (("out.jsonl", (0, 1)), ("out.parquet", (0, 2))):
        for workers in tried:
            folder = tmp_path / f"{name}{workers}"
            folder.mkdir()
            summary = run(archive, folder / name, workers=workers, tables=True)
            assert (summary.progress.done, summary.progress.failed) == (60, 0)
            assert tree(folder) == tree(tmp_path / f"{name}0")
    found = rows(tmp_path / "out.jsonl1" / "out.jsonl")
    assert [row["id"] for row in found] == [str(n) for n in range(60)]
    table = pq.read_table(tmp_path / "out.parquet2" / "out.parquet")
    assert table.column("id").to_pylist() == [row["id"] for row in found]
    people = pq.read_table(tmp_path / "out.parquet2" / "out.people.parquet")
    assert people.column("row").to_pylist() == list(range(60))
    assert list(govner.formats.arrow.from_batch(table)) == [Document.from_dict(row) for row in found]


def test_the_real_pipeline_in_workers_reads_as_it_does_here(tmp_path: Path) -> None:
    texts = [f"Bí thư Huyện ủy Bình Sơn Lê Văn An{'.' * n}" for n in range(5)]
    given = lines(tmp_path / "in.jsonl", texts, date="2021-03-16")
    annotate_files([given], tmp_path / "out.jsonl", model=None, workers=1, chunk=80)
    nlp = govner.load(None)
    expected = [nlp(text, id=str(n), date="2021-03-16").to_dict() for n, text in enumerate(texts)]
    assert rows(tmp_path / "out.jsonl") == json.loads(json.dumps(expected))


def test_a_document_without_an_id_has_one_in_the_tables(tmp_path: Path) -> None:
    given = tmp_path / "in.jsonl"
    given.write_text('{"text": "An"}\n{"id": "b", "text": "An"}\n', encoding="utf-8")
    run(given, tmp_path / "out.parquet", tables=True)
    people = pq.read_table(tmp_path / "out.people.parquet")
    ids = [f"{given}:1", "b"]
    assert people.column("document").to_pylist() == ids
    assert pq.read_table(tmp_path / "out.parquet").column("id").to_pylist() == ids
    run(given, tmp_path / "out.jsonl")
    assert [row["id"] for row in rows(tmp_path / "out.jsonl")] == [None, "b"]


def test_progress_ends_with_everything_read(tmp_path: Path, archive: Path) -> None:
    seen: list[Progress] = []
    run(archive, tmp_path / "out.jsonl", report=seen.append)
    assert len(seen) > 5
    assert [one.done for one in seen] == sorted(one.done for one in seen)
    assert all(one.left is not None for one in seen)
    assert (seen[-1].done, seen[-1].left, seen[-1].read) == (60, 0, 1.0)
    assert seen[-1].syllables == sum(len(row["text"].split()) for row in rows(archive))


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=300), max_size=40), st.integers(1, 400))
@settings(max_examples=40, deadline=None)
def test_chunks_hold_every_record_once_in_order_and_are_bounded(texts: list[str], size: int) -> None:
    class Given(Inputs):
        def __iter__(self) -> Iterator[Record | Problem]:
            return iter([Record(None, text) for text in texts])

    found = list(chunks(Given([]), size))
    assert [item.text for chunk in found for item in chunk.items if isinstance(item, Record)] == texts
    assert [chunk.first for chunk in found] == [sum(len(one.items) for one in found[:n]) for n in range(len(found))]
    for chunk in found:
        assert chunk.items
        assert sum(len(record.text) for _, record in chunk.records()[:-1]) < size


# --- what fails ------------------------------------------------------------------------------------------------------


def test_bad_records_cost_themselves_alone(tmp_path: Path) -> None:
    bad = {
        "not UTF-8": b'{"id": "x", "text": "\xff"}',
        "not JSON": b"{",
        "not a JSON object": b"[1]",
        "no field": b'{"id": "n"}',
        "is null": b'{"id": "t", "text": null}',
        "is a number": b'{"id": "w", "text": 7}',
        "not an ISO day": b'{"id": "d", "text": "a", "date": "1/7/2025"}',
        "surrogate": b'{"id": "s", "text": "\\ud800"}',
        "more than 50 characters": b'{"id": "l", "text": "' + b"a" * 51 + b'"}',
        "more than 50": b'{"id": "h", "text": "' + b"a" * 2_000_000 + b'"}',
        "ValueError: this text cannot be borne": b'{"id": "b", "text": "BOOM"}',
    }
    given = b"".join(b'{"id": "%d", "text": "An %d"}\n%s\n' % (n, n, line) for n, line in enumerate(bad.values()))
    (tmp_path / "in.jsonl").write_bytes(given)
    summary = run(tmp_path / "in.jsonl", tmp_path / "out.jsonl", limit=50)
    assert (summary.progress.done, summary.progress.failed) == (len(bad), len(bad))
    assert [row["id"] for row in rows(tmp_path / "out.jsonl")] == [str(n) for n in range(len(bad))]
    told = rows(tmp_path / "out.errors.jsonl")
    assert summary.errors == tmp_path / "out.errors.jsonl"
    for n, (row, reason) in enumerate(zip(told, bad, strict=True)):
        assert row["place"] == f"{tmp_path / 'in.jsonl'}:{2 * n + 2}"
        assert reason in row["reason"]
        assert "\n" not in row["reason"]
    assert [row["id"] for row in told] == [None, None, None, "n", "t", "w", "d", "s", "l", None, "b"]


@posix
def test_records_that_kill_or_hold_a_worker_are_found_and_the_rest_goes_on(tmp_path: Path) -> None:
    texts = [f"An {n}" for n in range(40)]
    texts[3], texts[17], texts[18], texts[30] = "KILL", "EXIT", "BOOM", "HANG"
    texts[5] = f"ONCE {tmp_path / 'once'}"  # dies at its first reading only: no fault of the text's
    given = lines(tmp_path / "in.jsonl", texts)
    summary = run(given, tmp_path / "out.jsonl", workers=2, timeout=0.7, chunk=120)
    assert (summary.progress.done, summary.progress.failed) == (36, 4)
    found = rows(tmp_path / "out.jsonl")
    assert [int(row["id"]) for row in found] == [n for n in range(40) if n not in (3, 17, 18, 30)]
    reasons = {int(row["id"]): row["reason"] for row in rows(tmp_path / "out.errors.jsonl")}
    assert reasons == {
        3: "the worker was killed (SIGKILL) while it was read",
        17: "the worker ended (status 7) while it was read",
        18: "cannot be annotated: ValueError: this text cannot be borne",
        30: "the worker was stopped after 0.7 seconds while it was read",
    }


@pytest.mark.parametrize(
    ("loader", "reason"),
    [
        (Broken(), "^no such model; train one$"),
        (Faulty(), "^a worker cannot load its model: LookupError: no such thing$"),
        (Deadly(), r"ended before it could work: the worker ended \(status 3\)"),
    ],
)
def test_a_model_that_cannot_be_had_ends_the_run_and_leaves_nothing(
    tmp_path: Path, archive: Path, capfd: pytest.CaptureFixture[str], loader: Any, reason: str
) -> None:
    with pytest.raises(GovnerError, match=reason):
        run(archive, tmp_path / "out.jsonl", loader=loader, workers=1)
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]
    assert capfd.readouterr().err == ""


def test_nothing_annotated_leaves_an_older_output_and_says_why(tmp_path: Path) -> None:
    given = lines(tmp_path / "in.jsonl", ["BOOM", 7])
    (tmp_path / "out.jsonl").write_text("before", encoding="utf-8")
    with pytest.raises(NothingError) as caught:
        run(given, tmp_path / "out.jsonl", overwrite=True)
    assert caught.value.summary.progress.failed == 2
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8") == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.errors.jsonl", "out.jsonl"]


def test_errors_of_an_older_run_do_not_stay(tmp_path: Path) -> None:
    given = lines(tmp_path / "in.jsonl", ["An", "BOOM"])
    run(given, tmp_path / "out.jsonl", errors=tmp_path / "bad.jsonl")
    assert [row["id"] for row in rows(tmp_path / "bad.jsonl")] == ["1"]
    run(given, tmp_path / "out.jsonl", overwrite=True)
    assert (tmp_path / "out.errors.jsonl").exists()
    run(lines(given, ["An"]), tmp_path / "out.jsonl", overwrite=True)
    assert not (tmp_path / "out.errors.jsonl").exists()


def test_tables_of_an_older_run_are_named_and_left(tmp_path: Path) -> None:
    given = lines(tmp_path / "in.jsonl", ["An"])
    run(given, tmp_path / "out.parquet", tables=True)
    said: list[str] = []
    run(given, tmp_path / "out.parquet", tables=True, overwrite=True, say=said.append)
    assert said == []
    (tmp_path / "out.posts.parquet").unlink()
    run(given, tmp_path / "out.parquet", overwrite=True, say=said.append)
    assert (
        "flat tables of an earlier run; give --tables, or remove out.mentions.parquet, out.people.parquet, " in said[0]
    )
    assert "posts" not in said[0]
    assert (tmp_path / "out.people.parquet").exists()


# --- what stands in the way ------------------------------------------------------------------------------------------


def test_what_is_there_is_not_written_over_unasked(tmp_path: Path, archive: Path) -> None:
    for name in ("out.jsonl", "out.mentions.parquet", "bad.jsonl"):
        (tmp_path / name).write_text("before", encoding="utf-8")
        with pytest.raises(InputError, match=rf"{name}: there already; .*--overwrite"):
            run(archive, tmp_path / "out.jsonl", tables=True, errors=tmp_path / "bad.jsonl")
        assert (tmp_path / name).read_text(encoding="utf-8") == "before"
        assert not list(tmp_path.glob(".*"))
        (tmp_path / name).unlink()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("none/out.jsonl", "cannot be written: no folder"),
        ("out.txt", "name it .jsonl or .parquet"),
        ("out", "cannot write a file without a suffix; name it .jsonl or .parquet"),
        ("", "a folder; name a file in it"),
        ("folder.jsonl", "a folder"),
    ],
)
def test_an_output_that_cannot_be(tmp_path: Path, archive: Path, name: str, reason: str) -> None:
    (tmp_path / "folder.jsonl").mkdir()
    with pytest.raises(InputError, match=reason):
        run(archive, tmp_path / name)


def mounted(folder: Path, options: str) -> bool:
    """Whether a small disk in memory could be mounted; only root can."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, check=False
    )
    return done.returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Makes a small disk, or skips."""
    folder = tmp_path / "disk"

    def make(options: str) -> Path:
        if shutil.which("mount") is None or not mounted(folder, options):
            pytest.skip("a disk in memory cannot be mounted here (it needs root)")
        return folder

    yield make
    subprocess.run(["umount", str(folder)], capture_output=True, check=False)


@posix
def test_a_read_only_folder_is_named_before_the_work(tmp_path: Path, archive: Path, disk: Any) -> None:
    if os.geteuid():
        folder = tmp_path / "locked"
        folder.mkdir(mode=0o500)
    else:
        folder = disk("ro")
    log = tmp_path / "log"
    with pytest.raises(InputError, match="cannot be written"):
        run(archive, folder / "out.jsonl", loader=Load(str(log)))
    assert not log.exists()


@posix
def test_a_full_disk_ends_the_run_at_once_and_costs_no_finished_work(tmp_path: Path, disk: Any) -> None:
    given = lines(tmp_path / "in.jsonl", [f"An {n} {'x' * 2000}" for n in range(600)])
    folder = disk("size=1m")
    (folder / "older.txt").write_text("as it was", encoding="utf-8")
    log = tmp_path / "log"
    with pytest.raises(
        GovnerError, match=r"no space left on device; what is finished is kept in .*\.out\.jsonl\.parts"
    ):
        run(given, folder / "out.jsonl", chunk=50_000, loader=Load(str(log)), workers=2)
    read = len(log.read_text().split())
    assert read < 600
    assert sorted(path.name for path in folder.iterdir()) == [".out.jsonl.parts", "older.txt"]
    assert not list((folder / ".out.jsonl.parts").glob(".*"))
    subprocess.run(["mount", "-o", "remount,size=20m", str(folder)], check=True)
    said: list[str] = []
    run(given, folder / "out.jsonl", chunk=50_000, loader=Load(str(log)), workers=2, say=said.append)
    assert "going on from an earlier run" in said[0]
    assert len(log.read_text().split()) < read + 600
    run(given, tmp_path / "whole.jsonl", chunk=50_000)
    assert (folder / "out.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    assert sorted(path.name for path in folder.iterdir()) == ["older.txt", "out.jsonl"]


@posix
@pytest.mark.parametrize("name", ["out.jsonl", "out.parquet"])
def test_a_file_that_may_not_grow_ends_the_run_and_damages_nothing(tmp_path: Path, name: str) -> None:
    """The same without root: the files of this process may not pass 200 kB, which the whole output does."""
    import resource

    noise = random.Random(1)
    given = lines(tmp_path / "in.jsonl", [f"An {n} {noise.randbytes(2000).hex()}" for n in range(200)])
    (tmp_path / name).write_text("before", encoding="utf-8")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        with pytest.raises(GovnerError, match="file too large; what is finished is kept"):
            run(given, tmp_path / name, chunk=50_000, overwrite=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / name).read_text(encoding="utf-8") == "before"
    assert run(given, tmp_path / name, chunk=50_000, overwrite=True).progress.done == 200
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", name]


def test_names_in_the_current_folder(tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    summary = run("in.jsonl", Path("out.jsonl"), tables=True)
    assert {path.name for path in summary.files} == {path.name for path in tmp_path.glob("out.*")}
    assert len(rows(tmp_path / "out.jsonl")) == 60
    with pytest.raises(InputError, match=r"^out\.jsonl: there already"):
        run("in.jsonl", Path("out.jsonl"))


def test_the_output_is_no_input(tmp_path: Path, archive: Path) -> None:
    with pytest.raises(InputError, match=r"in\.jsonl: an input, and would be written over"):
        run(archive, tmp_path / "in.jsonl", overwrite=True)
    with pytest.raises(InputError, match="an input"):
        run(archive, tmp_path / "x.jsonl", errors=archive, overwrite=True)
    for _ in range(2):  # the second run finds what the first wrote in its input folder
        assert run(tmp_path, tmp_path / "out.jsonl", overwrite=True).progress.done == 60


# --- going on --------------------------------------------------------------------------------------------------------

CALLS = ("replace", "fsync", "unlink", "mkdir", "rmdir", "open")


def crash(job: Callable[[], object], call: int) -> bool:
    """Run a job in a child process that dies, as by SIGKILL, before its n-th call that changes the disk.

    Says whether it died; otherwise it came to its end.
    """
    child = os.fork()
    if child == 0:
        left = call
        status = 1
        try:
            for name in CALLS:
                real = getattr(os, name)

                def counted(*args: Any, real: Any = real, **options: Any) -> Any:
                    nonlocal left
                    left -= 1
                    if left < 0:
                        os._exit(9)
                    return real(*args, **options)

                setattr(os, name, counted)
            job()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, 9), code
    return code == 9


@posix
@pytest.mark.parametrize("name", ["out.jsonl", "out.parquet"])
def test_a_crash_before_any_step_is_gone_on_from(tmp_path: Path, name: str) -> None:
    """Every step that changes the disk is tried in its turn as the last one before the crash."""
    given = lines(tmp_path / "in.jsonl", ["An một", "BOOM", "An hai"])
    options = {"chunk": 8, "tables": name == "out.parquet"}
    (tmp_path / "whole").mkdir()
    run(given, tmp_path / "whole" / name, **options)
    whole = tree(tmp_path / "whole")
    calls = 0
    while True:
        folder = tmp_path / f"at{calls}"
        folder.mkdir()
        died = crash(lambda folder=folder: run(given, folder / name, **options), calls)
        if died:
            left = {path for path in tree(folder) if not path.startswith(".")}
            assert left <= set(whole)  # no half a file under a name of its own
            assert all(tree(folder)[path] == whole[path] for path in left)
            if (folder / name).exists() and not (folder / f".{name}.parts").exists():
                # All was done but for sweeping up.
                with pytest.raises(InputError, match="there already"):
                    run(given, folder / name, **options)
            else:
                run(given, folder / name, **options)
        assert tree(folder) == whole
        assert {path.name for path in folder.iterdir()} == set(whole)
        shutil.rmtree(folder)
        if not died:
            break
        calls += 1
    assert calls > 20


@posix
def test_finished_chunks_are_not_read_again(tmp_path: Path, archive: Path) -> None:
    log = tmp_path / "log"
    options = {"loader": Load(str(log)), "chunk": 60}
    assert crash(lambda: run(archive, tmp_path / "out.jsonl", **options), 20)
    parts = len(list((tmp_path / ".out.jsonl.parts").glob("*.part")))
    assert parts > 2
    before = len(log.read_text().split())
    seen: list[Progress] = []
    run(archive, tmp_path / "out.jsonl", report=seen.append, **options)
    assert len(log.read_text().split()) - before <= 60 - (before - 8)
    assert seen[-1].earlier[0] > 0
    assert seen[-1].done == 60


@posix
def test_changed_inputs_are_read_anew_and_other_options_are_refused(
    tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert crash(lambda: run(archive, tmp_path / "out.jsonl"), 20)
    with pytest.raises(InputError, match=r"had another chunk; run the command as it was .* or remove .*parts"):
        run(archive, tmp_path / "out.jsonl", chunk=101)
    with pytest.raises(InputError, match="had another source"):
        run(archive, tmp_path / "out.jsonl", source="báo")
    monkeypatch.setattr("govner.batch.run._code", lambda: "newer")
    with pytest.raises(InputError, match="had another govner"):
        run(archive, tmp_path / "out.jsonl")
    monkeypatch.setattr("govner.batch.run._code", lambda: "code")
    changed = archive.read_text(encoding="utf-8").replace("Ông An", "Bà An")
    archive.write_text(changed, encoding="utf-8")
    run(archive, tmp_path / "out.jsonl")
    assert all(row["text"].startswith("Bà An") for row in rows(tmp_path / "out.jsonl"))


def test_two_runs_of_one_output_do_not_mix(tmp_path: Path, archive: Path) -> None:
    def meanwhile(progress: Progress) -> None:
        with pytest.raises(InputError, match="another run is writing it"):
            run(archive, tmp_path / "out.jsonl")

    run(archive, tmp_path / "out.jsonl", report=meanwhile, chunk=2000)
    assert len(rows(tmp_path / "out.jsonl")) == 60


@posix
def test_killed_at_random_moments(tmp_path: Path) -> None:
    """A small one of what ``tests/kill_test.py`` does at length."""
    import kill_test

    kill_test.trial(tmp_path, kills=6, seed=random.randrange(1 << 30), documents=60)


def test_pieces_of_text_are_forgotten_before_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    from govner.tagger import weights

    texts = [f"Bí thư Huyện ủy Bình Sơn Lê Văn An nói số {n * n}." for n in range(400)]
    reads = govner.load()
    expected = [reads(text) for text in texts]
    assert [document.officials for document in expected] != [()] * 400
    monkeypatch.setattr(weights, "PIECES", 250)
    nlp = govner.load(Path(str(files("govner"))) / "models" / "news")
    assert [nlp(text) for text in texts] == expected
    assert len(nlp._tagger.weights.pieces) < 300  # type: ignore[union-attr]


def test_threads_share_a_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    from govner.tagger import weights

    texts = [
        f"Ông Trần Văn {chr(65 + n % 26)}{n} và Bí thư Huyện ủy Bình Sơn Lê Văn An nói số {n}." for n in range(200)
    ]
    monkeypatch.setattr(weights, "PIECES", 250)
    path = Path(str(files("govner"))) / "models" / "news"
    alone, shared = govner.load(path), govner.load(path)
    expected = [alone(text) for text in texts]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(shared, texts)) == expected
    finally:
        sys.setswitchinterval(interval)


@posix
def test_a_worker_that_has_grown_hands_over_to_another(tmp_path: Path) -> None:
    if not Path("/proc/self/statm").exists():
        pytest.skip("this system does not tell a process's memory")
    texts = [f"{'GROW' if n % 4 == 3 else 'An'} {'x' * 100}" for n in range(12)]
    log = tmp_path / "log"
    run(lines(tmp_path / "in.jsonl", texts), tmp_path / "out.jsonl", workers=1, loader=Load(pids=str(log)), chunk=100)
    assert [row["text"] for row in rows(tmp_path / "out.jsonl")] == texts
    assert len(set(log.read_text().split())) == 3


@posix
def test_no_process_is_left_when_a_run_is_stopped(tmp_path: Path) -> None:
    given = lines(tmp_path / "in.jsonl", ["An"] * 2000)
    code = (
        "import sys; from batch_stand_in import Load; from govner.batch import annotate_files\n"
        f"annotate_files([{str(given)!r}], {str(tmp_path / 'out.jsonl')!r}, loader=Load(slow=0.02), workers=2, "
        "chunk=40)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for how in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        child = subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while not list(tmp_path.glob(".out.jsonl.parts/*.part")) and time.monotonic() < until:
            time.sleep(0.02)
        workers = children(child.pid)
        assert len(workers) == 2
        child.send_signal(how)
        child.wait(20)
        until = time.monotonic() + 10
        while any(map(alive, workers)) and time.monotonic() < until:
            time.sleep(0.02)
        assert not any(map(alive, workers))
        shutil.rmtree(tmp_path / ".out.jsonl.parts")


def children(pid: int) -> list[int]:
    if not Path("/proc").is_dir():
        pytest.skip("needs /proc to see processes")
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(path.parent.name))
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


# --- what comes in ---------------------------------------------------------------------------------------------------


def read(*names: Any, **options: Any) -> list[Record | Problem]:
    return list(Inputs([str(name) for name in names], **options))


def ids(found: list[Record | Problem]) -> list[str | None]:
    return [record.id for record in found if isinstance(record, Record)]


def problems(found: list[Record | Problem]) -> list[Problem]:
    return [problem for problem in found if isinstance(problem, Problem)]


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress,
    ".zst": lambda data: zstandard.ZstdCompressor().compress(data),
}  # fmt: skip


@pytest.mark.parametrize("suffix", PACKED)
def test_packed_files_of_every_kind(tmp_path: Path, suffix: str) -> None:
    kinds = {
        "a.jsonl": '{"id": "j", "text": "Huế"}\n', "b.csv": "id,text\nc,Huế\n", "c.tsv": "id\ttext\nt\tHuế\n",
        "d.txt": "Huế",
    }  # fmt: skip
    for name, text in kinds.items():
        (tmp_path / f"{name}{suffix}").write_bytes(PACKED[suffix](text.encode()))
    found = read(tmp_path)
    assert ids(found) == ["j", "c", "t", "d"]
    assert {record.text for record in found if isinstance(record, Record)} == {"Huế"}


@pytest.mark.parametrize("suffix", [suffix for suffix in PACKED if suffix])
def test_a_packed_file_that_was_cut_off_gives_what_is_in_it_and_says_so(tmp_path: Path, suffix: str) -> None:
    noise = random.Random(1)
    text = "".join(f'{{"id": "{n}", "text": "{noise.random()}"}}\n' for n in range(24_000)).encode()
    path = tmp_path / f"a.jsonl{suffix}"
    path.write_bytes(PACKED[suffix](text)[:-200])
    *good, last = read(path)
    assert isinstance(last, Problem)
    assert ids(good) == [str(n) for n in range(len(good))]
    assert len(good) > (0 if suffix == ".bz2" else 1000)
    assert "the compressed data end too early; what follows was not read" in last.reason
    path.write_bytes(b"no such thing at all")
    assert "damaged" in problems(read(path))[0].reason


def test_csv_with_quotes_separators_and_bad_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    text = '\ufeffurl;content;date\n1;"một; hai\nba ""bốn""";2025-07-01\n2;x\n3;năm;1/7/2025\n4;;\n5;sáu;\n'
    path.write_bytes(text.encode() + b"6;\xff;\n" + b"7;b\xe1y;\n8;t\xc3\xa1m;\n")
    found = read(path)
    assert [(r.id, r.text, r.date) for r in found if isinstance(r, Record)] == [
        ("1", 'một; hai\nba "bốn"', "2025-07-01"), ("4", "", None), ("5", "sáu", None), ("8", "tám", None),
    ]  # fmt: skip
    assert [(p.where.rsplit(":", 1)[1], p.id) for p in problems(found)] == [
        ("4", None), ("5", "3"), ("8", "6"), ("9", "7"),
    ]  # fmt: skip
    assert ["columns" in p.reason or "ISO" in p.reason or "UTF-8" in p.reason for p in problems(found)] == [True] * 4
    (tmp_path / "long.csv").write_text(f"id,text\n1,{'x' * 200_000}\n2,y\n", encoding="utf-8")
    assert ids(read(tmp_path / "long.csv")) == ["1", "2"]
    first = read(tmp_path / "long.csv", limit=100)
    assert (ids(first), "not read" in problems(first)[0].reason) == ([], True)


@pytest.mark.parametrize("kind", [".parquet", ".arrow"])
def test_parquet_and_arrow_of_other_programs(tmp_path: Path, kind: str) -> None:
    table = pa.table(
        {
            "n": pa.array([7, 8, 9]),
            "body": pa.array(["một", None, "ba"], pa.large_string()).dictionary_encode(),
            "day": [date(2025, 7, 1), None, date(2020, 1, 2)],
        }
    )
    path = tmp_path / f"a{kind}"
    if kind == ".parquet":
        pq.write_table(table, path, row_group_size=1)
    else:
        with pa.ipc.new_file(path, table.schema) as file:
            file.write_table(table)
    found = read(path, columns=Columns(id="n", date="day"))
    assert [(r.id, r.text, r.date, r.place) for r in found if isinstance(r, Record)] == [
        ("7", "một", "2025-07-01", f"{path}:1"), ("9", "ba", "2020-01-02", f"{path}:3"),
    ]  # fmt: skip
    assert [(p.where, p.reason, p.id) for p in problems(found)] == [(f"{path}:2", '"text" is missing', "8")]
    assert "no column 'x', only 'n', 'body', 'day'" in problems(read(path, columns=Columns(text="x")))[0].reason
    path.write_bytes(path.read_bytes()[:-9])
    assert problems(read(path))


def test_a_stream_of_arrow(tmp_path: Path) -> None:
    table = pa.table({"id": range(600), "text": [f"bài {n}" for n in range(600)]})
    path = tmp_path / "a.arrow"
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema) as stream:
        stream.write_table(table, max_chunksize=400)
    found = read(path)
    assert ids(found) == [str(n) for n in range(600)]
    assert found[-1].place == f"{path}:600"  # type: ignore[union-attr]
    path.write_bytes(path.read_bytes()[:-4000])
    found = read(path)
    assert ids(found) == [str(n) for n in range(400)]
    assert "what follows was not read" in problems(found)[0].reason


def test_values_that_no_record_can_have_cost_their_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = {
        "id": pa.array([1.0, None, 2.5, 4.0]),  # what pandas makes of whole numbers with a gap
        "text": ["một", "hai", "ba", "bốn"],
        "date": pa.array([0, None, 0, 1 << 60], pa.timestamp("us")),
    }
    pq.write_table(pa.table(table), path)
    found = read(path)
    assert [r[:3] for r in found if isinstance(r, Record)] == [("1", "một", "1970-01-01"), (None, "hai", None)]
    assert [(p.where, p.reason) for p in problems(found)] == [
        (f"{path}:3", '"id" is a number, not a string'),
        (f"{path}:4", '"date" cannot be read: date value out of range'),
    ]
    path.write_bytes(b"PAR1")
    assert read(path)[0].reason.startswith("Parquet file size is 4 bytes")  # type: ignore[union-attr]


def test_a_dataset_in_partitions_of_which_a_column_is_made(tmp_path: Path) -> None:
    for day in ("2025-07-02", "2025-07-01"):
        folder = tmp_path / "news" / f"date={day}" / "source=B%C3%A1o"
        folder.mkdir(parents=True)
        pq.write_table(pa.table({"id": [day[-1]], "text": ["a"]}), folder / "part-0.parquet")
    (tmp_path / "news" / "_SUCCESS").touch()
    (tmp_path / "news" / ".hidden.txt").touch()
    found = [record for record in read(tmp_path / "news") if isinstance(record, Record)]
    assert [(r.id, r.date, r.source) for r in found] == [("1", "2025-07-01", "Báo"), ("2", "2025-07-02", "Báo")]


def test_strings_that_are_no_utf8_cost_their_rows(tmp_path: Path) -> None:
    text = pa.array([b"t\xc3\xa1m", b"b\xe1y", b"ba"]).view(pa.string())
    pq.write_table(pa.table({"text": text}), tmp_path / "a.parquet")
    found = read(tmp_path / "a.parquet")
    assert [record.text for record in found if isinstance(record, Record)] == ["tám", "ba"]
    assert "not UTF-8" in problems(found)[0].reason


def test_globs_and_folders_in_order(tmp_path: Path) -> None:
    for name in ("b/2.txt", "b/1.txt", "a.txt", "c.txt", "b.d/x.txt", "note.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert ids(read(tmp_path)) == ["a", "b/1", "b/2", "b.d/x", "c"]
    assert ids(read(tmp_path / "**" / "*.txt")) == ["a", "x", "1", "2", "c"]
    assert problems(read(tmp_path / "*.csv"))[0].reason == "no file is named so"


@posix
def test_a_name_that_is_no_utf8(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"\xff.txt")).write_text("An", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes UTF-8 names alone")
    run(tmp_path, tmp_path / "out.jsonl")
    assert rows(tmp_path / "out.jsonl")[0]["id"] == "\\xff"


PAGE = """<html><head><title>Tin</title></head><body><nav><a href="/">Trang chủ</a></nav><article><h1>Hội nghị</h1>
<p>Sáng 16.3, ông Lê Văn An làm việc với Huyện ủy Bình Sơn về kế hoạch phát triển kinh tế năm nay của địa phương.</p>
<p>Tham dự có bà Trần Thị Hoa &amp; các đại biểu, cùng nhiều cán bộ chủ chốt trong huyện và đại diện nhân dân.</p>
</article><footer>Bản quyền</footer></body></html>"""


def test_web_pages_are_read_for_their_articles(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "b.html").write_text("<p></p>", encoding="utf-8")
    summary = run(tmp_path, tmp_path / "out.jsonl", html=True)
    (found,) = rows(tmp_path / "out.jsonl")
    assert "Trần Thị Hoa & các đại biểu" in found["text"]
    assert "<p>" not in found["text"]
    assert "Trang chủ" not in found["text"]
    assert found["spans"]
    assert all(found["text"][start:end] == "An" for start, end, *_ in found["spans"])
    assert "no article" in summary.first[0].reason
    assert "give --html" in problems(read(tmp_path / "a.html"))[0].reason
    given = lines(tmp_path / "in.jsonl", [PAGE])
    run(given, tmp_path / "field.jsonl", html=True)
    assert rows(tmp_path / "field.jsonl")[0]["text"] == found["text"]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Ông <b>An</b>, Bí\nthư<i>.</i></p><p>Hết</p>", "Ông An, Bí thư.\nHết"),
        ("An<br/>đến.<ul><li>một</li><li>hai&nbsp;ba</li></ul><p>Hết", "An\nđến.\nmột\nhai ba\nHết"),
        ("<table><tr><td>An</td><td>1</td></tr><tr><td>Bình</td></tr></table>", "An 1\nBình"),
        ("<script>var x = 'An'</script><!-- An --><p>Ông A&#110;\0</p>", "Ông An"),
        ("Không có thẻ nào:\nAn &lt; Bình & < 3", "Không có thẻ nào:\nAn < Bình & < 3"),
        ("<script>x</script>", None),
    ],
)
def test_the_html_of_an_article_keeps_all_its_text(html: str, text: str | None) -> None:
    from govner.formats.html import article

    if text is None:
        with pytest.raises(InputError, match="no article"):
            article(html)
    else:
        assert article(html) == text


def test_a_field_that_no_record_has_is_named(tmp_path: Path) -> None:
    found = read(lines(tmp_path / "a.jsonl", ["An", "Bình"]), columns=Columns(id="key", source="id"))
    assert problems(found) == [Problem(str(tmp_path / "a.jsonl"), "no record in it has the field 'key'")]


@pytest.mark.parametrize("suffix", [suffix for suffix in PACKED if suffix])
def test_packed_standard_input_is_told(suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(PACKED[suffix](b'{"text": "An"}\n'))))
    assert problems(read("-"))[0].reason.startswith(f"compressed data ({suffix}); unpack them first")


def test_fields_of_json_lines_by_other_names(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"url": "u", "body": "b"}\n{"key": 3, "body": "c", "when": "2025-07-01"}\n', encoding="utf-8")
    assert [r[:3] for r in read(path)] == [("u", "b", None), (None, "c", None)]  # type: ignore[index]
    named = Columns(id="key", text="body", date="when")
    assert [r[:3] for r in read(path, columns=named)][1] == ("3", "c", "2025-07-01")  # type: ignore[index]
    assert problems(read(path, columns=Columns(text="x")))[0].reason == "no field 'x'"
    (tmp_path / "a.csv").write_text("id,article\n1,An\n", encoding="utf-8")
    assert problems(read(tmp_path / "a.csv"))[0].reason.endswith("only 'id', 'article'; name it (--text-column)")
    (tmp_path / "a.csv").write_bytes(b"")
    assert problems(read(tmp_path / "a.csv"))[0].reason == "no records in it"


@pytest.mark.parametrize("kind", ["a.jsonl", "a.jsonl.gz", "a.csv", "a.parquet", "a.txt"])
def test_the_share_that_was_read_grows_to_the_whole(tmp_path: Path, kind: str) -> None:
    texts = [str(random.Random(n).random()) * 100 for n in range(300)]
    if kind == "a.parquet":
        pq.write_table(pa.table({"text": texts}), tmp_path / kind, row_group_size=100)
    elif kind == "a.csv":
        (tmp_path / kind).write_text("text\n" + "\n".join(texts), encoding="utf-8")
    elif kind == "a.txt":
        (tmp_path / kind).write_text("".join(texts), encoding="utf-8")
    else:
        data = "".join(f"{json.dumps({'text': text})}\n" for text in texts).encode()
        (tmp_path / kind).write_bytes(PACKED[Path(kind).suffix](data) if kind.endswith(".gz") else data)
    (tmp_path / "b.jsonl").write_text('{"text": "x"}\n' * 10, encoding="utf-8")
    inputs = Inputs([str(tmp_path)])
    size = inputs.size()
    shares = [chunk.read or 0 for chunk in chunks(inputs, 3000, size)]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len([share for share in shares if 0 < share < 1]) > 1 or kind == "a.txt"


# --- from Python -----------------------------------------------------------------------------------------------------


def test_annotate_gives_a_row_for_each_row_of_a_batch() -> None:
    batch = pa.record_batch(
        {
            "text": ["Bí thư Huyện ủy Bình Sơn Lê Văn An", None, "x" * 50, "ba"],
            "id": [1, 2, 3, 4],
            "date": [date(2020, 1, 2), None, None, None],
            "views": [1, 2, 3, 4],
        }
    )
    found = annotate(batch, model=None, limit=40)
    assert found.schema.equals(govner.formats.arrow.SCHEMA, check_metadata=True)
    assert found.column("id").to_pylist() == ["1", "2", "3", "4"]
    errors = found.column("error").to_pylist()
    assert (errors[0], errors[1], errors[3]) == (None, '"text" is missing', None)
    assert errors[2].startswith("too large")
    (document, _) = govner.formats.arrow.from_batch(found)
    assert document == govner.load(None)(batch.column("text")[0].as_py(), id="1", date="2020-01-02")
    with pytest.raises(InputError, match="no column for the text"):
        annotate(pa.record_batch({"n": [1]}), model=None)


def test_pipe_with_workers_reads_as_without() -> None:
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    nlp = govner.load(None)
    texts = [f"Bí thư Huyện ủy Bình Sơn Lê Văn An{'.' * n}" for n in range(9)]
    expected = list(nlp.pipe(texts))
    assert list(nlp.pipe(texts, workers=2, batch_size=2)) == expected
    assert list(nlp.pipe(pandas.Series(texts))) == expected
    assert list(nlp.pipe(polars.Series(texts))) == expected
    frame = {"id": [f"i{n}" for n in range(9)], "text": texts, "date": [date(2020, 1, 2)] * 8 + [None], "n": [1] * 9}
    for made in (pandas.DataFrame(frame), polars.DataFrame(frame)):
        found = list(nlp.pipe(made))
        assert [(d.id, d.date, d.text) for d in found][-2:] == [("i7", "2020-01-02", texts[7]), ("i8", None, texts[8])]
    with pytest.raises(InputError, match="no column 'text', only 'n'"):
        list(nlp.pipe(pandas.DataFrame({"n": [1]})))


def test_a_frame_with_numbers_for_ids_comes_back_as_frames_and_arrow() -> None:
    pandas = pytest.importorskip("pandas")
    nlp = govner.load(None)
    docs = list(nlp.pipe(pandas.DataFrame({"id": [7, 8], "text": ["Hà Nội", "Huế"]})))
    assert govner.to_frame(docs, "mentions")["document"].tolist() == ["7", "8"]
    assert govner.formats.arrow.to_batch(docs).column("id").to_pylist() == ["7", "8"]


@pytest.mark.parametrize("workers", [1, 2])
def test_pipe_takes_dates_in_mappings(workers: int) -> None:
    nlp = govner.load(None)
    given = [{"text": "Huế", "date": date(2020, 1, 2)}, {"text": "Huế", "date": datetime(2020, 1, 3, 8)}]
    assert [doc.date for doc in nlp.pipe(given, workers=workers)] == ["2020-01-02", "2020-01-03"]
    with pytest.raises(GovnerError, match="a date must be a string or a date, not int"):
        list(nlp.pipe([{"text": "Huế", "date": 2020}], workers=workers))


def test_pipe_with_workers_names_the_item_that_fails_when_its_turn_comes() -> None:
    nlp = govner.load(None)
    stream = nlp.pipe(["một", "hai", ("k", None), "ba"], workers=2, batch_size=2)  # type: ignore[list-item]
    assert next(stream).text == "một"
    assert len(children(os.getpid())) > 0
    assert next(stream).text == "hai"
    with pytest.raises(InputError, match=r"item 2 \(k\): a text must be a string, not NoneType"):
        next(stream)
    assert children(os.getpid()) == []
    with pytest.raises(InputError, match="workers must be at least 1"):
        next(nlp.pipe([], workers=0))
    with pytest.raises(GovnerError, match="leave workers at 1"):
        next(govner.Pipeline(None).pipe(["a"], workers=2))
