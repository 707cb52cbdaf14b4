// The calls of parts inside of a `forward`, where its class cuts gradients off somewhere: `h = self.encoder(x).detach()` trains the head and never the encoder, and nothing fails.
//
// The output of such a call derives from a number of its own, beside that of the call of the whole network, so that what becomes of it is noted like what becomes of a network's output: a part whose
// output reaches a loss by detached values alone gets no gradients. Parameters that run in it learn with it, and not with the whole.
//
// `x + (q - x).detach()` is a stop-gradient: the encoder behind `x` is on a gradient path all the same. Classes that cut nothing off have no such calls, which keeps the numbers few.
import { destOf, type Func, type Instr, type Module } from '../ir/ir.ts';
import type { AbstractObject, Site } from '../domains/object.ts';
import type { Context } from './context.ts';
import type { ForwardObservation, Use } from './observation.ts';

export interface PartCall {
  readonly number: number;
  /** The call of the network that it is a part of. */
  readonly whole: ForwardObservation;
  readonly call: Site;
  readonly className: string;
  /** Modules whose parameters take part and require gradients. */
  readonly parameters: Set<AbstractObject>;
  readonly uses: Set<Use>;
}

/** Numbers of parts follow on those that forward calls have. */
const FIRST = 1e6;

export class PartCalls {
  readonly all: PartCall[] = [];
  readonly #byPlace = new Map<Context, Map<Instr, PartCall>>();

  at(context: Context, instr: Instr, whole: ForwardObservation, call: Site, className: string): PartCall {
    let byInstr = this.#byPlace.get(context);
    if (byInstr === undefined) this.#byPlace.set(context, (byInstr = new Map()));
    let part = byInstr.get(instr);
    if (part === undefined) {
      part = { number: FIRST + this.all.length, whole, call, className, parameters: new Set(), uses: new Set() };
      this.all.push(part);
      byInstr.set(instr, part);
    }
    return part;
  }

  use(number: number, use: Use): void {
    this.all[number - FIRST]?.uses.add(use);
  }
}

/** Holds if gradients to it are cut off: its output reaches a loss, but on no way that they come back. */
export function isCutOff({ uses }: PartCall): boolean {
  return uses.has('target') && !uses.has('trained');
}

const cutting = new WeakMap<Module, ReadonlySet<number>>();
const CUTS = /^(?:detach|data|no_?[Gg]rad|inference_?[Mm]ode|set_grad_enabled|stop_?[Gg]radient)$/;

/** Holds if the class that `func` is a method of cuts gradients off somewhere, as far as its text says. */
export function cutsGradients(module: Module, func: Func): boolean {
  if (func.owner === null) return false;
  let owners = cutting.get(module);
  if (owners === undefined) {
    const found = new Set<number>();
    for (const { owner, blocks } of module.funcs) if (owner !== null && blocks.some((block) => block.instrs.some(cuts))) found.add(owner);
    cutting.set(module, (owners = found));
  }
  return owners.has(func.owner);
}

function cuts(instr: Instr): boolean {
  if (instr.kind === 'get-attr') return CUTS.test(instr.name);
  if (instr.kind === 'load') return CUTS.test(instr.variable.name);
  return destOf(instr) !== null && instr.kind === 'call' && instr.callee.kind === 'method' && CUTS.test(instr.callee.name);
}
