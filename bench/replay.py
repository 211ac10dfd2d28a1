"""Sends recorded queries and reads the answers: `replay.py httpx|stdlib URL FILE CONCURRENCY`.

Stands alone, because it is run by the interpreter of the program that it is compared with. The
bodies are read and thrown away; nothing is parsed. Prints how many answers and bytes came.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue

Send = Callable[[str, str, str], bytes]
FORM = "application/x-www-form-urlencoded"


def main() -> None:
    kind, url, file, concurrency = sys.argv[1:]
    waiting: SimpleQueue[tuple[str, str, str]] = SimpleQueue()
    for request in json.loads(Path(file).read_text(encoding="utf-8")):
        waiting.put(request)
    sizes: list[int] = []
    number = int(concurrency)
    connect = _httpx(url, number) if kind == "httpx" else _stdlib(url)
    threads = [
        threading.Thread(target=_work, args=(connect, waiting, sizes)) for _ in range(number)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(len(sizes), "answers,", sum(sizes), "bytes")


def _work(
    connect: Callable[[], Send], waiting: SimpleQueue[tuple[str, str, str]], sizes: list[int]
) -> None:
    send = connect()
    while True:
        try:
            request = waiting.get_nowait()
        except Empty:
            return
        sizes.append(len(send(*request)))


def _httpx(url: str, concurrency: int) -> Callable[[], Send]:
    """One client, shared by all threads."""
    import httpx

    limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    headers = {"Accept-Encoding": "identity"}
    client = httpx.Client(base_url=url, limits=limits, headers=headers, timeout=60)

    def send(method: str, path: str, body: str) -> bytes:
        form = {"Content-Type": FORM} if body else {}
        answer = client.request(method, path, content=body or None, headers=form)
        return answer.raise_for_status().content

    return lambda: send


def _stdlib(url: str) -> Callable[[], Send]:
    """One connection per thread."""
    import http.client
    from urllib.parse import urlsplit

    place = urlsplit(url).netloc

    def connect() -> Send:
        connection = http.client.HTTPConnection(place, timeout=60)

        def send(method: str, path: str, body: str) -> bytes:
            form = {"Content-Type": FORM} if body else {}
            connection.request(method, path, body or None, form)
            answer = connection.getresponse()
            content = answer.read()
            if answer.status != http.client.OK:
                raise RuntimeError(f"{answer.status}: {content[:300]!r}")
            return content

        return send

    return connect


if __name__ == "__main__":
    main()
