import torch
from torch import nn

from serve import serve

torch.set_num_threads(2)
torch.manual_seed(1)


def serve_training(network, inputs, labels):
    """Serves training steps of a network on one batch: gradients clipped to norm 1, AdamW."""
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3)

    def step():
        optimizer.zero_grad()
        logits = network(inputs)
        loss = nn.functional.cross_entropy(logits, labels)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        return loss.item(), (logits.argmax(1) == labels).sum().item()

    serve(f"PyTorch {torch.__version__}", step)
