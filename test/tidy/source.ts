import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A file of code as the rules see it. `path` is from the root, with forward slashes. */
export interface Source {
  path: string;
  text: string;
  tree: ts.SourceFile;
}

/** What a rule found: `path:line: sentence`. */
export type Finding = string;

export function parse(path: string, text: string): Source {
  const kind = path.endsWith('.tsx') ? ts.ScriptKind.TSX : path.endsWith('.mjs') ? ts.ScriptKind.JS : ts.ScriptKind.TS;
  return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind) };
}

/** Every file of the project, committed or about to be; without git (an unpacked archive) all but what is generated. */
export function projectFiles(): string[] {
  const listed = existsSync(join(root, '.git')) ? listedByGit() : listedByHand('');
  return listed.filter((path) => existsSync(join(root, path))).sort();
}

/** The project's code, parsed. */
export function projectSources(): Source[] {
  return projectFiles()
    .filter((path) => /\.(c?ts|tsx|mjs)$/.test(path))
    .map((path) => parse(path, readFileSync(join(root, path), 'utf8')));
}

/** Calls `visit` for every node, outer ones first. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

export function finding(source: Source, node: ts.Node, says: string): Finding {
  return `${source.path}:${source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree)).line + 1}: ${says}`;
}

function listedByGit(): string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  return [...new Set(execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0'))].filter(
    (path) => path !== '',
  );
}

const generated = new Set(['node_modules', 'dist', 'data', '.git']);

function listedByHand(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !generated.has(entry.name) && !entry.name.startsWith('.setup.lock'))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? listedByHand(path) : [path];
    });
}
