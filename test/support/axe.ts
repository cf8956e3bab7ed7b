import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** What a theme can do wrong: nothing else that axe looks at depends on colours. */
const ofColours = ['color-contrast', 'link-in-text-block'];

/** What axe finds in a part of a page, a line each. */
export function findings(page: Page, part = 'html'): Promise<string[]> {
  return analyze(axeFor(page, part));
}

/** The same in the dark theme, and what colours can do wrong in the light one. */
export async function findingsInBothThemes(page: Page, part = 'html'): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await findings(page, part);
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await analyze(axeFor(page, part).withRules(ofColours));
  return [...dark.map((finding) => `dark: ${finding}`), ...light.map((finding) => `light: ${finding}`)];
}

function axeFor(page: Page, part: string): AxeBuilder {
  return (
    new AxeBuilder({ page })
      .include(part)
      // Legacy is what axe calls a page without frames, as ours is: it needs no second page then.
      .setLegacyMode(true)
      // Only what it finds wrong is told in full: telling what is well takes half of its time.
      .options({ resultTypes: ['violations'] })
  );
}

async function analyze(axe: AxeBuilder): Promise<string[]> {
  const { violations } = await axe.analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} at ${target.join(' ')}`));
}
