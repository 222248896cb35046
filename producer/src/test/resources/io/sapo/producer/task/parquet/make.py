"""Makes the Parquet files of this folder: python make.py (pyarrow, pillow)."""
import io

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image


def png(width, height):
    out = io.BytesIO()
    Image.new("RGB", (width, height), (30, 60, 90)).save(out, "PNG")
    return out.getvalue()


def verl(i, prompt, truth, **more):
    return {
        "data_source": "openai/gsm8k",
        "prompt": prompt,
        "ability": "math",
        "reward_model": {"style": "rule", "ground_truth": truth},
        "extra_info": {"split": "train", "index": i},
        **more,
    }


def user(text):
    return [{"role": "user", "content": text}]


# verl's layout, one row without a reference answer.
rows = [verl(i, user(f"What is {i} + {i}?"), str(2 * i)) for i in range(12)]
rows[2]["reward_model"]["ground_truth"] = None
pq.write_table(pa.Table.from_pylist(rows), "verl.parquet", row_group_size=5)

# The same with pictures: bytes, and a file beside; a place for each in the text.
rows = [
    verl(0, user("<image>Which is wider, it or <image>?"), "B", images=[
        {"bytes": png(60, 40), "path": None}, {"bytes": None, "path": "b.png"}]),
    verl(1, [{"role": "system", "content": "Look."}] + user("How wide?"), "60", images=[
        {"bytes": png(60, 40), "path": "a.png"}]),
    verl(2, user("<image> and <image>"), "1", images=[{"bytes": png(60, 40), "path": None}]),
    verl(3, user("An <image> tag is text here."), "1", images=[]),
    verl(4, user("?"), "1", images=[{"bytes": b"GIF89a, not", "path": None}]),
]
for row in rows:
    row["data_source"] = "hiyouga/geometry3k"
pq.write_table(pa.Table.from_pylist(rows), "pictures.parquet", compression="zstd",
               data_page_version="2.0")
open("b.png", "wb").write(png(70, 40))

# Columns of other names, one picture as a struct, gzip, a decimal and a timestamp aside.
pq.write_table(
    pa.table({
        "problem": ["How many?", "And now?"],
        "picture": pa.array([{"bytes": png(60, 40), "path": "a.png"}, None],
                            pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
        "solution": pa.array([{"final": 4}, {"final": 5}]),
        "key": [101, 102],
        "when": pa.array([0, 1], pa.timestamp("us")),
    }),
    "columns.parquet", compression="gzip")

# Shards as data sets on the hub have them.
for shard in range(2):
    pq.write_table(
        pa.table({"question": [f"{shard}-{i}?" for i in range(3)],
                  "answer": [f"so\n#### {shard}{i}" for i in range(3)]}),
        f"shards/data/train-{shard:05d}-of-00002.parquet", compression="lz4")
pq.write_table(pa.table({"question": ["t?"], "answer": ["#### 9"]}),
               "shards/data/test-00000-of-00001.parquet", compression="none")

pq.write_table(pa.table({"prompt": ["p"], "answer": ["a"]}), "brotli.parquet",
               compression="brotli")

# Seventeen million rows in next to no space: a run of equal values takes as much as one.
rows = 17_000_000
pq.write_table(pa.table({"prompt": pa.nulls(rows, pa.string()), "answer": pa.nulls(rows, pa.string())}),
               "runs.parquet", row_group_size=rows, max_rows_per_page=rows, data_page_size=1 << 30,
               write_batch_size=rows)
