// What a call is given, by name: two calls that share an input are run on the same thing, as far as the text of one function says.
import { definitionsOf } from '../ir/definitions.ts';
import type { Module, Temp, Variable } from '../ir/ir.ts';
import type { FuncRef } from '../domains/value.ts';
import type { CallInstr } from './call.ts';

/** So far back from an argument to what it is made from. */
const MAX_DEPTH = 6;

const known = new WeakMap<Module, ReadonlySet<Variable>>();

/** The variables that hold what the file imports, or a part of it: `const { torch } = require('js-pytorch')`. */
function importedInto(module: Module): ReadonlySet<Variable> {
  let variables = known.get(module);
  if (variables === undefined) {
    const found = new Set<Variable>();
    for (const func of module.funcs) {
      const definitions = definitionsOf(func);
      const isImported = (temp: Temp): boolean => {
        const instr = definitions.get(temp);
        return instr?.kind === 'import' || (instr?.kind === 'get-attr' && isImported(instr.object)) || (instr?.kind === 'load' && found.has(instr.variable));
      };
      for (const block of func.blocks) for (const instr of block.instrs) if (instr.kind === 'store' && isImported(instr.value)) found.add(instr.variable);
    }
    known.set(module, (variables = found));
  }
  return variables;
}

const inputs = new WeakMap<CallInstr, ReadonlySet<string>>();

/** The variables, and the attributes of variables, that the arguments of `call` are made from: `x`, `batch.ids` of `net(x.float(), ids=batch.ids)`. */
export function inputsOf(where: FuncRef, call: CallInstr): ReadonlySet<string> {
  let names = inputs.get(call);
  if (names === undefined) inputs.set(call, (names = namesBehind(where, call)));
  return names;
}

function namesBehind({ module, func }: FuncRef, call: CallInstr): ReadonlySet<string> {
  const imported = importedInto(module);
  const definitions = definitionsOf(func);
  const names = new Set<string>();
  const visit = (temp: Temp, suffix: string, depth: number): void => {
    const instr = definitions.get(temp);
    if (instr === undefined || depth > MAX_DEPTH) return;
    switch (instr.kind) {
      case 'load':
        // `torch` of `torch.ones(1, 4)` is no input.
        if (!imported.has(instr.variable)) names.add(`${instr.variable.id}${suffix}`);
        return;
      case 'get-attr':
        return visit(instr.object, `.${instr.name}${suffix}`, depth + 1);
      case 'get-item':
        return visit(instr.object, suffix, depth + 1);
      case 'call':
        if (instr.callee.kind === 'method') visit(instr.callee.object, '', depth + 1);
        for (const arg of instr.args) visit(arg.value, '', depth + 1);
        return;
      case 'collection':
        for (const element of instr.elements) visit(element.value, '', depth + 1);
        return;
      default:
        return;
    }
  };
  for (const arg of call.args) visit(arg.value, '', 0);
  return names;
}

export function share(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return [...one].some((name) => other.has(name));
}
