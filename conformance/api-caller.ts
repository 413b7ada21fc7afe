import { isDeepStrictEqual } from 'node:util'
import { isJsonObject, type Json, type JsonObject } from '@ecp/protocol'
import type { Caller, Told } from './caller.ts'

interface Decided {
  readonly effect: string
  readonly codes: readonly string[]
}

type Ask = (method: 'GET' | 'POST', path: string, body?: JsonObject) => Promise<unknown>

/** A program that asks AuthZEN first, then for the action, and says that it was done. */
export class ApiCaller implements Caller {
  readonly #client: string
  readonly #ask: Ask
  readonly #listed: ReadonlySet<string>

  private constructor(client: string, ask: Ask, listed: ReadonlySet<string>) {
    this.#client = client
    this.#ask = ask
    this.#listed = listed
  }

  /** Asks at `url` as a client with a token. */
  static async connected(url: string, client: string, token: string): Promise<ApiCaller> {
    const ask: Ask = async (method, path, body) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const response = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
      const text = await response.text()
      if (response.status !== 200) throw new TypeError(`${method} ${path}: ${response.status} ${text}`)
      return JSON.parse(text)
    }
    const { tools } = (await ask('GET', '/v1/tools')) as { readonly tools: readonly { readonly name: string }[] } // reason: held by the API's own tests
    return new ApiCaller(client, ask, new Set(tools.map(({ name }) => name)))
  }

  shows(target: string): boolean {
    return this.#listed.has(target)
  }

  async call(target: string, args: Json): Promise<Told> {
    const advice = isJsonObject(args) ? await this.#evaluate(target, args) : undefined
    const answer = await this.#ask('POST', '/v1/actions', { target, arguments: args })
    const { id, decision, lease } = answer as {
      readonly id: string
      readonly decision: Decided
      readonly lease?: unknown
    } // reason: held by the API's own tests
    const isAllowed = decision.effect === 'allow'
    if (isAllowed !== (lease !== undefined)) throw new TypeError(`a lease for \`${decision.effect}\``)
    if (advice && !isDeepStrictEqual(advice, { decision: isAllowed, context: decision })) {
      throw new TypeError(`AuthZEN said ${JSON.stringify(advice)}, and then ${JSON.stringify(decision)} was decided`)
    }
    if (isAllowed) await this.#ask('POST', `/v1/actions/${id}/outcome`, { status: 'completed' })
    const { effect, codes } = decision
    return { isError: !isAllowed, facts: { effect, codes, actionId: id } }
  }

  async close(): Promise<void> {
    // Nothing is kept open.
  }

  #evaluate(target: string, args: JsonObject): Promise<unknown> {
    return this.#ask('POST', '/access/v1/evaluation', {
      subject: { type: 'client', id: this.#client },
      action: { name: 'tools/call' },
      resource: { type: 'tool', id: target, properties: { arguments: args } },
    })
  }
}
