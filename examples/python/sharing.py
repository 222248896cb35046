"""How a worker shares tasks and queue with other producers: topics `task-claims` and `status`.

Each step in `task-claims` is a record; what they add up to, in their order, says who draws which
task and which are done. Heartbeats in `status` say who is alive, how many share the queue, and how
far the learner has read since its last commit.
"""

import base64
import time

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    KafkaError,
    KafkaException,
    Producer,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient

OVER = ("stopped", "failed")
NOT_GENERATING = (*OVER, "paused")
INTERVAL = 1.0
LEASE = 10.0
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = ALPHABET[digit] + digits
    return digits or "0"


def topic_id(servers: dict, topic: str) -> str:
    """As Kafka's own tools print it. A topic that is deleted and made anew has another."""
    admin = AdminClient(dict(servers))  # Held until it has answered.
    uuid = admin.describe_topics(TopicCollection([topic]))[topic].result(30).topic_id
    halves = (uuid.get_most_significant_bits(), uuid.get_least_significant_bits())
    whole = b"".join(half.to_bytes(8, "big", signed=True) for half in halves)
    return base64.urlsafe_b64encode(whole).decode().rstrip("=")


def batch_progress(text: str):
    """VERSION;passed=P:OFFSET,…;trained=P:OFFSET,P:FIRST-LAST,… as numbers."""
    version, passed, trained = text.split(";")
    positions = {}
    for one in filter(None, passed.removeprefix("passed=").split(",")):
        partition, offset = one.split(":")
        positions[int(partition)] = int(offset)
    offsets = set()
    for one in filter(None, trained.removeprefix("trained=").split(",")):
        partition, run = one.split(":")
        first, _, last = run.partition("-")
        offsets.update((int(partition), n) for n in range(int(first), int(last or first) + 1))
    return int(version), positions, offsets


