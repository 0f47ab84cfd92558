"""A character LSTM(256) on 32 strands of 64 characters, states kept, or one that writes: processor time of each step.

Arguments: train or write. A step of writing is 100 characters.
"""

import sys
import time

import torch
from torch import nn

from serve import serve

CHARACTERS, STRANDS, TIMESTEPS = 68, 32, 64
writes = sys.argv[1] == "write"
torch.set_num_threads(1 if writes else 2)
torch.manual_seed(1)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(CHARACTERS, 64)
        self.lstm = nn.LSTM(64, 256, batch_first=True)
        self.head = nn.Linear(256, CHARACTERS)

    def forward(self, characters, states=None):
        outputs, states = self.lstm(self.embedding(characters), states)
        return self.head(outputs), states


network = Network()
optimizer = torch.optim.Adam(network.parameters(), lr=2e-3)
text = torch.randint(0, CHARACTERS, (STRANDS, TIMESTEPS + 1))
states = None
last = torch.zeros(1, 1, dtype=torch.long)


def train():
    global states
    logits, after = network(text[:, :-1], states)
    states = tuple(state.detach() for state in after)
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), text[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return loss.item()


def write():
    global states, last
    with torch.no_grad():
        for _ in range(100):
            logits, states = network(last, states)
            last = torch.multinomial(torch.softmax(logits[0, -1] / 0.8, 0), 1)[None]
            last.item()


serve(f"PyTorch {torch.__version__}", write if writes else train, time.process_time)
