import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** What axe finds in a part of a page, a line each. */
export async function findings(page: Page, part = 'html'): Promise<string[]> {
  const axe = new AxeBuilder({ page })
    .include(part)
    // Legacy is what axe calls a page without frames, as ours is: it needs no second page then.
    .setLegacyMode(true)
    // Only what it finds wrong is told in full: telling what is well takes half of its time.
    .options({ resultTypes: ['violations'] });
  const { violations } = await axe.analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} at ${target.join(' ')}`));
}
