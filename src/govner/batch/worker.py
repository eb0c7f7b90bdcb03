"""The program of a worker process, which ``govner.batch.pool`` starts.

It gets its work and then chunks on standard input, and answers on standard output; messages are pickles behind their
length. It is a program of its own and no ``multiprocessing`` child, so that the caller's script is not run again in it
on any system, and nothing of the caller's memory is copied. It ends when its standard input does: a worker never
outlives the process that started it.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import struct
import sys
import threading
import traceback
from contextlib import suppress
from typing import Any, BinaryIO

from govner.batch.core import reason
from govner.batch.work import Work, do
from govner.entities import GovnerError

_LENGTH = struct.Struct("<Q")

GROWTH = 128 << 20
"""Bytes by which a worker may grow beyond what its first chunk took. The pipeline remembers words and names, and an
archive has no end of them: a worker that has grown so much says that this was its last chunk, and another takes over,
which costs a second in a minute. What a worker knows of earlier texts changes nothing in what it reads."""


def send(stream: BinaryIO, message: Any) -> None:
    """Write a message. Raises ``OSError`` where nobody reads any more."""
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """Read a message. Raises ``EOFError`` where the stream has ended, in the middle of a message too."""
    data = stream.read(_LENGTH.size)
    if len(data) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(data)
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return pickle.loads(data)


def main() -> None:
    """Serve until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends its workers
    status = 0
    try:
        _serve()
    except OSError:
        status = 1  # nobody reads the answers any more
    except Exception:
        status = 2
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(status)  # at once: the thread that listens would hold an orderly end up


def _serve() -> None:
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get among the answers
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, inbox), daemon=True).start()
    try:
        work: Work = inbox.get()
        nlp = work.loader()
    except GovnerError as error:
        send(answers, ("refused", str(error)))
        return
    except Exception as error:
        send(answers, ("refused", f"a worker cannot load its model: {type(error).__name__}: {error}"))
        return
    send(answers, ("ready", None))
    first = 0
    while True:
        records, careful = inbox.get()
        result = None
        if careful:
            for number in range(len(records)):
                do(work, nlp, records[number : number + 1], lambda _: None)
                send(answers, ("tick", number + 1))
        else:
            result = do(work, nlp, records, lambda done: send(answers, ("tick", done)))
        first = first or memory()
        send(answers, ("done" if memory() <= first + GROWTH else "last", result))


def memory() -> int:
    """Bytes of memory that this process holds; 0 where the system does not tell."""
    with suppress(OSError, ValueError, IndexError), open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return 0


def _listen(stream: BinaryIO, inbox: queue.SimpleQueue[Any]) -> None:
    """Hand on messages. At the end of the stream the parent is gone, and the process ends, whatever it is doing."""
    while True:
        try:
            inbox.put(receive(stream))
        except EOFError:
            os._exit(0)
        except Exception as error:  # what was sent cannot be made here: the loader's module is not to be found
            sys.stderr.write(f"govner: a worker cannot read its work: {reason(error)}\n")
            sys.stderr.flush()
            os._exit(1)
