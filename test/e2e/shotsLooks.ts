import { join } from 'node:path';
import type { Page } from 'playwright-core';

export interface Look {
  colorScheme: 'dark' | 'light';
  viewport: { width: number; height: number };
}

/** Dark and light, wide and as on a phone; and wide at 200 %, which is half as wide. */
export const looks: Look[] = [
  ...[
    { width: 1440, height: 900 },
    { width: 360, height: 740 },
  ].flatMap((viewport) => (['dark', 'light'] as const).map((colorScheme) => ({ viewport, colorScheme }))),
  { viewport: { width: 720, height: 450 }, colorScheme: 'dark' },
];

/** The whole page, into `folder`, called by what it shows and how. */
export async function pictureOf(
  page: Page,
  { folder, name, look }: { folder: string; name: string; look: Look },
): Promise<void> {
  const path = join(folder, `${name}-${look.colorScheme}-${look.viewport.width}.png`);
  await page.screenshot({ path, fullPage: true });
  console.log(path);
}