class Sharing:
    """One worker's hand in it. The tasks topic's only partition is shared offset by offset."""

    def __init__(self, servers: dict, prefix: str, codecs: dict, name: str):
        self.codecs, self.name = codecs, name
        self.started = int(time.time() * 1000)
        self.session = f"{name}-{base36(self.started)}"
        self.source = f"{prefix}tasks-0"
        self.topic_id = topic_id(servers, prefix + "tasks")
        self.first_topic, self.unnamed = None, False
        self.claims_topic, self.status_topic = prefix + "task-claims", prefix + "status"
        base = {
            "group.id": prefix + "producers",
            "isolation.level": "read_committed",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
        }
        self.consumer = Consumer(dict(servers, **base))
        self.places = [TopicPartition(t, 0) for t in (self.claims_topic, self.status_topic)]
        self.behind = None  # of each topic that is not read to there yet: its end at the start
        self.claims_read, self.step_written = 0, -1
        self.producer = Producer(dict(servers, **{"enable.idempotence": True, "max.in.flight": 1}))
        self.open, self.next, self.in_hand = {}, 0, set()
        self.heard, self.progress = {}, None
        self.since, self.beaten = time.monotonic(), 0.0

    def read_on(self):
        """Takes what has come; at first, all that there is."""
        if self.behind is None:
            ends = {p.topic: self.consumer.get_watermark_offsets(p, 10) for p in self.places}
            self.behind = {topic: high for topic, (low, high) in ends.items() if low < high}
            at = OFFSET_BEGINNING
            self.consumer.assign([TopicPartition(p.topic, p.partition, at) for p in self.places])
            while self.behind:
                self._take(self.consumer.poll(1.0))
        message = self.consumer.poll(0)
        while message is not None:
            self._take(message)
            message = self.consumer.poll(0)

    def _take(self, message):
        if message is None:
            return
        if message.error() is not None:
            # Said at the end of a topic that nobody writes to just then, whatever lies last there.
            if message.error().code() == KafkaError._PARTITION_EOF:
                self.behind.pop(message.topic(), None)
            return
        if message.offset() + 1 >= self.behind.get(message.topic(), 0):
            self.behind.pop(message.topic(), None)
        if message.topic() == self.claims_topic:
            self.claims_read = message.offset() + 1
        if message.value() is None:
            return
        if message.topic() == self.status_topic:
            self._heard(self.codecs["Status"].decode(message.value()))
        else:
            self._apply(self.codecs["TaskClaim"].decode(message.value()))

    def _settle(self):
        """Waits until this worker's steps are in the log and read back, with all before them."""
        self.producer.flush()
        while self.claims_read <= self.step_written:
            self._take(self.consumer.poll(1.0))

    def _heard(self, status):
        if status["component"] == "LEARNER" and "batch_progress" in status["info"]:
            self.progress = batch_progress(status["info"]["batch_progress"])
        elif status["component"] == "PRODUCER":
            self.heard[status["instance"]] = (status, time.monotonic())

    def _apply(self, step):
        if step["source"] != self.source or not self._concerns(step["topicId"]):
            return
        stretch, kind = step["stretch"], step["kind"]
        if kind == "CLAIM":
            granted = max(self.next, stretch)
            self.open[granted] = step["session"]
            self.next = granted + 1
        elif kind == "TAKE_OVER" and self.open.get(stretch, step) == step["from"]:
            self.open[stretch] = step["session"]
        elif kind in ("DONE", "RELEASE") and step["done"] & 1:
            self.open.pop(stretch, None)
        elif kind == "RELEASE" and self.open.get(stretch) == step["session"]:
            self.open[stretch] = None

    def _concerns(self, named):
        """Whether a step is on the tasks topic that there is. One that names none is on the first."""
        if named is None:
            self.unnamed |= self.first_topic is None
            return self.first_topic in (None, self.topic_id)
        if self.first_topic is None:
            self.first_topic = named
            if named != self.topic_id:
                self.open, self.next = {}, 0
        return named == self.topic_id

    def place_name(self, place: int) -> str:
        """The same whoever answers: without the topic's id where workers that know none began."""
        if self.unnamed and self.first_topic == self.topic_id:
            return f"{self.source}:{place}"
        return f"{self.source}@{self.topic_id}:{place}"

    def _over(self, session):
        """Whether a session will do no more. One that was never heard of may just have begun."""
        if session is None:
            return True
        instance = session.rpartition("-")[0]
        if instance == self.name:
            return session != self.session
        status, at = self.heard.get(instance, (None, self.since))
        same = status and f"{instance}-{base36(status['startedAtMs'])}" == session
        if same and status["state"] in OVER:
            return True
        return time.monotonic() - (at if same else self.since) > LEASE

    def _write(self, kind, stretch, done=0, owner=None):
        step = {
            "kind": kind,
            "session": self.session,
            "source": self.source,
            "stretch": stretch,
            "done": done,
            "from": owner,
            "topicId": self.topic_id,
        }
        value = self.codecs["TaskClaim"].encode(step)
        self.producer.produce(
            self.claims_topic, value, self.source, partition=0, on_delivery=self._written
        )

    def _written(self, error, message):
        if error is not None:
            raise KafkaException(error)
        self.step_written = max(self.step_written, message.offset())

    def obtain(self, begin: int, end: int):
        """The offset of a task for this worker alone; None when all that there are are claimed."""
        self.read_on()
        while True:
            mine = [o for o, s in self.open.items() if s == self.session and o not in self.in_hand]
            if mine:
                place = min(mine)
                if place >= end:  # Two claimed at once, and there was a task for one of them.
                    self._write("RELEASE", place)
                    self._settle()
                    return None
                self.in_hand.add(place)
                return place
            left = [o for o, s in sorted(self.open.items()) if o < end and self._over(s)]
            wanted = max(self.next, begin)
            if left:
                self._write("TAKE_OVER", left[0], owner=self.open[left[0]])
            elif wanted < end:
                self._write("CLAIM", wanted)
            else:
                return None
            self._settle()

    def done(self, place: int):
        """All trajectories of the task are in the log."""
        self._write("DONE", place, done=1)
        self.in_hand.discard(place)
        self.open.pop(place, None)

    def beat(self, state: str, version: int, unpublished: int):
        """Says once a second, or when the state is another, that this worker is there."""
        if state == "running" and time.monotonic() - self.beaten < INTERVAL:
            return
        self.beaten = time.monotonic()
        gauges = {"unpublished": float(unpublished), "producers": float(len(self.producers()))}
        status = {
            "component": "PRODUCER",
            "instance": self.name,
            "state": state,
            "message": "",
            "version": version,
            "startedAtMs": self.started,
            "atMs": int(time.time() * 1000),
            "intervalMs": int(INTERVAL * 1000),
            "gauges": gauges,
            "info": {},
        }
        key = f"producer/{self.name}"
        value = self.codecs["Status"].encode(status)
        self.producer.produce(self.status_topic, value, key, partition=0)
        self.producer.poll(0)

    def _others(self):
        now = time.monotonic()
        return {
            name: status
            for name, (status, at) in self.heard.items()
            if name != self.name
            and status["state"] not in NOT_GENERATING
            and now - at <= 3 * status["intervalMs"] / 1000
        }

    def producers(self):
        return sorted([*self._others(), self.name])

    def room(self, limit: int, own: int, waiting: int):
        """Responses that may be started: a share of the queue, and no more than the rest of it."""
        names = self.producers()
        share = (limit + len(names) - 1 - names.index(self.name)) // len(names)
        others = sum(s["gauges"].get("unpublished", 0) for s in self._others().values())
        return max(0, int(min(share - own, limit - waiting - others)))

    def close(self):
        for place, owner in self.open.items():
            if owner == self.session:
                self._write("RELEASE", place)
        self.beat("stopped", -1, 0)
        self.producer.flush()
        self.consumer.close()
