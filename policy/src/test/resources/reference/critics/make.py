"""Critics with the values that transformers and peft compute, next to this file: python make.py

Made with transformers 5.19.0, peft 0.21.2 and torch 2.13.0. Each folder is a tiny random value model as
save_pretrained leaves it; those of adapters are a base with adapters of task SEQ_CLS or TOKEN_CLS within.
The head of llama-… has a bias, that of qwen3-token one of 0.
expected.safetensors: input_ids [rows, tokens] and values [rows, tokens], the head's output at each token.
"""

import shutil
from pathlib import Path

import torch
from peft import LoraConfig, TaskType, get_peft_model
from safetensors.torch import save_file
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    LlamaConfig,
    Qwen2Config,
    Qwen3Config,
)

HERE = Path(__file__).parent
SIZES = dict(
    vocab_size=48, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
    num_key_value_heads=1, max_position_embeddings=64, bos_token_id=1, eos_token_id=2, head_dim=8,
)


def fresh(name):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def disturb(model):
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                parameter.add_(0.2 * torch.randn_like(parameter))
    return model.eval()


def expect(folder, body, score):
    ids = torch.randint(3, SIZES["vocab_size"], (3, 12))
    with torch.no_grad():
        values = score(body(input_ids=ids).last_hidden_state).squeeze(-1)
    save_file({"input_ids": ids, "values": values.contiguous()}, folder / "expected.safetensors")


def whole(name, kind, config, bias=None):
    torch.manual_seed(len(name))
    folder = fresh(name)
    model = disturb(kind.from_config(config))
    if bias is not None:
        torch.nn.init.constant_(model.score.bias, bias)
    model.save_pretrained(folder)
    expect(folder, model.model, model.score)


def adapters(name, kind, task, config):
    torch.manual_seed(11)
    base = fresh(name)
    disturb(AutoModelForCausalLM.from_config(config)).save_pretrained(base)
    model = kind.from_pretrained(base, num_labels=1)
    lora = LoraConfig(task_type=task, r=2, lora_alpha=4, lora_dropout=0.0,
                      target_modules=["q_proj", "v_proj", "up_proj"])
    model = disturb(get_peft_model(model, lora))
    model.save_pretrained(base / "adapter")
    (base / "adapter" / "README.md").unlink(missing_ok=True)
    said = base / "adapter" / "adapter_config.json"
    said.write_text(said.read_text().replace(str(base), ".."))
    expect(base / "adapter", model.base_model.model.model, model.base_model.model.score)


whole("qwen2-sequence", AutoModelForSequenceClassification, Qwen2Config(num_labels=1, tie_word_embeddings=True, **SIZES))
whole("qwen3-token", AutoModelForTokenClassification, Qwen3Config(num_labels=1, **SIZES), 0.0)
whole("llama-token", AutoModelForTokenClassification, LlamaConfig(num_labels=1, **SIZES), -0.7)
adapters("qwen2-adapters", AutoModelForSequenceClassification, TaskType.SEQ_CLS,
         Qwen2Config(tie_word_embeddings=True, **SIZES))
adapters("llama-adapters", AutoModelForTokenClassification, TaskType.TOKEN_CLS, LlamaConfig(**SIZES))
