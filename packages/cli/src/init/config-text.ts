import { join } from 'node:path'
import { schemaLine } from '../starter-config.ts'
import type { InitAnswers } from './answers.ts'
import { officialServer } from './official-server.ts'

/** The host configuration for these answers, in a folder. */
export function configText(answers: InitAnswers, folder: string): string {
  const { provider, keyVariable, tools } = answers
  const servers = tools.map((tool) => serverLines(tool, answers, folder)).join('')
  return `${schemaLine('ecp-config')}
# What ECP may do in this folder, written by \`ecp init\`. A thing can be used when it is wired here, allowed under \`security\`, asked
# for by the Context, and permitted by the executor's policy. What is not named is denied.
version: "0.5"
${provider === 'none' ? '' : providerLines(answers)}
tools:
  servers:${servers === '' ? ' {}\n' : `\n${servers}`}
security:
  tools:
    allowServers: ${flow(tools)}
    deny: ["*:delete_*", "*:move_file"] # always wins
  models:
${provider === 'none' ? '    allowProviders: []\n    allowedModels: {}' : modelPolicy(answers)}
  secrets:
    allowProviders: ${keyVariable === '' ? '[]' : '[process.env]'}
  # A floor for writes, whatever a Context says.
  writes: ${floor(answers)}
  budgets:
    perRun: { maxToolCalls: 200, maxRuntimeSeconds: 3600 }
`
}

function providerLines({ provider, model, baseUrl, keyVariable }: InitAnswers): string {
  const key =
    keyVariable === ''
      ? ''
      : `      apiKey: { provider: process.env, key: ${keyVariable} } # where the key is; the key itself stands nowhere here\n`
  const config =
    baseUrl === undefined ? '' : `      config: { api: openai-compatible, baseURL: ${JSON.stringify(baseUrl)} }\n`
  return `
models:
  providers:
    ${provider}:
      defaultModel: ${JSON.stringify(model)}
${key}${config}`
}

function modelPolicy({ provider, model }: InitAnswers): string {
  return `    allowProviders: [${provider}]
    defaultProviders: [${provider}]
    allowedModels: { ${provider}: [${JSON.stringify(model)}] }`
}

function serverLines(tool: InitAnswers['tools'][number], answers: InitAnswers, folder: string): string {
  const { command, args } = officialServer(tool, folder)
  const words = tool === 'files' ? [...args, answers.folder] : args
  // This server takes a path that is not absolute as one beside its own file.
  const env =
    tool === 'memory' ? `\n        env: { MEMORY_FILE_PATH: ${JSON.stringify(join(folder, 'memory.jsonl'))} }` : ''
  return `    ${tool}:
      transport:
        type: stdio
        command: ${command}
        args: ${flow(words)}${env}
`
}

function floor({ writes }: InitAnswers): string {
  switch (writes) {
    case 'propose':
      return '{ mode: propose-only }'
    case 'ask':
      return '{ requireApprovalFor: ["*:*"] }'
    case 'execute':
      return '{ mode: execute-if-allowed }'
    case 'forbid':
      return '{ mode: forbid }'
  }
}

const flow = (words: readonly string[]): string => `[${words.map((word) => JSON.stringify(word)).join(', ')}]`
