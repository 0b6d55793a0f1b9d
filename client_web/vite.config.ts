import { svelte } from '@sveltejs/vite-plugin-svelte'
import { svelteTesting } from '@testing-library/svelte/vite'
import { defineConfig } from 'vitest/config'

const server = 'http://127.0.0.1:8123' // where `make run ARGS='--port 8123'` listens

export default defineConfig({
  plugins: [svelte(), svelteTesting()],
  build: {
    target: 'baseline-widely-available',
    manifest: true, // the server reads from it which files each page needs
    sourcemap: false,
    modulePreload: { polyfill: false }, // the polyfill is an inline script; the pages' content policy allows none
    assetsInlineLimit: 0, // every asset is a file from our own address
    rolldownOptions: {
      input: ['index.html', 'desk.html', 'on-call.html', 'coordinate.html'],
      checks: { bundlerTimings: false }, // where the build spends its seconds is nobody's business but the builder's
    },
  },
  server: { proxy: { '/api': server, '/ws': { target: server, ws: true } } },
  test: { environment: 'jsdom', include: ['src/**/*.test.ts'] },
})
