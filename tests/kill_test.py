"""Kill a batch run with SIGKILL at random moments, run the same command again, and see that nothing was lost.

    python tests/kill_test.py [--trials 8] [--kills 6] [--seed N]

Each trial annotates the same records again and again, each time killed after a random while, until it has been killed
often enough; then it is let to its end. The files must be those of a run that nobody disturbed, byte for byte, and no
finished chunk may have been read twice. The parent alone is killed, or all its processes at once, as a loss of power
would; every other trial writes Parquet with tables.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHUNK, WORKERS = 200, 2
SLOW = 0.004
"""Seconds that the stand-in takes for a text, so that there is time to kill it."""


def job(folder: Path, name: str, log: str | None, slow: float, workers: int) -> None:
    """The command that is run again and again."""
    from batch_stand_in import Load
    from govner.batch import annotate_files, run

    run._code = lambda: "code"  # somebody may edit the package meanwhile
    annotate_files(
        [folder / "in.jsonl"], folder / name, loader=_Named(log, slow, Load), workers=workers, chunk=CHUNK,
        tables=name.endswith(".parquet"),
    )  # fmt: skip


class _Named:
    """A loader whose name does not tell the log, so that the runs are the same command."""

    def __init__(self, log: str | None, slow: float, load: type) -> None:
        self._made = load(log, slow)

    def __repr__(self) -> str:
        return "kill test"

    def __call__(self) -> object:
        return self._made()


def trial(folder: Path, kills: int, seed: int, documents: int = 150, name: str = "out.jsonl") -> int:
    """One trial in a folder; returns how many times the run was killed. Raises ``AssertionError`` naming the seed."""
    chance = random.Random(seed)
    texts = [f"An {n} {'x' * chance.randrange(60)}" + (" BOOM" if n % 17 == 5 else "") for n in range(documents)]
    lines = (json.dumps({"id": str(n), "text": text}) for n, text in enumerate(texts))
    (folder / "in.jsonl").write_text("\n".join([*lines, "no JSON"]), encoding="utf-8")
    whole = folder / "whole"
    whole.mkdir()
    (whole / "in.jsonl").symlink_to(folder / "in.jsonl")
    _finish(whole, name, None, 0.0)
    log = folder / "log"
    killed = 0
    length = 0.35 + documents * SLOW / WORKERS  # to start, then to read
    while killed < kills:
        child = _start(folder, name, str(log), SLOW)
        try:
            child.wait(chance.uniform(0.1, length))
        except subprocess.TimeoutExpired:
            killed += 1
            if chance.random() < 0.5:
                os.killpg(child.pid, signal.SIGKILL)  # the workers see their parent gone
            else:
                _kill_all(child.pid)
            child.wait()
        if (folder / name).exists() and not (folder / f".{name}.parts").exists():
            break
    if not (folder / name).exists() or (folder / f".{name}.parts").exists():
        _finish(folder, name, str(log), 0.0)
    for path in sorted(whole.glob("out.*")):
        same = (folder / path.name).read_bytes() == path.read_bytes().replace(str(whole).encode(), str(folder).encode())
        assert same, f"{path.name} is another after {killed} kills, seed {seed}"
    left = {path.name for path in folder.iterdir()} - {path.name for path in whole.iterdir()}
    assert left <= {"whole", "log"}, f"left behind after {killed} kills, seed {seed}: {left}"
    # What a kill may cost: the chunks in the workers' hands, each of at most CHUNK characters of texts this long.
    again = len(log.read_text().split()) - documents
    most = (killed + 1) * WORKERS * (CHUNK // 4) + documents // 17 * 64
    assert again <= most, f"{again} texts were read again after {killed} kills, seed {seed}"
    return killed


def _start(folder: Path, name: str, log: str | None, slow: float) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])}
    code = (
        f"import kill_test, pathlib; kill_test.job(pathlib.Path({str(folder)!r}), {name!r}, {log!r}, {slow}, {WORKERS})"
    )
    return subprocess.Popen([sys.executable, "-c", code], env=environment, start_new_session=True)


def _finish(folder: Path, name: str, log: str | None, slow: float) -> None:
    status = _start(folder, name, log, slow).wait(120)
    assert status == 0, f"the run that nobody disturbed ended with {status}"


def _kill_all(pid: int) -> None:
    """Kill a process and its children before one of them can do anything about it."""
    os.kill(pid, signal.SIGSTOP)
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(path.read_text().rsplit(")", 1)[1].split()[1]) == pid:
                os.kill(int(path.parent.name), signal.SIGKILL)
        except (OSError, ValueError):
            continue
    os.kill(pid, signal.SIGKILL)


def main() -> None:
    """Run the trials and say how they went; the exit status is 1 at the first that fails."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--trials", type=int, default=8)
    options.add_argument("--kills", type=int, default=6)
    options.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    chosen = options.parse_args()
    start, killed = time.monotonic(), 0
    for number in range(chosen.trials):
        with tempfile.TemporaryDirectory() as folder:
            name = "out.parquet" if number % 2 else "out.jsonl"
            killed += trial(Path(folder), chosen.kills, chosen.seed + number, name=name)
    took = time.monotonic() - start
    print(f"{chosen.trials} runs killed {killed} times came to the same files ({took:.0f} s, seed {chosen.seed})")


if __name__ == "__main__":
    main()
