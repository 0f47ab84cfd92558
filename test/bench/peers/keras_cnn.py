"""MobileNet v1 0.25@128 without batch norm under LSTM(32): 4 clips of 8 frames, clipped to norm 1, AdamW."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from mobilenet import BLOCKS, FIRST_CHANNELS
from serve import serve

tf.config.threading.set_intra_op_parallelism_threads(2)
tf.config.threading.set_inter_op_parallelism_threads(2)
keras.utils.set_random_seed(1)

frames = keras.Input(batch_shape=(32, 128, 128, 3), dtype="uint8")
x = layers.Rescaling(1 / 127.5, -1)(frames)
x = layers.Conv2D(FIRST_CHANNELS, 3, 2, padding="same", activation="relu6")(x)
for channels, stride in BLOCKS:
    x = layers.DepthwiseConv2D(3, stride, padding="same", activation="relu6")(x)
    x = layers.Conv2D(channels, 1, activation="relu6")(x)
x = layers.GlobalAveragePooling2D()(x)
x = keras.ops.reshape(x, (4, 8, BLOCKS[-1][0]))
network = keras.Model(frames, layers.Dense(10)(layers.LSTM(32)(x)))
optimizer = keras.optimizers.AdamW(1e-3, global_clipnorm=1.0)
optimizer.build(network.trainable_variables)

generator = np.random.default_rng(1)
pixels = tf.constant(generator.integers(0, 256, (32, 128, 128, 3), np.uint8))
labels = tf.constant(generator.integers(0, 10, 4))


# Not train_on_batch, which wants as many labels as frames.
@tf.function
def train():
    with tf.GradientTape() as tape:
        logits = network(pixels, training=True)
        losses = keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
        loss = tf.reduce_mean(losses)
    optimizer.apply(tape.gradient(loss, network.trainable_variables))
    return loss


serve(f"Keras {keras.__version__}, TensorFlow {tf.__version__}", lambda: train().numpy())
