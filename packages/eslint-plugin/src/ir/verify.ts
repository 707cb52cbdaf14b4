// Checks the promises of `ir.ts` and says which one is broken and where. Tests run it on every module they lower; the
// linter does not, because a broken promise there must cost a finding, not the whole file.
import { destOf, successorsOf, type Func, type Module } from './ir.ts';
import { operandsOf, terminalOperandsOf } from './operands.ts';

export function verifyModule(module: Module): readonly string[] {
  const problems: string[] = [];
  module.funcs.forEach((func, id) => {
    if (func.id !== id) problems.push(`func ${id} says that it is func ${func.id}`);
    problems.push(...verifyFunc(func, module).map((problem) => `${func.name}#${id}: ${problem}`));
  });
  if (module.funcs[0]?.kind !== 'module') problems.push('funcs[0] is not the module');
  return problems;
}

function verifyFunc(func: Func, module: Module): readonly string[] {
  const problems: string[] = [];
  const defined = new Set<number>();
  const define = (temp: number, where: string): void => {
    if (defined.has(temp)) problems.push(`%${temp} is defined twice (${where})`);
    if (temp < 0 || temp >= func.tempCount) problems.push(`%${temp} is out of range (${where})`);
    defined.add(temp);
  };
  const blockExists = (id: number, where: string): void => {
    if (func.blocks[id] === undefined) problems.push(`${where} names block b${id}, which does not exist`);
  };
  func.blocks.forEach((block, id) => {
    if (block.id !== id) problems.push(`block ${id} says that it is b${block.id}`);
    for (const instr of block.instrs) {
      const dest = destOf(instr);
      if (dest !== null) define(dest, `b${id} ${instr.kind}`);
      if (instr.span.start > instr.span.end) problems.push(`b${id} ${instr.kind} has a span that ends before it starts`);
      if (instr.kind === 'function' && module.funcs[instr.func] === undefined) problems.push(`b${id} names func ${instr.func}, which does not exist`);
      if (instr.kind === 'class' && module.classes[instr.class] === undefined) problems.push(`b${id} names class ${instr.class}, which does not exist`);
    }
    if (block.terminal.kind === 'each') define(block.terminal.dest, `b${id} each`);
    for (const successor of successorsOf(block.terminal)) blockExists(successor, `the terminal of b${id}`);
    if (block.handler !== null) blockExists(block.handler, `the handler of b${id}`);
  });
  // In reverse postorder a use may stand before its definition only through a loop, and temps do not live across loops.
  const seen = new Set<number>();
  for (const block of func.blocks) {
    const use = (temp: number, where: string): void => {
      if (!seen.has(temp)) problems.push(`%${temp} is used in b${block.id} (${where}) before it is defined`);
    };
    for (const instr of block.instrs) {
      for (const operand of operandsOf(instr)) use(operand, instr.kind);
      const dest = destOf(instr);
      if (dest !== null) seen.add(dest);
    }
    for (const operand of terminalOperandsOf(block.terminal)) use(operand, block.terminal.kind);
    if (block.terminal.kind === 'each') seen.add(block.terminal.dest);
  }
  return problems;
}
