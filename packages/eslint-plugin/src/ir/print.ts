// Prints IR for people: golden tests and the debug command read it. There is no parser for this text; tests that need IR
// build it with the builder.
import { assertNever, type Arg, type Constant, type Func, type Instr, type Module, type Terminal } from './ir.ts';

export function printModule(module: Module): string {
  return module.funcs.map((func) => printFunc(func)).join('\n');
}

export function printFunc(func: Func): string {
  const lines = [printHeader(func)];
  for (const block of func.blocks) {
    lines.push(`  b${block.id}${block.handler === null ? '' : ` (handler b${block.handler})`}:`);
    for (const instr of block.instrs) lines.push(`    ${printInstr(instr)}`);
    lines.push(`    ${printTerminal(block.terminal)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** The line that a function begins with: what it is called, its number in the module, its parameters. */
export function printHeader(func: Func): string {
  const flags = [func.isAsync ? 'async ' : '', func.isGenerator ? 'generator ' : ''].join('');
  const params = func.params.map((param) => `${param.kind === 'positional' ? '' : `${param.kind} `}${param.variable.name}${param.optional ? '?' : ''}`).join(', ');
  return `${flags}${func.kind} ${func.name}#${func.id}(${params})`;
}

export function printInstr(instr: Instr): string {
  switch (instr.kind) {
    case 'const':
      return `%${instr.dest} = ${printConstant(instr.value)}`;
    case 'load':
      return `%${instr.dest} = load ${instr.variable.name}`;
    case 'store':
      return `store ${instr.variable.name}, %${instr.value}`;
    case 'global':
      return `%${instr.dest} = global ${instr.name}`;
    case 'import':
      return `%${instr.dest} = import ${instr.module}${instr.name === null ? '' : ` :: ${instr.name}`}`;
    case 'import-all':
      return `import-all ${instr.module}`;
    case 'get-attr':
      return `%${instr.dest} = %${instr.object}.${instr.name}`;
    case 'set-attr':
      return `%${instr.object}.${instr.name} = %${instr.value}`;
    case 'get-item':
      return `%${instr.dest} = %${instr.object}[${instr.index !== null ? `%${instr.index}` : instr.part === undefined ? ':' : `${instr.part.from}:${instr.part.to ?? ''}`}]`;
    case 'set-item':
      return `%${instr.object}[${instr.index === null ? ':' : `%${instr.index}`}] = %${instr.value}`;
    case 'call': {
      const callee = instr.callee.kind === 'value' ? `%${instr.callee.value}` : `%${instr.callee.object}.${instr.callee.name}`;
      return `%${instr.dest} = ${instr.isNew ? 'new' : 'call'} ${callee}(${instr.args.map(printArg).join(', ')})`;
    }
    case 'function':
      return `%${instr.dest} = function #${instr.func}${instr.defaults.length === 0 ? '' : ` defaults(${instr.defaults.map((item) => `${item.param}: %${item.value}`).join(', ')})`}`;
    case 'class':
      return `%${instr.dest} = class #${instr.class}(${instr.bases.map((base) => `%${base}`).join(', ')})`;
    case 'define-member':
      return `define ${instr.member} %${instr.class}.${instr.name} = %${instr.value}`;
    case 'super':
      return `%${instr.dest} = super`;
    case 'collection':
      return `%${instr.dest} = ${instr.form} [${instr.elements.map((element) => `${element.kind === 'spread' ? '...' : ''}${element.key === null ? '' : `%${element.key}: `}%${element.value}${element.without === undefined ? '' : ` without ${element.without.join(' ')}`}`).join(', ')}]`;
    case 'operator':
      return `%${instr.dest} = ${instr.operator} ${instr.operands.map((operand) => `%${operand}`).join(', ')}`;
    case 'await':
      return `%${instr.dest} = await %${instr.value}`;
    case 'yield':
      return `%${instr.dest} = yield${instr.delegate ? '*' : ''}${instr.value === null ? '' : ` %${instr.value}`}`;
    case 'enter':
      return `%${instr.dest} = enter${instr.isAsync ? '-async' : ''} %${instr.manager} scope#${instr.scope}`;
    case 'exit':
      return `exit %${instr.manager} scope#${instr.scope} ${instr.how}`;
    case 'catch':
      return `%${instr.dest} = catch`;
    case 'opaque':
      return `%${instr.dest} = opaque ${instr.construct}(${instr.operands.map((operand) => `%${operand}`).join(', ')})`;
    default:
      return assertNever(instr);
  }
}

export function printTerminal(terminal: Terminal): string {
  switch (terminal.kind) {
    case 'goto':
      return `goto b${terminal.target}`;
    case 'branch':
      return `branch ${terminal.test === null ? '?' : `%${terminal.test}`} b${terminal.then} b${terminal.else}`;
    case 'each':
      return `%${terminal.dest} = each${terminal.isAsync ? '-async' : ''} %${terminal.iterable} b${terminal.body} b${terminal.done}`;
    case 'return':
      return terminal.value === null ? 'return' : `return %${terminal.value}`;
    case 'throw':
      return terminal.value === null ? 'rethrow' : `throw %${terminal.value}`;
    case 'unreachable':
      return 'unreachable';
    default:
      return assertNever(terminal);
  }
}

function printArg(arg: Arg): string {
  switch (arg.kind) {
    case 'positional':
      return `%${arg.value}`;
    case 'keyword':
      return `${arg.name}=%${arg.value}`;
    case 'spread':
      return `*%${arg.value}`;
    case 'keyword-spread':
      return `**%${arg.value}`;
    default:
      return assertNever(arg.kind);
  }
}

function printConstant(value: Constant): string {
  switch (value.type) {
    case 'boolean':
    case 'number':
      return String(value.value);
    case 'string':
      return JSON.stringify(value.value);
    case 'none':
      return 'none';
    case 'undefined':
      return 'undefined';
    default:
      return assertNever(value);
  }
}
