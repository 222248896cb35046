#!/usr/bin/env python3
"""A rollout worker of another make: reads tasks, follows the weights, publishes trajectories.

It answers with "#### " and digits drawn evenly, so that it needs no model: what it shows is the
protocol. docs/external-producers.md explains each step.
"""

import argparse
import json
import math
import random
import sys
import time
from pathlib import Path

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition
from records import Codec, floats, ints
from weights import Weights

HOME = Path(__file__).resolve().parents[2]
SCHEMAS = HOME / "schemas/src/main/resources/io/sapo/schemas/released"
DIGITS = 3


class ByteTokens:
    """Token ids of single bytes in a tokenizer.json with the byte alphabet of GPT-2."""

    def __init__(self, file: Path):
        spec = json.loads(file.read_text())
        vocabulary = spec["model"]["vocab"]
        self.special = {token["content"]: token["id"] for token in spec["added_tokens"]}
        plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
        alphabet = {b: chr(b) for b in plain}
        others = [b for b in range(256) if b not in alphabet]
        alphabet.update({b: chr(256 + i) for i, b in enumerate(others)})
        self.ids = [vocabulary[alphabet[b]] for b in range(256)]

    def encode(self, text: str) -> list:
        return [self.ids[b] for b in text.encode()]


def answer(rng: random.Random):
    """A response in pieces: text, log-probability and entropy of each token."""
    pieces = [(c, 0.0, 0.0) for c in "#### "]
    for _ in range(DIGITS):
        pieces.append((str(rng.randrange(10)), -math.log(10), math.log(10)))
    return pieces


def trajectory(task, number, name, version, tokens, end_of_text, seed):
    pieces = answer(random.Random(seed))
    text = "".join(piece[0] for piece in pieces)
    ids = tokens.encode(text) + [end_of_text]
    ends = [*range(1, len(text) + 1), len(text)]
    now = int(time.time() * 1000)
    group = f"{name}-{number}"
    return {
        "trajectoryId": group + "/0",
        "groupId": group,
        "groupSize": 1,
        "taskId": task["taskId"],
        "producerId": name,
        "prompt": task["prompt"],
        "promptTokens": ints(tokens.encode(task["prompt"])),
        "pictures": task["pictures"],
        "responseTokens": ints(ids),
        "responseText": text,
        "tokenCharEnds": ints(ends),
        "logProbs": floats([piece[1] for piece in pieces] + [0.0]),
        "entropies": floats([piece[2] for piece in pieces] + [0.0]),
        "versions": [{"version": version, "tokens": len(ids)}],
        "lossMask": None,
        "sampling": {"temperature": 1.0, "topP": 1.0, "topK": 0, "maxNewTokens": len(ids)},
        "finishReason": "STOP",
        "answer": task["answer"],
        "verifier": task["verifier"],
        "seed": seed,
        "startedAtMs": now,
        "finishedAtMs": now,
    }


def broken(codec, good, number):
    """Key and value of a record that must be refused, another kind each time."""
    t = dict(good, trajectoryId=good["trajectoryId"] + "-broken")
    kind = number % 10
    if kind == 0:
        return b"another key", codec.encode(t)
    if kind == 1:
        return t["groupId"].encode(), codec.encode(t)[:-7]
    if kind == 2:
        return t["groupId"].encode(), b"not a record"
    changes = [
        {"logProbs": floats([math.nan] * (DIGITS + 6))},
        {"logProbs": floats([0.5] * (DIGITS + 6))},
        {"entropies": floats([0.0])},
        {"versions": [{"version": 0, "tokens": 1}]},
        {"responseTokens": b""},
        {"verifier": "nobody"},
        {"trajectoryId": " "},
    ]
    t.update(changes[kind - 3])
    return t["groupId"].encode(), codec.encode(t)


