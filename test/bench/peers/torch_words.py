"""A word LSTM(256) on 20 strands of 35 words, states kept, over 10,000 words, or one that writes: processor time of each step.

Arguments: train or write, and full or adaptive. Full: a softmax over all words, whose table is the embedding's; adaptive:
AdaptiveLogSoftmaxWithLoss. A step of writing is 100 words.
"""

import sys
import time

import torch
from torch import nn

from serve import serve

WORDS, WIDTH, STRANDS, TIMESTEPS = 10002, 256, 20, 35
writes, adaptive = sys.argv[1] == "write", sys.argv[2] == "adaptive"
torch.set_num_threads(1 if writes else 2)
torch.manual_seed(1)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(WORDS, WIDTH)
        self.lstm = nn.LSTM(WIDTH, WIDTH, batch_first=True)
        self.dropout = nn.Dropout(0.25)
        if adaptive:
            self.head = nn.AdaptiveLogSoftmaxWithLoss(WIDTH, WORDS, [2000], 4.0)
        else:
            nn.init.uniform_(self.embedding.weight, -0.1, 0.1)
            self.bias = nn.Parameter(torch.zeros(WORDS))

    def forward(self, words, states=None):
        outputs, states = self.lstm(self.dropout(self.embedding(words)), states)
        return self.dropout(outputs).flatten(0, 1), states

    def loss(self, outputs, words):
        if adaptive:
            return self.head(outputs, words).loss
        return nn.functional.cross_entropy(self.logits(outputs), words)

    def logits(self, outputs):
        if adaptive:
            return self.head.log_prob(outputs)
        return nn.functional.linear(outputs, self.embedding.weight, self.bias)


network = Network()
optimizer = torch.optim.Adam(network.parameters(), lr=3e-3)
# By the law of Zipf, as words come.
shares = 1 / torch.arange(1, WORDS + 1)
text = torch.multinomial(shares, STRANDS * (TIMESTEPS + 1), replacement=True).view(STRANDS, TIMESTEPS + 1)
states = None
last = torch.zeros(1, 1, dtype=torch.long)


def train():
    global states
    outputs, after = network(text[:, :-1], states)
    states = tuple(state.detach() for state in after)
    loss = network.loss(outputs, text[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), 0.5)
    optimizer.step()
    return loss.item()


def write():
    global states, last
    with torch.no_grad():
        for _ in range(100):
            outputs, states = network(last, states)
            last = torch.multinomial(torch.softmax(network.logits(outputs)[0] / 0.8, 0), 1)[None]
            last.item()


if writes:
    network.eval()
serve(f"PyTorch {torch.__version__}, {sys.argv[2]}", write if writes else train, time.process_time)
