"""MobileNet v2 1.0 (Sandler et al. 2018, table 2) without classifier, batch norm folded into its convolutions."""

import torch
from torch import nn

# Expansion, output channels, repeats and stride of the first, of each stage.
STAGES = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
FEATURES = 1280


def convolution(inputs, outputs, size, stride=1, groups=1):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups), nn.ReLU6(inplace=True)
    )


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        hidden = inputs * expansion
        self.is_residual = stride == 1 and inputs == outputs
        self.layers = nn.Sequential(
            *([convolution(inputs, hidden, 1)] if expansion > 1 else []),
            convolution(hidden, hidden, 3, stride, groups=hidden),
            nn.Conv2d(hidden, outputs, 1),
        )

    def forward(self, x):
        return x + self.layers(x) if self.is_residual else self.layers(x)


def mobilenet_v2():
    """Pixels float32 [N, 3, 224, 224] in [-1, 1] to features [N, 1280]."""
    layers = [convolution(3, 32, 3, stride=2)]
    channels = 32
    for expansion, outputs, repeats, stride in STAGES:
        for repeat in range(repeats):
            layers.append(Block(channels, outputs, stride if repeat == 0 else 1, expansion))
            channels = outputs
    layers += [convolution(channels, FEATURES, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers).to(memory_format=torch.channels_last)