class Queue:
    """How many trajectories wait: ends of the topic less what the newest version has consumed."""

    def __init__(self, servers, prefix):
        self.topic = prefix + "trajectories"
        self.consumer = Consumer(dict(servers, **{"group.id": prefix + "unused"}))
        found = self.consumer.list_topics(self.topic, timeout=10).topics[self.topic]
        self.partitions = sorted(found.partitions)
        self.refused = []

    def note_refused(self, error, message):
        """A broken record was written here: it waits for nothing."""
        if error is None:
            self.refused.append((str(message.partition()), message.offset()))

    def backlog(self, version):
        consumed = version["trajectoryPositions"]
        waiting = -sum(offset >= consumed.get(p, 0) for p, offset in self.refused)
        for p in self.partitions:
            end = self.consumer.get_watermark_offsets(TopicPartition(self.topic, p), timeout=10)[1]
            waiting += max(0, end - consumed.get(str(p), 0))
        return waiting


def tasks(servers, prefix, codec):
    """The tasks topic, over and over: an example has few."""
    consumer = Consumer(dict(servers, **{"group.id": prefix + "producers"}))
    topic = TopicPartition(prefix + "tasks", 0, OFFSET_BEGINNING)
    consumer.assign([topic])
    known = []
    while True:
        message = consumer.poll(0.2 if not known else 0)
        if message is not None and message.error() is None:
            known.append(codec.decode(message.value()))
            yield known[-1]
        elif known:
            yield random.choice(known)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--bootstrap-servers", required=True)
    options.add_argument("--topic-prefix", default="sapo.")
    options.add_argument("--tokenizer", type=Path, required=True, help="tokenizer.json")
    options.add_argument("--end-of-text", default="<|im_end|>")
    options.add_argument("--count", type=int, default=1000, help="trajectories to publish")
    options.add_argument("--broken", type=int, default=0, help="broken ones among them, in addition")
    options.add_argument("--name", default="python-worker")
    options.add_argument("--property", action="append", default=[], help="of librdkafka, KEY=VALUE")
    args = options.parse_args()
    prefix = args.topic_prefix
    servers = dict(p.split("=", 1) for p in args.property)
    servers["bootstrap.servers"] = args.bootstrap_servers

    codecs = {n: Codec(SCHEMAS, n) for n in ("Task", "Trajectory", "WeightVersion", "WeightChunk")}
    tokens = ByteTokens(args.tokenizer)
    end_of_text = tokens.special[args.end_of_text]
    weights = Weights(servers, prefix, codecs["WeightVersion"], codecs["WeightChunk"])
    queue = Queue(servers, prefix)
    # One request at a time, or a broker that is still starting may refuse one, take the next, and
    # call the first out of order ever after.
    producer = Producer(
        dict(
            servers,
            **{"enable.idempotence": True, "max.in.flight": 1, "compression.type": "zstd"},
        )
    )
    failures = []
    source = tasks(servers, prefix, codecs["Task"])

    def delivered(error, _):
        if error is not None:
            failures.append(error)

    sent = refused = 0
    while sent < args.count and not failures:
        version = weights.poll(0.2)
        if version is None:
            continue
        if version["version"] > weights.applied:
            weights.load()
        config = json.loads(version["config"])
        limit = (config["maxStaleness"] + 1) * config["batchSize"]
        room = limit - queue.backlog(version)
        for _ in range(max(0, min(room, args.count - sent))):
            good = trajectory(
                next(source), sent, args.name, version["version"], tokens, end_of_text, sent
            )
            if refused * args.count < sent * args.broken:
                key, value = broken(codecs["Trajectory"], good, refused)
                producer.produce(prefix + "trajectories", value, key, on_delivery=queue.note_refused)
                refused += 1
            producer.produce(
                prefix + "trajectories",
                codecs["Trajectory"].encode(good),
                good["groupId"],
                on_delivery=delivered,
            )
            sent += 1
        producer.flush()
    weights.close()
    if failures:
        sys.exit(f"not published: {failures[0]}")
    print(f"published {sent} trajectories and {refused} broken ones, weights {weights.applied}")


if __name__ == "__main__":
    main()
