"""The same work as TransformersBench, done by transformers and peft in eager PyTorch.

Reads a job a line from standard input, as JSON, and writes its result as a line:
  {"job": "update", "adapters": false, "ids": [[...], ...], "prompt": 96}
                                                     -> {"seconds": 1.2, "log_prob": -3.4}
  {"job": "generate", "prompts": [[...], ...], "slots": 32, "longest": 256,
   "stop": [2], "full": false}                              -> {"seconds": 1.2, "tokens": 345}
The first line it writes names the libraries. Arguments: checkpoint folder, threads, type.
"""

import json
import sys
import time

import peft
import torch
import transformers

RANK, ALPHA = 16, 32


def say(result):
    print(json.dumps(result), flush=True)


def load(folder, type):
    return transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype=getattr(torch, type), attn_implementation="sdpa")


def update(model, job):
    """Log-probabilities of the responses, their mean in the result, and their gradient; no step."""
    ids = torch.tensor(job["ids"])
    prompt = job["prompt"]
    begun = time.perf_counter()
    logits = model(input_ids=ids, use_cache=False, logits_to_keep=ids.shape[1] - prompt + 1).logits.float()
    log_probs = torch.log_softmax(logits[:, :-1], -1).gather(2, ids[:, prompt:].unsqueeze(2))
    (-1e-3 * log_probs.sum()).backward()
    seconds = time.perf_counter() - begun
    model.zero_grad(set_to_none=False)
    return {"seconds": seconds, "log_prob": log_probs.mean().item()}


def generate(model, job):
    """Batches of as many prompts as there are slots, each until its longest response has ended."""
    stop, longest = job["stop"], job["longest"]
    options = {"do_sample": True, "top_k": 0, "top_p": 1.0, "max_new_tokens": longest,
               "eos_token_id": stop, "pad_token_id": stop[0]}
    if job["full"]:
        options["min_new_tokens"] = longest
    tokens = 0
    begun = time.perf_counter()
    for start in range(0, len(job["prompts"]), job["slots"]):
        prompts = job["prompts"][start:start + job["slots"]]
        width = max(map(len, prompts))
        ids = torch.tensor([[stop[0]] * (width - len(p)) + p for p in prompts])
        mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in prompts])
        with torch.no_grad():
            drawn = model.generate(input_ids=ids, attention_mask=mask, **options)[:, width:]
        for row in drawn.tolist():
            ends = [row.index(token) + 1 for token in stop if token in row]
            tokens += min(ends, default=len(row))
    return {"seconds": time.perf_counter() - begun, "tokens": tokens}


def main():
    folder, threads, type = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    transformers.logging.set_verbosity_error()
    say({"torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__})
    loaded, model = None, None
    for line in sys.stdin:
        job = json.loads(line)
        adapters = job.get("adapters", False)
        if loaded != adapters:
            loaded, model = adapters, load(folder, type)
            if adapters:
                model = peft.get_peft_model(model, peft.LoraConfig(
                    r=RANK, lora_alpha=ALPHA, target_modules="all-linear", task_type="CAUSAL_LM"))
        if job["job"] == "update":
            model.train()
            say(update(model, job))
        else:
            model.eval()
            say(generate(model, job))


main()
