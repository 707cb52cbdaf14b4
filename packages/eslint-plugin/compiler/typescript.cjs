// The TypeScript compiler, for the modules of this package (`#typescript` in package.json), from the moment when one of them uses it: who lints Python
// alone does not load it.
//
// `import ts from 'typescript'` would have Node read all of its nine megabytes twice more, for the names that it exports and for whether it is an ECMAScript
// module, in every process and also where the parser of typed linting has loaded it already: a third of a second. Node does not look through this file.
// It must not be `module.exports = require(…)`, whose names Node would look for in the compiler.

/** Empty until somebody asks for a name; then it has all names of the compiler as its own, and its prototype is not asked any more. */
const names = Object.create(
  new Proxy(
    {},
    {
      get(_, name) {
        const compiler = require('typescript');
        Object.assign(names, compiler);
        Object.setPrototypeOf(names, null);
        return compiler[name];
      },
    },
  ),
);

module.exports = names;
