// A map that is cheap to copy and cheap to compare with its copies: a hash trie whose nodes are shared by all copies until one of them is
// written to. States are copied at every branch and every call, and differ in a few entries.
//
// After Bagwell, "Ideal hash trees" (2001), with the in-place writes of Clojure's transients: a node that this map alone has made is written to, any
// other is copied. Keys bring their own numbers, which are dense, so that no hash is computed. Iteration has no order that anybody
// may rely on.

/** What can be a key: a number, or something that has a number of its own. Two keys of one map may not have the same. */
export type Key = number | { readonly id: number };

interface Leaf<K, V> {
  readonly id: number;
  readonly key: K;
  readonly value: V;
}

interface Node<K, V> {
  /** One bit for each of the 32 places that is taken. */
  mask: number;
  readonly slots: (Leaf<K, V> | Node<K, V>)[];
  /** The number of the map that may write to this node. */
  readonly owner: number;
  /** The marks of all values below, as far as somebody has asked since the last write. */
  marks: Marks | null;
}

/**
 * What values mention, as a set of 64 bits (Bloom, "Space/time trade-offs in hash coding", 1970): one bit for the number of each thing that is mentioned,
 * so that a part of a map that certainly does not mention a thing is passed over.
 */
export class Marks {
  low = 0;
  high = 0;

  add(id: number): void {
    if ((id & 32) === 0) this.low |= 1 << (id & 31);
    else this.high |= 1 << (id & 31);
  }

  addAll(other: Marks): void {
    this.low |= other.low;
    this.high |= other.high;
  }

  meets(other: Marks): boolean {
    return (this.low & other.low) !== 0 || (this.high & other.high) !== 0;
  }
}

/**
 * Which keys of a map and of its copies were asked for or written, while somebody listens (`keys`). `all`: somebody went through whole maps.
 */
export class TouchLog<K> {
  keys: Set<K> | null = null;
  all = false;
}

/** Each writing map has a number of its own, and a new one as soon as it is copied. */
let owners = 0;

const BITS = 5;
const LAST = (1 << BITS) - 1;

export class SharedMap<K extends Key, V extends NonNullable<unknown>> {
  #root: Node<K, V> | null = null;
  #owner = owners++;
  #size = 0;
  readonly log: TouchLog<K> | null;

  /** @param log what it and its copies are asked for is noted there */
  constructor(log: TouchLog<K> | null = null) {
    this.log = log;
  }

  clone(): SharedMap<K, V> {
    const copy = new SharedMap<K, V>(this.log);
    copy.#root = this.#root;
    copy.#size = this.#size;
    // The nodes belong to nobody from here on.
    this.#owner = owners++;
    return copy;
  }

  /** Holds if both are certainly equal because neither was written to since they were copied. */
  isSameAs(other: SharedMap<K, V>): boolean {
    return this.#root === other.#root;
  }

  get size(): number {
    return this.#size;
  }

  get(key: K): V | undefined {
    this.log?.keys?.add(key);
    return this.#find(key);
  }

  /** What is there, without a note that somebody asked. */
  peek(key: K): V | undefined {
    return this.#find(key);
  }

  #find(key: K): V | undefined {
    const id = idOf(key);
    let node = this.#root;
    for (let shift = 0; node !== null; shift += BITS) {
      const bit = 1 << ((id >>> shift) & LAST);
      if ((node.mask & bit) === 0) return undefined;
      const slot: Leaf<K, V> | Node<K, V> = node.slots[bitCount(node.mask & (bit - 1))]!;
      if (!isNode(slot)) return slot.id === id ? slot.value : undefined;
      node = slot;
    }
    return undefined;
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  set(key: K, value: V): void {
    this.log?.keys?.add(key);
    const known = this.#find(key);
    if (known === value) return;
    if (known === undefined) this.#size += 1;
    this.#root = this.#put(this.#root, 0, { id: idOf(key), key, value });
  }

  delete(key: K): void {
    if (!this.has(key)) return;
    this.#size -= 1;
    this.#root = this.#without(this.#root!, 0, idOf(key));
  }

  keys(): readonly K[] {
    return this.#leaves().map((leaf) => leaf.key);
  }

