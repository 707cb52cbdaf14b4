// A Python file as ESLint's rules see it: text, tree, comments, directives. Traversal emits every node twice, parents around
// children, without recursion. Positions are computed when somebody asks for them: only reported nodes pay. A text can also be parsed as late as that (`LateTree`), for
// whoever visits the root alone.
//
// `getAllComments` is there because core rules call it on every language when a preset enables them for all files.
import type { DirectiveType, FileProblem, RulesConfig, SourceLocation, TraversalStep } from '@eslint/core';
import { ConfigCommentParser, Directive, TextSourceCodeBase, VisitNodeStep } from '@eslint/plugin-kit';
import type { Comment, Module, PyNode } from '../frontends/python/ast.ts';
import { parsePython, type PythonTree } from '../frontends/python/parse.ts';
import { childrenOf, visitorKeys } from '../frontends/python/visitor-keys.ts';

/** What `PythonSourceCode` is made of, in the terms of ESLint's type parameters. */
export interface PythonSourceCodeTypes {
  LangOptions: Record<string, unknown>;
  RootNode: Module;
  SyntaxElementWithLoc: PyNode | Comment;
  ConfigNode: Comment;
}

/** The table in the mutable form of ESLint's types. */
export const pythonVisitorKeys: Record<string, string[]> = Object.fromEntries(Object.entries(visitorKeys).map(([type, keys]) => [type, [...keys]]));

const INLINE_CONFIG = /^\s*eslint(?:-enable|-disable(?:(?:-next)?-line)?)?(?:\s|$)/u;
const DIRECTIVES: Readonly<Record<string, DirectiveType>> = {
  'eslint-disable': 'disable',
  'eslint-enable': 'enable',
  'eslint-disable-line': 'disable-line',
  'eslint-disable-next-line': 'disable-next-line',
};
const commentParser = new ConfigCommentParser();

/** A text without comments for ESLint, of which nobody visits more than the root: it is parsed if somebody looks into it. */
export class LateTree {
  readonly ast: Module;
  readonly #text: string;
  #parsed: PythonTree | null = null;

  constructor(text: string) {
    this.#text = text;
    const body = (): Module['body'] => this.parsed.ast.body;
    this.ast = {
      type: 'Module',
      range: [0, text.length],
      parent: null,
      get body() {
        return body();
      },
    };
  }

  /** Holds if there may be such comments in the text. */
  static speaksToLinter(text: string): boolean {
    return text.includes('eslint');
  }

  get parsed(): PythonTree {
    return (this.#parsed ??= parsePython(this.#text));
  }
}

export class PythonSourceCode extends TextSourceCodeBase<PythonSourceCodeTypes> {
  readonly hasBOM: boolean;
  readonly visitorKeys = pythonVisitorKeys;
  readonly parserServices: Readonly<Record<string, unknown>> = {};
  readonly #tree: PythonTree | LateTree;
  #steps: TraversalStep[] | null = null;
  #configComments: readonly Comment[] | null = null;

  constructor(text: string, tree: PythonTree | LateTree, hasBOM: boolean) {
    super({ text, ast: tree.ast, lineEndingPattern: /\r\n|[\r\n]/u });
    this.#tree = tree;
    this.hasBOM = hasBOM;
  }

  /** The parse result, for those who analyse the file: nothing parses it a second time. */
  get tree(): PythonTree {
    return this.#tree instanceof LateTree ? this.#tree.parsed : this.#tree;
  }

  get comments(): readonly Comment[] {
    return this.tree.comments;
  }

  override getLoc(node: PyNode | Comment): SourceLocation {
    // The base class asks for the root's location to compute any other.
    if (node.type === 'Module') return { start: { line: 1, column: 0 }, end: { line: this.lines.length, column: this.lines[this.lines.length - 1]?.length ?? 0 } };
    return { start: this.getLocFromIndex(node.range[0]), end: this.getLocFromIndex(node.range[1]) };
  }

  override getRange(node: PyNode | Comment): [number, number] {
    return [node.range[0], node.range[1]];
  }

  override getParent(node: PyNode | Comment): PyNode | undefined {
    return node.type === 'Comment' ? undefined : (node.parent ?? undefined);
  }

  getAllComments(): readonly Comment[] {
    return this.tree.comments;
  }

  override traverse(): Iterable<TraversalStep> {
    if (this.#steps !== null) return this.#steps;
    const steps: TraversalStep[] = [];
    if (this.#tree instanceof LateTree) {
      const { ast } = this.#tree;
      return (this.#steps = ([1, 2] as const).map((phase) => new VisitNodeStep({ target: ast, phase, args: [ast, null] })));
    }
    const stack: { readonly node: PyNode; readonly phase: 1 | 2 }[] = [{ node: this.tree.ast, phase: 1 }];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const { node, phase } = top;
      steps.push(new VisitNodeStep({ target: node, phase, args: [node, node.parent] }));
      if (phase === 2) continue;
      stack.push({ node, phase: 2 });
      const children = childrenOf(node);
      for (let i = children.length - 1; i >= 0; i -= 1) stack.push({ node: children[i]!, phase: 1 });
    }
    this.#steps = steps;
    return steps;
  }

  getInlineConfigNodes(): Comment[] {
    if (this.#tree instanceof LateTree) return [];
    this.#configComments ??= this.tree.comments.filter((comment) => INLINE_CONFIG.test(comment.value));
    return [...this.#configComments];
  }

  getDisableDirectives(): { directives: Directive[]; problems: FileProblem[] } {
    const directives: Directive[] = [];
    for (const node of this.getInlineConfigNodes()) {
      const parsed = commentParser.parseDirective(node.value);
      const type = parsed === undefined ? undefined : DIRECTIVES[parsed.label];
      if (parsed !== undefined && type !== undefined) directives.push(new Directive({ type, node, value: parsed.value, justification: parsed.justification }));
    }
    return { directives, problems: [] };
  }

  applyInlineConfig(): { configs: { config: { rules: RulesConfig }; loc: SourceLocation }[]; problems: FileProblem[] } {
    const configs: { config: { rules: RulesConfig }; loc: SourceLocation }[] = [];
    const problems: FileProblem[] = [];
    for (const node of this.getInlineConfigNodes()) {
      const parsed = commentParser.parseDirective(node.value);
      if (parsed?.label !== 'eslint') continue;
      const result = commentParser.parseJSONLikeConfig(parsed.value);
      if (result.ok) configs.push({ config: { rules: result.config }, loc: this.getLoc(node) });
      else problems.push({ ruleId: null, message: result.error.message, loc: this.getLoc(node) });
    }
    return { configs, problems };
  }
}
