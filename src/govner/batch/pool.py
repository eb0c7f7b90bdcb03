"""Worker processes that may die: what they had in hand is read again, and the record that kills them is named.

One thread for each worker gives it chunks and waits for the answer. A worker that dies, or says nothing for too long,
has its chunk read again by a fresh one; if that dies too, a third goes through the chunk record by record, which finds
the guilty ones, and the chunk is read without them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Protocol, TypeVar, cast

from govner.batch.work import Numbered, Result, Work, do
from govner.batch.worker import receive, send
from govner.entities import GovnerError, InputError

T = TypeVar("T")

TIMEOUT = 300.0
"""Seconds that a worker may say nothing: it says something after every 64 texts."""

START = 300.0
"""Seconds that a worker may take to start and load its model."""

_PROGRAM = "import sys; del sys.path[0]; from govner.batch.worker import main; main()"
"""What a worker runs; the current folder, which Python puts first, is taken out: no file there is meant."""

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Pool(Protocol):
    """What annotates chunks: worker processes, or this process."""

    workers: int

    def submit(self, records: Sequence[Numbered], then: Callable[[Result], T]) -> Future[T]:
        """Annotate records when their turn comes; the future has what ``then`` makes of the result."""

    def close(self) -> None:
        """Stop at once, whatever is being done; no process is left."""


def cores() -> int:
    """The processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def pool(work: Work, workers: int | None = None, timeout: float = TIMEOUT) -> Pool:
    """Worker processes, as many as there are cores if ``workers`` is ``None``; 0: this process does the work itself,
    and a record that kills it ends the run. ``timeout`` is in seconds."""
    if workers is not None and workers < 0:
        raise InputError(f"workers must be 0 or more, not {workers}")
    return Here(work) if workers == 0 else Processes(work, workers or cores(), timeout)


class Here:
    """This process as its own worker."""

    def __init__(self, work: Work) -> None:
        self.workers = 0
        self._work, self._nlp = work, work.loader()

    def submit(self, records: Sequence[Numbered], then: Callable[[Result], T]) -> Future[T]:
        """Annotate now; the future is done. What ``then`` raises, the future does."""
        future: Future[T] = Future()
        try:
            future.set_result(then(do(self._work, self._nlp, records, lambda done: None)))
        except Exception as error:
            future.set_exception(error)
        return future

    def close(self) -> None:
        """Nothing is left to stop."""


class Processes:
    """Worker processes. They start when there is work for them."""

    def __init__(self, work: Work, workers: int, timeout: float = TIMEOUT) -> None:
        self.workers = workers
        self._work, self._timeout = work, timeout
        self._idle: list[_Worker] = []
        self._alive: set[_Worker] = set()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._threads = ThreadPoolExecutor(workers, "govner-worker")
        threading.Thread(target=self._watch, name="govner-watch", daemon=True).start()

    def submit(self, records: Sequence[Numbered], then: Callable[[Result], T]) -> Future[T]:
        """Annotate records in a worker when one is free; ``then`` runs in a thread of its own.

        The future raises ``GovnerError`` where workers cannot be started or cannot load their model.
        """
        return self._threads.submit(lambda: then(self._whole(records)))

    def close(self) -> None:
        """End all workers at once and wait until they are gone."""
        self._closed.set()
        with self._lock:
            alive = list(self._alive)
        for worker in alive:
            worker.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in alive:
            worker.end()

    # a chunk

    def _whole(self, records: Sequence[Numbered]) -> Result:
        """What comes of a chunk, whatever happens to the workers."""
        if not records:
            return Result()
        for _ in range(2):  # the first death may have been an accident
            try:
                whole: Result = self._ask(records)
                return whole
            except _Died as death:
                if death.overdue:
                    break
        guilty = self._guilty(records)
        rest = [record for record in records if record[0] not in guilty]
        try:
            # The rest is read in one go as if the guilty had never been there, so that every run gives the same.
            result = self._ask(rest) if rest else Result()
        except _Died:
            result = self._singly(rest)
        result.failed = sorted([*result.failed, *guilty.items()])
        return result

    def _guilty(self, records: Sequence[Numbered]) -> dict[int, str]:
        """The records that kill a worker that reads them alone: their numbers, and how."""
        guilty: dict[int, str] = {}
        at = 0
        while at < len(records):
            try:
                self._ask(records[at:], careful=True)
                break
            except _Died as death:
                at += death.done
                if at < len(records):
                    guilty.update(self._confirmed(records[at], death))
                at += 1
        return guilty

    def _confirmed(self, record: Numbered, death: _Died) -> dict[int, str]:
        """A record that seems guilty is asked once more, alone: it may have been an accident again."""
        if not death.overdue:
            try:
                self._ask([record])
            except _Died:
                pass
            else:
                return {}
        return {record[0]: death.reason}

    def _singly(self, records: Sequence[Numbered]) -> Result:
        """The last resort: together they kill a worker, and none does alone."""
        total = Result()
        for record in records:
            try:
                total.add(self._ask([record]))
            except _Died as death:
                total.failed.append((record[0], death.reason))
        return total

    def _ask(self, records: Sequence[Numbered], careful: bool = False) -> Any:
        worker = self._taken()
        try:
            result, last = worker.ask(records, careful, self._timeout)
        except BaseException:
            self._gone(worker)
            if self._closed.is_set():
                raise _ClosedError from None
            raise
        if last:
            self._gone(worker)
            return result
        with self._lock:
            self._idle.append(worker)
        return result

    # the workers

    def _taken(self) -> _Worker:
        with self._lock:
            if self._closed.is_set():
                raise _ClosedError
            if self._idle:
                return self._idle.pop()
            worker = _Worker()
            self._alive.add(worker)
        try:
            worker.start(self._work)
        except BaseException:
            self._gone(worker)
            raise
        return worker

    def _gone(self, worker: _Worker) -> None:
        worker.kill()
        worker.end()
        with self._lock:
            self._alive.discard(worker)

    def _watch(self) -> None:
        """End workers that have said nothing for too long."""
        while not self._closed.wait(0.2):
            with self._lock:
                alive = list(self._alive)
            for worker in alive:
                if time.monotonic() > worker.deadline:
                    worker.overdue = True
                    worker.kill()


