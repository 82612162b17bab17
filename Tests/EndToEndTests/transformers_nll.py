#!/usr/bin/env python3
"""NLL of completions by a transformers forward pass in bf16: the oracle for a server's losses.

    python transformers_nll.py BASE FILE.jsonl [--adapter FOLDER] [--batch 1] [--dtype bfloat16]

Prints one line {"id", "nll", "tokens"} a row of {"id", "prompt", "completion"}: the sum over the
completion's tokens in nats, without an end token. The text is tokenised whole, as servers do, and the
completion begins with the first token that reaches beyond the prompt. Needs torch, transformers, and
peft for adapters.
"""

import argparse
import json
import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("base")
    parser.add_argument("file")
    parser.add_argument("--adapter")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--dtype", default="bfloat16")
    options = parser.parse_args()
    dtype = getattr(torch, options.dtype)
    tokenizer = AutoTokenizer.from_pretrained(options.base)
    model = AutoModelForCausalLM.from_pretrained(options.base, dtype=dtype)
    if options.adapter:
        from peft import PeftModel
        model = PeftModel.from_pretrained(model, options.adapter, autocast_adapter_dtype=False)
        # A server holds the adapter in the base model's precision.
        model = model.to(dtype)
    model.eval()
    with open(options.file) as file:
        rows = [json.loads(line) for line in file if line.strip()]
    for start in range(0, len(rows), options.batch):
        group = rows[start:start + options.batch]
        encoded = [tokenizer(row["prompt"] + row["completion"], return_offsets_mapping=True) for row in group]
        ids = [torch.tensor(one["input_ids"]) for one in encoded]
        inputs = torch.nn.utils.rnn.pad_sequence(ids, batch_first=True, padding_value=tokenizer.eos_token_id)
        mask = torch.nn.utils.rnn.pad_sequence([torch.ones_like(one) for one in ids], batch_first=True)
        with torch.no_grad():
            logits = model(input_ids=inputs, attention_mask=mask).logits.float()
        for number, (row, one) in enumerate(zip(group, encoded)):
            ends = [end for _, end in one["offset_mapping"]]
            prompt = sum(end <= len(row["prompt"]) for end in ends)
            places = torch.arange(max(prompt, 1), len(ends))
            logarithms = torch.log_softmax(logits[number, places - 1], dim=-1)
            nll = -logarithms.gather(1, inputs[number, places].unsqueeze(1)).sum().item()
            print(json.dumps({"id": row.get("id"), "nll": nll, "tokens": len(places)}), flush=True)


if __name__ == "__main__":
    main()
