// The temps that an instruction or a terminal reads, in evaluation order. One switch for everybody who walks operands
// (the verifier, the escape rule of `opaque`, the printer), exhaustive by type.
import { assertNever, type Instr, type Temp, type Terminal } from './ir.ts';

export function operandsOf(instr: Instr): readonly Temp[] {
  switch (instr.kind) {
    case 'const':
    case 'load':
    case 'global':
    case 'import':
    case 'import-all':
    case 'super':
    case 'catch':
      return [];
    case 'store':
    case 'await':
      return [instr.value];
    case 'get-attr':
      return [instr.object];
    case 'set-attr':
      return [instr.object, instr.value];
    case 'get-item':
      return instr.index === null ? [instr.object] : [instr.object, instr.index];
    case 'set-item':
      return instr.index === null ? [instr.object, instr.value] : [instr.object, instr.index, instr.value];
    case 'call':
      return [instr.callee.kind === 'value' ? instr.callee.value : instr.callee.object, ...instr.args.map((arg) => arg.value)];
    case 'function':
      return instr.defaults.map((item) => item.value);
    case 'class':
      return instr.bases;
    case 'define-member':
      return [instr.class, instr.value];
    case 'collection':
      return instr.elements.flatMap((element) => (element.key === null ? [element.value] : [element.key, element.value]));
    case 'operator':
    case 'opaque':
      return instr.operands;
    case 'yield':
      return instr.value === null ? [] : [instr.value];
    case 'enter':
    case 'exit':
      return [instr.manager];
    default:
      return assertNever(instr);
  }
}

export function terminalOperandsOf(terminal: Terminal): readonly Temp[] {
  switch (terminal.kind) {
    case 'branch':
      return terminal.test === null ? [] : [terminal.test];
    case 'each':
      return [terminal.iterable];
    case 'return':
    case 'throw':
      return terminal.value === null ? [] : [terminal.value];
    case 'goto':
    case 'unreachable':
      return [];
    default:
      return assertNever(terminal);
  }
}
