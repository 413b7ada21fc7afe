#!/usr/bin/env node
// Plain JavaScript that any Node can read, so that an old one gets a sentence instead of a syntax error. In a checkout
// (there is a src folder, a published package has none) it runs the TypeScript sources.
import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { setFlagsFromString } from 'node:v8'

const needed = 24
if (Number(process.versions.node.split('.')[0]) < needed) {
  console.error(`ecp needs Node ${needed} or newer; this is ${process.versions.node} (${process.execPath}).`)
  process.exit(2)
}
// A gateway of one agent lives beside it all day: under load V8 keeps half as much garbage this way (bench, `start`). One
// gateway for many clients would spend a quarter of its time on collecting it (bench, `http`). Any other command ends before
// there is much of it: with room for what it loads, it collects next to nothing.
if (process.argv[2] === 'mcp') {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=25')
} else if (process.argv[2] !== 'serve') setFlagsFromString('--min-semi-space-size=16')
const source = new URL('../src/main.ts', import.meta.url)
const checkout = existsSync(source)
if (checkout) {
  nodeModule.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: ['ecp-source', ...context.conditions] }),
  })
}
const { main } = await import(checkout ? source.href : '../dist/main.js')
await main(process.argv.slice(2))
