"""MobileNet v1 0.25@128 without batch norm under LSTM(32): 4 clips of 8 frames, clipped to norm 1, AdamW."""

import torch
from torch import nn

from mobilenet import BLOCKS, FIRST_CHANNELS
from torch_training import serve_training


class Convolution(nn.Module):
    """As TensorFlow pads it: with stride 2 below and to the right only."""

    def __init__(self, inputs, outputs, size, stride=1, groups=1):
        super().__init__()
        before = 0 if stride == 2 else size // 2
        self.pad = nn.ZeroPad2d((0, 1, 0, 1)) if stride == 2 else nn.Identity()
        self.convolution = nn.Conv2d(inputs, outputs, size, stride, before, groups=groups)

    def forward(self, x):
        return nn.functional.relu6(self.convolution(self.pad(x)))


def mobilenet():
    layers = [Convolution(3, FIRST_CHANNELS, 3, stride=2)]
    channels = FIRST_CHANNELS
    for outputs, stride in BLOCKS:
        layers.append(Convolution(channels, channels, 3, stride, groups=channels))
        layers.append(Convolution(channels, outputs, 1))
        channels = outputs
    return nn.Sequential(*layers)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = mobilenet().to(memory_format=torch.channels_last)
        self.lstm = nn.LSTM(BLOCKS[-1][0], 32, batch_first=True)
        self.head = nn.Linear(32, 10)

    def forward(self, frames):
        pixels = frames.permute(0, 3, 1, 2).float() / 127.5 - 1
        features = self.encoder(pixels).mean((2, 3))
        outputs, _ = self.lstm(features.view(4, 8, -1))
        return self.head(outputs[:, -1])


frames = torch.randint(0, 256, (32, 128, 128, 3), dtype=torch.uint8)
labels = torch.randint(0, 10, (4,))
serve_training(Network(), frames, labels)
