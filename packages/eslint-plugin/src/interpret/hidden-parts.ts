// Parts of a network that a library has made as a whole: `net = torchvision.models.resnet18()`, `net.bn1.eval()`, `for m in net.modules(): …`.
//
// Such a network is one object here, and its mode that of all its layers that matter. What is picked out of it is an object that stands for any of its parts: a mode that is set on that may be
// the mode of some layers from there on, and the network is in the one mode or the other. Likewise its parameters, of which some may be frozen.
//
// Guarantees: a mode that some parts may have is never one that the network certainly has not. Refuses to know: which parts there are, how many, and in which mode any of them is.
//
// Worked example: after `for m in net.modules(): if isinstance(m, nn.BatchNorm2d): m.eval()` the network is in training or in evaluation mode; `net.eval()` puts all of it to sleep again.
import { UNKNOWN_MODE } from '../domains/mode.ts';
import { UNKNOWN_STATISTICS, UNKNOWN_TRAINABLE } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import type { Instr } from '../ir/ir.ts';
import type { Machine } from './machine.ts';

/** No program can spell it. */
const ANY_PART = '#part';

/** Holds for a network that a library has made as a whole. */
export function hidesParts(object: AbstractObject): boolean {
  return object.kind === 'module' && object.class === null && object.library?.composed === true;
}

/** What stands for any part of `network`, which hides them. */
export function hiddenPart(machine: Machine, state: State, network: AbstractObject, instr: Instr): AbstractObject {
  const part = machine.objects.outside('', instr.span, `${network.label} part`, { object: network, name: ANY_PART });
  if (!state.heap.has(part)) state.update(part, { modes: UNKNOWN_MODE, statistics: UNKNOWN_STATISTICS, trainable: UNKNOWN_TRAINABLE, many: true, escaped: true });
  return part;
}

/** The network that hides `object`, or that of which it is a part; null if it is none. */
export function hidingNetwork(object: AbstractObject): AbstractObject | null {
  for (let at = object.via; at !== null; at = at.object.via) if (at.name === ANY_PART) return at.object;
  return null;
}
