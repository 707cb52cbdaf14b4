// Classes. The class value comes first, its body runs inline in the function around it, and every binding of the body is both
// a variable of the class scope and a `define-member`. Decorators are calls on the finished class. A name that the body reads
// before it binds it is looked up in the module.
import type { ClassDef } from '../ast.ts';
import { annotatedIn } from './annotated-names.ts';
import { bindOutside, namesReadEarly } from './class-names.ts';
import { applyDecorators, lowerDecorators } from './functions.ts';
import { headerOf, spanOf, type Lowering } from './lowering.ts';
import { bindingsOf } from './scopes.ts';
import { METACLASS, type ClassId, type Temp } from '../../../ir/ir.ts';

export function lowerClass(l: Lowering, node: ClassDef): void {
  const decorators = lowerDecorators(l, node.decorator_list);
  const value = l.withTypeParameters(node.type_params, () => lowerUndecorated(l, node));
  l.builder.atStatement(headerOf(node));
  const decorated = applyDecorators(l, node.decorator_list, decorators, value);
  l.storeName(node.name, decorated, { start: node.nameRange[0], end: node.nameRange[1] });
}

function lowerUndecorated(l: Lowering, node: ClassDef): Temp {
  const { builder } = l;
  const span = spanOf(node);
  // The class that stands for several (`*bases`) cannot be named; it keeps its place in the order.
  const bases = node.bases.map((base) => (base.type === 'Starred' ? builder.opaque('bases', [l.expression(base.value)], spanOf(base)) : l.expression(base)));
  const keywords = node.keywords.map((keyword) => ({ name: keyword.arg, value: l.expression(keyword.value) }));
  const classId = classIdOf(l, node);
  const value = builder.temp();
  builder.emit({ kind: 'class', dest: value, class: classId, bases }, span);
  const metaclass = keywords.find(({ name }) => name === 'metaclass');
  if (metaclass !== undefined) builder.emit({ kind: 'define-member', class: value, name: METACLASS, value: metaclass.value, member: 'static' }, span);
  const bindings = bindingsOf(node.body, l.file.hasWalrus);
  const scope = l.scopeOf(node, 'class', () => bindings);
  scope.classId = classId;
  scope.classValue = value;
  for (const name of namesReadEarly(node.body, l.file.hasWalrus)) bindOutside(l, scope, name, headerOf(node));
  l.inScope(scope, () => l.statements(node.body));
  return value;
}

function classIdOf(l: Lowering, node: ClassDef): ClassId {
  const known = l.file.classes.get(node);
  if (known !== undefined) return known;
  const id = l.file.module.addClass({ name: node.name, span: spanOf(node), nameSpan: { start: node.nameRange[0], end: node.nameRange[1] }, fieldInitializer: null, annotated: annotatedIn(node.body) });
  l.file.classes.set(node, id);
  return id;
}
