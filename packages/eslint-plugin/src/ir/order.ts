// Reverse postorder: drops what cannot be reached from the entry and renumbers the rest, so that every edge that is not the
// back edge of a loop goes to a higher number. Iterative, because generated code nests deeper than the call stack.
import { successorsOf, type Block, type BlockId, type Terminal } from './ir.ts';

export function reversePostorder(blocks: readonly Block[]): readonly Block[] {
  const state = new Uint8Array(blocks.length);
  const postorder: BlockId[] = [];
  const stack: { id: BlockId; next: readonly BlockId[]; at: number }[] = [];
  const push = (id: BlockId): void => {
    state[id] = 1;
    const block = blocks[id]!;
    // The last successor is visited first and so comes last in reverse postorder: handlers stand after the normal path, and
    // what follows a loop stands after its body.
    const successors = [...successorsOf(block.terminal)];
    const next = block.handler === null ? successors : [...successors, block.handler];
    stack.push({ id, next: next.reverse(), at: 0 });
  };
  push(0);
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    if (top.at === top.next.length) {
      postorder.push(top.id);
      stack.pop();
      continue;
    }
    const successor = top.next[top.at]!;
    top.at += 1;
    if (state[successor] === 0) push(successor);
  }
  const order = postorder.reverse();
  const renumbered = new Int32Array(blocks.length).fill(-1);
  order.forEach((old, index) => {
    renumbered[old] = index;
  });
  const map = (id: BlockId): BlockId => renumbered[id]!;
  return order.map((old, id) => {
    const block = blocks[old]!;
    return { id, instrs: block.instrs, terminal: mapTerminal(block.terminal, map), handler: block.handler === null ? null : map(block.handler) };
  });
}

function mapTerminal(terminal: Terminal, map: (id: BlockId) => BlockId): Terminal {
  switch (terminal.kind) {
    case 'goto':
      return { kind: 'goto', target: map(terminal.target), span: terminal.span };
    case 'branch':
      return { kind: 'branch', test: terminal.test, then: map(terminal.then), else: map(terminal.else), span: terminal.span };
    case 'each':
      return { kind: 'each', iterable: terminal.iterable, dest: terminal.dest, body: map(terminal.body), done: map(terminal.done), isAsync: terminal.isAsync, span: terminal.span };
    case 'return':
    case 'throw':
    case 'unreachable':
      return terminal;
  }
}
