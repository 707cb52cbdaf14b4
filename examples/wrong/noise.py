"""How much power will be used tomorrow? A forecast with noise injected while it trains, and three mistakes.

One noise layer never looks at the mode, another looks at a copy of it, and the forecast records a graph that nothing
uses. The repaired program is ../right/noise.py.
"""
import torch
from torch import nn
from torch.nn import functional as F

HOURS = 12


class NoiseInjection(nn.Module):
    """Disturbs its input, so that the network does not rely on exact values."""

    def __init__(self, std=0.1):
        super().__init__()
        self.std = std

    def forward(self, x):
        noise = torch.randn_like(x) * self.std
        return x + noise


class FeatureNoise(nn.Module):
    """Disturbs the hidden features only while the network is trained."""

    def __init__(self, std=0.05):
        super().__init__()
        self.std = std
        self.active = self.training

    def forward(self, x):
        if not self.active:
            return x
        return x + torch.randn_like(x) * self.std


class LoadForecast(nn.Module):
    def __init__(self):
        super().__init__()
        self.noise = NoiseInjection()
        self.hidden = nn.Linear(HOURS, 8)
        self.feature_noise = FeatureNoise()
        self.output = nn.Linear(8, 1)

    def forward(self, past):
        features = torch.tanh(self.hidden(self.noise(past)))
        return self.output(self.feature_noise(features))


def train(model, past, next_hour, steps=30):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model.train()
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.mse_loss(model(past), next_hour)
        loss.backward()
        optimizer.step()


def run():
    torch.manual_seed(3)
    model = LoadForecast()
    past = torch.randn(48, HOURS)
    train(model, past, past.mean(1, keepdim=True))

    model.eval()
    today = torch.randn(1, HOURS)
    forecasts = []
    for _ in range(2):
        forecasts.append(model(today).item())
    return forecasts


if __name__ == "__main__":
    print(run())
