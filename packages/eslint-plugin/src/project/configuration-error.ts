// A mistake in the project's own settings: a `modeguard.json`, what it names, or `settings.modeguard`. The same for every file that they are for, so whoever lints many files says it once.
//
// Guarantees: `problem` says what is wrong, where, and what to do, and stays so when ESLint adds the linted file to the message. The stack is the message alone, since ESLint prints stacks and
// where modeguard found the mistake is of no use to whoever made it.
// Example: `/app/modeguard.json: line 3, column 5: Unexpected token '}'. …` for every file below `/app`.
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  /** The file with the settings; null for those of ESLint's own configuration. */
  readonly place: string | null;
  readonly problem: string;

  constructor(place: string | null, problem: string, options?: ErrorOptions) {
    super(problem, options);
    this.place = place;
    this.problem = problem;
    this.stack = `${this.name}: ${problem}`;
  }
}
