import { posix } from 'node:path';
import ts from 'typescript';
import { type Source, walk } from './source.ts';

export interface Import {
  /** As written. */
  specifier: string;
  /** Path from the root for a relative one, else null. */
  file: string | null;
  /** Name of the package, with `node:` for Node's own; null for a relative one. */
  package: string | null;
  /** Gone after compiling. */
  typeOnly: boolean;
  node: ts.Node;
}

/** Everything a file imports: statements, re-exports, `import()`, types by `import('…')`, and workers by `new URL('…', import.meta.url)`. */
export function importsOf(source: Source): Import[] {
  const found: Import[] = [];
  walk(source.tree, (node) => {
    const import_ = specifierOf(node);
    if (import_ !== null) found.push({ ...resolve(source.path, import_.specifier), typeOnly: import_.typeOnly, node });
  });
  return found;
}

function specifierOf(node: ts.Node): { specifier: string; typeOnly: boolean } | null {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return { specifier: node.moduleSpecifier.text, typeOnly };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
    return { specifier: node.moduleSpecifier.text, typeOnly: node.isTypeOnly };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
    return { specifier: node.argument.literal.text, typeOnly: true };
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return textOf(node.arguments[0]);
  const loadsCode = ts.isNewExpression(node) && node.expression.getText() === 'URL' && node.arguments?.length === 2;
  const target = loadsCode ? textOf(node.arguments?.[0]) : null;
  return target !== null && /\.(ts|tsx|mjs|js)$/.test(target.specifier) ? target : null;
}

function textOf(argument: ts.Expression | undefined): { specifier: string; typeOnly: boolean } | null {
  return argument && ts.isStringLiteralLike(argument) ? { specifier: argument.text, typeOnly: false } : null;
}

function resolve(from: string, specifier: string): Pick<Import, 'specifier' | 'file' | 'package'> {
  if (/^\.{1,2}(\/|$)/.test(specifier)) {
    return { specifier, file: posix.join(posix.dirname(from), specifier), package: null };
  }
  const words = specifier.split('/');
  return { specifier, file: null, package: words.slice(0, specifier.startsWith('@') ? 2 : 1).join('/') };
}
