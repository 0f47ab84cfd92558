"""MobileNet v1 (Howard et al. 2017, table 1) of width 0.25."""

FIRST_CHANNELS = 8

# Output channels and stride of each depthwise separable block.
BLOCKS = [
    (16, 1),
    (32, 2),
    (32, 1),
    (64, 2),
    (64, 1),
    (128, 2),
    *[(128, 1)] * 5,
    (256, 2),
    (256, 1),
]
