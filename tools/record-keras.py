"""Runs the layers of Keras and writes down what depends on the mode, to fixtures/libraries/keras.json; the tests hold the library model against it.

Usage: KERAS_BACKEND=torch python tools/record-keras.py     (needs keras 3 and one of its backends; torch was used)

Every class of `keras.layers` that can be made with the arguments below is called with `training=False` and with `training=True`, several
times each; what was not tried is listed. `unasked`: layers that are active if the call says nothing and no layer is around it.
"""
import inspect
import json
import os
import pathlib
import sys
import warnings

os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
warnings.simplefilter("ignore")

import keras  # pylint: disable=wrong-import-position -- the backend is chosen before
import numpy as np  # pylint: disable=wrong-import-position

TARGET = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "libraries" / "keras.json"
FLAT, SERIES, IMAGES, VOLUMES, CLIPS = (2, 64), (2, 6, 4), (2, 8, 8, 4), (2, 4, 4, 4, 3), (2, 3, 8, 8, 4)
RGB = (2, 8, 8, 3)
RATE = {"rate": 0.5}
BOTH = {"dropout": 0.5, "recurrent_dropout": 0.5}

# Arguments and the shape of the input; what is not named is made without arguments, on flat input.
HOW = {
    "Dropout": (RATE, FLAT), "SpatialDropout1D": (RATE, SERIES), "SpatialDropout2D": (RATE, IMAGES), "SpatialDropout3D": (RATE, VOLUMES),
    "GaussianDropout": (RATE, FLAT), "AlphaDropout": (RATE, FLAT), "GaussianNoise": ({"stddev": 1.0}, FLAT),
    "SimpleRNN": ({"units": 4, **BOTH}, SERIES), "GRU": ({"units": 4, **BOTH}, SERIES), "LSTM": ({"units": 4, **BOTH}, SERIES),
    "ConvLSTM1D": ({"filters": 2, "kernel_size": 2, **BOTH}, (2, 3, 8, 4)), "ConvLSTM2D": ({"filters": 2, "kernel_size": 2, **BOTH}, CLIPS),
    "ConvLSTM3D": ({"filters": 2, "kernel_size": 2, **BOTH}, (2, 3, 4, 4, 4, 2)),
    "MultiHeadAttention": ({"num_heads": 2, "key_dim": 4, "dropout": 0.5}, SERIES), "GroupQueryAttention": ({"head_dim": 4, "num_query_heads": 2, "num_key_value_heads": 1, "dropout": 0.5}, SERIES),
    "Attention": ({"dropout": 0.5}, SERIES), "AdditiveAttention": ({"dropout": 0.5}, SERIES),
    "Dense": ({"units": 3}, FLAT), "EinsumDense": ({"equation": "ab,bc->ac", "output_shape": 3}, FLAT), "Activation": ({"activation": "tanh"}, FLAT),
    "Conv1D": ({"filters": 2, "kernel_size": 2}, SERIES), "Conv2D": ({"filters": 2, "kernel_size": 2}, IMAGES), "Conv3D": ({"filters": 2, "kernel_size": 2}, VOLUMES),
    "Conv1DTranspose": ({"filters": 2, "kernel_size": 2}, SERIES), "Conv2DTranspose": ({"filters": 2, "kernel_size": 2}, IMAGES), "Conv3DTranspose": ({"filters": 2, "kernel_size": 2}, VOLUMES),
    "DepthwiseConv1D": ({"kernel_size": 2}, SERIES), "DepthwiseConv2D": ({"kernel_size": 2}, IMAGES), "SeparableConv1D": ({"filters": 2, "kernel_size": 2}, SERIES), "SeparableConv2D": ({"filters": 2, "kernel_size": 2}, IMAGES),
    "GroupNormalization": ({"groups": 2}, SERIES), "Permute": ({"dims": (2, 1)}, SERIES), "RepeatVector": ({"n": 2}, FLAT), "Reshape": ({"target_shape": (8, 8)}, FLAT),
    "RandomFlip": ({}, RGB), "RandomRotation": ({"factor": 0.5}, RGB), "RandomZoom": ({"height_factor": 0.5}, RGB), "RandomCrop": ({"height": 4, "width": 4}, RGB),
    "RandomTranslation": ({"height_factor": 0.5, "width_factor": 0.5}, RGB), "RandomContrast": ({"factor": 0.5}, RGB), "RandomBrightness": ({"factor": 0.5}, RGB),
    "RandomShear": ({"x_factor": 0.5}, RGB), "RandomHue": ({"factor": 0.5}, RGB), "RandomSaturation": ({"factor": 0.9}, RGB), "RandomSharpness": ({"factor": 0.9}, RGB),
    "RandomColorJitter": ({"brightness_factor": 0.5}, RGB), "RandomColorDegeneration": ({"factor": 0.9}, RGB), "RandomGrayscale": ({"factor": 0.5}, RGB), "RandomInvert": ({"factor": 0.5}, RGB),
    "RandomPosterization": ({"factor": 4}, RGB), "RandomErasing": ({}, RGB), "RandomGaussianBlur": ({"factor": 1.0, "kernel_size": 3, "sigma": 2.0}, RGB), "RandomPerspective": ({}, RGB), "RandomElasticTransform": ({}, RGB),
    "RandomWidth": ({"factor": 0.5}, RGB), "RandomHeight": ({"factor": 0.5}, RGB), "RandAugment": ({}, RGB), "AugMix": ({}, RGB), "CutMix": ({}, RGB), "MixUp": ({}, RGB),
    "Solarization": ({"value_range": (0, 255)}, RGB), "Rescaling": ({"scale": 2.0}, FLAT), "CenterCrop": ({"height": 4, "width": 4}, RGB), "Resizing": ({"height": 4, "width": 4}, RGB),
}
ONE_DIMENSION = ("MaxPooling1D", "AveragePooling1D", "GlobalMaxPooling1D", "GlobalAveragePooling1D", "AdaptiveAveragePooling1D", "UpSampling1D", "ZeroPadding1D", "Cropping1D")


