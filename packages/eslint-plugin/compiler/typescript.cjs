// The TypeScript compiler, for the modules of this package (`#typescript` in package.json).
//
// `import ts from 'typescript'` would have Node read all of its nine megabytes twice more, for the names that it exports and for whether it is an ECMAScript
// module, in every process and also where the parser of typed linting has loaded it already: a third of a second. Node does not look through this file.
// It must not be `module.exports = require(…)`, whose names Node would look for in the compiler.
const compiler = require('typescript');

module.exports = compiler;
