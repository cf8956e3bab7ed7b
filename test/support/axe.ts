import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What a theme can do wrong: nothing else that axe looks at depends on colours. */
const ofColours = ['color-contrast', 'link-in-text-block'];

/** What axe finds in a part of a page, a line each. `rules`: only these. */
export async function findings(page: Page, part = 'html', rules?: string[]): Promise<string[]> {
  // To read it takes a page longer than to run it: once is enough.
  await page.evaluate(`if (!window.axe) {${axe.source}}`);
  return page.evaluate(
    async ({ part, rules }) => {
      const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
      const { violations } = await axe.run(part, {
        ...(rules && { runOnly: rules }),
        // Only what it finds wrong is told in full: telling what is well takes half of its time.
        resultTypes: ['violations'],
      });
      return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} at ${target.join(' ')}`));
    },
    { part, rules },
  );
}

/** The same in the dark theme, and what colours can do wrong in the light one. */
export async function findingsInBothThemes(page: Page, part = 'html'): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await findings(page, part);
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await findings(page, part, ofColours);
  return [...dark.map((finding) => `dark: ${finding}`), ...light.map((finding) => `light: ${finding}`)];
}
