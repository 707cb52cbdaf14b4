// @ts-check
// A mistake of the caller, or of the world around the tool (git, the network, a file), as opposed to a mistake of the tool.
// Guarantees that its message alone is enough: it says what is wrong, where, and what to do; no stack is printed.

export class Problem extends Error {}

/** @param {unknown} error */
export function reasonOf(error) {
  return error instanceof Error ? error.message : String(error);
}
