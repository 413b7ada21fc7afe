import { isJsonObject, type JsonObject } from '@ecp/protocol'

/** What a client is asked under, and answers under. */
const key = 'ecp-approval'
const statePrefix = 'approval.'

/** What came with a request of a client of 2026-07-28. */
export interface CameWith {
  readonly capabilities: JsonObject
  readonly responses: JsonObject
  readonly state?: unknown
}

/**
 * How a client waits for a person (MCP 2026-07-28, elicitation, URL mode): it sends its user to the page of the held action in
 * the console, comes back with the same call, and is kept waiting then. INVARIANT: nothing that it says approves or denies
 * anything, and its state is no more than that its user was sent there: the call is decided as if it came for the first time.
 */
export class ApprovalPage {
  readonly #console: string
  /** The approval whose page was shown last. */
  readonly #shown: string | undefined
  readonly #said: unknown

  private constructor(console: string, { responses, state }: CameWith) {
    this.#console = console
    this.#shown = isApprovalState(state) ? state.slice(statePrefix.length) : undefined
    const said = responses[key]
    this.#said = isJsonObject(said) ? said.action : undefined
  }

  /** Nothing for a client that opens no pages, and where there is no console. */
  static for(came: CameWith, console: string | undefined): ApprovalPage | undefined {
    const { elicitation } = came.capabilities
    const opensPages = isJsonObject(elicitation) && elicitation.url !== undefined
    return opensPages && console !== undefined ? new ApprovalPage(console, came) : undefined
  }

  /** Whether the call may be kept waiting: its user has gone to this approval's page. */
  mayWait(approval: string): boolean {
    return this.#shown === approval && this.#said === 'accept'
  }

  /** The result that sends the user there; nothing where they were sent there already, and went or did not want to. */
  required(approval: string, target: string): JsonObject | undefined {
    if (this.#shown === approval && typeof this.#said === 'string') return undefined
    const message = `ECP holds \`${target}\`: a person must approve it first. This page shows it exactly, and takes the answer.`
    const params = { mode: 'url', message, url: `${this.#console}/approvals/${approval}` }
    return {
      resultType: 'input_required',
      inputRequests: { [key]: { method: 'elicitation/create', params } },
      requestState: `${statePrefix}${approval}`,
    }
  }
}

/** Whether a client comes back from an approval's page. */
export function isApprovalState(state: unknown): state is string {
  return typeof state === 'string' && state.startsWith(statePrefix)
}

/** What else was answered: a server's questions have no part in this one. */
export function otherResponses({ [key]: _, ...others }: JsonObject): JsonObject {
  return others
}
