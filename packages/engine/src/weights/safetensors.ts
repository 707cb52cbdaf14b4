/**
 * State dictionaries as bytes in the safetensors format, and back.
 *
 * Guarantees: what `saveWeights` writes, `loadWeights` and the format's other readers read; keys keep their order. Writes F32, F64, I64, I32, BOOL;
 * reads F16 and BF16 widened to float32 and I16, I8 and U8 to int32, too.
 * Refuses hostile or broken bytes before it allocates anything of their size: truncated, a header that is too long, no JSON or no
 * object, a name given twice, an unknown type, sizes that disagree with the shape, ranges outside the data, overlaps and holes,
 * an I64 that a double cannot hold. Nothing in a file is executed.
 *
 * Layout: 8 bytes header length (little-endian), the header as JSON `{name: {dtype, shape, data_offsets: [begin, end]}}`, the data.
 */
import '../nn/load-methods.ts';
import { Tensor } from '../ops/tensor.ts';
import type { DType } from '../tensor/dtype.ts';
import { ValueError } from '../tensor/errors.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { numelOf } from '../tensor/shape.ts';
import { duplicateKey } from './duplicate-key.ts';
import { elementFormats, readElements, type ElementFormat } from './elements.ts';

/** The limit of the format's reference implementation. */
const longestHeader = 100_000_000;

/** What each type is written as. */
const formats: Readonly<Record<DType, { readonly tag: string; readonly bytes: number }>> = {
  float32: { tag: 'F32', bytes: 4 },
  float64: { tag: 'F64', bytes: 8 },
  int64: { tag: 'I64', bytes: 8 },
  int32: { tag: 'I32', bytes: 4 },
  bool: { tag: 'BOOL', bytes: 1 },
};

interface Entry {
  readonly name: string;
  readonly format: ElementFormat;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function refuse(what: string): never {
  throw new ValueError(`not a safetensors file: ${what}`);
}

function writeValue(view: DataView, at: number, dtype: DType, value: number): void {
  switch (dtype) {
    case 'float32':
      return view.setFloat32(at, value, true);
    case 'float64':
      return view.setFloat64(at, value, true);
    case 'int64':
      return view.setBigInt64(at, BigInt(value), true);
    case 'int32':
      return view.setInt32(at, value, true);
    case 'bool':
      return view.setUint8(at, value);
  }
}

/** The bytes of a state dictionary, or of an object of tensors. */
export function saveWeights(state: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>): Uint8Array {
  const entries: ReadonlyMap<string, Tensor> = state instanceof Map ? state : new Map(Object.entries(state));
  const header: [string, unknown][] = [];
  let size = 0;
  for (const [name, tensor] of entries) {
    const { tag, bytes } = formats[tensor.dtype];
    const end = size + tensor.numel() * bytes;
    header.push([name, { dtype: tag, shape: tensor.shape, data_offsets: [size, end] }]);
    size = end;
  }
  // Built by hand, because an object would sort names that look like numbers first.
  const text = `{${header.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`).join(',')}}`;
  const json = new TextEncoder().encode(text);
  // Padded with spaces to 8 bytes, so that the data is aligned.
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded + size);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(padded), true);
  bytes.fill(0x20, 8, 8 + padded);
  bytes.set(json, 8);
  let at = 8 + padded;
  for (const tensor of entries.values()) {
    for (const value of tensor.array.contiguousData()) {
      writeValue(view, at, tensor.dtype, value);
      at += formats[tensor.dtype].bytes;
    }
  }
  return bytes;
}

function parseEntry(name: string, value: unknown, dataLength: number): Entry {
  const { dtype, shape, data_offsets: offsets } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const format = typeof dtype === 'string' && Object.hasOwn(elementFormats, dtype) ? elementFormats[dtype]! : null;
  if (format === null) return refuse(`'${name}' has the unknown or unsupported dtype ${JSON.stringify(dtype) ?? 'undefined'}; known are ${Object.keys(elementFormats).join(', ')}`);
  const isCount = (number: unknown): number is number => typeof number === 'number' && Number.isSafeInteger(number) && number >= 0;
  if (!Array.isArray(shape) || !shape.every(isCount)) refuse(`'${name}' has an invalid shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) refuse(`'${name}' has invalid data_offsets`);
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > dataLength) refuse(`'${name}' lies at [${begin}, ${end}), outside the ${dataLength} bytes of data`);
  const needed = numelOf(shape) * format.bytes;
  if (needed !== end - begin) refuse(`'${name}' of shape [${shape.join(', ')}] needs ${needed} bytes and has ${end - begin}`);
  return { name, format, shape, begin, end };
}

function parseHeader(text: string, dataLength: number): Entry[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new ValueError('not a safetensors file: the header is not JSON', { cause });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) refuse('the header is no JSON object');
  const twice = duplicateKey(text);
  if (twice !== null) refuse(`the name '${twice}' is given twice`);
  const entries = Object.entries(parsed).filter(([name]) => name !== '__metadata__').map(([name, value]) => parseEntry(name, value, dataLength));
  const ordered = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let reached = 0;
  for (const entry of ordered) {
    if (entry.begin < reached) refuse(`'${entry.name}' overlaps the tensor before it`);
    if (entry.begin > reached) refuse(`bytes [${reached}, ${entry.begin}) of the data belong to no tensor`);
    reached = entry.end;
  }
  if (reached !== dataLength) refuse(`bytes [${reached}, ${dataLength}) of the data belong to no tensor`);
  return ordered;
}

/**
 * The state dictionary in `bytes`, in the order of the data.
 * @throws ValueError that says what is wrong with the bytes
 */
export function loadWeights(bytes: Uint8Array): Map<string, Tensor> {
  if (bytes.length < 8) refuse(`${bytes.length} bytes are too few for a header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const announced = view.getBigUint64(0, true);
  if (announced > BigInt(longestHeader)) refuse(`a header of ${announced} bytes is longer than the limit of ${longestHeader}`);
  const headerLength = Number(announced);
  if (8 + headerLength > bytes.length) refuse(`truncated: a header of ${headerLength} bytes is announced, ${bytes.length - 8} bytes follow`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + headerLength));
  } catch (cause) {
    throw new ValueError('not a safetensors file: the header is not UTF-8', { cause });
  }
  const start = 8 + headerLength;
  const state = new Map<string, Tensor>();
  for (const { name, format, shape, begin } of parseHeader(text, bytes.length - start)) {
    const data = readElements(format, view, start + begin, numelOf(shape), (problem) => refuse(`'${name}' ${problem}`));
    state.set(name, new Tensor(NdArray.from(format.dtype, shape, data)));
  }
  return state;
}
