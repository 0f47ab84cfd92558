"""LSTM(128) on 28 x 28, 10 classes: batch 128, gradients clipped to norm 1, AdamW."""

import torch
from torch import nn

from serve import serve

torch.set_num_threads(2)
torch.manual_seed(1)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(28, 128, batch_first=True)
        self.head = nn.Linear(128, 10)

    def forward(self, rows):
        outputs, _ = self.lstm(rows)
        return self.head(outputs[:, -1])


network = Network()
optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3)
rows = torch.randn(128, 28, 28)
labels = torch.randint(0, 10, (128,))


def step():
    optimizer.zero_grad()
    logits = network(rows)
    loss = nn.functional.cross_entropy(logits, labels)
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return loss.item(), (logits.argmax(1) == labels).sum().item()


serve(f"PyTorch {torch.__version__}", step)
