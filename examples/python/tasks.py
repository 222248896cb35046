#!/usr/bin/env python3
"""Publishes tasks from a file of JSON lines on the topic tasks, for producers of any make.

A line holds prompt and answer, and may hold id and verifier (exact unless given).
docs/external-producers.md says what becomes of them.
"""

import argparse
import json
import sys
from pathlib import Path

from confluent_kafka import Producer
from records import Codec

HOME = Path(__file__).resolve().parents[2]
SCHEMAS = HOME / "schemas/src/main/resources/io/sapo/schemas/released"


def task(row: dict, place: str) -> dict:
    """A Task; fields that are not named here take the schema's defaults."""
    return {
        "taskId": str(row.get("id", place)),
        "prompt": row["prompt"],
        "answer": str(row["answer"]),
        "verifier": row.get("verifier", "exact"),
    }


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--bootstrap-servers", required=True)
    options.add_argument("--topic-prefix", default="sapo.")
    options.add_argument("--property", action="append", default=[], help="of librdkafka, KEY=VALUE")
    options.add_argument("file", type=Path, help="JSON lines")
    args = options.parse_args()
    servers = dict(p.split("=", 1) for p in args.property)
    servers["bootstrap.servers"] = args.bootstrap_servers
    codec = Codec(SCHEMAS, "Task")
    failures = []

    def delivered(error, _):
        if error is not None:
            failures.append(error)

    # One request at a time, and all in partition 0: the order of the records counts.
    producer = Producer(dict(servers, **{"enable.idempotence": True, "max.in.flight": 1}))
    published = 0
    with args.file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            one = task(json.loads(line), f"{args.file.name}:{number}")
            topic = args.topic_prefix + "tasks"
            while True:
                try:
                    producer.produce(
                        topic, codec.encode(one), one["taskId"], partition=0, on_delivery=delivered
                    )
                    break
                except BufferError:
                    producer.poll(1.0)
            producer.poll(0)
            published += 1
    producer.flush()
    if failures:
        sys.exit(f"not published: {failures[0]}")
    print(f"published {published} tasks")


if __name__ == "__main__":
    main()
