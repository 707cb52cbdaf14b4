"""Records what PyTorch's AveragedModel and update_bn do, for packages/engine/tests/averaging.test.ts.

Usage: python tools/record_engine/averaging.py          (needs torch; the tests themselves do not)

Writes packages/engine/tests/recorded/averaging.json.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_avg_fn, update_bn

from record import message, values, write


def run(average, use_buffers):
    torch.manual_seed(51)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 2))
    start = {k: values(v) for k, v in model.state_dict().items()}
    averaged = AveragedModel(model, avg_fn=average, use_buffers=use_buffers)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x, y = torch.randn(6, 3), torch.randn(6, 2)
    for _ in range(4):
        loss = F.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        averaged.update_parameters(model)
    state = {k: values(v) for k, v in averaged.state_dict().items()}
    update_bn([x[:3], x[3:]], averaged)
    averaged.eval()
    with torch.no_grad():
        out = averaged(x)
    return {"start": start, "x": values(x), "y": values(y), "state": state, "calibrated": {k: values(v) for k, v in averaged.state_dict().items()}, "out": values(out), "momentum": averaged.module[1].momentum}


if __name__ == "__main__":
    write("averaging", {"swa": run(None, False), "ema": run(get_ema_avg_fn(0.9), True), "decay": message(lambda: get_ema_avg_fn(1.5))})
