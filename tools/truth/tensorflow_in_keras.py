"""A stand-in for TensorFlow, for programs that are written with `tf.keras`: Keras itself, and what the cases use besides, made of Keras and of PyTorch.

This is not TensorFlow. `tf.keras` is Keras 3 with its torch backend, which TensorFlow 2.16 and newer call `tf.keras`, too; the layers, what they do in which mode, and how a
call that says nothing finds its mode are Keras's own code. `tf.GradientTape` is torch's autograd under the interface of a tape, `tf.function` runs the function as it is,
`tf.nn.dropout` and `tf.random` are those of Keras, which draw in every mode as those of TensorFlow do. What is not here raises an `AttributeError`.
"""
import sys
import types

import keras
import torch


class GradientTape:
    """`with tf.GradientTape() as tape: loss = ...; tape.gradient(loss, weights)`."""

    opened = closed = staticmethod(lambda: None)

    def __init__(self, persistent=False, watch_accessed_variables=True):
        self.persistent, self.watch_accessed_variables = persistent, watch_accessed_variables

    def __enter__(self):
        type(self).opened()
        return self

    def __exit__(self, *exception):
        type(self).closed()

    def gradient(self, target, sources):
        """Gradients of a scalar; None where there is no path."""
        return list(torch.autograd.grad(target, [getattr(source, "value", source) for source in sources], retain_graph=True, allow_unused=True))


def install():
    """Makes `import tensorflow` give the stand-in; what watches functions of Keras has taken its place there before."""
    # Keras itself is to go on without: it would take tensors and datasets of TensorFlow from it.
    keras.src.utils.module_utils.tensorflow._available = False
    tf = types.ModuleType("tensorflow")
    tf.keras, tf.GradientTape = keras, GradientTape
    tf.function = lambda function=None, **options: function if function is not None else (lambda inner: inner)
    tf.random = types.ModuleType("tensorflow.random")
    tf.random.normal, tf.random.uniform = keras.random.normal, keras.random.uniform
    tf.executing_eagerly = lambda: True
    tf.random.set_seed = torch.manual_seed
    tf.nn = types.ModuleType("tensorflow.nn")
    tf.nn.dropout, tf.nn.relu = keras.random.dropout, keras.ops.relu
    tf.reduce_mean, tf.reduce_sum = keras.ops.mean, keras.ops.sum
    for name in ("shape", "exp", "ones", "zeros", "square", "abs", "concat", "where", "less"):
        setattr(tf, name, getattr(keras.ops, {"concat": "concatenate"}.get(name, name)))
    names = {"tensorflow": tf, "tensorflow.random": tf.random, "tensorflow.nn": tf.nn, "tensorflow.keras": keras}
    names.update({f"tensorflow.keras.{name}": getattr(keras, name) for name in ("layers", "models", "optimizers", "losses", "random")})
    sys.modules.update(names)