def call(layer, inputs, **given):
    """The output as numbers; random layers with state are called on."""
    name = type(layer).__name__
    more = (inputs,) if name in ("MultiHeadAttention", "GroupedQueryAttention") else ()
    given_inputs = [inputs, inputs] if name in ("Attention", "AdditiveAttention") else inputs
    output = layer(given_inputs, *more, **given)
    return np.asarray(keras.ops.convert_to_numpy(output)).tolist()


def takes_training(cls):
    return "training" in inspect.signature(cls.call).parameters


def inputs_for(name):
    _, shape = HOW.get(name, ({}, SERIES if name in ONE_DIMENSION else VOLUMES if name.endswith("3D") else IMAGES if name.endswith("2D") else FLAT))
    return np.random.default_rng(0).uniform(-3 if shape != RGB else 0, 5 if shape != RGB else 255, shape).astype("float32")


def try_layer(name, cls, **change):
    """Whether the mode makes a difference, and whether a call that says nothing is one in training mode."""
    arguments = {**HOW.get(name, ({}, None))[0], **change}
    layer = cls(**arguments)
    inputs = inputs_for(name)
    if not takes_training(cls):
        call(layer, inputs)
        return False, False
    asleep = call(layer, inputs, training=False)
    # Before a call in training mode moves running statistics.
    unasked = [call(layer, inputs) for _ in range(4)]
    awake = [call(layer, inputs, training=True) for _ in range(4)]
    return any(output != asleep for output in awake), any(output != asleep for output in unasked)


def main():
    if hasattr(keras.config, "disable_traceback_filtering"):
        keras.config.disable_traceback_filtering()
    dependent, unasked, untried, inert = {}, [], {}, {}
    for name in sorted(dir(keras.layers)):
        cls = getattr(keras.layers, name)
        if not inspect.isclass(cls) or not issubclass(cls, keras.layers.Layer) or (cls.__name__ != name and hasattr(keras.layers, cls.__name__)):
            continue
        try:
            dependent[name], is_unasked = try_layer(name, cls)
        except Exception as error:  # pylint: disable=broad-except -- whatever it is, it was not tried
            untried[name] = type(error).__name__
            continue
        if is_unasked:
            unasked.append(name)
    for name, change in {"Dropout": {"rate": 0.0}, "SpatialDropout1D": {"rate": 0.0}, "SpatialDropout2D": {"rate": 0.0}, "SpatialDropout3D": {"rate": 0.0}, "GaussianDropout": {"rate": 0.0}, "AlphaDropout": {"rate": 0.0}, "GaussianNoise": {"stddev": 0.0},
                         "BatchNormalization": {"trainable": False}, "SimpleRNN": {"dropout": 0.0, "recurrent_dropout": 0.0}, "GRU": {"dropout": 0.0, "recurrent_dropout": 0.0}, "LSTM": {"dropout": 0.0, "recurrent_dropout": 0.0},
                         "MultiHeadAttention": {"dropout": 0.0}, "Attention": {"dropout": 0.0}, "AdditiveAttention": {"dropout": 0.0}}.items():
        inert[name] = not try_layer(name, getattr(keras.layers, name), **change)[0]

    class Around(keras.layers.Layer):
        """Says nothing to its part."""

        def __init__(self):
            super().__init__()
            self.drop = keras.layers.Dropout(0.5)

        def call(self, inputs):
            return self.drop(inputs)

    around, ones = Around(), np.ones((4, 64), "float32")
    zeros = lambda output: np.asarray(keras.ops.convert_to_numpy(output)).tolist() != ones.tolist()
    model = keras.Sequential([keras.layers.Dropout(0.5)])
    image = np.random.default_rng(0).uniform(0, 255, RGB).astype("float32")
    augmenting = keras.Sequential([keras.layers.RandomContrast(0.5)])
    changed = lambda output: not np.allclose(keras.ops.convert_to_numpy(output), image)
    record = {
        "version": keras.__version__, "backend": keras.backend.backend(), "modeDependent": dependent, "inert": inert, "unasked": unasked, "untried": untried,
        "handsOn": {"untold": zeros(around(ones)), "told": zeros(around(ones, training=True))},
        "augmentingModel": {"untold": changed(augmenting(image)), "inference": changed(augmenting(image, training=False)), "predict": changed(augmenting.predict(image, verbose=0))},
        "model": {"untold": zeros(model(ones)), "told": zeros(model(ones, training=True)), "predict": zeros(model.predict(ones, verbose=0))},
    }
    TARGET.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    print(f"{len(dependent)} layers of Keras {keras.__version__}, {sum(dependent.values())} depend on the mode; {len(untried)} not tried: {', '.join(untried)}", file=sys.stderr)


if __name__ == "__main__":
    main()
