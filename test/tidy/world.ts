import ts from 'typescript';
import { type Finding, finding, type Source, walk } from './source.ts';

const outsideGlobals = new Set(['globalThis', 'global', 'window', 'self']);
const timers = new Set(['setTimeout', 'setInterval']);
/** Members that read the clock or the dice. */
const readings = new Set([
  'Date.now',
  'Math.random',
  'performance.now',
  'performance.timeOrigin',
  'process.hrtime',
  'process.uptime',
  'crypto.randomUUID',
  'crypto.getRandomValues',
  'AbortSignal.timeout',
]);
const timerModules = new Set(['node:timers', 'node:timers/promises', 'timers', 'timers/promises']);

/** Places that read the process's environment. */
export function environmentFindings(sources: Source[]): Finding[] {
  return everyNode(sources, (node) => {
    if (memberOf(node) === 'process.env') return 'reads process.env: only server/main.ts may; take it as an argument';
    const fromProcess = ts.isImportDeclaration(node) && /'(node:)?process'/.test(node.moduleSpecifier.getText());
    return fromProcess ? 'imports process: only server/main.ts may read the environment' : null;
  });
}

/** Places that read a clock, set a timer or throw dice by themselves. */
export function clockFindings(sources: Source[]): Finding[] {
  return everyNode(sources, (node) => {
    const reading = readingOf(node);
    return reading === null
      ? null
      : `uses ${reading}: only server/world.ts may; take a Clock or a Random as an argument`;
  });
}

/** Calls of the global fetch: seven times slower than the pools, and deaf to their limits. */
export function fetchFindings(sources: Source[]): Finding[] {
  return everyNode(sources, (node) => {
    const called = ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'fetch';
    return called && !declares(node.getSourceFile(), 'fetch') ? 'uses the global fetch: take an undici Pool' : null;
  });
}

/** Tests that sleep: they are slow when all is well, and fail when the machine is busy. */
export function sleepFindings(sources: Source[]): Finding[] {
  const tests = sources.filter(({ path }) => path.startsWith('test/'));
  return everyNode(tests, (node) => {
    if (ts.isImportDeclaration(node) && timerModules.has(unquoted(node.moduleSpecifier)))
      return 'sleeps: wait for an event';
    const resolving =
      ts.isNewExpression(node) && node.expression.getText() === 'Promise' ? node.arguments?.[0] : undefined;
    if (!resolving || !ts.isArrowFunction(resolving) || resolving.parameters.length !== 1) return null;
    const resolve = resolving.parameters[0]?.name.getText() ?? '';
    return isBareTimer(resolving.body, resolve) ? 'sleeps: wait for an event' : null;
  });
}

/** `setTimeout(resolve, ms)` or `{ setTimeout(resolve, ms); }` and nothing else. */
function isBareTimer(body: ts.Node, resolve: string): boolean {
  const statement = ts.isBlock(body) && body.statements.length === 1 ? body.statements[0] : undefined;
  const expression = statement && ts.isExpressionStatement(statement) ? statement.expression : body;
  const call = ts.isVoidExpression(expression) ? expression.expression : expression;
  return (
    ts.isCallExpression(call) && call.expression.getText() === 'setTimeout' && call.arguments[0]?.getText() === resolve
  );
}

function readingOf(node: ts.Node): string | null {
  if (ts.isImportDeclaration(node) && timerModules.has(unquoted(node.moduleSpecifier)))
    return unquoted(node.moduleSpecifier);
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) return 'new Date()';
  const member = memberOf(node);
  if (member !== null && readings.has(member)) return member;
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression))
    return member !== null && timers.has(member) ? member : null;
  const { text } = node.expression;
  return timers.has(text) && !declares(node.getSourceFile(), text) ? text : null;
}

/** `process.env` for `process.env`, `process['env']`, `globalThis.process.env` and `const { env } = process`. */
function memberOf(node: ts.Node): string | null {
  if (ts.isPropertyAccessExpression(node)) return joined(node.expression, node.name.text);
  if (ts.isBindingElement(node)) {
    const owner = node.parent.parent;
    const from = ts.isVariableDeclaration(owner) ? owner.initializer : undefined;
    return from ? joined(from, (node.propertyName ?? node.name).getText()) : null;
  }
  if (!ts.isElementAccessExpression(node) || !ts.isStringLiteralLike(node.argumentExpression)) return null;
  return joined(node.expression, node.argumentExpression.text);
}

function joined(owner: ts.Expression, name: string): string {
  const text = owner.getText();
  const last = text.split('.').at(-1) ?? text;
  return outsideGlobals.has(text) ? name : `${last}.${name}`;
}

/** Whether a file has a function, parameter or import of its own by that name. */
function declares(file: ts.SourceFile, name: string): boolean {
  let found = false;
  walk(file, (node) => {
    const named = ts.isParameter(node) || ts.isVariableDeclaration(node) || ts.isFunctionDeclaration(node);
    if ((named || ts.isImportSpecifier(node) || ts.isBindingElement(node)) && node.name?.getText() === name)
      found = true;
  });
  return found;
}

function unquoted(node: ts.Expression): string {
  return ts.isStringLiteralLike(node) ? node.text : '';
}

function everyNode(sources: Source[], judge: (node: ts.Node) => string | null): Finding[] {
  const findings: Finding[] = [];
  for (const source of sources) {
    walk(source.tree, (node) => {
      const says = judge(node);
      if (says !== null) findings.push(finding(source, node, says));
    });
  }
  return findings;
}
