/**
 * The pooled memory: blocks, residency and eviction, explicit ends, and what backward gives back.
 */
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { ones, scope, tensor, type Tensor } from '../src/index.ts';
import { blockPool, bytesOfClass, classOf } from '../src/memory/block-pool.ts';
import { f32, f64, u8 } from '../src/memory/element-kind.ts';
import { residency } from '../src/memory/residency.ts';
import { Storage } from '../src/memory/storage.ts';

const usualBudget = residency.budget;
afterEach(() => {
  residency.budget = usualBudget;
});

describe('blocks', () => {
  test('a class holds what it is asked for and wastes at most a fifth beyond 512 bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 65_536 }), (bytes) => {
        const size = bytesOfClass(classOf(bytes));
        expect(size).toBeGreaterThanOrEqual(bytes);
        expect(size % 64).toBe(0);
        if (bytes > 512) expect(bytes).toBeGreaterThan(size * 0.8 - 64);
      }),
    );
  });

  test('are aligned, do not overlap, and are handed out again', () => {
    residency.clear();
    const held = new Map<number, number>();
    const check = (): void => {
      let end = 0;
      for (const [at, bytes] of [...held].sort(([a], [b]) => a - b)) {
        expect(at % 64).toBe(0);
        expect(at).toBeGreaterThanOrEqual(end);
        end = at + bytes;
      }
    };
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 5000 })), { maxLength: 60 }), (steps) => {
        for (const [take, bytes] of steps) {
          const oldest = held.keys().next().value;
          if (take || oldest === undefined) held.set(blockPool.take(classOf(bytes)), bytesOfClass(classOf(bytes)));
          else {
            blockPool.give(oldest, classOf(held.get(oldest)!));
            held.delete(oldest);
          }
        }
        check();
      }),
    );
    for (const [at, bytes] of held) blockPool.give(at, classOf(bytes));
    const at = blockPool.take(classOf(100));
    blockPool.give(at, classOf(100));
    const spanned = blockPool.bytesSpanned;
    expect(blockPool.take(classOf(100))).toBe(at);
    blockPool.give(at, classOf(100));
    expect(blockPool.bytesSpanned).toBe(spanned);
    expect(blockPool.bytesInUse).toBe(0);
    blockPool.reset();
  });
});

describe('a storage', () => {
  test.each([new Float32Array([1, -0, NaN, 3e38]), new Float64Array([1e300]), new Int32Array([-7, 2 ** 31 - 1]), Uint8Array.from({ length: 100 }, (_, index) => index)])(
    'keeps its elements through coming in and going out: %o',
    (elements) => {
      const storage = Storage.over(elements.slice());
      const at = storage.address();
      expect(storage.isResident).toBe(true);
      expect(storage.address()).toBe(at);
      expect(storage.data).toEqual(elements);
      if (storage.isResident) storage.evict();
      expect(storage.data).toEqual(elements);
      storage.data[0] = 5;
      storage.address();
      expect(storage.data[0]).toBe(5);
      storage.free();
      expect(() => storage.data).toThrow('the values of this tensor were freed');
      expect(() => storage.address()).toThrow('the values of this tensor were freed');
    },
  );

  test('made over a view of the linear memory takes a copy, because the view holds for one operation only', () => {
    const first = Storage.uninitialized(f32, 3);
    first.data.set([1, 2, 3]);
    const second = Storage.over(first.data);
    first.data[0] = 9;
    expect([...second.data]).toEqual([1, 2, 3]);
  });
});

describe('residency', () => {
  test('stays within the budget, spares what is used, and loses nothing', () => {
    residency.clear();
    residency.budget = 64 * 1024;
    const constant = Storage.over(new Float32Array(1024).fill(7));
    const all: Storage[] = [];
    for (let turn = 0; turn < 200; turn++) {
      residency.safePoint();
      constant.address();
      const storage = Storage.uninitialized(turn % 2 === 0 ? f32 : turn % 3 === 0 ? u8 : f64, 500);
      storage.data.fill(turn);
      all.push(storage);
    }
    residency.safePoint();
    expect(blockPool.bytesInUse).toBeLessThanOrEqual(64 * 1024);
    expect(constant.wasEvicted).toBe(false);
    for (const [turn, storage] of all.entries()) expect(storage.data[499]).toBe(turn);
  });

  test('grows the budget of a program that uses more than it in turn', () => {
    residency.clear();
    residency.budget = 64 * 1024;
    const all = Array.from({ length: 40 }, () => Storage.over(new Float32Array(1024)));
    for (let turn = 0; turn < 20; turn++) {
      for (const storage of all) {
        residency.safePoint();
        storage.address();
      }
    }
    expect(residency.budget).toBeGreaterThanOrEqual(40 * 4096);
  });

  test('counts objects, too: many small storages leave although their bytes fit', () => {
    residency.clear();
    for (let turn = 0; turn < 100_000; turn++) {
      Storage.uninitialized(f32, 1);
      residency.safePoint();
    }
    expect(residency.count).toBeLessThanOrEqual(65_536);
  });

  test('cuts the memory anew when what is free has the wrong sizes', () => {
    residency.clear();
    residency.budget = 256 * 1024;
    const kept = Storage.over(new Float32Array(16).fill(3));
    kept.address();
    for (let size = 1024; size < 64 * 1024; size += 1024) Storage.uninitialized(f32, size).free();
    for (let turn = 0; turn < 3000; turn++) {
      Storage.uninitialized(f32, 32);
      residency.safePoint();
    }
    expect(blockPool.bytesSpanned).toBeLessThan(1024 * 1024);
    expect(kept.data[15]).toBe(3);
  });
});

describe('dispose and scope', () => {
  test('reading a disposed tensor throws and names the operation that made it', () => {
    const x = ones(2, 2);
    const y = x.exp();
    y.dispose();
    y.dispose();
    expect(y.shape).toEqual([2, 2]);
    expect(() => y.toArray()).toThrow(/freed: it was made by exp/);
    expect(() => y.add(1)).toThrow(/freed: it was made by exp/);
    expect(x.toArray()).toEqual([[1, 1], [1, 1]]);
  });

  test('a view keeps its base, and the base its view', () => {
    const x = tensor([1, 2, 3]);
    const view = x.narrow(0, 1, 2);
    x.dispose();
    expect(view.toArray()).toEqual([2, 3]);
    view.dispose();
    expect(() => view.toArray()).toThrow('freed');
  });

  test('a graph keeps what its gradient needs', () => {
    const x = tensor([2, 3], { requiresGrad: true });
    const y = x.exp();
    const loss = y.sum();
    y.dispose();
    loss.backward();
    for (const [index, slope] of (x.grad!.toArray() as number[]).entries()) expect(slope).toBeCloseTo(Math.exp(index + 2), 5);
  });

  test('a scope ends what was made in it, except what is kept and what belongs to others', () => {
    let kept: Tensor;
    let lost: Tensor;
    const leaf = tensor([1, 2], { requiresGrad: true });
    const outer = scope();
    {
      using inner = scope();
      lost = leaf.mul(3);
      kept = inner.keep(lost.sum());
      kept.backward();
    }
    expect(() => lost.toArray()).toThrow('freed: it was made by mul');
    expect(kept.item()).toBe(9);
    outer.dispose();
    expect(() => kept.item()).toThrow('freed: it was made by sum');
    expect(leaf.grad!.toArray()).toEqual([3, 3]);
  });

  test('scopes end in order', () => {
    const outer = scope();
    const inner = scope();
    expect(() => outer.dispose()).toThrow('ended out of order');
    inner.dispose();
    outer.dispose();
  });
});
