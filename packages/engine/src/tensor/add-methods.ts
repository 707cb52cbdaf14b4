/**
 * Gives the objects of a class the methods of another one.
 *
 * Guarantees: methods and accessors, own ones of `methods` alone; overwrites what is there. For methods that a program carries only if something imports the file that adds them.
 *
 * Worked example: `addMethods(Tensor, MathMethods)` and `tensor([1]).sin()` is there.
 */
export function addMethods(base: { readonly prototype: object }, methods: { readonly prototype: object }): void {
  const { constructor: _, ...own } = Object.getOwnPropertyDescriptors(methods.prototype);
  Object.defineProperties(base.prototype, own);
}
