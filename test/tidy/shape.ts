import ts from 'typescript';
import { type Finding, finding, type Source, walk } from './source.ts';

export const maxFileLines = 300;
export const maxFunctionLines = 70;
export const maxParameters = 3;

/** Files longer than a sitting. */
export function longFiles(sources: Source[]): Finding[] {
  return sources.flatMap(({ path, text }) => {
    const lines = text.replace(/\n$/, '').split('\n').length;
    return lines <= maxFileLines
      ? []
      : [`${path}:1: has ${lines} lines; at most ${maxFileLines}: split it by what it does`];
  });
}

/** Functions longer than a screen. A function that holds tests is a folder of functions, not one. */
export function longFunctions(sources: Source[]): Finding[] {
  return everyFunction(sources, (source, node) => {
    const lines = lineOf(source, node.getEnd()) - lineOf(source, node.getStart(source.tree)) + 1;
    if (lines <= maxFunctionLines || holdsTests(source, node)) return null;
    return `${nameOf(node)} has ${lines} lines; at most ${maxFunctionLines}`;
  });
}

/** Functions that take more than three things: from the fourth on, nobody remembers the order. */
export function manyParameters(sources: Source[]): Finding[] {
  return everyFunction(sources, (_, node) => {
    const count = node.parameters.filter((parameter) => parameter.name.getText() !== 'this').length;
    return count <= maxParameters || takesCases(node)
      ? null
      : `${nameOf(node)} takes ${count} parameters; at most ${maxParameters}, then an object`;
  });
}

type Judge = (source: Source, node: ts.FunctionLikeDeclaration) => string | null;

function everyFunction(sources: Source[], judge: Judge): Finding[] {
  const findings: Finding[] = [];
  for (const source of sources) {
    walk(source.tree, (node) => {
      if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
      const says = judge(source, node);
      if (says !== null) findings.push(finding(source, node, says));
    });
  }
  return findings;
}

function lineOf(source: Source, position: number): number {
  return source.tree.getLineAndCharacterOfPosition(position).line;
}

function holdsTests(source: Source, node: ts.FunctionLikeDeclaration): boolean {
  if (!source.path.startsWith('test/') || !node.body || !ts.isBlock(node.body)) return false;
  return node.body.statements.some((statement) => /^(describe|it|test)\b.*\(/.test(statement.getText()));
}

/** The columns of a table of cases: `it.each(cases)('…', (a, b, c, d) => …)`. */
function takesCases(node: ts.FunctionLikeDeclaration): boolean {
  return ts.isCallExpression(node.parent) && /^(describe|it|test)\.each\b/.test(node.parent.expression.getText());
}

function nameOf(node: ts.FunctionLikeDeclaration): string {
  if (node.name) return node.name.getText();
  if (ts.isConstructorDeclaration(node)) return 'the constructor';
  const { parent } = node;
  if ((ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) && ts.isIdentifier(parent.name))
    return parent.name.text;
  return 'a function';
}
