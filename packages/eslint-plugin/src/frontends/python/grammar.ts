// The grammar's own tree, copied out of WebAssembly in one walk with a cursor. Nothing else in the front end touches
// tree-sitter, so that another build of the grammar can take its place.
//
// What it guarantees: the tree of the parser is freed before this returns; offsets are UTF-16 code units; the walk does not
// recurse. Brackets, commas and dots are dropped, comments are set apart, the inside of a string's text is not descended into.
import type { Language, Parser, TreeCursor } from 'web-tree-sitter';
import type { Span } from '../../source/span.ts';
import type { Comment } from './ast.ts';
import { startTreeSitter } from './tree-sitter.ts';

export interface RawNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly field: string | null;
  readonly named: boolean;
  readonly children: readonly RawNode[];
}

interface OpenNode extends RawNode {
  readonly children: RawNode[];
}

export interface RawTree {
  readonly root: RawNode;
  readonly comments: Comment[];
  readonly errors: Span[];
  /** Holds if the text contains `:=`. */
  readonly hasWalrus: boolean;
}

const ERROR_ID = 65_535;
const DROPPED = new Set(['(', ')', '[', ']', '{', '}', ',', '.', ';', '=', 'def', 'class', 'return', 'import', 'if', 'else', 'with', 'line_continuation', 'string_content']);
const LEAVES = new Set(['identifier', 'integer', 'float', 'true', 'false', 'none', 'ellipsis', 'comment', 'string_start', 'string_content', 'string_end', 'pass_statement', 'break_statement', 'continue_statement', 'wildcard_import', 'type_conversion', 'line_continuation']);
const NO_CHILDREN: readonly RawNode[] = [];

/** What the walk must know of a node type. */
interface TypeInfo {
  readonly name: string;
  readonly named: boolean;
  readonly dropped: boolean;
  readonly leaf: boolean;
}
const ERROR_TYPE: TypeInfo = { name: 'ERROR', named: true, dropped: false, leaf: false };

/** The parser, and the node types by the grammar's numbers for them. */
interface Grammar {
  readonly parser: Parser;
  readonly types: readonly TypeInfo[];
}

let started: Grammar | null = null;

function grammar(): Grammar {
  if (started !== null) return started;
  const { parser, language } = startTreeSitter(new URL('../../../wasm/tree-sitter-python.wasm', import.meta.url));
  return (started = { parser, types: Array.from({ length: language.nodeTypeCount }, (_, id) => typeInfo(language, id)) });
}

function typeInfo(language: Language, id: number): TypeInfo {
  const name = language.nodeTypeForId(id) ?? 'ERROR';
  const named = language.nodeTypeIsNamed(id);
  return { name, named, dropped: DROPPED.has(name), leaf: !named || LEAVES.has(name) };
}

export function parseGrammar(text: string): RawTree {
  const { parser, types } = grammar();
  const tree = parser.parse(text);
  if (tree === null) throw new Error('The Python parser has no grammar.');
  const cursor = tree.walk();
  try {
    return new TreeCopy(cursor, types, text, tree.rootNode.hasError).copy();
  } finally {
    cursor.delete();
    tree.delete();
  }
}

/** Every question to the cursor crosses into WebAssembly and costs more than all else here: none is asked in vain. */
class TreeCopy {
  readonly #cursor: TreeCursor;
  readonly #types: readonly TypeInfo[];
  readonly #text: string;
  readonly #hasError: boolean;
  readonly #comments: Comment[] = [];
  readonly #errors: Span[] = [];
  #hasWalrus = false;

  constructor(cursor: TreeCursor, types: readonly TypeInfo[], text: string, hasError: boolean) {
    this.#cursor = cursor;
    this.#types = types;
    this.#text = text;
    this.#hasError = hasError;
  }

  copy(): RawTree {
    const cursor = this.#cursor;
    const root = this.#open(this.#type());
    const stack: OpenNode[] = [root];
    let more = cursor.gotoFirstChild();
    while (more) {
      const parent = stack[stack.length - 1]!;
      const info = this.#type();
      if (info.leaf) {
        this.#leaf(info, parent);
      } else {
        if (info.name === 'named_expression') this.#hasWalrus = true;
        const node = this.#open(info);
        parent.children.push(node);
        if (cursor.gotoFirstChild()) {
          stack.push(node);
          continue;
        }
      }
      more = cursor.gotoNextSibling();
      while (!more && stack.length > 1) {
        cursor.gotoParent();
        stack.pop();
        more = cursor.gotoNextSibling();
      }
    }
    return { root, comments: this.#comments, errors: this.#errors, hasWalrus: this.#hasWalrus };
  }

  #type(): TypeInfo {
    const id = this.#cursor.nodeTypeId;
    return id === ERROR_ID ? ERROR_TYPE : (this.#types[id] ?? ERROR_TYPE);
  }

  #open(info: TypeInfo): OpenNode {
    const start = this.#cursor.startIndex;
    const end = this.#cursor.endIndex;
    if (info === ERROR_TYPE || this.#isMissing()) this.#errors.push({ start, end });
    return { type: info.name, start, end, field: this.#cursor.currentFieldName ?? null, named: true, children: [] };
  }

  #leaf(info: TypeInfo, parent: OpenNode): void {
    const missing = this.#isMissing();
    if (info.dropped && !missing) return;
    const start = this.#cursor.startIndex;
    // A token is as long as its name, but for the operators of two words, whose ends nobody asks for.
    const end = info.named || missing ? this.#cursor.endIndex : start + info.name.length;
    if (missing) this.#errors.push({ start, end });
    if (info.dropped) return;
    if (info.name === 'comment') {
      // For the grammar it goes up to the line feed.
      const stop = this.#text[end - 1] === '\r' ? end - 1 : end;
      this.#comments.push({ type: 'Comment', value: this.#text.slice(start + 1, stop), range: [start, stop] });
    }
    else parent.children.push({ type: info.name, start, end, field: this.#cursor.currentFieldName ?? null, named: info.named, children: NO_CHILDREN });
  }

  #isMissing(): boolean {
    return this.#hasError && this.#cursor.nodeIsMissing;
  }
}