class _ClosedError(GovnerError):
    """The pool was closed while this was waiting."""


class _Died(Exception):  # noqa: N818 - the end of a worker, not of the program
    """A worker is dead. ``done`` is how many records it had done, as far as it said."""

    def __init__(self, reason: str, done: int, overdue: bool) -> None:
        super().__init__(reason)
        self.reason, self.done, self.overdue = reason, done, overdue


class _Worker:
    """One worker process, seen from the thread that talks to it."""

    def __init__(self) -> None:
        self.deadline = float("inf")
        self.overdue = False
        path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
        # One worker a core: the numeric libraries' own threads would only stand in each other's way.
        environment = {**dict.fromkeys(_THREADS, "1"), **os.environ, "PYTHONPATH": path}
        environment.pop("PYTHONSAFEPATH", None)
        if not sys.executable:
            raise GovnerError("this Python cannot start another (sys.executable is empty); use workers=0")
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
                # Not in the terminal's group: Ctrl-C is the parent's, who then ends the workers.
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )  # fmt: skip
        except OSError as error:
            raise GovnerError(f"a worker process cannot be started: {error.strerror or error}") from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout

    def start(self, work: Work) -> None:
        """Have the model loaded. Raises ``GovnerError`` with the loader's reason."""
        self.deadline = time.monotonic() + START
        try:
            send(cast(Any, self._in), work)
            answer, message = receive(cast(Any, self._out))
        except (EOFError, OSError) as error:
            raise GovnerError(f"a worker process ended before it could work: {self._how(START)}") from error
        self.deadline = float("inf")
        if answer == "refused":
            raise GovnerError(message)

    def ask(self, records: Sequence[Numbered], careful: bool, timeout: float) -> tuple[Any, bool]:
        """Have a chunk annotated: the result, and whether it was the worker's last, for it has grown too large.

        Raises ``_Died`` where the worker did not live to answer.
        """
        done = 0
        try:
            self.deadline = time.monotonic() + timeout
            send(cast(Any, self._in), (records, careful))
            while True:
                answer, value = receive(cast(Any, self._out))
                if answer != "tick":
                    return value, answer == "last"
                done = value
                self.deadline = time.monotonic() + timeout
        except (EOFError, OSError) as error:
            raise _Died(f"{self._how(timeout)} while it was read", done, self.overdue) from error
        finally:
            self.deadline = float("inf")

    def _how(self, timeout: float) -> str:
        """How the process ended, in words; it has, or is about to."""
        if self.overdue:
            return f"the worker was stopped after {timeout:g} seconds"
        try:
            status = self._process.wait(10)
        except subprocess.TimeoutExpired:
            return "the worker fell silent"
        if status < 0:
            with suppress(ValueError):
                return f"the worker was killed ({signal.Signals(-status).name})"
        return f"the worker ended (status {status})"

    def kill(self) -> None:
        """End the process now; also from another thread."""
        with suppress(OSError):
            self._process.kill()

    def end(self) -> None:
        """Wait for the killed process, so that no zombie is left, and close its pipes."""
        self._process.wait()
        for stream in (self._in, self._out):
            with suppress(OSError):
                stream.close()
