// Writes the few parts of an ONNX model that the benchmark needs, as protocol buffers. Field numbers: onnx/onnx.proto3 (IR version 8).

const float = 1;
const int64 = 7;

function varint(value) {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

function concat(...parts) {
  const all = parts.flat(Infinity);
  const result = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of all) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

const number = (field, value) => [varint(field << 3), varint(value)];
const bytes = (field, value) => [varint((field << 3) | 2), varint(value.length), value];
const text = (field, value) => bytes(field, new TextEncoder().encode(value));
const message = (field, ...parts) => bytes(field, concat(parts));
const float32 = (field, value) => [varint((field << 3) | 5), new Uint8Array(new Float32Array([value]).buffer)];

function attribute(field, name, value) {
  if (typeof value === 'string') return message(field, text(1, name), text(4, value), number(20, 3));
  if (Array.isArray(value)) return message(field, text(1, name), value.map((entry) => number(8, entry)), number(20, 7));
  if (Number.isInteger(value)) return message(field, text(1, name), number(3, value), number(20, 2));
  return message(field, text(1, name), float32(2, value), number(20, 1));
}

function tensor(field, name, { data, dims }) {
  const type = data instanceof BigInt64Array ? int64 : float;
  return message(field, dims.map((size) => number(1, size)), number(2, type), text(8, name), bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
}

function valueInfo(field, name, dims) {
  const shape = message(2, dims.map((size) => message(1, number(1, size))));
  return message(field, text(1, name), message(2, message(1, number(1, float), shape)));
}

/**
 * The bytes of a model. `nodes`: [op, inputs, outputs, attributes]; `inputs` and `outputs`: name to shape; `constants`: name to { data, dims }.
 * Attributes: a string, a list of integers, an integer, or (not whole) a float.
 */
export function onnxModel({ nodes, inputs, outputs, constants = {} }) {
  const graph = [
    nodes.map(([op, from, to, attributes = {}]) => message(1, from.map((name) => text(1, name)), to.map((name) => text(2, name)), text(4, op), Object.entries(attributes).map(([name, value]) => attribute(5, name, value)))),
    text(2, 'benchmark'),
    Object.entries(constants).map(([name, value]) => tensor(5, name, value)),
    Object.entries(inputs).map(([name, dims]) => valueInfo(11, name, dims)),
    Object.entries(outputs).map(([name, dims]) => valueInfo(12, name, dims)),
  ];
  return concat(number(1, 8), message(7, graph), message(8, number(2, 17)));
}
