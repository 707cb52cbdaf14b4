// An output that is only held against what another call made of the same input, in code that runs once: the check at the end of a script that converts
// weights, exports a network or writes it anew. `old = before(x); new = after(x); print((old - new).abs().max())`. The graph that it records is there for
// the time of one look, so that it is true and of no use to say so.
//
// Guarantees: the call is in no loop; each use of its output leads to a difference, a comparison or a print together with the output of another call of a
// network, or of code out of sight, that was given one of the same inputs; what comes of that is reduced, printed and tested, and computed with no further.
// Refuses: labels (they are no output), means of several networks, outputs that another function gets hold of.
import type { FuncRef } from '../domains/value.ts';
import { callAt, definitionsOf, tempsOf, usesOf } from '../ir/definitions.ts';
import type { Func, Instr, Temp } from '../ir/ir.ts';
import { terminalOperandsOf } from '../ir/operands.ts';
import type { Span } from '../source/span.ts';
import type { CallInstr } from './call.ts';
import { placeKey } from './context.ts';
import { inputsOf, share } from './inputs.ts';
import type { Machine } from './machine.ts';
import { sourcesOf } from './sources.ts';

const HOLDING_OPERATORS = new Set(['-', '==', '!=', '<', '>', '<=', '>=']);
/** Functions that hold what they are given against each other, or show it side by side. */
const HOLDING_NAMES = /close|equal|diff|compar|similar|assert|check|verify|mse|l1|dist|^(?:eq|ne|sub|subtract|print|log|info|debug)$/i;
/** Methods that put two tensors together. */
const COMPUTING_NAMES = /^(?:add|mul|matmul|mm|bmm|lerp|where|cat|stack|concat)_?$/;
const MAX_DEPTH = 6;

export function noteHeldAgainst(machine: Machine): void {
  for (const observation of machine.forwards) {
    if (!observation.once || !observation.uses.has('read') || observation.uses.has('trained') || observation.uses.has('escaped')) continue;
    const call = callAt(observation.where.func, observation.call.span);
    observation.heldAgainst = call !== null && isHeldOnly(machine, observation.where, call);
  }
}

/** What is known of a use: it shows nothing of the values, it gives another form of them, it holds them against others, or it is some other use. */
type Outcome = 'harmless' | 'held' | 'other' | { readonly follow: Temp };

function isHeldOnly(machine: Machine, where: FuncRef, call: CallInstr): boolean {
  const { func } = where;
  const inputs = inputsOf(where, call);
  const isOther = (temp: Temp): boolean => makersBehind(machine, func, temp, 0).some((maker) => placeKey(maker) !== placeKey(call) && share(inputs, inputsOf(where, maker)));
  const uses = usesOf(func);
  const ends = endsOf(func);
  let isHeld = false;
  const seen = new Set<Temp>();
  const follow = (temp: Temp, held: boolean): boolean => {
    if (seen.has(temp)) return true;
    seen.add(temp);
    if (ends.has(temp) && !held) return false;
    return (uses.get(temp) ?? []).every((instr) => {
      if (instr.kind === 'store') return !instr.variable.captured && tempsOf(func, instr.variable).loaded.every((loaded) => follow(loaded, held));
      const outcome = held ? afterwards(func, instr) : outcomeOf(machine, func, instr, temp, isOther);
      if (typeof outcome === 'object') return follow(outcome.follow, held);
      if (outcome !== 'held') return outcome === 'harmless';
      isHeld = true;
      return !('dest' in instr) || follow(instr.dest, true);
    });
  };
  return follow(call.dest, false) && isHeld;
}

const endings = new WeakMap<Func, ReadonlySet<Temp>>();

/** What decides about branches and what is returned or thrown. */
function endsOf(func: Func): ReadonlySet<Temp> {
  let known = endings.get(func);
  if (known === undefined) endings.set(func, (known = new Set(func.blocks.flatMap((block) => terminalOperandsOf(block.terminal)))));
  return known;
}

