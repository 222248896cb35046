"""Records as the topics carry them: Avro single-object encoding, no registry needed.

A value is C3 01, the CRC-64-AVRO fingerprint of the writer's schema (8 bytes, little-endian), and
the Avro body. The released schemas lie in schemas/src/main/resources/io/sapo/schemas/released.
"""

import io
import json
import struct
from pathlib import Path

import fastavro
from fastavro.schema import fingerprint, to_parsing_canonical_form

MARKER = b"\xc3\x01"


class Codec:
    """Encodes with the newest released schema of a type, decodes whatever was released."""

    def __init__(self, folder: Path, name: str):
        files = sorted(folder.glob(f"{name}-*.avsc"), key=lambda f: int(f.stem.split("-")[1]))
        if not files:
            raise FileNotFoundError(f"no schema {name}-N.avsc in {folder}")
        self.schemas = {}
        for file in files:
            text = json.loads(file.read_text())
            header = MARKER + bytes.fromhex(
                fingerprint(to_parsing_canonical_form(text), "CRC-64-AVRO")
            )
            self.schemas[header] = fastavro.parse_schema(text, named_schemas={})
            self.header, self.newest = header, self.schemas[header]

    def encode(self, value: dict) -> bytes:
        out = io.BytesIO(self.header)
        out.seek(0, io.SEEK_END)
        fastavro.schemaless_writer(out, self.newest, value)
        return out.getvalue()

    def decode(self, data: bytes) -> dict:
        schema = self.schemas.get(data[:10])
        if schema is None:
            raise ValueError("written with a schema that was never released")
        return fastavro.schemaless_reader(io.BytesIO(data[10:]), schema, self.newest)


def ints(values) -> bytes:
    """Number arrays travel as little-endian bytes."""
    return struct.pack(f"<{len(values)}i", *values)


def floats(values) -> bytes:
    return struct.pack(f"<{len(values)}f", *values)
