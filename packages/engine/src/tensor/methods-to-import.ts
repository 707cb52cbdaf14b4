/**
 * What stands in the place of methods that a program has to import before it can call them (`add-methods.ts`).
 *
 * Guarantees: a call says which import brings the method. In a program that is not bundled most of them are there, because something else has brought them; what a bundler
 * leaves out must not end in an error that only the finished page shows, and that says nothing.
 *
 * Worked example: `methodsToImport(Module, 'deepCopy loadStateDict')`, and in a page without `import '@modeguard/engine'` the call `model.deepCopy()` throws "deepCopy() has to be imported: …".
 */
export function methodsToImport(base: { readonly prototype: object }, names: string): void {
  for (const name of names.split(' ')) {
    Object.defineProperty(base.prototype, name, {
      configurable: true,
      writable: true,
      value() {
        throw new Error(`${name}() has to be imported: write import '@modeguard/engine' beside the other imports`);
      },
    });
  }
}
