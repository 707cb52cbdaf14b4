/**
 * Checkpoints of `torch.save`: the ZIP container around a pickle and the storages.
 *
 * Guarantees: what `torch.load(path, weights_only=True)` reads of tensors (strided, sharing memory, half precision widened to float32, narrow
 * integers to int32), parameters, dictionaries, lists, tuples, sets, numbers, strings and None is read, and nothing is executed. Tensors that shared
 * memory share it here. Refuses, with a
 * ValueError that says what to do: anything else that a pickle can name (complex and quantized numbers, too), the format of before 1.6,
 * TorchScript archives, big-endian ones, and damaged or hostile bytes, before it allocates anything of a size that they claim.
 *
 * Worked example: `model.loadStateDict(loadCheckpoint(await readFile('model.pt')) as nn.StateDict)`.
 */
import '../nn/load-methods.ts';
import '../optim/state-methods.ts';
import { Parameter } from '../nn/parameter.ts';
import { Tensor } from '../ops/tensor.ts';
import { isFloating } from '../tensor/dtype.ts';
import { ValueError } from '../tensor/errors.ts';
import { Storage } from '../memory/storage.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { elementFormats, readElements, type ElementFormat } from './elements.ts';
import { storedEntries } from './stored-zip.ts';
import { unpickle, type Callable } from './unpickle.ts';

export type CheckpointValue = Tensor | number | bigint | string | boolean | null | CheckpointValue[] | Set<CheckpointValue> | Map<CheckpointValue, CheckpointValue>;

function refuse(what: string): never {
  throw new ValueError(`not a PyTorch checkpoint: ${what}`);
}

/** Names of storage classes to the elements they hold. */
const storageClasses: Readonly<Record<string, string>> = {
  FloatStorage: 'F32', DoubleStorage: 'F64', HalfStorage: 'F16', BFloat16Storage: 'BF16', LongStorage: 'I64', IntStorage: 'I32', ShortStorage: 'I16', CharStorage: 'I8', ByteStorage: 'U8', BoolStorage: 'BOOL',
};

class StorageClass {
  readonly name: string;
  readonly format: ElementFormat;

  constructor(name: string, format: ElementFormat) {
    this.name = name;
    this.format = format;
  }
}

interface FileStorage {
  readonly kind: StorageClass;
  readonly storage: Storage;
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);

function requireFloating(what: string, { dtype }: Tensor): void {
  if (!isFloating(dtype)) refuse(`a ${what} of ${dtype} requires gradients, which only floating point ones can`);
}

/** `torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, …)`. */
const rebuildTensor = (storages: ReadonlySet<unknown>): Callable => ([source, offset, size, stride, requiresGrad]) => {
  if (!storages.has(source)) return refuse('a tensor has no storage');
  const { kind, storage } = source as FileStorage;
  if (!isCount(offset) || !isCounts(size) || !isCounts(stride) || size.length !== stride.length) return refuse('a tensor has an invalid shape, stride or offset');
  const numel = size.reduce((product, length) => product * length, 1);
  const last = size.reduce((sum, length, dim) => sum + (length - 1) * stride[dim]!, offset);
  if (!Number.isSafeInteger(numel) || (numel > 0 && last >= storage.length)) refuse(`a tensor of shape [${size.join(', ')}] reaches element ${last} of a storage of ${storage.length}`);
  const tensor = new Tensor(new NdArray(storage, kind.format.dtype, size, stride, offset), { inference: false });
  if (requiresGrad === true) requireFloating('tensor', tensor);
  return requiresGrad === true ? tensor.requiresGrad_() : tensor;
};

/** `torch._utils._rebuild_parameter(data, requires_grad, hooks)`. */
const rebuildParameter: Callable = ([data, requiresGrad]) => {
  if (!(data instanceof Tensor)) return refuse('a parameter has no tensor');
  if (requiresGrad === true) requireFloating('parameter', data);
  return new Parameter(data.detach(), { requiresGrad: requiresGrad === true });
};

const orderedDict: Callable = ([pairs]) => {
  const entries = pairs ?? [];
  if (!Array.isArray(entries) || !entries.every((pair) => Array.isArray(pair) && pair.length === 2)) return refuse('an OrderedDict of no pairs');
  return new Map(entries as [unknown, unknown][]);
};

const set: Callable = ([values]) => (Array.isArray(values) ? new Set(values) : refuse('a set of no list'));

const size: Callable = ([sizes]) => (isCounts(sizes) ? sizes : refuse('a torch.Size of no sizes'));

/**
 * What `torch.save` wrote into `bytes`.
 * @throws ValueError that says what is wrong, or what is not read and what to save instead
 */
export function loadCheckpoint(bytes: Uint8Array): CheckpointValue {
  if (bytes[0] === 0x80) refuse('it has the format of before PyTorch 1.6 (or is a bare pickle); load it in PyTorch and save it again with `torch.save`');
  const entries = storedEntries(bytes);
  const pickleName = [...entries.keys()].find((name) => name === 'data.pkl' || name.endsWith('/data.pkl'));
  if (pickleName === undefined) return refuse('the archive has no data.pkl');
  const folder = pickleName.slice(0, -'data.pkl'.length);
  if (entries.has(`${folder}constants.pkl`)) refuse('it is a TorchScript archive; save `model.state_dict()` with `torch.save` instead');
  const contentOf = (name: string): Uint8Array => {
    const content = entries.get(folder + name);
    if (content === undefined) return refuse(`the archive lacks ${name}`);
    return content ?? refuse(`${name} is compressed; torch.save writes its files uncompressed`);
  };
  if (entries.has(`${folder}byteorder`) && new TextDecoder().decode(contentOf('byteorder')) !== 'little') refuse('its numbers are not little-endian');

  const storages = new Map<string, FileStorage>();
  const known = new Set<unknown>();
  const persistent = (id: unknown): FileStorage => {
    const [what, kind, key, , numel] = Array.isArray(id) ? (id as unknown[]) : [];
    if (what !== 'storage' || !(kind instanceof StorageClass) || typeof key !== 'string' || !isCount(numel)) return refuse('a persistent id is no storage');
    const earlier = storages.get(key);
    if (earlier !== undefined) return earlier.kind === kind ? earlier : refuse(`storage '${key}' is used as ${earlier.kind.name} and as ${kind.name}`);
    const content = contentOf(`data/${key}`);
    const { format } = kind;
    if (content.length !== numel * format.bytes) refuse(`storage '${key}' of ${numel} elements needs ${numel * format.bytes} bytes and has ${content.length}`);
    const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
    const storage = Storage.over(readElements(format, view, 0, numel, (problem) => refuse(`storage '${key}' ${problem}`)));
    const made: FileStorage = { kind, storage };
    storages.set(key, made);
    known.add(made);
    return made;
  };
  const globals = new Map<string, unknown>([
    ['torch._utils._rebuild_tensor_v2', rebuildTensor(known)],
    ['torch._utils._rebuild_parameter', rebuildParameter],
    ['collections.OrderedDict', orderedDict],
    ['__builtin__.set', set],
    ['builtins.set', set],
    ['torch.Size', size],
    ...Object.entries(storageClasses).map(([name, tag]): [string, StorageClass] => [`torch.${name}`, new StorageClass(name, elementFormats[tag]!)]),
  ]);
  return unpickle(contentOf('data.pkl'), { globals, persistent, refuse }) as CheckpointValue;
}
