# The same training in PyTorch as its tutorials write it; features as an EmbeddingBag, attention as nn.MultiheadAttention.
import json, sys, time
import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

folder, threads, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
work = json.load(open(folder + "/work.json"))
dim, length = work["dimensions"], work["length"]


class Block(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        self.attention_norm, self.forward_norm = nn.LayerNorm(dim, eps=1e-8), nn.LayerNorm(dim, eps=1e-8)
        self.attention = nn.MultiheadAttention(dim, work["heads"], dropout=dropout, batch_first=True)
        self.forwards = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Dropout(dropout), nn.Linear(dim, dim), nn.Dropout(dropout))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask):
        normed = self.attention_norm(x)
        attended, _ = self.attention(normed, normed, normed, attn_mask=mask, need_weights=False)
        x = x + self.dropout(attended)
        return x + self.forwards(self.forward_norm(x))


class SasRec(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        self.items = nn.Embedding(work["items"] + 1, dim, padding_idx=0)
        self.features = None
        if work["width"]:
            self.features = nn.EmbeddingBag(work["features"] + 1, dim, mode="sum", padding_idx=0)
            ids = torch.from_numpy(np.fromfile(folder + "/features.bin", dtype=np.int64).reshape(-1, work["width"]))
            self.register_buffer("ids", ids)
            self.register_buffer("scale", ids.ne(0).sum(1, keepdim=True).clamp(min=1).float().rsqrt())
        self.positions = nn.Parameter(torch.zeros(length, dim))
        self.blocks = nn.ModuleList(Block(dropout) for _ in range(work["blocks"]))
        self.norm = nn.LayerNorm(dim, eps=1e-8)
        self.dropout = nn.Dropout(dropout)
        self.load()

    @torch.no_grad()
    def load(self):
        given, values = {}, np.fromfile(folder + "/weights.bin", dtype=np.float32)
        for named in work["weights"]:
            size = int(np.prod(named["shape"]))
            given[named["name"]], values = torch.from_numpy(values[:size].copy()).view(named["shape"]), values[size:]
        take = lambda parameter, *names: parameter.copy_(torch.cat([given.pop(name) for name in names]))
        take(self.items.weight, "items.weight")
        take(self.positions, "positions")
        if self.features is not None:
            take(self.features.weight, "features.weight")
        for b, block in enumerate(self.blocks):
            for kind in ["weight", "bias"]:
                at = lambda name: f"blocks.{b}.{name}.{kind}"
                take(getattr(block.attention_norm, kind), at("attentionNorm"))
                take(getattr(block.forward_norm, kind), at("forwardNorm"))
                take(getattr(block.attention, "in_proj_" + kind), at("query"), at("key"), at("value"))
                take(getattr(block.attention.out_proj, kind), at("output"))
                take(getattr(block.forwards[0], kind), at("widen"))
                take(getattr(block.forwards[3], kind), at("narrow"))
        take(self.norm.weight, "norm.weight")
        take(self.norm.bias, "norm.bias")
        assert not given, given.keys()

    def vectors(self, items):
        own = self.items(items)
        if self.features is None:
            return own
        flat = items.flatten()
        return own + (self.features(self.ids[flat]) * self.scale[flat]).view_as(own)

    def forward(self, inputs):
        time_steps = inputs.shape[1]
        x = self.dropout(self.vectors(inputs) * dim ** 0.5 + self.positions[length - time_steps:])
        sees = torch.ones(time_steps, time_steps, dtype=torch.bool).tril() & (inputs.ne(0).unsqueeze(1) | torch.eye(time_steps, dtype=torch.bool))
        mask = torch.zeros(sees.shape).masked_fill(~sees, -1e9).repeat_interleave(work["heads"], 0)
        for block in self.blocks:
            x = block(x, mask)
        return self.norm(x)

    def loss(self, inputs, targets, negatives):
        places = targets.ne(0)
        hidden, wanted = self.forward(inputs)[places], targets[places]
        target = (hidden * self.vectors(wanted)).sum(-1, keepdim=True)
        others = F.linear(hidden, self.vectors(negatives)).masked_fill(negatives.eq(wanted.unsqueeze(1)), -1e9)
        return F.cross_entropy(torch.cat([target, others], 1), torch.zeros_like(wanted))


def batches():
    values, at = np.fromfile(folder + "/batches.bin", dtype=np.int64), 0
    for rows, columns in work["batches"]:
        parts = []
        for shape in [(rows, columns), (rows, columns), (work["negatives"],)]:
            size = int(np.prod(shape))
            parts.append(torch.from_numpy(values[at:at + size].reshape(shape)))
            at += size
        yield parts


def train(model, batches, drawn):
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=work["learningRate"], betas=(0.9, 0.98), weight_decay=0, foreach=FOREACH)
    losses = []
    for inputs, targets, negatives in batches:
        optimizer.zero_grad()
        loss = model.loss(inputs, targets, negatives if drawn else torch.randint(1, work["items"] + 1, (work["negatives"],)))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), work["clipNorm"])
        optimizer.step()
        losses.append(loss.item())
    return losses


FOREACH = len(sys.argv) > 4 and sys.argv[4] == "foreach"
everything = list(batches())
print("losses", *train(SasRec(0.0), everything[:steps], True))
model = SasRec(work["dropout"])
train(model, everything, False)
wall, processor = time.perf_counter(), time.process_time()
train(model, everything, False)
print("timed", sum(rows for rows, _ in work["batches"]), time.perf_counter() - wall, time.process_time() - processor, flush=True)
sys.stdin.readline()
