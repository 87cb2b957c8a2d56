import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** A running gateway, for `vite dev` only. */
const gateway = process.env.LIVEBOARD_GATEWAY_URL ?? 'http://127.0.0.1:8080';
const forwarded = {
  target: gateway,
  ws: true,
  changeOrigin: true,
  headers: { origin: gateway },
};

export default defineConfig({
  plugins: [react()],
  server: { proxy: { '/v1': forwarded, '/dev': forwarded } },
  // The page's policy allows no inlined scripts, fonts or workers.
  build: { target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 1_600 },
});
