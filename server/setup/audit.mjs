import { say } from './basics.mjs';
import { runKeeping } from './child.mjs';
import { npm } from './install.mjs';
import { shippedPackages } from './licences.mjs';

/** Exit codes: nothing is known against what goes out, something is, or nobody could be asked. */
const exits = { clean: 0, found: 1, unasked: 2 };

/**
 * Asks npm's registry what is known against the packages of package-lock.json, and fails for those that go out with ours: that
 * run with the server, or are in the pages' files. What only builds and tests is counted, and fails nothing.
 */
export async function auditShipped() {
  const { output } = await npm(['audit', '--json', '--loglevel=silent'], runKeeping);
  const { exit, lines } = auditOf(output, shippedPackages());
  for (const line of lines) say(line);
  return exit;
}

/** What to say of a report of `npm audit --json`, and with which exit code. `shipped`: name, version, where and path of each. */
export function auditOf(output, shipped) {
  const report = reportIn(output);
  if (report.vulnerabilities === undefined) {
    const why =
      report.error?.summary ||
      report.error?.code ||
      report.message ||
      output.trim().split('\n')[0] ||
      'it said nothing';
    const lines = [
      `The registry could not be asked (${String(why).slice(0, 200)}): nothing is known. Try again where npm reaches one that answers audits.`,
    ];
    return { exit: exits.unasked, lines };
  }
  const all = Object.values(report.vulnerabilities);
  const found = all.flatMap((one) => linesOf(one, shipped));
  const others = all.filter((one) => linesOf(one, shipped).length === 0).length;
  const more = others === 0 ? '' : ` Of what only builds and tests, ${others} are known: npm audit.`;
  if (found.length === 0) {
    return {
      exit: exits.clean,
      lines: [`Nothing is known against the ${shipped.length} packages that go out.${more}`],
    };
  }
  return { exit: exits.found, lines: [...found, `Update these, and run npm test.${more}`] };
}

function reportIn(output) {
  try {
    return JSON.parse(output) ?? {};
  } catch {
    return {};
  }
}

/** A line for each place where a package that goes out stands in the report. */
function linesOf({ severity, via, nodes, fixAvailable }, shipped) {
  // Where it is only the one that needs another, that one has a row of its own.
  const known = via.map((each) => (typeof each === 'string' ? `by ${each}` : `${each.title} ${each.url}`)).join('; ');
  const remedy = fixAvailable === false ? ' No update helps yet.' : '';
  return shipped
    .filter(({ path }) => nodes.includes(path))
    .map(({ name, version, where }) => `${severity}: ${name} ${version} (${where}): ${known}.${remedy}`);
}
