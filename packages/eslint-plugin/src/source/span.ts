// Positions in a source text. A span is a pair of offsets in UTF-16 code units, as both ESLint and the TypeScript compiler
// count them, so that no conversion stands between a syntax tree and a report.

/** A half-open range `[start, end)` of UTF-16 code units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A position as people read it: `line` from 1, `column` from 0 (ESLint's convention). */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Location {
  readonly start: Position;
  readonly end: Position;
}