  /** All keys, without a note that somebody went through them. */
  peekKeys(): readonly K[] {
    return leavesOf(this.#root).map((leaf) => leaf.key);
  }

  values(): readonly V[] {
    return this.#leaves().map((leaf) => leaf.value);
  }

  #leaves(): readonly Leaf<K, V>[] {
    if (this.log !== null) this.log.all = true;
    return leavesOf(this.#root);
  }

  *[Symbol.iterator](): Generator<[K, V]> {
    for (const leaf of this.#leaves()) yield [leaf.key, leaf.value];
  }

  /** The entries that `other` has not, or has with another value; what the two share is not looked at. */
  entriesUnlike(other: SharedMap<K, V>): readonly Leaf<K, V>[] {
    const found: Leaf<K, V>[] = [];
    if (this.#root !== null) collectUnlike(this.#root, other.#root, 0, found);
    return found;
  }

  /**
   * Replaces each value that may mention one of `sought` by what `change` makes of it; `mark` says what a value mentions, and must always say the
   * same of the same value.
   */
  replace(sought: Marks, mark: (value: V, into: Marks) => void, change: (value: V) => V): void {
    if (this.#root !== null) this.#root = this.#replace(this.#root, sought, mark, change);
  }

  #replace(node: Node<K, V>, sought: Marks, mark: (value: V, into: Marks) => void, change: (value: V) => V): Node<K, V> {
    if (!marksOf(node, mark).meets(sought)) return node;
    let own: Node<K, V> | null = node.owner === this.#owner ? node : null;
    for (let at = 0; at < node.slots.length; at += 1) {
      const slot = node.slots[at]!;
      let next = slot;
      if (isNode(slot)) next = this.#replace(slot, sought, mark, change);
      else {
        const value = change(slot.value);
        if (value !== slot.value) {
          this.log?.keys?.add(slot.key);
          next = { id: slot.id, key: slot.key, value };
        }
      }
      if (next === slot) continue;
      own ??= { mask: node.mask, slots: node.slots.slice(), owner: this.#owner, marks: null };
      own.slots[at] = next;
      own.marks = null;
    }
    return own ?? node;
  }

  #put(node: Node<K, V> | null, shift: number, leaf: Leaf<K, V>): Node<K, V> {
    const bit = 1 << ((leaf.id >>> shift) & LAST);
    if (node === null) return { mask: bit, slots: [leaf], owner: this.#owner, marks: null };
    const own = node.owner === this.#owner ? node : { mask: node.mask, slots: node.slots.slice(), owner: this.#owner, marks: null };
    own.marks = null;
    const at = bitCount(own.mask & (bit - 1));
    if ((own.mask & bit) === 0) {
      own.mask |= bit;
      insert(own.slots, at, leaf);
      return own;
    }
    const slot = own.slots[at]!;
    if (isNode(slot)) own.slots[at] = this.#put(slot, shift + BITS, leaf);
    else if (slot.id === leaf.id) own.slots[at] = leaf;
    else own.slots[at] = this.#put(this.#put(null, shift + BITS, slot), shift + BITS, leaf);
    return own;
  }

  #without(node: Node<K, V>, shift: number, id: number): Node<K, V> | null {
    const bit = 1 << ((id >>> shift) & LAST);
    const own = node.owner === this.#owner ? node : { mask: node.mask, slots: node.slots.slice(), owner: this.#owner, marks: null };
    own.marks = null;
    const at = bitCount(own.mask & (bit - 1));
    const slot = own.slots[at]!;
    const rest = isNode(slot) ? this.#without(slot, shift + BITS, id) : null;
    if (rest !== null) own.slots[at] = rest;
    else {
      own.mask &= ~bit;
      own.slots.splice(at, 1);
    }
    return own.mask === 0 ? null : own;
  }
}

function marksOf<K, V>(node: Node<K, V>, mark: (value: V, into: Marks) => void): Marks {
  if (node.marks !== null) return node.marks;
  const marks = new Marks();
  for (const slot of node.slots) {
    if (isNode(slot)) marks.addAll(marksOf(slot, mark));
    else mark(slot.value, marks);
  }
  node.marks = marks;
  return marks;
}

/** As `splice` does, which takes twice as long. */
function insert<T>(list: T[], at: number, item: T): void {
  list.push(item);
  for (let place = list.length - 1; place > at; place -= 1) list[place] = list[place - 1]!;
  list[at] = item;
}

function idOf(key: Key): number {
  return typeof key === 'number' ? key : key.id;
}

function isNode<K, V>(slot: Leaf<K, V> | Node<K, V>): slot is Node<K, V> {
  return 'slots' in slot;
}

function bitCount(mask: number): number {
  let count = mask - ((mask >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return (((count + (count >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

function leavesOf<K, V>(root: Node<K, V> | null, into: Leaf<K, V>[] = []): Leaf<K, V>[] {
  if (root === null) return into;
  for (const slot of root.slots) {
    if (isNode(slot)) leavesOf(slot, into);
    else into.push(slot);
  }
  return into;
}

function collectUnlike<K, V>(node: Node<K, V>, other: Node<K, V> | Leaf<K, V> | null, shift: number, into: Leaf<K, V>[]): void {
  if (node === other) return;
  if (other === null) {
    leavesOf(node, into);
    return;
  }
  if (!isNode(other)) {
    // One leaf stands where this map has several.
    for (const leaf of leavesOf(node)) if (leaf.id !== other.id || leaf.value !== other.value) into.push(leaf);
    return;
  }
  let at = 0;
  for (let place = 0; place <= LAST; place += 1) {
    const bit = 1 << place;
    if ((node.mask & bit) === 0) continue;
    const slot = node.slots[at]!;
    at += 1;
    const there = (other.mask & bit) === 0 ? null : other.slots[bitCount(other.mask & (bit - 1))]!;
    if (slot === there) continue;
    if (isNode(slot)) collectUnlike(slot, there, shift + BITS, into);
    else if (there === null || (isNode(there) ? valueIn(there, slot.id, shift + BITS) : there.id === slot.id ? there.value : undefined) !== slot.value) into.push(slot);
  }
}

function valueIn<K, V>(node: Node<K, V>, id: number, shift: number): V | undefined {
  let at: Node<K, V> = node;
  for (let level = shift; ; level += BITS) {
    const bit = 1 << ((id >>> level) & LAST);
    if ((at.mask & bit) === 0) return undefined;
    const slot = at.slots[bitCount(at.mask & (bit - 1))]!;
    if (!isNode(slot)) return slot.id === id ? slot.value : undefined;
    at = slot;
  }
}
