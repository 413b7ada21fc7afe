import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { isDeepStrictEqual } from 'node:util'
import { isJsonObject, type Json, type JsonObject } from '@ecp/protocol'
import { Gateway, type Reply } from './gateway.ts'

/** Under which name `ecp serve` counts whoever comes without a token. */
const client = '(local)'

interface Told {
  readonly effect: string
  readonly codes: readonly string[]
}

/** `ecp serve`, with a program before it that asks AuthZEN first, then for the action, and says that it was done. */
export class ApiGateway extends Gateway {
  #serving: ChildProcess | undefined
  #url = ''
  #listed: ReadonlySet<string> = new Set()

  override async start(): Promise<void> {
    const [command, ...args] = this.command([
      'serve',
      ...this.flags,
      '--listen',
      '127.0.0.1:0',
      '--no-socket',
      '--json',
    ])
    const serving = spawn(command, args, { env: this.environment, cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#serving = serving
    let said = ''
    serving.stderr.on('data', (part) => {
      said += part
    })
    const line = await Promise.race([once(createInterface(serving.stdout), 'line'), once(serving, 'exit')])
    if (typeof line[0] !== 'string') throw new TypeError(`\`ecp serve\` ended before it was ready: ${said}`)
    this.#url = (JSON.parse(line[0]) as { readonly url: string }).url // reason: what serve.ts prints
    const { tools } = (await this.#ask('GET', '/v1/tools')) as { readonly tools: readonly { readonly name: string }[] } // reason: held by the API's own tests
    this.#listed = new Set(tools.map(({ name }) => name))
  }

  override async stop(): Promise<void> {
    const serving = this.#serving
    this.#serving = undefined
    if (!serving || serving.exitCode !== null) return
    serving.kill('SIGTERM')
    await once(serving, 'exit')
  }

  override shows(target: string): boolean {
    return this.#listed.has(target)
  }

  override async call(target: string, args: Json): Promise<Reply> {
    const before = this.calls().length
    const advice = isJsonObject(args) ? await this.#evaluate(target, args) : undefined
    const answer = await this.#ask('POST', '/v1/actions', { target, arguments: args })
    const { id, decision, lease } = answer as { readonly id: string; readonly decision: Told; readonly lease?: unknown } // reason: held by the API's own tests
    const isAllowed = decision.effect === 'allow'
    if (isAllowed !== (lease !== undefined)) throw new TypeError(`a lease for \`${decision.effect}\``)
    if (advice && !isDeepStrictEqual(advice, { decision: isAllowed, context: decision })) {
      throw new TypeError(`AuthZEN said ${JSON.stringify(advice)}, and then ${JSON.stringify(decision)} was decided`)
    }
    if (isAllowed) await this.#ask('POST', `/v1/actions/${id}/outcome`, { status: 'completed' })
    const { effect, codes } = decision
    return { isError: !isAllowed, facts: { effect, codes, actionId: id }, reached: this.calls().slice(before) }
  }

  #evaluate(target: string, args: JsonObject): Promise<unknown> {
    return this.#ask('POST', '/access/v1/evaluation', {
      subject: { type: 'client', id: client },
      action: { name: 'tools/call' },
      resource: { type: 'tool', id: target, properties: { arguments: args } },
    })
  }

  async #ask(method: 'GET' | 'POST', path: string, body?: JsonObject): Promise<unknown> {
    const sent = body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}
    const response = await fetch(this.#url + path, { method, ...sent })
    const text = await response.text()
    if (response.status !== 200) throw new TypeError(`${method} ${path}: ${response.status} ${text}`)
    return JSON.parse(text)
  }
}