/** What a use makes of an output. */
function outcomeOf(machine: Machine, func: Func, instr: Instr, temp: Temp, isOther: (temp: Temp) => boolean): Outcome {
  switch (instr.kind) {
    case 'get-item':
      return instr.object === temp ? { follow: instr.dest } : 'other';
    case 'get-attr':
      return machine.libraries.shapeAttributes.has(instr.name) ? 'harmless' : { follow: instr.dest };
    case 'operator': {
      const others = instr.operands.filter((operand) => operand !== temp);
      if (others.length > 0 && HOLDING_OPERATORS.has(instr.operator) && others.every(isOther)) return 'held';
      return others.every((operand) => isPlain(func, operand)) && !HOLDING_OPERATORS.has(instr.operator) ? { follow: instr.dest } : 'other';
    }
    case 'collection':
      return instr.elements.some((element) => element.value !== temp && isOther(element.value)) && instr.form === 'string' ? 'held' : 'other';
    case 'call':
      return outcomeOfCall(machine, func, instr, temp, isOther);
    default:
      return 'other';
  }
}

function outcomeOfCall(machine: Machine, func: Func, call: CallInstr, temp: Temp, isOther: (temp: Temp) => boolean): Outcome {
  const { callee } = call;
  const name = callee.kind === 'method' ? callee.name : nameOf(func, callee.value);
  const given = [...(callee.kind === 'method' ? [callee.object] : []), ...call.args.map((arg) => arg.value)];
  if (HOLDING_NAMES.test(name) && given.some((item) => item !== temp && isOther(item))) return 'held';
  if (callee.kind !== 'method' || callee.object !== temp || !call.args.every((arg) => isPlain(func, arg.value))) return 'other';
  return machine.libraries.tensorMethods.get(name) === 'shape' ? 'harmless' : { follow: call.dest };
}

/** What a use makes of what came of holding outputs against each other: it may be shown and tested; computed with, it is no look any more. */
function afterwards(func: Func, instr: Instr): Outcome {
  switch (instr.kind) {
    case 'get-item':
    case 'get-attr':
    case 'collection':
      return { follow: instr.dest };
    case 'call':
      return instr.callee.kind === 'method' && COMPUTING_NAMES.test(instr.callee.name) && instr.args.some((arg) => !isPlain(func, arg.value)) ? 'other' : { follow: instr.dest };
    case 'operator':
      return HOLDING_OPERATORS.has(instr.operator) || instr.operator === '/' || instr.operands.filter((operand) => !isPlain(func, operand)).length <= 1 ? { follow: instr.dest } : 'other';
    default:
      return 'other';
  }
}

/** A number, a text, a dtype: no values of a network. */
function isPlain(func: Func, temp: Temp): boolean {
  return sourcesOf(func, temp).every((source) => source.kind === 'const' || source.kind === 'get-attr' || source.kind === 'global' || source.kind === 'import');
}

function nameOf(func: Func, callee: Temp): string {
  const instr = definitionsOf(func).get(callee);
  return instr?.kind === 'global' ? instr.name : instr?.kind === 'load' ? instr.variable.name : instr?.kind === 'get-attr' ? instr.name : '';
}

/** The calls of networks, or of code out of sight, whose outputs `temp` is one of, or a part or another form of one. */
function makersBehind(machine: Machine, func: Func, temp: Temp, depth: number): readonly CallInstr[] {
  if (depth > MAX_DEPTH) return [];
  return sourcesOf(func, temp).flatMap((instr): readonly CallInstr[] => {
    if (instr.kind === 'get-item' || instr.kind === 'get-attr') return makersBehind(machine, func, instr.object, depth + 1);
    if (instr.kind !== 'call') return [];
    const own = machine.unseenCalls.has(instr) || runsNetwork(machine, func, instr) ? [instr] : [];
    return instr.callee.kind === 'method' ? [...own, ...makersBehind(machine, func, instr.callee.object, depth + 1)] : own;
  });
}

const running = new WeakMap<Machine, ReadonlyMap<Func, ReadonlySet<Span>>>();

/** Holds if a call is one of a network. Asked when all is seen. */
function runsNetwork(machine: Machine, func: Func, { span }: CallInstr): boolean {
  let calls = running.get(machine);
  if (calls === undefined) {
    const found = new Map<Func, Set<Span>>();
    for (const { where, call } of machine.forwards) found.set(where.func, (found.get(where.func) ?? new Set()).add(call.span));
    running.set(machine, (calls = found));
  }
  return calls.get(func)?.has(span) === true;
}
