// Imports. `import a.b` binds `a`: the attribute chain finds the rest. A relative import keeps its dots in the module's name.
import type { Import, ImportFrom } from '../ast.ts';
import { spanOf, type Lowering } from './lowering.ts';

export function lowerImport(l: Lowering, node: Import): void {
  for (const alias of node.names) {
    const span = spanOf(alias);
    const top = alias.name.split('.')[0]!;
    const dest = l.builder.temp();
    l.builder.emit({ kind: 'import', dest, module: alias.asname === null ? top : alias.name, name: null }, span);
    l.storeName(alias.asname ?? top, dest, span);
  }
}

export function lowerImportFrom(l: Lowering, node: ImportFrom): void {
  const module = `${'.'.repeat(node.level)}${node.module ?? ''}`;
  for (const alias of node.names) {
    const span = spanOf(alias);
    if (alias.name === '*') {
      l.builder.emit({ kind: 'import-all', module }, span);
      continue;
    }
    const dest = l.builder.temp();
    l.builder.emit({ kind: 'import', dest, module, name: alias.name }, span);
    l.storeName(alias.asname ?? alias.name, dest, span);
  }
}
