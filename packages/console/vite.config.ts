import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// Served by `ecp serve` under a strict content security policy: nothing inline, nothing from elsewhere.
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: { outDir: 'dist', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
})
