import react from '@vitejs/plugin-react'
import { defaultClientConditions, defineConfig } from 'vite'

// Served by `ecp serve` under a strict content security policy: nothing inline, nothing from elsewhere.
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  // The sources of the other packages, as everywhere here: they are built only when they are packed.
  resolve: { conditions: ['ecp-source', ...defaultClientConditions] },
  build: { outDir: 'dist', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
})
