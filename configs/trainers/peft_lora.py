#!/usr/bin/env python3
"""Trains one LoRA adapter with peft: a program for Daunce's `command` trainer.

    trainer: { provider: "command", command: ["/path/to/venv/bin/python", "configs/trainers/peft_lora.py"] },
    target: { base: "/path/to/model" },

It reads one JSON object from standard input and prints JSON lines on standard output; everything
else goes to standard error. See `CommandTrainer.swift` for the protocol.

Rows are trained on exactly as they are read later:
  {"prompt", "completion"}  the plain text prompt + completion, no template, the prompt's tokens first;
  {"messages"}              the tokeniser's chat template.
The loss is that of the completion's tokens and the end token; a row's "weight" multiplies it. Each
step's loss is the weighted mean over the tokens of its batch, so equal rows in equal batches give equal
steps. Same request, same seed, same machine: same adapter.

Settings (argument, or environment variable, or default):
  --model      PEFT_MODEL      base model folder or name; default: the request's `base`. Give it where
                               the scoring server calls the base otherwise (`target.base` is that name)
  --rank       PEFT_RANK       8         --alpha   PEFT_ALPHA    2 × rank
  --targets    PEFT_TARGETS    q_proj,k_proj,v_proj,o_proj
  --lr         PEFT_LR         1e-3      times the request's learning_rate_multiplier
  --epochs     PEFT_EPOCHS     1         when the request does not say
  --batch      PEFT_BATCH      8         when the request does not say
  --dtype      PEFT_DTYPE      bfloat16 of the frozen base; the adapter is always float32
  --length     PEFT_LENGTH     1024      a longer row is an error, never cut
  --threads    PEFT_THREADS    all cores; 1 is faster on cores that other programs use too
  --device     PEFT_DEVICE     cuda if there is one, else cpu
The rate falls linearly to a tenth of itself; gradients are clipped to norm 1; AdamW without decay.
`start` may be an adapter folder made by this script: training goes on from its weights.

Work is not repeated: a finished adapter in `output` for the same request is returned at once. Needs
torch, transformers, peft.
"""

import argparse
import contextlib
import hashlib
import json
import math
import os
import random
import shutil
import sys


def say(**report):
    """One line of the protocol."""
    print(json.dumps(report), file=REPORTS, flush=True)


def settings():
    parser = argparse.ArgumentParser(description="LoRA trainer for Daunce's command protocol")
    for name, default in dict(
        model="", rank="8", alpha="", targets="q_proj,k_proj,v_proj,o_proj", lr="1e-3", epochs="1",
        batch="8", dtype="bfloat16", length="1024", threads="", device="",
    ).items():
        parser.add_argument(f"--{name}", default=os.environ.get(f"PEFT_{name.upper()}", default))
    return parser.parse_args()


def tokens_of(row, tokenizer, length):
    """Token ids of a row, how many of them are the prompt's, and the row's weight."""
    if "messages" in row:
        turns = row["messages"]
        template = dict(tokenize=True, return_dict=False)
        prompt = tokenizer.apply_chat_template(turns[:-1], add_generation_prompt=True, **template)
        ids = tokenizer.apply_chat_template(turns, **template)
        if ids[: len(prompt)] != prompt:
            raise ValueError("the chat template does not put the prompt's tokens first")
        # The template writes the end token; what follows it (a line break) is not the answer's.
        while ids and ids[-1] != tokenizer.eos_token_id and tokenizer.eos_token_id in ids[len(prompt):]:
            ids.pop()
    else:
        # As servers read it: the whole text is tokenised at once, and the completion begins with the
        # first token that reaches beyond the prompt.
        text, boundary = row["prompt"] + row["completion"], len(row["prompt"])
        encoded = tokenizer(text, return_offsets_mapping=True)
        ids = encoded["input_ids"]
        ends = [end for _, end in encoded["offset_mapping"]]
        prompt = [token for token, end in zip(ids, ends) if end <= boundary]
        ids = ids + [tokenizer.eos_token_id]
    if len(ids) > length:
        raise ValueError(f"a row has {len(ids)} tokens, more than --length {length}")
    weight = row.get("weight", 1.0)
    if not math.isfinite(weight):
        raise ValueError("a row's weight is not a number")
    return ids, len(prompt), weight


def batches(rows, size, generator):
    """Batches of an epoch: random rows together, each batch padded to its longest row only."""
    order = list(range(len(rows)))
    generator.shuffle(order)
    # Rows of like length are put together within stretches of eight batches: less padding, and still
    # another composition in every epoch.
    stretch = 8 * size
    for start in range(0, len(order), stretch):
        order[start:start + stretch] = sorted(order[start:start + stretch], key=lambda i: len(rows[i][0]))
    groups = [order[start:start + size] for start in range(0, len(order), size)]
    generator.shuffle(groups)
    return [[rows[i] for i in group] for group in groups]


