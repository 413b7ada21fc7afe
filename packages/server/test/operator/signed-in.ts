import type { JsonObject, OperatorApproval, OperatorApprovals } from '@ecp/protocol'
import type { Desk } from '../../../cli/test/desk.ts'
import type { Documents } from '../gateway.ts'
import { oneWitness, Service } from '../serve/service.ts'

/** Whose answers are unsigned. */
export const operator = 'mira'

/** The witness server behind an executor whose writes a person has to approve. */
export const held =
  (writeControls: JsonObject = { requireApprovalFor: ['witness:write'] }, security: JsonObject = {}) =>
  (desk: Desk): Documents => ({ ...oneWitness(desk, { writeControls }), security })

/** `ecp serve` with the console, and somebody who is signed in to it. */
export class SignedIn implements AsyncDisposable {
  readonly service: Service
  token = ''

  constructor(documents: ConstructorParameters<typeof Service>[0]) {
    this.service = new Service(documents)
  }

  async start(more: Parameters<Service['start']>[0] = {}): Promise<this> {
    await this.service.start({ operator, ...more })
    this.token = await this.signIn()
    return this
  }

  async signIn(): Promise<string> {
    const answer = await this.service.ask('/console/api/session', undefined, posted({ code: this.service.code() }))
    const { token } = (await answer.json()) as { token: string } // reason: checked by who uses it
    return token
  }

  ask(path: string, init: RequestInit = {}): Promise<Response> {
    return this.service.ask(`/console/api${path}`, this.token, init)
  }

  async get<T>(path: string): Promise<T> {
    return (await this.ask(path)).json() as Promise<T> // reason: the tests look at what matters of it
  }

  post(path: string, body: JsonObject = {}): Promise<Response> {
    return this.ask(path, posted(body))
  }

  /** What is open, once it is so many. */
  async open(count: number): Promise<OperatorApprovals['approvals']> {
    for (;;) {
      const { approvals } = await this.get<OperatorApprovals>('/approvals')
      if (approvals.length >= count) return approvals
    }
  }

  shown(id: string): Promise<OperatorApproval> {
    return this.get(`/approvals/${id}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service[Symbol.asyncDispose]()
  }
}

export function posted(body: JsonObject, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}
