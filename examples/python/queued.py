"""How many trajectories wait for the learner: end offsets, its positions, and what was refused."""

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition


class Queue:
    """What waits: trajectories that the learner has not consumed, and those it will train on next."""

    def __init__(self, servers: dict, prefix: str):
        self.topic = prefix + "trajectories"
        base = {
            "group.id": prefix + "producers",
            "isolation.level": "read_committed",
            "enable.auto.commit": False,
        }
        self.ends = Consumer(dict(servers, **base))
        self.dead_letters = Consumer(dict(servers, **base))
        letters = prefix + "dead-letters"
        self.dead_letters.assign(
            [TopicPartition(letters, p, OFFSET_BEGINNING) for p in self._partitions(letters)]
        )
        self.partitions = self._partitions(self.topic)
        # Where records of this worker, and refused ones of anybody, lie: (partition, offset).
        self.own, self.refused = set(), set()

    def _partitions(self, topic):
        return sorted(self.ends.list_topics(topic, timeout=10).topics[topic].partitions)

    def _read_refused(self):
        """Takes the dead letters that have come: what is refused waits for nobody."""
        message = self.dead_letters.poll(0)
        while message is not None:
            if message.error() is None:
                headers = dict(message.headers() or [])
                if headers.get("sapo.source.topic") == self.topic.encode():
                    at = int(headers["sapo.source.partition"]), int(headers["sapo.source.offset"])
                    self.refused.add(at)
            message = self.dead_letters.poll(0)

    def waiting(self, version, progress):
        """Of this worker, and in all. Between two versions the learner's heartbeats say more."""
        self._read_refused()
        passed = {int(p): n for p, n in version["trajectoryPositions"].items()}
        in_batch = set()
        if progress is not None and progress[0] == version["version"]:
            for p, offset in progress[1].items():
                passed[p] = max(offset, passed.get(p, 0))
            in_batch = progress[2]

        def pending(offsets):
            return {at for at in offsets if at[1] >= passed.get(at[0], 0)}

        self.refused = pending(self.refused)
        self.own = (pending(self.own) | self.own & in_batch) - self.refused
        waiting = len(in_batch) - len(self.refused)
        for p in self.partitions:
            low, end = self.ends.get_watermark_offsets(TopicPartition(self.topic, p), timeout=10)
            waiting += max(0, end - max(low, passed.get(p, 0)))
        return len(self.own), waiting

    def close(self):
        self.ends.close()
        self.dead_letters.close()
