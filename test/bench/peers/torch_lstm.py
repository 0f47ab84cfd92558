"""LSTM(128) on 28 x 28, 10 classes: batch 128, gradients clipped to norm 1, AdamW."""

import torch
from torch import nn

from torch_training import serve_training


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(28, 128, batch_first=True)
        self.head = nn.Linear(128, 10)

    def forward(self, rows):
        outputs, _ = self.lstm(rows)
        return self.head(outputs[:, -1])


rows = torch.randn(128, 28, 28)
labels = torch.randint(0, 10, (128,))
serve_training(Network(), rows, labels)
