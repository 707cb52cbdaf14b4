// How many files are shared out: nothing is lost, and what lies together stays together as long as that is fair.
import { describe, expect, it } from 'vitest';
import { sharesOf } from '../src/lint-in-workers.ts';

const files = (folder: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${folder}/f${String(index).padStart(3, '0')}.py`);
const same = (): number => 1;

describe('shares', () => {
  it('hold every file once', () => {
    const all = [...files('/p/a', 50), ...files('/p/b/c', 30), ...files('/p/b', 3), ...files('/q', 200), '/single.py'];
    expect(sharesOf(all, 2, same).flat().sort()).toEqual([...all].sort());
  });
  it('leave a folder whole that is no great part of all', () => {
    const shares = sharesOf([...files('/p/a', 10), ...files('/p/b', 10), ...files('/p/c', 100)], 2, same);
    for (const folder of ['/p/a/', '/p/b/']) expect(shares.filter((share) => share.some((file) => file.startsWith(folder)))).toHaveLength(1);
  });
  it('split a folder that outweighs the others, the heaviest first', () => {
    const shares = sharesOf([...files('/p/a', 100), ...files('/p/b', 4)], 2, same);
    expect(shares.length).toBeGreaterThan(4);
    expect(shares.map((share) => share.length)).toEqual(shares.map((share) => share.length).sort((a, b) => b - a));
  });
  it('take a file that is heavier than all others as it is', () => {
    expect(sharesOf(['/a.py', '/b.py', '/c.py'], 2, (file) => (file === '/b.py' ? 1000 : 1))[0]).toEqual(['/b.py']);
  });
  it('know the separators of Windows', () => {
    const shares = sharesOf([...files('C:/p/a', 4), ...files('C:/p/b', 40)].map((file) => file.replaceAll('/', '\\')), 2, same);
    expect(shares.filter((share) => share.some((file) => file.includes('\\a\\')))).toHaveLength(1);
  });
});
