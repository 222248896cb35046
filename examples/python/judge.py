#!/usr/bin/env python3
"""A judge of one's own: a service that sapo asks for verdicts (docs/verifiers.md).

    python3 examples/python/judge.py --port 8080
    ./sapo train --set judges.mine.url=http://127.0.0.1:8080/judge --set tasks.verifier=mine

Only the standard library is used. Replace `verdict`; the rest is the protocol. What a judge may do:
take its time (requests have a deadline, and others go on meanwhile), answer in any order, decline a
response with `error`, and be restarted at any moment: what it was at is asked again, under the same id.
"""

import argparse
import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Recorded with every verdict. Change it when the judge changes.
VERSION = "number-in-the-last-line 1"

# A batch of long responses; more is refused before it is read.
MOST_BYTES = 64 << 20

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def verdict(request):
    """Of one response: `reward`, and if you like `correct`, `segments` (one reward each) and `why`.

    This one is right where the last number of the last line is the reference's, and takes a tenth
    from every segment that repeats the one before it.
    """
    lines = request["response"].strip().splitlines()
    numbers = NUMBER.findall(lines[-1].replace(",", "")) if lines else []
    reference = NUMBER.findall(request["reference"].replace(",", ""))
    if not reference:
        return {"error": "the reference holds no number"}
    right = bool(numbers) and float(numbers[-1]) == float(reference[-1])
    texts = [text.strip() for text in request["segments"]]
    repeats = [bool(text) and text == before for before, text in zip([""] + texts, texts)]
    return {
        "reward": 1.0 if right else 0.0,
        "correct": right,
        "segments": [-0.1 if repeated else 0.0 for repeated in repeats],
        "why": f"the last line ends with {numbers[-1] if numbers else 'no number'}",
    }


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers.get("Content-Length", "0"))
        if length > MOST_BYTES:
            self.answer(413, {"error": "too long"})
            self.close_connection = True
            return
        try:
            requests = json.loads(self.rfile.read(length))["requests"]
            verdicts = [{"id": request["id"], **verdict(request)} for request in requests]
        except (KeyError, TypeError, ValueError) as problem:
            self.answer(400, {"error": f"not a request: {problem!r}"})
            return
        self.answer(200, {"version": VERSION, "verdicts": verdicts})

    def answer(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080, help="0: any free one")
    options = parser.parse_args()
    server = ThreadingHTTPServer((options.host, options.port), Handler)
    print(f"judge at http://{options.host}:{server.server_address[1]}/judge", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
