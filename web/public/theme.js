// Before the first paint, so that no theme flashes. A file of its own: the page's policy allows no inline script.
(() => {
  let wish = 'auto';
  try {
    wish = localStorage.getItem('recloser-theme') ?? 'auto';
  } catch {
    // Storage may be forbidden; the system's theme is right then.
  }
  const dark = wish === 'dark' || (wish !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
