#!/usr/bin/env python3
"""Publishes one event over HTTP with Python 3 and nothing else.

    BUSBAR_URL=http://127.0.0.1:4000 BUSBAR_KEY=bb_... examples/publish.py order.placed order.json order-48213

Arguments: the topic, a file with the payload in JSON (- for standard input), and an idempotency key. Without BUSBAR_KEY
nothing is sent along, which `busbar dev` takes. Prints the event's id. Exit code 1: it was not published.

In a backend of your own, take `publish`: it is the whole client.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request

ATTEMPTS = 5
LONGEST_WAIT = 30


def publish(topic, payload, idempotency_key, url=None, key=None):
    """Returns {"id", "topic", "repeated", "durability"}, once the event is in the log.

    The same key and payload may be published again after an error or a time-out: the event is in the log once.
    Raises RuntimeError with what busbar says of a request that can never work, or that did not work in five tries.
    """
    url = url or os.environ.get("BUSBAR_URL", "http://127.0.0.1:4000")
    key = key or os.environ.get("BUSBAR_KEY")
    headers = {"Content-Type": "application/json", "Idempotency-Key": idempotency_key}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    body = json.dumps(payload).encode()
    problem = None
    for attempt in range(ATTEMPTS):
        if attempt > 0:
            time.sleep(min(wait, LONGEST_WAIT))
        wait = 2**attempt
        request = urllib.request.Request(f"{url}/v1/topics/{topic}/events", data=body, headers=headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                published = json.load(answer)
                if "id" in published:
                    return published
                problem = f"this publishes one event at a time: {published}"
                break
        except urllib.error.HTTPError as error:
            problem = error.read().decode(errors="replace")
            if error.code not in (429, 503):
                break
            after = error.headers.get("Retry-After", "")
            wait = float(after) if after.isdigit() else wait
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            # Nobody knows whether it arrived: the idempotency key makes another try harmless.
            problem = str(error)
    raise RuntimeError(f"{topic} was not published: {problem}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    with sys.stdin if sys.argv[2] == "-" else open(sys.argv[2], encoding="utf-8") as file:
        event = json.load(file)
    try:
        print(publish(sys.argv[1], event, sys.argv[3])["id"])
    except RuntimeError as error:
        sys.exit(str(error))
