/**
 * Reads a Python pickle without executing anything: a stack machine that knows data, and a few callables that the caller provides.
 *
 * Guarantees: only the opcodes that PyTorch's `weights_only=True` knows; a name of Python is looked up in `globals` and never imported; memory
 * stays in proportion to the bytes. Refuses any other opcode or name, by name, and pickles that end early or use what is not there.
 * Dictionaries become `Map`s, lists and tuples arrays, None null, integers beyond 2^53 bigints.
 * Source of the opcodes: Python's `pickletools`, protocols 0 to 2.
 */
import { ValueError } from '../tensor/errors.ts';

/** What stands for a callable: makes a value of the arguments. */
export type Callable = (args: readonly unknown[]) => unknown;

export interface UnpickleOptions {
  /** By the full name in Python, such as `collections.OrderedDict`: a callable, or any value that only stands for itself. */
  readonly globals: ReadonlyMap<string, unknown>;
  /** What a persistent id stands for. */
  readonly persistent: (id: unknown) => unknown;
  readonly refuse: (what: string) => never;
}

const mark = Symbol('mark');

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #refuse: (what: string) => never;
  #at = 0;

  constructor(bytes: Uint8Array, refuse: (what: string) => never) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#refuse = refuse;
  }

  #take(length: number): number {
    if (this.#at + length > this.#bytes.length) this.#refuse('its pickle ends early');
    return (this.#at += length) - length;
  }

  u8(): number { return this.#view.getUint8(this.#take(1)); }
  u16(): number { return this.#view.getUint16(this.#take(2), true); }
  u32(): number { return this.#view.getUint32(this.#take(4), true); }
  i32(): number { return this.#view.getInt32(this.#take(4), true); }
  /** Big-endian, unlike the rest. */
  f64(): number { return this.#view.getFloat64(this.#take(8), false); }

  text(length: number): string {
    const at = this.#take(length);
    return new TextDecoder().decode(this.#bytes.subarray(at, at + length));
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) this.#refuse('its pickle ends early');
    const text = this.text(end - this.#at);
    this.#at = end + 1;
    return text;
  }

  /** A little-endian integer in two's complement. */
  integer(length: number): number | bigint {
    const at = this.#take(length);
    let value = 0n;
    for (let index = length - 1; index >= 0; index--) value = (value << 8n) | BigInt(this.#bytes[at + index]!);
    const signed = BigInt.asIntN(length * 8, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }
}

/** The value in `bytes`. @throws ValueError through `refuse` */
export function unpickle(bytes: Uint8Array, { globals, persistent, refuse }: UnpickleOptions): unknown {
  const reader = new Reader(bytes, refuse);
  const stack: unknown[] = [];
  const memo = new Map<number, unknown>();
  const pop = (): unknown => {
    if (stack.length === 0 || stack.at(-1) === mark) refuse('its pickle takes from an empty stack');
    return stack.pop();
  };
  const popToMark = (): unknown[] => {
    const at = stack.lastIndexOf(mark);
    if (at < 0) refuse('its pickle lacks a mark');
    const taken = stack.splice(at);
    taken.shift();
    return taken;
  };
  const recall = (slot: number): void => {
    if (!memo.has(slot)) refuse(`its pickle recalls ${slot}, which it has not kept`);
    stack.push(memo.get(slot));
  };
  const top = <T>(kind: abstract new (...args: never[]) => T, what: string): T => {
    const value = stack.at(-1);
    return value instanceof kind ? value : refuse(`its pickle adds to something that is no ${what}`);
  };
  const setItems = (items: readonly unknown[]): void => {
    const target = top<Map<unknown, unknown>>(Map, 'dictionary');
    if (items.length % 2 !== 0) refuse('its pickle has a key without a value');
    for (let index = 0; index < items.length; index += 2) target.set(items[index], items[index + 1]);
  };
  const call = (callable: unknown, args: unknown): unknown => {
    if (typeof callable !== 'function' || !Array.isArray(args)) return refuse('its pickle calls something that is no function');
    return (callable as Callable)(args as unknown[]);
  };
  for (;;) {
    const opcode = reader.u8();
    switch (String.fromCharCode(opcode)) {
      case '\x80': reader.u8(); break;
      case '(': stack.push(mark); break;
      case ')': stack.push([]); break;
      case ']': stack.push([]); break;
      case '}': stack.push(new Map()); break;
      case '\x8f': stack.push(new Set()); break;
      case 'N': stack.push(null); break;
      case '\x88': stack.push(true); break;
      case '\x89': stack.push(false); break;
      case 'J': stack.push(reader.i32()); break;
      case 'K': stack.push(reader.u8()); break;
      case 'M': stack.push(reader.u16()); break;
      case '\x8a': stack.push(reader.integer(reader.u8())); break;
      case 'G': stack.push(reader.f64()); break;
      case 'X': stack.push(reader.text(reader.u32())); break;
      case 'U': stack.push(reader.text(reader.u8())); break;
      case 't': stack.push(popToMark()); break;
      case '\x85': stack.push([pop()]); break;
      case '\x86': { const [b, a] = [pop(), pop()]; stack.push([a, b]); break; }
      case '\x87': { const [c, b, a] = [pop(), pop(), pop()]; stack.push([a, b, c]); break; }
      case 'a': { const value = pop(); top<unknown[]>(Array, 'list').push(value); break; }
      case 'e': { const values = popToMark(); const list = top<unknown[]>(Array, 'list'); for (const value of values) list.push(value); break; }
      case '\x90': { const values = popToMark(); const set = top<Set<unknown>>(Set, 'set'); for (const value of values) set.add(value); break; }
      case 's': { const value = pop(); const key = pop(); setItems([key, value]); break; }
      case 'u': setItems(popToMark()); break;
      case 'q': memo.set(reader.u8(), stack.at(-1)); break;
      case 'r': memo.set(reader.u32(), stack.at(-1)); break;
      case 'h': recall(reader.u8()); break;
      case 'j': recall(reader.u32()); break;
      case 'Q': stack.push(persistent(pop())); break;
      case 'c': {
        const name = `${reader.line()}.${reader.line()}`;
        if (!globals.has(name)) refuse(`it refers to ${name}, which is not read, because reading it could run code; save \`model.state_dict()\` and plain values only`);
        stack.push(globals.get(name));
        break;
      }
      case 'R': case '\x81': { const args = pop(); stack.push(call(pop(), args)); break; }
      // The state of an OrderedDict (`_metadata`, versions of modules) says nothing about values; no other object is ever on the stack.
      case 'b': pop(); top<Map<unknown, unknown>>(Map, 'dictionary'); break;
      case '.': {
        const value = pop();
        if (stack.length > 0) refuse('its pickle leaves values behind');
        return value;
      }
      default:
        throw new ValueError(`not a PyTorch checkpoint: its pickle uses the operation 0x${opcode.toString(16).padStart(2, '0')}, which \`torch.load(weights_only=True)\` does not know either`);
    }
  }
}
