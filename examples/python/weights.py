"""Follows the weights of a run: commit records and chunks, checked against their hashes."""

import hashlib
import struct

import zstandard
from confluent_kafka import Consumer, TopicPartition


def interleaved(planes: bytes, width: int) -> bytearray:
    """Elements of some bytes each, from all their first bytes, then all their second ones, ..."""
    count = len(planes) // width
    elements = bytearray(len(planes))
    for i in range(width):
        elements[i::width] = planes[i * count : (i + 1) * count]
    return elements


class Weights:
    """Tensors of the newest version, as little-endian elements of the published type."""

    def __init__(self, servers: dict, prefix: str, versions, chunks):
        base = dict(servers, **{"isolation.level": "read_committed", "enable.auto.commit": False})
        # Positions are this process's own, and no group is joined; the client library wants a name all
        # the same, and asks for that group's coordinator: it is one that acls allow a producer.
        base["group.id"] = prefix + "producers"
        self.version_codec, self.chunk_codec = versions, chunks
        self.chunk_topic = prefix + "weight-chunks"
        self.records = Consumer(base)
        self.records.assign([TopicPartition(prefix + "weights", 0, 0)])
        self.chunks = Consumer(base)
        self.tensors = {}
        self.applied = -1
        self.newest = None
        self.known = {}

    def poll(self, seconds: float = 0.0):
        """Reads new commit records; the newest one, or None before there is any."""
        message = self.records.poll(seconds)
        while message is not None:
            if message.error() is None:
                self.newest = self.version_codec.decode(message.value())
                self.known[self.newest["version"]] = self.newest
            message = self.records.poll(0)
        return self.newest

    def load(self):
        """Brings the tensors to the newest version: from the last anchor, or from where they are."""
        target = self.newest["version"]
        first = self.newest["anchorVersion"]
        if self.applied >= first:
            first = self.applied + 1
        for version in range(first, target + 1):
            self._apply(self.known[version])

    def _apply(self, record):
        size = 4 if record["elementType"] == "F32" else 2
        if record["anchor"]:
            self.tensors = {}
        hashes = {}
        for chunk in self._chunks(record):
            count, start = chunk["count"], chunk["start"]
            payload = chunk["payload"]
            if chunk["compression"] == "ZSTD":
                each = size + 4 if chunk["sparse"] else size
                payload = zstandard.ZstdDecompressor().decompress(payload, count * each)
            if chunk.get("planes"):
                gaps = 4 * count if chunk["sparse"] else 0
                payload = interleaved(payload[:gaps], 4) + interleaved(payload[gaps:], size)
            name = chunk["tensor"]
            elements = 1
            for dimension in chunk["shape"]:
                elements *= dimension
            tensor = self.tensors.setdefault(name, bytearray(elements * size))
            if chunk["sparse"]:
                index = start - 1
                for i, gap in enumerate(struct.unpack(f"<{count}i", payload[: 4 * count])):
                    index += 1 + gap
                    at = 4 * count + i * size
                    tensor[index * size : (index + 1) * size] = payload[at : at + size]
            else:
                tensor[start * size : (start + count) * size] = payload
            hashes[name] = chunk["sha256"]
        for name, announced in hashes.items():
            found = hashlib.sha256(self.tensors[name]).hexdigest()
            if found != announced:
                raise ValueError(f"version {record['version']}, {name}: {found}, not {announced}")
        self.applied = record["version"]

    def _chunks(self, record):
        self.chunks.assign([TopicPartition(self.chunk_topic, 0, record["firstChunkOffset"])])
        for _ in range(record["chunkCount"]):
            message = self.chunks.poll(30)
            if message is None or message.error() is not None:
                raise TimeoutError(f"chunks of version {record['version']} did not come")
            yield self.chunk_codec.decode(message.value())

    def close(self):
        self.records.close()
        self.chunks.close()
