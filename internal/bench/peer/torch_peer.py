"""Deep & cross v2 in PyTorch, eager on one thread: the same layers, loss, batches and optimizer. One table holds all
codes, and Adam is fused, as a careful user would write it."""
import json
import sys
import time

try:
    import numpy as np
    import torch
    from torch import nn
except ImportError as e:
    print(json.dumps({"error": f"torch isn't installed: {e}"}), flush=True)
    sys.exit(0)

import learn

torch.set_num_threads(1)


class DCN(nn.Module):
    def __init__(self, numbers, codes, rows, job):
        super().__init__()
        width = numbers + codes * job["embedding"]
        self.table = nn.Embedding(rows, job["embedding"]) if codes else None
        if codes:
            nn.init.normal_(self.table.weight, std=0.05)

        def mixture():
            if not job.get("rank"):
                layer = nn.Linear(width, width)
                nn.init.normal_(layer.weight, std=0.05)
                nn.init.zeros_(layer.bias)
                return layer
            low, high = nn.Linear(width, job["rank"], bias=False), nn.Linear(job["rank"], width)
            nn.init.normal_(low.weight, std=0.05)
            nn.init.normal_(high.weight, std=0.05)
            nn.init.zeros_(high.bias)
            return nn.Sequential(low, high)

        self.cross = nn.ModuleList(mixture() for _ in range(job["cross"]))
        layers, last = [], width
        for h in [*job["hidden"], 1]:
            layer = nn.Linear(last, h)
            nn.init.kaiming_normal_(layer.weight)
            nn.init.zeros_(layer.bias)
            layers += [layer, nn.ReLU()]
            last = h
        self.deep = nn.Sequential(*layers[:-1])

    def forward(self, x, codes):
        if self.table is not None:
            x = torch.cat([x, self.table(codes).flatten(1)], 1)
        x0 = x
        for layer in self.cross:
            x = torch.addcmul(x, x0, layer(x))
        return self.deep(x).squeeze(1)


def load(folder, job, offsets=None):
    x, y, _ = learn.rows(folder, job["width"])
    split = job["width"] - job.get("codes", 0)
    codes = x[:, split:].astype(np.int64)
    if offsets is None:
        sizes = codes.max(0) + 1 if codes.size else np.zeros(0, np.int64)
        offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return torch.from_numpy(np.ascontiguousarray(x[:, :split])), torch.from_numpy(codes + offsets[:-1]), torch.from_numpy(y), offsets


def cross(order, job):
    torch.manual_seed(1)
    x, codes, y, offsets = load(job["rows"], job)
    tx, tcodes, _, _ = load(job["test"], job, offsets)
    start = time.process_time()
    mean, deviation = x.mean(0), x.std(0)
    x = (x - mean) / deviation
    model = DCN(x.shape[1], codes.shape[1], int(offsets[-1]), job)
    adam = torch.optim.Adam(model.parameters(), lr=0.001, fused=True)
    loss = nn.BCEWithLogitsLoss()
    for _ in range(job["epochs"]):
        shuffled = torch.randperm(len(y))
        for batch in shuffled.split(job["batch"]):
            adam.zero_grad(set_to_none=True)
            loss(model(x[batch], codes[batch]), y[batch]).backward()
            adam.step()
    seconds = time.process_time() - start
    with torch.no_grad():
        learn.write(job["out"], model((tx - mean) / deviation, tcodes).numpy())
    return {"seconds": seconds}


learn.serve("torch", torch.__version__, {"cross": cross})
