import ts from 'typescript';
import { type Finding, finding, type Source, walk } from './source.ts';

/** Put together here, so that this file does not find itself. */
const leftOpen = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b`);
const silenced = new RegExp(
  `@ts-(${['ig' + 'nore', 'no' + 'check', 'expect-' + 'error'].join('|')})|biome-${'ignore'}|eslint-${'disable'}`,
);
const machinePath = /(^|["'`\s(=])\/(home|root|work|Users|mnt)\/\w/;
const testWords = new Set(['describe', 'it', 'test', 'suite']);
const leavesOut = new Set(['only', 'skip', 'todo', 'fails']);

/** Words that say a thing is not finished. */
export function openEnds(sources: Source[]): Finding[] {
  return everyLine(sources, (line) => (leftOpen.test(line) ? 'leaves something for later: do it, or file it' : null));
}

/** Comments and casts that tell a checker to look away. */
export function lookingAway(sources: Source[]): Finding[] {
  const comments = everyLine(sources, (line) =>
    silenced.test(line) ? 'tells a checker to look away: mend what it found' : null,
  );
  const casts = sources.flatMap((source) => {
    const findings: Finding[] = [];
    walk(source.tree, (node) => {
      if (node.kind === ts.SyntaxKind.AnyKeyword)
        findings.push(finding(source, node, 'uses any: say what it is, or unknown'));
    });
    return findings;
  });
  return [...comments, ...casts];
}

/** Paths that exist on one machine only. */
export function machinePaths(sources: Pick<Source, 'path' | 'text'>[]): Finding[] {
  return everyLine(sources, (line) => (machinePath.test(line) ? 'names a path of one machine' : null));
}

/** Tests left out of the run, or that leave out the others. Where a machine lacks something: `skipIf`, with the reason. */
export function testsLeftOut(sources: Source[]): Finding[] {
  return sources.flatMap((source) => {
    const findings: Finding[] = [];
    walk(source.tree, (node) => {
      if (!ts.isPropertyAccessExpression(node) || !leavesOut.has(node.name.text)) return;
      const head = /^\w+/.exec(node.expression.getText())?.[0] ?? '';
      if (testWords.has(head))
        findings.push(finding(source, node, `${head}.${node.name.text}: every test runs, or is deleted`));
    });
    return findings;
  });
}

function everyLine(sources: Pick<Source, 'path' | 'text'>[], judge: (line: string) => string | null): Finding[] {
  return sources.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const says = judge(line);
      return says === null ? [] : [`${path}:${index + 1}: ${says}`];
    }),
  );
}
