"""A SASRec of the same shape behind Python: torch, FastAPI and uvicorn, one thread, each request a call. Its weights are random: time does not depend on them."""
import sys

import torch
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

ITEMS, PORT, LENGTH, D = int(sys.argv[2]), int(sys.argv[1]), 50, 64
torch.set_num_threads(1)


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.before, self.after = torch.nn.LayerNorm(D), torch.nn.LayerNorm(D)
        self.attention = torch.nn.MultiheadAttention(D, 1, batch_first=True)
        self.inner, self.outer = torch.nn.Linear(D, D), torch.nn.Linear(D, D)
        self.register_buffer("mask", torch.triu(torch.ones(LENGTH, LENGTH, dtype=torch.bool), 1))

    def forward(self, x):
        normed = self.before(x)
        x = x + self.attention(normed, x, x, attn_mask=self.mask, need_weights=False)[0]
        return x + self.outer(torch.relu(self.inner(self.after(x))))


class SasRec(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.items, self.places = torch.nn.Embedding(ITEMS + 1, D), torch.nn.Embedding(LENGTH, D)
        self.block, self.norm = Block(), torch.nn.LayerNorm(D)

    def forward(self, history):
        x = self.items(history) * D ** 0.5 + self.places.weight
        return self.norm(self.block(x))[:, -1] @ self.items.weight.T


class Question(BaseModel):
    history: list[str]
    count: int


model = SasRec().eval()
app = FastAPI()


@app.post("/v1/recommendations")
async def recommend(question: Question):
    known = [int(item) for item in question.history if 0 < int(item) <= ITEMS][-LENGTH:]
    with torch.inference_mode():
        scores = model(torch.tensor([[0] * (LENGTH - len(known)) + known]))[0]
        scores[[0] + known] = -torch.inf
        best = scores.topk(question.count)
    return {"items": [{"id": str(item), "score": score, "reason": "model"} for score, item in zip(best.values.tolist(), best.indices.tolist())], "model": {"name": "recommend", "version": 1}}


uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="error", access_log=False)
