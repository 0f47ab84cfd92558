"""LSTM(128) on 28 x 28, 10 classes: batch 128, gradients clipped to norm 1, AdamW."""

import keras
import numpy as np
import tensorflow as tf

from serve import serve

tf.config.threading.set_intra_op_parallelism_threads(2)
tf.config.threading.set_inter_op_parallelism_threads(2)
keras.utils.set_random_seed(1)

network = keras.Sequential([keras.Input((28, 28)), keras.layers.LSTM(128), keras.layers.Dense(10)])
network.compile(
    optimizer=keras.optimizers.AdamW(1e-3, global_clipnorm=1.0),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
generator = np.random.default_rng(1)
rows = tf.constant(generator.standard_normal((128, 28, 28), np.float32))
labels = tf.constant(generator.integers(0, 10, 128))

serve(
    f"Keras {keras.__version__}, TensorFlow {tf.__version__}",
    lambda: network.train_on_batch(rows, labels),
)
