import { createTheme, type MantineColorSchemeManager, type MantineColorsTuple } from '@mantine/core';
import { recall, remember } from './memory.ts';

/** Mantine on the tokens of `styles.css`: the colours live there, and only there. */

/** One colour for every shade: our tokens change with the theme by themselves. */
function token(name: string): MantineColorsTuple {
  const color = `var(--${name})`;
  return [color, color, color, color, color, color, color, color, color, color];
}

export const theme = createTheme({
  fontFamily: 'var(--font)',
  primaryColor: 'flow',
  colors: {
    flow: token('flow'),
    closed: token('closed'),
    half: token('half'),
    open: token('open'),
    manual: token('manual'),
  },
  defaultRadius: 'md',
  fontSizes: { xs: '11px', sm: '12px', md: '13px', lg: '15px', xl: '18px' },
  respectReducedMotion: true,
  components: {
    Modal: { defaultProps: { transitionProps: { duration: 0 }, closeButtonProps: { 'aria-label': 'Close' } } },
    // A dialog's head is no banner of the page.
    ModalHeader: { defaultProps: { role: 'presentation' } },
  },
});

/** Also read by `public/theme.js`, before the first paint. */
const key = 'recloser-theme';

export const schemeManager: MantineColorSchemeManager = {
  get: (otherwise) => {
    const wish = recall(key);
    return wish === 'light' || wish === 'dark' || wish === 'auto' ? wish : otherwise;
  },
  set: (value) => remember(key, value),
  subscribe: () => {},
  unsubscribe: () => {},
  clear: () => remember(key, 'auto'),
};
