"""The official `openai` client against `daunce sandbox`: one line a check, exit status 1 on a failure.

OfficialClientRealServersTests runs it when asked to; by hand:

    python3 -m venv ov && ov/bin/pip install openai
    export SANDBOX_KEY=sk-sandbox
    daunce sandbox --port 8123 --key-env SANDBOX_KEY &   # or without a key
    ov/bin/python Tests/EndToEndTests/openai_client.py http://127.0.0.1:8123/v1 sk-sandbox

Only files, jobs and models that it made itself are changed or deleted.
"""

import json
import math
import sys
import time

import openai

BASE = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8123/v1"
KEY = sys.argv[2] if len(sys.argv) > 2 else "none"
client = openai.OpenAI(base_url=BASE, api_key=KEY, max_retries=0, timeout=60)
failures = 0


def check(name, condition, shown=""):
    global failures
    failures += not condition
    print(f"{'ok  ' if condition else 'FAIL'} {name} {shown}".rstrip())


def refused(kind, act, code=None):
    try:
        act()
    except kind as error:
        return code is None or error.code == code
    return False


def wait(job):
    for _ in range(600):
        job = client.fine_tuning.jobs.retrieve(job.id)
        if job.status in ("succeeded", "failed", "cancelled"):
            return job
        time.sleep(0.1)
    return job


rows = [
    {"messages": [{"role": "user", "content": f"Is {n} even?"},
                  {"role": "assistant", "content": "yes" if n % 2 == 0 else "no"}]}
    for n in range(24)
]
data = "".join(json.dumps(row) + "\n" for row in rows).encode()

# Files
file = client.files.create(file=("rows.jsonl", data), purpose="fine-tune")
check("files.create", file.id.startswith("file-") and file.bytes == len(data), file.id)
check("files.list", file.id in [f.id for f in client.files.list(purpose="fine-tune")])
check("files.list of another purpose", file.id not in [f.id for f in client.files.list(purpose="batch")])
check("files.retrieve", client.files.retrieve(file.id).filename == "rows.jsonl")
check("files.content", client.files.content(file.id).read() == data)
check("files.retrieve of an unknown id", refused(openai.NotFoundError, lambda: client.files.retrieve("file-none")))

# Jobs
tag = f"check-{time.time_ns()}"
job = client.fine_tuning.jobs.create(
    model="reference", training_file=file.id, suffix="check", seed=7, metadata={"check": tag, "k": "0"},
    method={"type": "supervised", "supervised": {"hyperparameters": {
        "n_epochs": 3, "batch_size": 4, "learning_rate_multiplier": 1.5}}},
)
check("jobs.create", job.id.startswith("ftjob-") and job.status == "validating_files", job.status)
check("jobs.create echoes seed and metadata", job.seed == 7 and job.metadata == {"check": tag, "k": "0"})
chosen = job.method.supervised.hyperparameters
check("jobs.create echoes hyperparameters",
      (chosen.n_epochs, chosen.batch_size, chosen.learning_rate_multiplier) == (3, 4, 1.5))
job = wait(job)
check("jobs.retrieve until succeeded", job.status == "succeeded" and job.finished_at >= job.created_at, job.fine_tuned_model)
check("jobs.retrieve trained_tokens", job.trained_tokens > 0 and job.error is None, job.trained_tokens)
found = client.fine_tuning.jobs.list(extra_query={"metadata[check]": tag})
check("jobs.list by metadata", [j.id for j in found] == [job.id])
check("jobs.list", job.id in [j.id for j in client.fine_tuning.jobs.list(limit=1)])
events = client.fine_tuning.jobs.list_events(job.id, limit=2)
check("jobs.list_events", events.has_more and "successfully" in events.data[0].message, events.data[0].message)
check("jobs.list_events, all pages", sum(1 for _ in events) >= 6)
points = list(client.fine_tuning.jobs.checkpoints.list(job.id))
check("jobs.checkpoints.list", [p.step_number for p in points] == [18, 12, 6], points[0].fine_tuned_model_checkpoint)

again = client.fine_tuning.jobs.create(
    model=points[-1].fine_tuned_model_checkpoint, training_file=file.id, suffix="again", seed=8,
    hyperparameters={"n_epochs": 1, "batch_size": "auto", "learning_rate_multiplier": "auto"})
again = wait(again)
check("a job that goes on from a checkpoint", again.status == "succeeded", again.fine_tuned_model)
check("auto hyperparameters are told", isinstance(again.hyperparameters.batch_size, int), again.hyperparameters.batch_size)

long = client.fine_tuning.jobs.create(
    model=job.fine_tuned_model, training_file=file.id,
    hyperparameters={"n_epochs": 50, "batch_size": 1, "learning_rate_multiplier": 1})
