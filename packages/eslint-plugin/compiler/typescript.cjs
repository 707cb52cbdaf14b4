// The TypeScript compiler, for the modules of this package (`#typescript` in package.json), from the moment when one of them uses it: who lints Python
// alone does not load it.
//
// `import ts from 'typescript'` would have Node read all of its nine megabytes twice more, for the names that it exports and for whether it is an ECMAScript
// module, in every process and also where the parser of typed linting has loaded it already: a third of a second. Node does not look through this file.
// It must not be `module.exports = require(…)`, whose names Node would look for in the compiler.

/** Has those names of the compiler as its own that somebody has asked for: a hundred of more than two thousand, each of which has to be fetched. */
const names = Object.create(
  new Proxy(
    {},
    {
      get(_, name) {
        const value = require('typescript')[name];
        names[name] = value;
        return value;
      },
    },
  ),
);

module.exports = names;
