// The house's import rules: which package may know which, and the one door to side effects (architecture.md).
const only = (name, path, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path, pathNot: ['\\.test\\.ts$', '/test/'] },
  to: { path: '^packages/[^/]+/', pathNot: allowed.map((p) => `^packages/${p}/`) },
})
// What opens a way out of the process: only `host` may import it.
const doors =
  '^(node:)?(child_process|cluster|dgram|dns|http|http2|https|inspector|net|tls|worker_threads|wasi)(/|$)|@modelcontextprotocol/client|^(@ai-sdk/|ai$)|@a2a-js|keyring'

export default {
  forbidden: [
    only('protocol-knows-nobody', '^packages/protocol/', ['protocol'], 'The language depends on no other package.'),
    only('policy-knows-protocol', '^packages/policy/', ['policy', 'protocol'], 'Deciding is pure.'),
    only('ledger-knows-protocol', '^packages/ledger/', ['ledger', 'protocol'], 'Recording decides nothing.'),
    only('host-below-server', '^packages/host/', ['host', 'ledger', 'policy', 'protocol'], 'The Gate knows no face.'),
    only('server-below-cli', '^packages/server/', ['server', 'host', 'ledger', 'policy', 'protocol'], 'Faces know no command.'),
    {
      name: 'pure',
      comment: 'protocol and policy have no I/O: no node module at all.',
      severity: 'error',
      from: { path: '^packages/(protocol|policy)/src', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'one-door',
      comment: 'Only host opens processes, sockets, MCP clients, models and keychains.',
      severity: 'error',
      from: { path: '^packages/(?!host/)[^/]+/src', pathNot: '\\.test\\.ts$' },
      to: { path: doors },
    },
    {
      name: 'public-surface',
      comment: 'From outside a package only its index can be imported.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src' },
      to: { path: '^packages/[^/]+/src/', pathNot: ['^packages/$1/', '^packages/[^/]+/src/(index|main)\\.ts$'] },
    },
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules)/' },
    enhancedResolveOptions: { conditionNames: ['ecp-source', 'import', 'node', 'default', 'types'], exportsFields: ['exports'] },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
  },
}
