// @ts-check
// Damaged versions of a text, chosen at random and repeatable by their seed: its beginning, its end, the text without its middle, and the text with a stray
// bracket, quote, break or keyword in it. What people have in their editors is like that most of the time.

/** A small generator of numbers below a limit (mulberry32). @param {number} seed @returns {(limit: number) => number} */
export function randomBelow(seed) {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, limit);
  };
}

const STRAYS = ['(', ')', '[', '{', '}', '"', "'", '`', '"""', "f'", '${', '</', '\n', '\\', ':', ';', '\u0000', '@', '*', '#', '?.', '\ud800', '    ', '\t', 'match ', 'async ', 'class ', 'yield ', '=>'];

/** @param {string} text @param {(limit: number) => number} random @returns {readonly (readonly [label: string, text: string])[]} */
export function damaged(text, random) {
  const [first = 0, second = 0] = [random(text.length), random(text.length)].sort((a, b) => a - b);
  const stray = STRAYS[random(STRAYS.length)] ?? '';
  return [
    [`[0, ${first})`, text.slice(0, first)],
    [`[${second}, end)`, text.slice(second)],
    [`without [${first}, ${second})`, text.slice(0, first) + text.slice(second)],
    [`with ${JSON.stringify(stray)} at ${first}`, text.slice(0, first) + stray + text.slice(first)],
  ];
}
