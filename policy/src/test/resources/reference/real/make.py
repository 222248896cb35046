"""What transformers makes of a real language model, for ReferenceRealModelTest.

    python make.py CHECKPOINT TASKS.jsonl OUT [PROMPTS] [TOKENS]

CHECKPOINT is a Hugging Face folder of a chat model, TASKS.jsonl has a `question` a line. Writes
OUT/expected.jsonl and a link OUT/checkpoint; computes in float32. Needs torch and transformers.
"""

import json
import os
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

TEXTS = [
    "12 + 72 = ?", "  two  spaces\tand a tab\n\n\nlines  ", "naïve café – “quotes” … ß ﬁ",
    "数学の問題を解いてください。", "Решите задачу: 3x + 5 = 20", "😀👩‍👩‍👧‍👦 🇩🇪", "def f(x):\n    return x**2  # square",
    "a" * 60, "1234567890 3.14159 1e-6 0x7f", "\\frac{a}{b} + \\sqrt{2}", "e\u0301 vs \u00e9", "don't won't I'll we've",
    "<b>bold</b> &amp; [link](http://x.y)", "مرحبا بالعالم", "tabs\tand\r\nwindows\r\nlines", "end with space ",
    "\u200bzero\u200bwidth\u00a0nbsp", "CamelCase snake_case kebab-case", "{\"json\": [1, 2, {\"k\": null}]}", "ಠ_ಠ ¯\\_(ツ)_/¯",
]


def main(checkpoint, tasks, out, prompts=50, tokens=64):
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    model = AutoModelForCausalLM.from_pretrained(checkpoint, dtype=torch.float32).eval()
    with open(tasks, encoding="utf-8") as lines:
        texts = TEXTS + [json.loads(line)["question"] for line in lines]
    os.makedirs(out, exist_ok=True)
    link = os.path.join(out, "checkpoint")
    if not os.path.islink(link):
        os.symlink(os.path.abspath(checkpoint), link)
    with open(os.path.join(out, "expected.jsonl"), "w", encoding="utf-8") as file:
        for text in texts[: int(prompts)]:
            file.write(json.dumps(case(model, tokenizer, text, int(tokens))) + "\n")


def case(model, tokenizer, text, tokens):
    chat = tokenizer.apply_chat_template(
        [{"role": "user", "content": text}], tokenize=False, add_generation_prompt=True)
    prompt = tokenizer(chat, add_special_tokens=False)["input_ids"]
    with torch.no_grad():
        whole = model.generate(
            torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
            max_new_tokens=tokens, do_sample=False)[0]
        logits = model(whole[None]).logits[0, len(prompt) - 1 : -1].double()
    scores = torch.log_softmax(logits, -1)
    continuation = whole[len(prompt):]
    best = logits.topk(2, -1).values
    return {
        "text": text,
        "ids": tokenizer(text, add_special_tokens=False)["input_ids"],
        "chat": chat,
        "prompt_ids": prompt,
        "continuation": continuation.tolist(),
        "log_probs": scores.gather(1, continuation[:, None])[:, 0].tolist(),
        "entropies": (-(scores.exp() * scores).sum(-1)).tolist(),
        "margin": (best[:, 0] - best[:, 1]).min().item(),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
