// How many files are shared out: nothing is lost, and what lies together stays together as long as that is fair.
import { describe, expect, it } from 'vitest';
import { sharesOf } from '../src/lint-in-workers.ts';
import { OpenShares } from '../src/open-shares.ts';

const files = (folder: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${folder}/f${String(index).padStart(3, '0')}.py`);
const same = (): number => 1;

describe('shares', () => {
  it('hold every file once', () => {
    const all = [...files('/p/a', 50), ...files('/p/b/c', 30), ...files('/p/b', 3), ...files('/q', 200), '/single.py'];
    expect(sharesOf(all, 2, same).flat().sort()).toEqual([...all].sort());
  });
  it('leave a folder whole that is no great part of all', () => {
    const shares = sharesOf([...files('/p/a', 10), ...files('/p/b', 10), ...files('/p/c', 400)], 2, same);
    for (const folder of ['/p/a/', '/p/b/']) expect(shares.filter((share) => share.some((file) => file.startsWith(folder)))).toHaveLength(1);
  });
  it('split a folder that outweighs the others, in the order of the paths', () => {
    const all = [...files('/p/a', 100), ...files('/p/b', 4)];
    const shares = sharesOf(all, 2, same);
    expect(shares.length).toBeGreaterThan(16);
    expect(shares.flat()).toEqual(all);
  });
  it('take a file that is heavier than all others as it is', () => {
    expect(sharesOf(['/a.py', '/b.py', '/c.py'], 2, (file) => (file === '/b.py' ? 1000 : 1))).toEqual([['/a.py'], ['/b.py'], ['/c.py']]);
  });
  it('know the separators of Windows', () => {
    const shares = sharesOf([...files('C:/p/a', 4), ...files('C:/p/b', 200)].map((file) => file.replaceAll('/', '\\')), 2, same);
    expect(shares.filter((share) => share.some((file) => file.includes('\\a\\')))).toHaveLength(1);
  });
});

describe('threads that take shares', () => {
  const named = (count: number): string[][] => Array.from({ length: count }, (_, at) => [String(at)]);

  it('come towards each other from both ends', () => {
    const open = new OpenShares(named(5));
    const [one, other] = [open.forThread(), open.forThread()];
    expect([one(), other(), one(), other(), one(), other(), one()]).toEqual([['0'], ['4'], ['1'], ['3'], ['2'], null, null]);
  });
  it('begin in the middle of what is free if both ends are taken, and go back when they meet somebody', () => {
    const open = new OpenShares(named(9));
    const [first, last, between] = [open.forThread(), open.forThread(), open.forThread()];
    expect([first(), last(), between()]).toEqual([['0'], ['8'], ['4']]);
    expect([last(), last(), last()]).toEqual([['7'], ['6'], ['5']]);
    expect([between(), between(), between(), between()]).toEqual([['3'], ['2'], ['1'], null]);
  });
  it('leave what nobody took, once', () => {
    const open = new OpenShares(named(3));
    const take = open.forThread();
    take();
    expect(open.takeAll()).toEqual(['1', '2']);
    expect([open.takeAll(), take()]).toEqual([[], null]);
  });
  it('take every share once, however many they are', () => {
    for (const [shares, threads] of [[1, 2], [7, 3], [64, 5], [10, 8]] as const) {
      const open = new OpenShares(named(shares));
      const takers = Array.from({ length: threads }, () => open.forThread());
      const taken: string[] = [];
      for (let turn = 0; taken.length < shares && turn < 1000; turn += 1) taken.push(...(takers[(turn * turn) % threads]!() ?? []));
      expect(taken.sort()).toEqual(named(shares).flat().sort());
    }
  });
});
