#!/usr/bin/env python3
"""A rollout worker of another make: reads tasks, follows the weights, publishes trajectories.

It answers with "#### " and digits sampled evenly, so that it needs no model: what it shows is the
protocol. docs/external-producers.md explains each step.
"""

import argparse
import json
import math
import random
import sys
import time
from pathlib import Path

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from queued import Queue
from records import Codec, floats, ints
from sharing import Sharing
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


def trajectory(task, group, name, version, tokens, end_of_text, seed):
    pieces = answer(random.Random(seed))
    text = "".join(piece[0] for piece in pieces)
    ids = tokens.encode(text) + [end_of_text]
    ends = [*range(1, len(text) + 1), len(text)]
    now = int(time.time() * 1000)
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


class Tasks:
    """The tasks topic, read wherever a claim leads."""

    def __init__(self, servers, prefix, codec):
        self.codec, self.partition = codec, TopicPartition(prefix + "tasks", 0)
        base = {
            "group.id": prefix + "producers",
            "isolation.level": "read_committed",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            # A fetch that waits for more holds up the one for another offset, and questions for ends.
            "fetch.wait.max.ms": 10,
        }
        self.consumer = Consumer(dict(servers, **base))

    def extent(self):
        return self.consumer.get_watermark_offsets(self.partition, timeout=10)

    def at(self, offset):
        """None where there is no record: ends of transactions have offsets too."""
        self.consumer.assign([TopicPartition(self.partition.topic, 0, offset)])
        message = None
        while message is None or message.error() is not None:
            message = self.consumer.poll(1.0)
            if message is not None and message.error() is not None:
                if message.error().code() == KafkaError._PARTITION_EOF:
                    break
        self.consumer.unassign()
        if message.error() is not None:
            return None
        return self.codec.decode(message.value()) if message.offset() == offset else None


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

    names = ("Task", "Trajectory", "WeightVersion", "WeightChunk", "TaskClaim", "Status")
    codecs = {n: Codec(SCHEMAS, n) for n in names}
    tokens = ByteTokens(args.tokenizer)
    end_of_text = tokens.special[args.end_of_text]
    weights = Weights(servers, prefix, codecs["WeightVersion"], codecs["WeightChunk"])
    queue = Queue(servers, prefix)
    source = Tasks(servers, prefix, codecs["Task"])
    sharing = Sharing(servers, prefix, codecs, args.name)
    # One request at a time, or a broker that is still starting may refuse one, take the next, and
    # call the first out of order ever after. The partitioner is that of Java's clients: what a group
    # has sent before must lie where it is looked for.
    producer = Producer(
        dict(
            servers,
            **{
                "enable.idempotence": True,
                "max.in.flight": 1,
                "compression.type": "zstd",
                "partitioner": "murmur2_random",
            },
        )
    )
    failures = []

    def publish(key, value):
        def delivered(error, message):
            if error is None:
                queue.own.add((message.partition(), message.offset()))
            else:
                failures.append(error)

        producer.produce(prefix + "trajectories", value, key, on_delivery=delivered)

    sent = refused = 0
    while sent < args.count and not failures:
        version = weights.poll(0.2)
        if version is None:
            continue
        if version["version"] > weights.applied:
            weights.load()
        sharing.read_on()
        sharing.beat("running", version["version"], 0)
        config = json.loads(version["config"])
        limit = (config["maxStaleness"] + 1) * config["batchSize"]
        own, waiting = queue.waiting(version, sharing.progress)
        answered = []
        while len(answered) < min(sharing.room(limit, own, waiting), args.count - sent):
            place = sharing.obtain(*source.extent())
            if place is None:
                break
            answered.append(place)
            task = source.at(place)
            if task is None:
                continue
            # A function of the task's place: what was published before a kill is a repetition then.
            group = sharing.place_name(place)
            good = trajectory(
                task, group, args.name, version["version"], tokens, end_of_text, place
            )
            if refused * args.count < sent * args.broken:
                key, value = broken(codecs["Trajectory"], good, refused)
                publish(key, value)
                refused += 1
            publish(good["groupId"], codecs["Trajectory"].encode(good))
            sent += 1
        producer.flush()
        if not failures:
            for place in answered:
                sharing.done(place)
    sharing.close()
    queue.close()
    weights.close()
    if failures:
        sys.exit(f"not published: {failures[0]}")
    print(f"published {sent} trajectories and {refused} broken ones, weights {weights.applied}")


if __name__ == "__main__":
    main()
