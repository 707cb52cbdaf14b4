// What a rule reports, before any tool formats it: the same record feeds ESLint's message, the command's JSON and SARIF, and
// the tests.
import type { Span } from '../source/span.ts';

/**
 * `definite`: some run of this code that we can name does the wrong thing. `possible`: a path does it if code that we cannot
 * see, or a branch that we cannot decide, goes the wrong way. `recommended` reports only what is definite.
 */
export type Certainty = 'definite' | 'possible';

/** A replacement of `span` by `text`; an insertion has an empty span. */
export interface TextEdit {
  readonly span: Span;
  readonly text: string;
}

export interface Suggestion {
  /** Imperative, a full sentence: "Call `model.eval()` before this line." */
  readonly message: string;
  readonly edits: readonly TextEdit[];
}

/** A step of the way that leads to the finding, in the order of execution. */
export interface WitnessStep {
  readonly file: string;
  readonly span: Span;
  /** What happens there: "`Net()` is constructed in training mode". */
  readonly text: string;
}

export interface Finding {
  /** The rule without its prefix: `no-train-mode-inference`. */
  readonly rule: string;
  readonly certainty: Certainty;
  readonly file: string;
  readonly span: Span;
  /** What is wrong, in one sentence. */
  readonly what: string;
  /** Why it matters, and what led to it, in one or two sentences. */
  readonly why: string;
  /** What to do, in one sentence. */
  readonly action: string;
  readonly witness: readonly WitnessStep[];
  /** Applied by `--fix`: only what keeps the behaviour in every mode that was right before. */
  readonly fix: readonly TextEdit[] | null;
  readonly suggestions: readonly Suggestion[];
  /** The class whose randomness it is about: it may be declared to be meant. */
  readonly owner?: string;
}
