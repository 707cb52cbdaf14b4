/**
 * The error classes that PyTorch has and JavaScript has not.
 *
 * Guarantees: a message that PyTorch words is thrown under PyTorch's class name, so that a test, a log or a reader
 * coming from Python recognises it. Wrong argument *types* use JavaScript's own `TypeError`.
 */

/** A value that is of the right type and outside what the operation accepts (PyTorch raises `ValueError`). */
export class ValueError extends Error {
  override readonly name = 'ValueError';
}

/** A failure found while the operation runs: shapes that do not fit, a graph that is gone (PyTorch raises `RuntimeError`). */
export class RuntimeError extends Error {
  override readonly name: string = 'RuntimeError';
}

/** An operation that PyTorch has not for a type of elements (PyTorch raises `NotImplementedError`, which is a `RuntimeError` there, too). */
export class NotImplementedError extends RuntimeError {
  override readonly name: string = 'NotImplementedError';
}

/** What a caller had to see to, and has not (PyTorch raises `AssertionError`). */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}
