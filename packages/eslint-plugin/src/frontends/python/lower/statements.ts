// Simple statements, and the dispatch of all others to their families.
import type { Assign, Expr, Stmt } from '../ast.ts';
import { lowerClass } from './classes.ts';
import { lowerFor, lowerIf, lowerWhile } from './control-flow.ts';
import { lowerTry, lowerWith } from './exceptions.ts';
import { lowerFragments } from './expressions.ts';
import { lowerFunction } from './functions.ts';
import { lowerImport, lowerImportFrom } from './imports.ts';
import { headerOf, spanOf, type Lowering } from './lowering.ts';
import { lowerMatch } from './patterns.ts';
import { evaluateTarget, lowerAugmented, lowerDelete } from './targets.ts';

export function lowerStatement(l: Lowering, node: Stmt): void {
  const span = spanOf(node);
  const { builder } = l;
  builder.atStatement('headerEnd' in node ? headerOf(node) : span);
  switch (node.type) {
    case 'Expr':
      // Docstrings and lone ellipses compute nothing.
      if (node.value.type !== 'Constant') l.expression(node.value);
      return;
    case 'Assign':
      lowerAssign(l, node);
      return;
    case 'AugAssign':
      lowerAugmented(l, node);
      return;
    case 'AnnAssign':
      if (node.value !== null) l.assign(node.target, l.expression(node.value));
      else evaluateTarget(l, node.target);
      return;
    case 'Return':
      builder.return(node.value === null ? null : l.expression(node.value), span);
      return;
    case 'If':
      lowerIf(l, node);
      return;
    case 'For':
    case 'AsyncFor':
      lowerFor(l, node);
      return;
    case 'While':
      lowerWhile(l, node);
      return;
    case 'Break':
      builder.jump('break', null, span);
      return;
    case 'Continue':
      builder.jump('continue', null, span);
      return;
    case 'With':
    case 'AsyncWith':
      lowerWith(l, node);
      return;
    case 'Try':
    case 'TryStar':
      lowerTry(l, node);
      return;
    case 'Match':
      lowerMatch(l, node);
      return;
    case 'FunctionDef':
    case 'AsyncFunctionDef':
      lowerFunction(l, node);
      return;
    case 'ClassDef':
      lowerClass(l, node);
      return;
    case 'Import':
      lowerImport(l, node);
      return;
    case 'ImportFrom':
      lowerImportFrom(l, node);
      return;
    case 'Raise': {
      const value = node.exc === null ? null : l.expression(node.exc);
      if (node.cause !== null) l.expression(node.cause);
      builder.throw(value, span);
      return;
    }
    case 'Assert': {
      const [holds, fails] = [builder.newBlock(), builder.newBlock()];
      l.condition(node.test, holds, fails);
      builder.startBlock(fails, span);
      if (node.msg !== null) l.expression(node.msg);
      builder.throw(l.loadName('AssertionError', span), span);
      builder.startBlock(holds, span);
      return;
    }
    case 'Delete':
      for (const target of node.targets) lowerDelete(l, target);
      return;
    case 'TypeAlias':
      // The right-hand side is evaluated when somebody asks for it.
      l.assign(node.name, builder.opaque('type-alias', [], span));
      return;
    case 'Print': {
      const values = [...(node.dest === null ? [] : [node.dest]), ...node.values];
      const callee = l.loadName('print', span);
      builder.call({ kind: 'value', value: callee }, values.map((value) => ({ kind: 'positional', name: null, value: l.expression(value), span: spanOf(value) })), span, span);
      return;
    }
    case 'Exec':
      builder.opaque('exec', [node.body, ...node.scopes].map((value) => l.expression(value)), span);
      return;
    case 'Error':
    case 'Unknown': {
      const values = lowerFragments(l, node.children);
      builder.opaque('unknown', values, span);
      return;
    }
    case 'Global':
    case 'Nonlocal':
    case 'Pass':
      return;
  }
}

function lowerAssign(l: Lowering, node: Assign): void {
  const [target] = node.targets;
  // `a, b = x, y` assigns item by item: no tuple is ever seen.
  if (node.targets.length === 1 && target !== undefined && isPlainDisplay(target) && isPlainDisplay(node.value) && target.elts.length === node.value.elts.length) {
    const values = node.value.elts.map((value) => l.expression(value));
    target.elts.forEach((element, i) => l.assign(element, values[i]!));
    return;
  }
  const value = l.expression(node.value);
  for (const each of node.targets) l.assign(each, value);
}

function isPlainDisplay(node: Expr): node is Extract<Expr, { type: 'Tuple' | 'List' }> {
  return (node.type === 'Tuple' || node.type === 'List') && node.elts.every((element) => element.type !== 'Starred');
}
