"""The demo's model in PyTorch, for the ratio to `Benchmarks training`.

    Benchmarks sequences > sequences.json
    python pytorch_transformer.py sequences.json [threads]

Same shape, rows, batch size, loss and optimiser; padded batches, fused attention and AdamW, and
logits at the predicted positions only.
"""
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

data = json.load(open(sys.argv[1]))
torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else 2)
torch.manual_seed(0)
WIDTH, HEADS, END = data["width"], data["heads"], 256


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.RMSNorm(WIDTH, eps=1e-5), nn.RMSNorm(WIDTH, eps=1e-5)
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.out = nn.Linear(WIDTH, WIDTH, bias=False)
        self.up = nn.Linear(WIDTH, 4 * WIDTH, bias=False)
        self.down = nn.Linear(4 * WIDTH, WIDTH, bias=False)

    def forward(self, x, bias):
        b, t, _ = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, t, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        o = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        x = x + self.out(o.transpose(1, 2).reshape(b, t, -1))
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(data["vocabulary"], WIDTH)
        nn.init.normal_(self.embedding.weight, std=WIDTH**-0.5)
        self.blocks = nn.ModuleList(Block() for _ in range(data["layers"]))
        self.norm = nn.RMSNorm(WIDTH, eps=1e-5)

    def forward(self, tokens, rows, columns):
        t = tokens.shape[1]
        distance = torch.arange(t)[:, None] - torch.arange(t)[None, :]
        slopes = torch.tensor([2.0 ** (-8 * (h + 1) / HEADS) for h in range(HEADS)])
        bias = -slopes[:, None, None] * distance
        bias = bias.masked_fill(distance < 0, float("-inf"))[None]
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x, bias)
        return self.norm(x[rows, columns]) @ self.embedding.weight.T


def batch(members):
    longest = max(len(tokens) for _, tokens in members) - 1
    tokens = torch.full((len(members), longest), END)
    rows, columns, targets = [], [], []
    for row, (prompt, sequence) in enumerate(members):
        tokens[row, : len(sequence) - 1] = torch.tensor(sequence[:-1])
        for position in range(prompt, len(sequence)):
            rows.append(row)
            columns.append(position - 1)
            targets.append(sequence[position])
    return tokens, torch.tensor(rows), torch.tensor(columns), torch.tensor(targets)


model = Model()
optimiser = torch.optim.AdamW(
    model.parameters(), lr=3e-3, betas=(0.9, 0.99), weight_decay=0.01, fused=True)
order = torch.randperm(len(data["rows"])).tolist()
batches = [
    batch([data["rows"][i] for i in order[start : start + 16]])
    for start in range(0, len(order), 16)
]
count = sum(len(tokens) for _, tokens in data["rows"])
best = 0.0
for epoch in range(6):
    started = time.perf_counter()
    for tokens, rows, columns, targets in batches:
        loss = F.cross_entropy(model(tokens, rows, columns), targets)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
    if epoch:
        best = max(best, count / (time.perf_counter() - started))
parameters = sum(p.numel() for p in model.parameters())
print(f"pytorch {torch.__version__} {parameters} parameters, batch 16, "
      f"{torch.get_num_threads()} thread(s): {best:.4g} tokens/s (best of 5 epochs), loss {loss:.3f}")
