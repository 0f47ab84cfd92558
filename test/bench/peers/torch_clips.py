"""Clips through MobileNet v2 1.0@224 on 16 frames and a bidirectional LSTM(64), weights at random: torch_clips.py MODE PATH

once: classifies PATH, prints the answer and ends. The others serve (serve.py), a step being all of PATH, a clip or a
folder of clips: `threads` decodes two clips ahead in threads, `workers` in the two processes of a DataLoader.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import numpy as np
import torch
from torch import nn

from mobilenet_v2 import FEATURES, mobilenet_v2

FRAMES = 16
SIZE = 224
CLASSES = 2


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = mobilenet_v2()
        self.lstm = nn.LSTM(FEATURES, 64, batch_first=True, bidirectional=True)
        self.head = nn.Linear(128, CLASSES)

    def forward(self, frames):
        pixels = frames.permute(0, 3, 1, 2).float().div_(127.5).sub_(1)
        outputs, _ = self.lstm(self.encoder(pixels)[None])
        return self.head(outputs.mean(1)).softmax(1)


def scaled(frame):
    return frame.reformat(SIZE, SIZE, "rgb24", interpolation="BILINEAR").to_ndarray()


def wanted_times(stream):
    """Centres of equal spans, in the stream's unit."""
    start = stream.start_time or 0
    duration = stream.duration or stream.container.duration / av.time_base / stream.time_base
    return [start + (index + 0.5) / FRAMES * float(duration) for index in range(FRAMES)]


def read_clip(path):
    """uint8 [16, 224, 224, 3]: of the frames, decoded one after the other, those on screen at the wanted times."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        times = wanted_times(stream)
        chosen = []
        before = None
        for frame in container.decode(stream):
            while len(chosen) < FRAMES and before is not None and frame.pts > times[len(chosen)]:
                chosen.append(scaled(before))
            if len(chosen) == FRAMES:
                break
            before = frame
        while len(chosen) < FRAMES:
            chosen.append(scaled(before))
        return np.stack(chosen)


class Clips(torch.utils.data.Dataset):
    def __init__(self, paths):
        self.paths = paths

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        return torch.from_numpy(read_clip(self.paths[index]))


def in_threads(paths):
    with ThreadPoolExecutor(2) as pool:
        ahead = [pool.submit(read_clip, path) for path in paths[:4]]
        for path in [*paths[4:], *[None] * 4][: len(paths)]:
            clip = ahead.pop(0).result()
            if path is not None:
                ahead.append(pool.submit(read_clip, path))
            yield torch.from_numpy(clip)


MODES = {
    "once": lambda paths: (torch.from_numpy(read_clip(path)) for path in paths),
    "threads": in_threads,
    "workers": lambda paths: torch.utils.data.DataLoader(Clips(paths), batch_size=None, num_workers=2),
}

torch.set_num_threads(2)
torch.manual_seed(1)


def main(mode, path):
    paths = sorted(path.rglob("*.mp4")) if path.is_dir() else [path]
    network = Network().eval()

    @torch.inference_mode()
    def classify():
        return [network(clip)[0].tolist() for clip in MODES[mode](paths)]

    if mode == "once":
        print(classify())
    else:
        from serve import serve

        serve(f"PyTorch {torch.__version__}, PyAV {av.__version__}, {mode}", classify)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
