// Keras in Python: the mode is an argument of each call, inference unless it is told. Every line that is marked is reported, and nothing else. What the
// model says of layers was executed on Keras with its torch backend (fixtures/libraries/keras.json), and so were the programs of fixtures/keras; these are further spellings.
import { describe, test } from 'vitest';
import { checkProgram } from './check-program.ts';

const check = (text: string): void => checkProgram(text, 'python');
const HEAD = `import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential([layers.Dense(4), layers.Dropout(0.5)])
plain = keras.Sequential([layers.Dense(4), layers.ReLU(), layers.LayerNormalization()])
optimizer = keras.optimizers.Adam()


class Net(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(4)
        self.norm = layers.BatchNormalization()

    def call(self, x, training=None):
        return self.norm(self.dense(x), training=training)


net = Net()
`;

describe('training steps of one\'s own', () => {
  const step = (call: string, mark = true): void => check(`${HEAD}

@tf.function
def train_step(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((${call} - y) ** 2)${mark ? '  # error: [require-training-option]' : ''}
    return tape.gradient(loss, model.trainable_variables)
`);

  test.each(['model(x)', 'net(x)', 'model(x, training=False)', 'net(x, training=False)', 'model(x, training=None)', 'keras.Sequential([layers.LSTM(4, dropout=0.2)])(x)', 'keras.Sequential([layers.Bidirectional(layers.GRU(4, recurrent_dropout=0.1))])(x)', 'keras.Sequential([layers.GaussianNoise(0.1), layers.Dense(1)])(x)'])('%s', (call) => step(call));
  test.each(['model(x, training=True)', 'net(x, training=True)', 'plain(x)', 'keras.Sequential([layers.Dropout(0)])(x)', 'keras.Sequential([layers.LSTM(4)])(x)', 'keras.Sequential([layers.RandomFlip(), layers.Dense(1)])(x)', 'keras.Sequential([layers.BatchNormalization(trainable=False)])(x)', 'net(x, training=y is not None)', 'model(x, **options)', 'somebody(x)', 'net(x, training=True) - model(x)'])('%s is silent', (call) => step(call, false));

  test('models that are put together, and added to', () => check(`${HEAD}
inputs = keras.Input(shape=(4,))
hidden = layers.Dropout(0.2)(layers.Dense(8)(inputs))
functional = keras.Model(inputs=inputs, outputs=layers.Dense(2)(hidden))
added = keras.Sequential()
added.add(layers.Dense(4))
added.add(layers.BatchNormalization())
baked = keras.Model(inputs, layers.Dropout(0.2)(inputs, training=True))


def steps(x):
    with tf.GradientTape() as tape:
        first = tf.reduce_sum(functional(x))  # error: [require-training-option]
    with tf.GradientTape(persistent=True) as other:
        second = tf.reduce_sum(added(x))  # error: [require-training-option]
    return tape.gradient(first, functional.weights), other.gradient(second, added.weights)
`));
  test('the method of a model, and a helper that is called in the step', () => check(`${HEAD}

class Custom(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.drop(x, training=training)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(y=y, y_pred=self(x))  # error: [require-training-option]
        self.optimizer.apply_gradients(zip(tape.gradient(loss, self.trainable_weights), self.trainable_weights))


def loss_of(x, y):
    return tf.reduce_mean(model(x) - y)  # error: [require-training-option]


def train(x, y):
    with tf.GradientTape() as tape:
        loss = loss_of(x, y)
    return tape.gradient(loss, model.weights)
`));
  test('what does not train', () => check(`${HEAD}

def evaluate(x):
    print(model(x).numpy(), net.predict(x), model.evaluate(x, x))
    model.fit(x, x)
    model.compile("adam", "mse")


def told(x, training):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(net(x, training=training))
    after = model(x)
    return tape.gradient(loss, net.weights), after
`));
});

describe('layers of one\'s own', () => {
  const layer = (...lines: readonly string[]): void => check(`${HEAD}

class Own(layers.Layer):
${lines.map((line) => `    ${line}`).join('\n')}
`);
  test.each([
    [['def call(self, x, training=None):', '    return x + tf.random.normal(tf.shape(x)) * 0.1  # error: [no-unguarded-randomness]']],
    [['def call(self, x):', '    return tf.nn.dropout(x, 0.5)  # error: [no-unguarded-randomness]']],
    [['def call(self, x, training=None):', '    return tf.nn.dropout(x, rate=0.5)  # error: [no-unguarded-randomness]']],
    [['def noisy(self, x):', '    return x + 0.1 * tf.random.normal(tf.shape(x))  # error: [no-unguarded-randomness]', 'def call(self, x, training=None):', '    return self.noisy(x)']],
    [['def call(self, x, training=None):', '    if training:', '        return x', '    return tf.nn.dropout(x, 0.5)  # error: [no-inverted-training-guard]']],
    [['def call(self, x, training=None):', '    if not training:', '        x = tf.nn.dropout(x, 0.5)  # error: [no-inverted-training-guard]', '    return x']],
  ])('%j', (lines) => layer(...lines));
  test.each([
    [['def call(self, x, training=None):', '    if training:', '        x = tf.nn.dropout(x, 0.5)', '    return x']],
    [['def call(self, x, training=False):', '    return x + tf.random.normal(tf.shape(x)) if training else x']],
    [['def call(self, x, training=None):', '    if not training:', '        return x', '    return tf.nn.dropout(x, 0.5)']],
    [['def noisy(self, x):', '    return tf.nn.dropout(x, 0.5)', 'def call(self, x, training=None):', '    return self.noisy(x) if training else x']],
    [['def __init__(self):', '    super().__init__()', '    self.drop = layers.Dropout(0.5)', 'def call(self, x, training=None):', '    return self.drop(x)']],
    [['def build(self, shape):', '    self.kernel = self.add_weight(shape=shape, initializer="random_normal")', 'def call(self, x):', '    return x * self.kernel']],
    [['def call(self, x):', '    return tf.nn.dropout(x, 0.0)']],
  ])('%j is silent', (lines) => layer(...lines));
  test('a sample is possible only', () => check(`${HEAD}

class Sampling(layers.Layer):
    def call(self, inputs):
        mean, log_var = inputs
        return mean + tf.exp(0.5 * log_var) * tf.random.normal(tf.shape(mean))  # error?: [no-unguarded-randomness]
`));
});
