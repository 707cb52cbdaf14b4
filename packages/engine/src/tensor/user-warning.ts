/**
 * Warnings about what is legal and rarely meant, in PyTorch's wording where PyTorch has one.
 *
 * Guarantees: on the console's warning channel, each text once per process, as Python's default filter does. Never throws.
 */
const given = new Set<string>();

export function userWarning(message: string): void {
  if (given.has(message)) return;
  given.add(message);
  console.warn(`UserWarning: ${message}`);
}
