"""One thread for the linear algebra library while the solver runs: its own threads do the rest.

Both at once would cost a factor of three to five. The limit is the process's, so that solves that run side by
side share one: the first sets it, the last takes it back.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

_lock = threading.Lock()
_users: list[object] = []
_limits: list[threadpool_limits] = []


@contextmanager
def single_threaded_blas() -> Iterator[None]:
    """Inside, BLAS runs on one thread."""
    user = object()
    with _lock:
        if not _users:
            _limits.append(threadpool_limits(1))
        _users.append(user)
    try:
        yield
    finally:
        with _lock:
            _users.remove(user)
            if not _users:
                _limits.pop().restore_original_limits()