long = client.fine_tuning.jobs.cancel(long.id)
check("jobs.cancel", long.status == "cancelled" and long.fine_tuned_model is None)
check("jobs.cancel twice", refused(openai.BadRequestError, lambda: client.fine_tuning.jobs.cancel(long.id)))
check("jobs.create with an unknown file", refused(
    openai.BadRequestError, lambda: client.fine_tuning.jobs.create(model="reference", training_file="file-none")))
check("jobs.retrieve of an unknown id", refused(openai.NotFoundError, lambda: client.fine_tuning.jobs.retrieve("ftjob-none")))
bad = client.files.create(file=("bad.jsonl", b'{"prompt":"only"}\n'), purpose="fine-tune")
failed = wait(client.fine_tuning.jobs.create(model="reference", training_file=bad.id))
check("a job of a bad file fails", failed.status == "failed" and failed.error.code == "invalid_training_file", failed.error.message)

# Models
model = job.fine_tuned_model
check("models.list", {"reference", model} <= {m.id for m in client.models.list()})
check("models.retrieve", client.models.retrieve(model).id == model)
check("models.retrieve of an unknown one", refused(
    openai.NotFoundError, lambda: client.models.retrieve("no-such-model"), "model_not_found"))

# Completions
prompt, answer = "Is 4 even? Answer:", " yes"
reply = client.completions.create(model=model, prompt=prompt + answer, echo=True, logprobs=5, max_tokens=0, temperature=0)
read = reply.choices[0].logprobs
check("completions echo gives the text back", reply.choices[0].text == prompt + answer)
check("completions echo: tokens join to the text", "".join(read.tokens[1:]) == prompt + answer, read.tokens[0])
check("completions echo: only the first is null", read.token_logprobs[0] is None and all(x <= 0 for x in read.token_logprobs[1:]))
check("completions echo: candidates", all(5 <= len(t) <= 6 for t in read.top_logprobs[1:]))
check("completions usage", reply.usage.prompt_tokens == len(read.tokens) and reply.usage.completion_tokens == 0)
both = client.completions.create(model=model, prompt=["a b c", prompt + answer], echo=True, logprobs=0, max_tokens=1, temperature=0)
check("completions of a list, in order", [c.index for c in both.choices] == [0, 1])
check("completions agree alone and in a list", all(
    math.isclose(a, b, abs_tol=1e-4)
    for a, b in zip(read.token_logprobs[1:], both.choices[1].logprobs.token_logprobs[1:len(read.tokens)])))
ids = client.completions.create(model=model, prompt=[256, 32, 84], echo=True, logprobs=1, max_tokens=0)
check("completions of token ids", ids.choices[0].logprobs.token_logprobs[0] is None, ids.choices[0].text)
drawn = [client.completions.create(model=model, prompt="Is", max_tokens=8, temperature=1, seed=3).choices[0].text for _ in range(2)]
check("completions drawn with a seed repeat", drawn[0] == drawn[1], repr(drawn[0]))
check("completions beyond the context", refused(
    openai.BadRequestError, lambda: client.completions.create(model=model, prompt="x " * 5000), "context_length_exceeded"))
check("completions of an unknown model", refused(
    openai.NotFoundError, lambda: client.completions.create(model="no-such-model", prompt="x"), "model_not_found"))

# Chats
chat = client.chat.completions.create(
    model=model, messages=rows[4]["messages"][:1], logprobs=True, top_logprobs=20, max_completion_tokens=3, temperature=0)
first = chat.choices[0].logprobs.content[0]
check("chat log-probs", len(first.top_logprobs) == 20 and first.logprob == max(t.logprob for t in first.top_logprobs))
check("chat bytes", bytes(first.bytes).decode() == first.token, repr(chat.choices[0].message.content))
check("chat streams are refused", refused(openai.BadRequestError, lambda: client.chat.completions.create(
    model=model, messages=rows[0]["messages"][:1], stream=True)))

# Keys
if KEY != "none":
    wrong = openai.OpenAI(base_url=BASE, api_key="sk-wrong", max_retries=0)
    check("a wrong key", refused(openai.AuthenticationError, lambda: wrong.models.list(), "invalid_api_key"))

# Tidying up
for name in (model, again.fine_tuned_model):
    check("models.delete", client.models.delete(name).deleted, name)
check("models.retrieve of a deleted one", refused(openai.NotFoundError, lambda: client.models.retrieve(model)))
for kept in (file, bad):
    check("files.delete", client.files.delete(kept.id).deleted, kept.id)
check("files.retrieve of a deleted one", refused(openai.NotFoundError, lambda: client.files.retrieve(file.id)))

print(f"{failures} failed" if failures else "all passed", f"(openai {openai.__version__})")
sys.exit(failures > 0)
