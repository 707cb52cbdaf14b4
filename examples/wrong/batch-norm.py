"""How much longer will a machine run? A regression with batch normalisation, and two mistakes.

The validation runs in training mode, and the model that is deployed never gets the weights of the one that was
trained. The repaired program is ../right/batch-norm.py.
"""
import torch
from torch import nn

SENSORS = 6


class WearModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.input = nn.Linear(SENSORS, 8)
        self.norm = nn.BatchNorm1d(8)
        self.output = nn.Linear(8, 1)

    def forward(self, readings):
        return self.output(torch.relu(self.norm(self.input(readings))))


def sample_machines(count):
    """The sensors do not measure around zero: that is what the running statistics have to learn."""
    readings = torch.randn(count, SENSORS) * 2 + 5
    return readings, readings.mean(1, keepdim=True) * 0.5


def validate(model, readings, hours):
    """The mean squared error, without learning from it."""
    with torch.no_grad():
        estimate = model(readings)
        return (estimate - hours).square().mean().item()


def train(model, readings, hours, steps=60):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    criterion = nn.MSELoss()
    model.train()
    for _ in range(steps):
        optimizer.zero_grad()
        loss = criterion(model(readings), hours)
        loss.backward()
        optimizer.step()


def run():
    torch.manual_seed(11)
    model = WearModel()
    train(model, *sample_machines(64))
    readings, hours = sample_machines(16)
    errors = [validate(model, readings, hours), validate(model, readings, hours)]

    deployed = WearModel()
    deployed.eval()
    with torch.no_grad():
        estimate = deployed(readings)
    return errors, estimate.mean().item()


if __name__ == "__main__":
    print(run())