def loss_of(model, batch, pad, device):
    """Weighted mean NLL of the completions' tokens; logits are computed for those alone."""
    import torch

    width = max(len(ids) for ids, _, _ in batch)
    inputs = torch.tensor([ids + [pad] * (width - len(ids)) for ids, _, _ in batch], device=device)
    mask = torch.tensor([[1] * len(ids) + [0] * (width - len(ids)) for ids, _, _ in batch], device=device)
    inner = model.get_base_model()
    hidden = inner.model(input_ids=inputs, attention_mask=mask, use_cache=False).last_hidden_state
    rows, places, weights = [], [], []
    for number, (ids, prompt, weight) in enumerate(batch):
        for place in range(max(prompt, 1), len(ids)):
            rows.append(number)
            places.append(place)
            weights.append(weight)
    rows, places = torch.tensor(rows, device=device), torch.tensor(places, device=device)
    logits = inner.lm_head(hidden[rows, places - 1]).float()
    losses = torch.nn.functional.cross_entropy(logits, inputs[rows, places], reduction="none")
    return (losses * torch.tensor(weights, device=device)).sum() / len(weights)


def train(request, options):
    wanted = request.get("hyperparameters") or {}
    used = {
        "epochs": wanted.get("epochs") or int(options.epochs),
        "batch_size": wanted.get("batch_size") or int(options.batch),
        "learning_rate_multiplier": wanted.get("learning_rate_multiplier") or 1.0,
    }
    base = options.model or request.get("base")
    if not base:
        raise ValueError("no base model: neither the request nor --model names one")
    rank = int(options.rank)
    alpha = float(options.alpha or 2 * rank)
    rate = float(options.lr) * used["learning_rate_multiplier"]
    seed = request["seed"] % 2**63
    output, name = request["output"], os.path.basename(request["output"])
    with open(request["training_file"], "rb") as file:
        data = file.read()

    identity = hashlib.sha256(data + json.dumps(
        [base, request.get("start"), seed, used, rank, alpha, rate, options.targets, options.dtype,
         bool(request.get("keep_checkpoints"))]).encode()).hexdigest()
    finished = os.path.join(output, "daunce.json")
    with contextlib.suppress(OSError, ValueError):
        with open(finished) as file:
            kept = json.load(file)
        if kept["identity"] == identity:
            return kept["report"]

    # Only now: they take seconds to load, which finished work does not need.
    import torch
    from peft import LoraConfig, PeftModel, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_num_threads(int(options.threads or os.cpu_count() or 1))
    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(seed)
    generator = random.Random(seed)
    tokenizer = AutoTokenizer.from_pretrained(base)
    rows = [tokens_of(json.loads(line), tokenizer, int(options.length))
            for line in data.decode().splitlines() if line.strip()]
    model = AutoModelForCausalLM.from_pretrained(base, dtype=getattr(torch, options.dtype))
    if request.get("start") not in (None, base, request.get("base")):
        model = PeftModel.from_pretrained(model, request["start"], is_trainable=True)
    else:
        model = get_peft_model(model, LoraConfig(
            r=rank, lora_alpha=alpha, target_modules=options.targets.split(","), lora_dropout=0.0,
            bias="none", task_type="CAUSAL_LM"))
    model.to(device).train()
    parameters = [p for p in model.parameters() if p.requires_grad]
    for parameter in parameters:
        parameter.data = parameter.data.float()
    optimiser = torch.optim.AdamW(parameters, lr=rate, weight_decay=0.0)

    steps = used["epochs"] * math.ceil(len(rows) / used["batch_size"])
    step, checkpoints = 0, []
    for epoch in range(used["epochs"]):
        for batch in batches(rows, used["batch_size"], generator):
            for group in optimiser.param_groups:
                group["lr"] = rate * (1 - 0.9 * step / max(1, steps - 1))
            loss = loss_of(model, batch, tokenizer.eos_token_id, device)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimiser.step()
            step += 1
            print(f"step {step}/{steps} loss {loss.item():.4f}", file=sys.stderr)
            say(progress=step / steps)
        if request.get("keep_checkpoints") and epoch + 1 < used["epochs"]:
            # Servers call an adapter like its folder, so every folder's name must tell the job.
            checkpoints.append(f"{output}-epoch-{epoch + 1}")
            save(model, checkpoints[-1])
    save(model, output)
    report = {
        "model": output,
        "checkpoints": checkpoints + [output] if request.get("keep_checkpoints") else [],
        "tokens": used["epochs"] * sum(len(ids) for ids, _, _ in rows),
        "hyperparameters": used,
    }
    with open(finished + ".part", "w") as file:
        json.dump({"identity": identity, "name": name, "report": report}, file)
    os.replace(finished + ".part", finished)
    return report


def save(model, folder):
    """Writes an adapter, whole or not at all."""
    part = f"{folder}.part"
    shutil.rmtree(part, ignore_errors=True)
    model.save_pretrained(part)
    os.makedirs(folder, exist_ok=True)
    for file in os.listdir(part):
        os.replace(os.path.join(part, file), os.path.join(folder, file))
    os.rmdir(part)


if __name__ == "__main__":
    # Libraries print where they like; only reports may reach the real standard output.
    REPORTS = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    # The model is on disk; nothing may stall a job by asking a hub.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        say(**train(json.load(sys.stdin), settings()))
    except Exception as error:
        import traceback
        traceback.print_exc()
        say(error=f"{type(error).__name__}: {error}")
        sys.exit(1)
