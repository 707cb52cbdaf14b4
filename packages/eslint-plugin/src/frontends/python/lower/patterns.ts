// `match`. A test falls through with its captures, or goes to the next case. Literals are compared (`==`, `is`), so that
// a branch on a mode's name can be understood; the shape of a sequence, a mapping or a class is a choice that we do not model.
import type { Match, MatchClass, MatchOr, Pattern } from '../ast.ts';
import { headerOf, spanOf, type Lowering } from './lowering.ts';
import { starredPart, unpackIndex } from './targets.ts';
import type { BlockId, Part, Temp, Variable } from '../../../ir/ir.ts';

/** What a pattern has captured so far. Names are bound when the whole pattern has matched, and before the guard is tested. */
type Captures = Map<string, Temp>;

export function lowerMatch(l: Lowering, node: Match): void {
  const { builder } = l;
  const span = headerOf(node);
  const subject = l.expression(node.subject);
  const after = builder.newBlock();
  for (const clause of node.cases) {
    const next = builder.newBlock();
    builder.atStatement(headerOf(clause));
    const captures: Captures = new Map();
    test(l, clause.pattern, subject, next, captures);
    for (const [name, value] of captures) l.storeName(name, value, spanOf(clause.pattern));
    if (clause.guard !== null) {
      const holds = builder.newBlock();
      l.condition(clause.guard, holds, next);
      builder.startBlock(holds, span);
    }
    l.statements(clause.body);
    builder.terminate({ kind: 'goto', target: after }, span);
    builder.startBlock(next, span);
  }
  builder.startBlock(after, span);
}

function test(l: Lowering, pattern: Pattern, subject: Temp, fail: BlockId, captures: Captures): void {
  const span = spanOf(pattern);
  const { builder } = l;
  switch (pattern.type) {
    case 'MatchAs':
      if (pattern.pattern !== null) test(l, pattern.pattern, subject, fail, captures);
      if (pattern.name !== null) captures.set(pattern.name, subject);
      return;
    case 'MatchStar':
      if (pattern.name !== null) captures.set(pattern.name, subject);
      return;
    case 'MatchValue':
      branch(l, builder.operator('==', [subject, l.expression(pattern.value)], span), fail, pattern);
      return;
    case 'MatchSingleton': {
      const value = builder.constant(pattern.value === null ? { type: 'none' } : { type: 'boolean', value: pattern.value }, span);
      branch(l, builder.operator('is', [subject, value], span), fail, pattern);
      return;
    }
    case 'MatchOr':
      testAlternatives(l, pattern, subject, fail, captures);
      return;
    case 'MatchSequence': {
      const star = pattern.patterns.findIndex((part) => part.type === 'MatchStar');
      const count = builder.constant({ type: 'number', value: pattern.patterns.length - (star === -1 ? 0 : 1) }, span);
      branch(l, builder.operator(star === -1 ? 'sequence of' : 'sequence from', [subject, count], span), fail, pattern);
      pattern.patterns.forEach((part, at) => {
        if (isWildcard(part)) return;
        const index = unpackIndex(l, at, star, pattern.patterns.length, part);
        test(l, part, item(l, subject, index, part, at === star ? starredPart(star, pattern.patterns.length) : undefined), fail, captures);
      });
      return;
    }
    case 'MatchMapping': {
      const keys = pattern.keys.map((key) => l.expression(key));
      branch(l, builder.operator('mapping with', [subject, ...keys], span), fail, pattern);
      keys.forEach((index, i) => {
        const part = pattern.patterns[i];
        if (part !== undefined && !isWildcard(part)) test(l, part, item(l, subject, index, part), fail, captures);
      });
      if (pattern.rest !== null) captures.set(pattern.rest, item(l, subject, null, pattern));
      return;
    }
    case 'MatchClass': {
      branch(l, builder.operator('instanceof', [subject, l.expression(pattern.cls)], span), fail, pattern);
      for (const part of pattern.patterns) {
        if (isWildcard(part)) continue;
        // A built-in type hands over the subject itself. Which attribute another class's pattern reads is that class's business
        // (`__match_args__`): a part of the subject, from which anything may be reached.
        const value = isWhole(l, pattern) ? subject : builder.opaque('match-argument', [subject], spanOf(part));
        test(l, part, value, fail, captures);
      }
      pattern.kwd_patterns.forEach((part, i) => {
        const name = pattern.kwd_attrs[i] ?? '';
        test(l, part, builder.getAttr(subject, name, spanOf(part)), fail, captures);
      });
      return;
    }
    case 'Unknown':
      branch(l, null, fail, pattern);
  }
}

/** The alternatives capture the same names: each through a variable that all of them store. */
function testAlternatives(l: Lowering, pattern: MatchOr, subject: Temp, fail: BlockId, captures: Captures): void {
  const { builder } = l;
  const span = spanOf(pattern);
  const success = builder.newBlock();
  const shared = new Map<string, Variable>();
  pattern.patterns.forEach((alternative, i) => {
    const isLast = i === pattern.patterns.length - 1;
    const next = isLast ? fail : builder.newBlock();
    const own: Captures = new Map();
    test(l, alternative, subject, next, own);
    for (const [name, value] of own) {
      let variable = shared.get(name);
      if (variable === undefined) {
        variable = builder.synthetic('?');
        shared.set(name, variable);
      }
      builder.store(variable, value, spanOf(alternative));
    }
    builder.terminate({ kind: 'goto', target: success }, span);
    if (!isLast) builder.startBlock(next, span);
  });
  builder.startBlock(success, span);
  for (const [name, variable] of shared) captures.set(name, builder.load(variable, span));
}

/** `_` looks at nothing. */
function isWildcard(pattern: Pattern): boolean {
  return (pattern.type === 'MatchAs' && pattern.pattern === null && pattern.name === null) || (pattern.type === 'MatchStar' && pattern.name === null);
}

const WHOLE = new Set(['bool', 'bytearray', 'bytes', 'dict', 'float', 'frozenset', 'int', 'list', 'set', 'str', 'tuple']);

/** `int(x)` matches the subject itself against `x`. */
function isWhole(l: Lowering, pattern: MatchClass): boolean {
  return pattern.cls.type === 'Name' && WHOLE.has(pattern.cls.id) && pattern.patterns.length === 1 && l.scope.lookup(pattern.cls.id) === null;
}

function item(l: Lowering, object: Temp, index: Temp | null, pattern: Pattern, part?: Part): Temp {
  const dest = l.builder.temp();
  l.builder.emit({ kind: 'get-item', dest, object, index, ...(part === undefined ? {} : { part }) }, spanOf(pattern));
  return dest;
}

function branch(l: Lowering, value: Temp | null, fail: BlockId, pattern: Pattern): void {
  const span = spanOf(pattern);
  const matched = l.builder.newBlock();
  l.builder.terminate({ kind: 'branch', test: value, then: matched, else: fail }, span);
  l.builder.startBlock(matched, span);
}
