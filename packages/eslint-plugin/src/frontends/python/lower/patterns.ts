// `match`. A test falls through with its names bound, or goes to the next case. Literals are compared (`==`, `is`), so that
// a branch on a mode's name can be understood; the shape of a sequence, a mapping or a class is a choice that we do not model.
import type { Match, Pattern } from '../ast.ts';
import { headerOf, spanOf, type Lowering } from './lowering.ts';
import { unpackIndex } from './targets.ts';
import type { BlockId, Temp } from '../../../ir/ir.ts';

export function lowerMatch(l: Lowering, node: Match): void {
  const { builder } = l;
  const span = headerOf(node);
  const subject = l.expression(node.subject);
  const after = builder.newBlock();
  for (const clause of node.cases) {
    const next = builder.newBlock();
    builder.atStatement(headerOf(clause));
    test(l, clause.pattern, subject, next);
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

function test(l: Lowering, pattern: Pattern, subject: Temp, fail: BlockId): void {
  const span = spanOf(pattern);
  const { builder } = l;
  switch (pattern.type) {
    case 'MatchAs':
      if (pattern.pattern !== null) test(l, pattern.pattern, subject, fail);
      if (pattern.name !== null) l.storeName(pattern.name, subject, span);
      return;
    case 'MatchStar':
      if (pattern.name !== null) l.storeName(pattern.name, subject, span);
      return;
    case 'MatchValue':
      branch(l, builder.operator('==', [subject, l.expression(pattern.value)], span), fail, pattern);
      return;
    case 'MatchSingleton': {
      const value = builder.constant(pattern.value === null ? { type: 'none' } : { type: 'boolean', value: pattern.value }, span);
      branch(l, builder.operator('is', [subject, value], span), fail, pattern);
      return;
    }
    case 'MatchOr': {
      const success = builder.newBlock();
      pattern.patterns.forEach((alternative, i) => {
        const last = i === pattern.patterns.length - 1;
        const next = last ? fail : builder.newBlock();
        test(l, alternative, subject, next);
        builder.terminate({ kind: 'goto', target: success }, span);
        if (!last) builder.startBlock(next, span);
      });
      builder.startBlock(success, span);
      return;
    }
    case 'MatchSequence': {
      branch(l, null, fail, pattern);
      const star = pattern.patterns.findIndex((part) => part.type === 'MatchStar');
      pattern.patterns.forEach((part, at) => {
        const index = unpackIndex(l, at, star, pattern.patterns.length, part);
        test(l, part, item(l, subject, index, part), fail);
      });
      return;
    }
    case 'MatchMapping':
      branch(l, null, fail, pattern);
      pattern.keys.forEach((key, i) => {
        const part = pattern.patterns[i];
        const index = l.expression(key);
        if (part !== undefined) test(l, part, item(l, subject, index, part), fail);
      });
      if (pattern.rest !== null) l.storeName(pattern.rest, item(l, subject, null, pattern), span);
      return;
    case 'MatchClass': {
      l.expression(pattern.cls);
      branch(l, null, fail, pattern);
      // Which attribute a positional pattern reads is the class's business (`__match_args__`).
      for (const part of pattern.patterns) test(l, part, builder.opaque('match-argument', [], spanOf(part)), fail);
      pattern.kwd_patterns.forEach((part, i) => {
        const name = pattern.kwd_attrs[i] ?? '';
        test(l, part, builder.getAttr(subject, name, spanOf(part)), fail);
      });
      return;
    }
    case 'Unknown':
      branch(l, null, fail, pattern);
  }
}

function item(l: Lowering, object: Temp, index: Temp | null, pattern: Pattern): Temp {
  const dest = l.builder.temp();
  l.builder.emit({ kind: 'get-item', dest, object, index }, spanOf(pattern));
  return dest;
}

function branch(l: Lowering, value: Temp | null, fail: BlockId, pattern: Pattern): void {
  const span = spanOf(pattern);
  const matched = l.builder.newBlock();
  l.builder.terminate({ kind: 'branch', test: value, then: matched, else: fail }, span);
  l.builder.startBlock(matched, span);
}
