// Runs before tests and demo, and is plain JavaScript so that an old Node can read it: it says which Node is needed
// instead of failing on syntax it does not know.
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(`ECP needs Node 24 or newer; this is ${process.versions.node} (${process.execPath}).
On Linux (x64, arm64) and Windows (x64), \`npm ci\` brings Node 24 along as an optional dependency: run \`npm ci\` again without
\`--omit=optional\` and start things through npm (\`npm test\`, \`npm run demo\`). On macOS install Node 24.`)
  process.exit(1)
}
