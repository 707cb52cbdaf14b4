// Parses Python. Never throws on any text: what is no Python becomes `Error` nodes among the rest, and `errors` says where.
//
// A leading byte order mark is passed over; offsets count it if the text has it.
import type { Comment, Module } from './ast.ts';
import { withoutCommentRuns } from './comment-runs.ts';
import { convertTree } from './convert/tree.ts';
import { parseGrammar, type RawTree } from './grammar.ts';
import { withoutGaps } from './grammar-gaps.ts';
import { linkParents } from './visitor-keys.ts';
import type { Span } from '../../source/span.ts';

export interface PythonTree {
  readonly ast: Module;
  /** In source order. */
  readonly comments: readonly Comment[];
  /** Where the parser had to recover, in source order. */
  readonly errors: readonly Span[];
  /** Holds if an expression somewhere binds a name (`:=`); without it, only statements do. */
  readonly hasWalrus: boolean;
}

export function parsePython(text: string): PythonTree {
  const { text: short, comments: passedOver } = withoutCommentRuns(text);
  const { root, comments, errors, hasWalrus } = parseReadable(short);
  const ast = convertTree(root, text);
  linkParents(ast);
  return { ast, comments: inOrder(comments, passedOver), errors, hasWalrus };
}

const LONE_CARRIAGE_RETURN = /\r(?!\n)/u;

/** A text without errors, `:=` and lone carriage returns has no gap of the grammar in it: most are parsed once. */
function parseReadable(text: string): RawTree {
  const tree = parseGrammar(text);
  if (tree.errors.length === 0 && !tree.hasWalrus && !LONE_CARRIAGE_RETURN.test(text)) return tree;
  const readable = withoutGaps(text);
  if (readable === text) return tree;
  const again = parseGrammar(readable);
  return again.errors.length <= tree.errors.length ? again : tree;
}

function inOrder(some: readonly Comment[], others: readonly Comment[]): readonly Comment[] {
  return others.length === 0 ? some : [...some, ...others].sort((a, b) => a.range[0] - b.range[0]);
}
