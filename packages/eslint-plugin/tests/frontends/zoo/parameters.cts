// Decorators of parameters, `import x = require()`, `export =`: what only CommonJS and the older decorators allow.
import fs = require('node:fs');
import type Types = require('node:path');
import alias = fs.promises;
declare function dec(...args: any[]): any;
@dec class Service { constructor(@dec private readonly a: Types.ParsedPath, @dec() b = 1) { void b; } method(@dec c: any, @dec() @dec ...d: any[]) { return [c, d]; } @dec field = 1; static other(@dec { e }: any) { return e; } }
namespace Service { export import join = alias.readFile; export const name2 = 1; }
export = Service;
