import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// In a checkout the packages resolve to their sources.
const resolve = { conditions: ['ecp-source', 'node', 'import', 'module', 'default'] }
const ssr = { resolve: { conditions: ['ecp-source', 'node', 'import', 'module', 'default'] } }
// Modules are loaded once a worker, not once a file: a third of the time otherwise. Nothing here keeps state in a module.
const shared = { isolate: false }
// `ecp` as tests start it, and the console's page, are built once, where what they are made of has changed.
const globalSetup = ['packages/cli/test/build-program.ts']
const everyPackage = {
  ...shared,
  globalSetup: [...globalSetup, 'packages/host/test/build-fixtures.ts', 'packages/console/test/build-console.ts'],
}
// Cases wait for the gateways that they share, of which few run at once.
const everyTest = { maxConcurrency: 10_000, globalSetup: [...globalSetup, 'conformance/build-server.ts'] }
// Processes that tests start load what others have compiled: less than half of the time otherwise.
const env = { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules', '.cache', 'ecp-tests') }
const project = (name: string, include: string[], testTimeout = 30_000, more = {}) => ({
  resolve,
  ssr,
  test: {
    name,
    include,
    testTimeout,
    hookTimeout: testTimeout,
    environment: 'node' as const,
    env,
    globalSetup,
    ...more,
  },
})

export default defineConfig({
  test: {
    // Vitest leaves a core to itself, and of two that is half: most tests wait for processes.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      project('packages', ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts'], 60_000, everyPackage),
      project('conformance', ['conformance/**/*.test.ts'], 60_000, everyTest),
      project(
        'docs',
        [
          'test/*.test.ts',
          'examples/{library,claude-code,cursor,chat-webhook,summarise,brief,review,incident,pipeline,stocktake}/*.test.ts',
        ],
        300_000,
      ),
      project('official', ['test/official/**/*.test.ts'], 300_000),
      project('soak', ['test/soak/**/*.test.ts'], 900_000),
      project('openclaw', ['examples/openclaw/**/*.test.ts'], 900_000),
    ],
  },
})
