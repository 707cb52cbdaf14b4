"""Which customers will leave? A classifier with dropout.

It predicts in evaluation mode, evaluates without recording a graph, and its functional dropout follows the mode.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

FEATURES = 10


class ChurnModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(FEATURES, 16)
        self.drop = nn.Dropout(0.5)
        self.logit = nn.Linear(16, 1)

    def forward(self, customers):
        return self.logit(self.drop(torch.relu(self.hidden(customers))))


class CompactChurnModel(nn.Module):
    """The same network, with dropout written as a function."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(FEATURES, 16)
        self.logit = nn.Linear(16, 1)

    def forward(self, customers):
        active = torch.relu(self.hidden(customers))
        return self.logit(F.dropout(active, 0.5, training=self.training))


def sample_customers(count):
    """Features, and 1 for those who left."""
    features = torch.randn(count, FEATURES)
    left = (features[:, :3].sum(1, keepdim=True) > 0).float()
    return features, left


def train(model, features, left, steps=40):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    criterion = nn.BCEWithLogitsLoss()
    model.train()
    for _ in range(steps):
        optimizer.zero_grad()
        loss = criterion(model(features), left)
        loss.backward()
        optimizer.step()


def predict(model, customer):
    """The probability that a customer leaves."""
    model.eval()
    with torch.no_grad():
        return torch.sigmoid(model(customer)).item()


def accuracy(model, features, left):
    """The share of customers that are classified correctly."""
    model.eval()
    with torch.no_grad():
        logits = model(features)
    return ((logits > 0).float() == left).float().mean().item()


def run():
    torch.manual_seed(7)
    model = ChurnModel()
    train(model, *sample_customers(64))
    newcomer = torch.randn(1, FEATURES)
    predictions = [predict(model, newcomer), predict(model, newcomer)]
    return predictions, accuracy(model, *sample_customers(64))


if __name__ == "__main__":
    print(run())
