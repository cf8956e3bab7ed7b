import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `npm run dev` has the control listener; Vite serves the pages and hands the rest on. */
const controlUrl = 'http://127.0.0.1:4401';
const handedOn = ['/trpc', '/sign-in', '/sign-out', '/healthz', '/readyz'];

export default defineConfig({
  root: new URL('.', import.meta.url).pathname,
  plugins: [react()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // Kilobytes before compression; the browser tests hold the first load to 300 kB after it.
    chunkSizeWarningLimit: 900,
    // The pages' policy allows fonts and scripts from their own origin only: nothing is inlined.
    assetsInlineLimit: 0,
  },
  server: {
    port: 4402,
    strictPort: true,
    // The listener takes acts from its own address only, so the proxy shows it its own.
    proxy: Object.fromEntries(
      handedOn.map((path) => [path, { target: controlUrl, changeOrigin: true, headers: { origin: controlUrl } }]),
    ),
  },
});
