import { parseSync, Visitor } from 'oxc-parser';

interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Source {
  /** What the file imports, as it is written; `import type`, `import()` and re-exports too. */
  readonly imports: readonly string[];
  /** Where its comments are, and the contents of its strings except the paths of imports; in order. */
  readonly texts: readonly Span[];
}

/**
 * Reads what a file of TypeScript or JavaScript imports, and what it says in words.
 *
 * @param path decides by its ending how the file is read
 * @throws {SyntaxError} if the file cannot be parsed
 */
export function readSource(path: string, text: string): Source {
  const { program, comments, errors } = parseSync(path, text, { astType: 'ts' });
  const [error] = errors;
  if (error) throw new SyntaxError(`${path}: ${error.message}`);
  const imports: string[] = [];
  const specifiers = new Set<number>();
  const strings: Span[] = [];
  const add = (node: { type: string; start: number; value?: unknown } | null) => {
    if (node?.type !== 'Literal' || typeof node.value !== 'string') return;
    imports.push(node.value);
    specifiers.add(node.start);
  };
  new Visitor({
    ImportDeclaration: ({ source }) => add(source),
    ExportNamedDeclaration: ({ source }) => add(source),
    ExportAllDeclaration: ({ source }) => add(source),
    ImportExpression: ({ source }) => add(source),
    TSImportType: ({ source }) => add(source),
    Literal: ({ value, start, end }) => {
      if (typeof value === 'string' && !specifiers.has(start))
        strings.push({ start: start + 1, end: end - 1 });
    },
    TemplateElement: ({ tail, start, end }) => {
      strings.push({ start: start + 1, end: end - (tail ? '`' : '${').length });
    },
  }).visit(program);
  const texts = [...comments, ...strings].sort((one, other) => one.start - other.start);
  return { imports, texts };
}
