// The house's import rules: which package may know which, and the one door to side effects (architecture.md).
const only = (name, path, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path, pathNot: ['\\.test\\.ts$', '/test/'] },
  to: { path: '^packages/[^/]+/', pathNot: allowed.map((p) => `^packages/${p}/`) },
})
// What opens a way out of the process: only `host` may import it.
const doors = [
  '^(node:)?(child_process|cluster|dgram|dns|http|http2|https|inspector|net|tls|worker_threads|wasi)(/|$)',
  // Resolved (`node_modules/ai/dist/index.js`) or, where it cannot be, by name.
  '(^|node_modules/)(@modelcontextprotocol/client|@modelcontextprotocol/sdk|@ai-sdk/[^/]+|ai|@a2a-js/[^/]+|@napi-rs/keyring|undici|ws)(/|$)',
]

export default {
  forbidden: [
    only('protocol-knows-nobody', '^packages/protocol/', ['protocol'], 'The language depends on no other package.'),
    only('policy-knows-protocol', '^packages/policy/', ['policy', 'protocol'], 'Deciding is pure.'),
    only('ledger-knows-protocol', '^packages/ledger/', ['ledger', 'protocol'], 'Recording decides nothing.'),
    only('host-below-server', '^packages/host/', ['host', 'ledger', 'policy', 'protocol'], 'The Gate knows no face.'),
    only(
      'runtime-below-server',
      '^packages/runtime/',
      ['runtime', 'host', 'ledger', 'policy', 'protocol'],
      'What runs a Context knows no face.',
    ),
    only(
      'server-below-cli',
      '^packages/server/',
      ['server', 'runtime', 'host', 'ledger', 'policy', 'protocol'],
      'Faces know no command.',
    ),
    {
      name: 'console-speaks-http',
      comment: 'The page knows the other packages by their answers: types at most.',
      severity: 'error',
      from: { path: '^packages/console/src' },
      to: { path: '^packages/(?!console/)', dependencyTypesNot: ['type-only'] },
    },
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
      to: {
        path: '^packages/[^/]+/src/',
        pathNot: [
          '^packages/$1/',
          '^packages/[^/]+/src/(index|main)\\.ts$',
          '^packages/protocol/src/visible-characters\\.ts$',
        ],
      },
    },
    {
      name: 'no-circle',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // What is built is not looked at. Modules of npm stay in, unfollowed: the rules on them would otherwise never fire.
    exclude: { path: '^packages/[^/]+/dist/' },
    enhancedResolveOptions: {
      conditionNames: ['ecp-source', 'import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
  },
}
