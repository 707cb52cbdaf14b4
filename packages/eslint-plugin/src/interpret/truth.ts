// Which ways a test can go, and what is known on each way.
import { assertNever, type Constant } from '../ir/ir.ts';
import { EVAL, TRAIN } from '../domains/mode.ts';
import { MAX_SETTINGS, type ModeSetting } from '../domains/heap.ts';
import { eachInTree } from './set-mode.ts';
import type { State } from '../domains/state.ts';
import type { Atom, Value } from '../domains/value.ts';

export interface Truth {
  readonly mayBeTrue: boolean;
  readonly mayBeFalse: boolean;
}

const EITHER: Truth = { mayBeTrue: true, mayBeFalse: true };

export function truthOf(value: Value): Truth {
  if (value.unknown || value.atoms.length === 0) return EITHER;
  let mayBeTrue = false;
  let mayBeFalse = false;
  for (const atom of value.atoms) {
    const truth = truthOfAtom(atom);
    mayBeTrue ||= truth.mayBeTrue;
    mayBeFalse ||= truth.mayBeFalse;
  }
  return { mayBeTrue, mayBeFalse };
}

function truthOfAtom(atom: Atom): Truth {
  switch (atom.kind) {
    case 'constant':
      return constantIsTruthy(atom.value) ? { mayBeTrue: true, mayBeFalse: false } : { mayBeTrue: false, mayBeFalse: true };
    case 'flag': {
      const can = { train: (atom.modes & ~EVAL) !== 0, eval: (atom.modes & ~TRAIN) !== 0 };
      return atom.negated ? { mayBeTrue: can.eval, mayBeFalse: can.train } : { mayBeTrue: can.train, mayBeFalse: can.eval };
    }
    case 'object':
      // An empty collection is false in Python, and a module may define its own truth.
      return atom.object.kind === 'module' ? { mayBeTrue: true, mayBeFalse: false } : EITHER;
    case 'function':
    case 'partial':
    case 'class':
    case 'method':
    case 'scope':
    case 'super':
      return { mayBeTrue: true, mayBeFalse: false };
    case 'library':
    case 'namespace':
    case 'parameters':
      return EITHER;
    default:
      return assertNever(atom);
  }
}

export function constantIsTruthy(value: Constant): boolean {
  switch (value.type) {
    case 'boolean':
      return value.value;
    case 'number':
      return value.value !== 0 && !Number.isNaN(value.value);
    case 'string':
      return value.value !== '';
    case 'none':
    case 'undefined':
      return false;
    default:
      return assertNever(value);
  }
}

/**
 * Narrows `state` on the way where `test` was `outcome`: `if model.training:` and `assert not model.training` say which mode
 * the module is in. Its children follow if they were only ever set together with it.
 */
export function assume(state: State, test: Value, outcome: boolean): void {
  const atom = test.atoms.length === 1 && !test.unknown ? test.atoms[0]! : null;
  if (atom?.kind !== 'flag') return;
  const root = state.object(atom.object);
  const before = root.modes;
  // The flag was read earlier; if the mode was set since, the test says nothing about now.
  if (before !== atom.modes) return;
  const modes = outcome !== atom.negated ? TRAIN : EVAL;
  eachInTree(state, atom.object, true, (object, strong) => {
    const known = state.object(object);
    if (strong && known.modes === before && (object === atom.object || setTogether(root.settings, known.settings))) state.update(object, { modes });
  });
}

function setTogether(root: readonly ModeSetting[], child: readonly ModeSetting[]): boolean {
  const later = (settings: readonly ModeSetting[]): readonly ModeSetting[] => settings.filter((setting) => setting.how !== 'constructed');
  const [ofRoot, ofChild] = [later(root), later(child)];
  if (root.length >= MAX_SETTINGS || ofRoot.length !== ofChild.length) return false;
  return ofChild.every((setting) => ofRoot.some((other) => other.site.span === setting.site.span && other.mode === setting.mode));
}
