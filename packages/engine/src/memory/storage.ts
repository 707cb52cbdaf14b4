/**
 * The memory behind one or several arrays: in the linear memory where kernels reach it, or in an ordinary typed array.
 *
 * Guarantees: the elements are the same wherever they are. *Resident* means a block of the pool; *evicted* means a typed array on
 * the JavaScript heap, which the garbage collector frees together with this object. `address()` brings the elements
 * in, `evict()` takes them out, `free()` ends them. Resident storages are listed in `residency.ts`, which evicts those that
 * were not used for longest. Refuses to give elements that were freed, and says which operation had made them.
 *
 * On a plain memory a view would die when the memory grows, so there `data` takes the elements out; on a shared one it is a view.
 * In both cases: read `data` anew after every operation, it holds for one only.
 *
 * Worked example: `Storage.over(new Float32Array(4))` is evicted; `address()` copies its 16 bytes into a block and returns where.
 */
import { RuntimeError } from '../tensor/errors.ts';
import { blockPool, bytesOfClass, classOf } from './block-pool.ts';
import { bytesPerElement, copyIn, copyOut, kindOf, memoryView, type ElementArray, type ElementKind } from './element-kind.ts';
import { firstFreeByte, linearMemory } from './linear-memory.ts';
import { residency } from './residency.ts';

/** Views of the plain memory are never given out; and the buffer of a shared one is another object after growth. */
const isShared = (buffer: ArrayBufferLike): boolean => typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer;

let created = 0;

/** The number of the newest storage: those made later have a greater one. */
export function newestStorage(): number {
  return created;
}

export class Storage {
  /** Counts in-place writes; a gradient that saved an older version must not be computed. */
  version = 0;
  /** Counts in-place writes that were recorded by autograd; older views of this memory have a stale history then. */
  rewrites = 0;
  /** Tensors made over this memory and not disposed of. An upper bound: nobody tells of those that became garbage. */
  handles = 0;
  /** Graph nodes that keep an array over this memory for their gradient. */
  saves = 0;
  /** Gradients under way in a backward pass that are arrays over this memory. */
  gradients = 0;
  /** The operation that made it, for messages. */
  origin = '';
  /** Order of creation. */
  readonly number: number;
  readonly kind: ElementKind;
  readonly length: number;
  /** Size class of its block when resident. */
  readonly blockClass: number;
  /** Place in the list of residents, kept by `residency.ts`. */
  slot = -1;
  /** `residency.time` of its last use. */
  lastUse = residency.time;
  /** Whether it was ever taken out. */
  wasEvicted = false;
  private heap: ElementArray | null;
  private view: ElementArray | null = null;
  /** 0 while not resident. */
  private at = 0;

  private constructor(kind: ElementKind, length: number, heap: ElementArray | null) {
    this.number = ++created;
    this.kind = kind;
    this.length = length;
    this.blockClass = classOf(length * bytesPerElement[kind]!);
    this.heap = heap;
  }

  /** Evicted, over `elements`, which are kept and not copied, unless they are a view of the linear memory: that holds for one operation only. */
  static over(elements: ElementArray): Storage {
    // The offset is asked first: to ask a small array for its buffer would make it one.
    const viewsMemory = elements.byteOffset >= firstFreeByte && isShared(elements.buffer);
    return new Storage(kindOf(elements), elements.length, viewsMemory ? elements.slice() : elements);
  }

  /** Without elements, which `origin` had made. */
  static freed(origin: string): Storage {
    const storage = new Storage(0, 0, null);
    storage.origin = origin;
    return storage;
  }

  /** Resident, with whatever was in the block before: for an operation that writes every element. */
  static uninitialized(kind: ElementKind, length: number): Storage {
    const storage = new Storage(kind, length, null);
    storage.at = blockPool.take(storage.blockClass);
    residency.enter(storage);
    return storage;
  }

  get isResident(): boolean {
    return this.at !== 0;
  }

  get isFreed(): boolean {
    return this.at === 0 && this.heap === null;
  }

  get blockBytes(): number {
    return bytesOfClass(this.blockClass);
  }

  /** The elements, to read or write before the next operation. */
  get data(): ElementArray {
    if (this.at === 0) return this.heap ?? this.refuse();
    if (!linearMemory().shared) {
      this.evict();
      return this.heap!;
    }
    this.lastUse = residency.time;
    return (this.view ??= memoryView(this.kind, this.at, this.length));
  }

  /** The byte address of the elements, which are brought in if need be. Holds until the next operation. */
  address(): number {
    if (this.at === 0) this.bringIn();
    this.lastUse = residency.time;
    return this.at;
  }

  /** Takes the elements out and gives the block back. */
  evict(): void {
    this.heap = copyOut(this.kind, this.at, this.length);
    this.wasEvicted = true;
    this.leave();
  }

  /** Ends the elements. Reading them is an error from here on. */
  free(): void {
    if (this.at !== 0) this.leave();
    this.heap = null;
  }

  /** Ends the elements if no tensor and no graph can reach them any more. The caller, if it holds an array, lets go of it. */
  freeIfUnreachable(): void {
    if (this.handles === 0 && this.saves === 0 && this.gradients === 0) this.free();
  }

  private bringIn(): void {
    const { heap } = this;
    if (heap === null) return this.refuse();
    this.at = blockPool.take(this.blockClass);
    copyIn(this.kind, this.at, heap);
    this.heap = null;
    residency.enter(this);
  }

  private leave(): void {
    residency.leave(this);
    blockPool.give(this.at, this.blockClass);
    this.at = 0;
    this.view = null;
  }

  private refuse(): never {
    throw new RuntimeError(
      `the values of this tensor were freed: it was ${this.origin === '' ? 'not made by an operation' : `made by ${this.origin}`} and ended by dispose() or its scope(). ` +
        'Clone it, or keep() it in the scope, to use it longer.',
    );
  }
}
