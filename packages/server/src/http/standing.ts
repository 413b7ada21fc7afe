import { type Approvers, approversOf, type Machine, type WebhookEndpoint } from '@ecp/host'
import { ServerError } from '../error.ts'
import type { RunBounds } from '../runs/run-queue.ts'
import type { TriggeredRun } from '../runs/triggered-run.ts'
import { runBounds, wiredRuns } from '../runs/wired-runs.ts'
import { type Front, frontOf } from './front.ts'
import { type GatewaySettings, gatewaySettings } from './gateway-settings.ts'
import type { Authenticator } from './identity.ts'
import { hostInUrl, isLoopback, type ListenAddress } from './listen-address.ts'

/** What is served from, until the config changes: everything here was read at one time. */
export interface Standing {
  readonly machine: Machine
  readonly authenticator: Authenticator
  readonly settings: GatewaySettings
  readonly front: Front
  /** Who else is told of approvals, and whose answers count. */
  readonly webhooks: readonly WebhookEndpoint[]
  readonly approvers: Approvers
  /** What is run when a trigger says so, and how much of it at a time. */
  readonly runs: readonly TriggeredRun[]
  readonly runBounds: RunBounds
}

export interface StandingOptions {
  /** Who may connect under a machine's config. Throws what is wrong with it. */
  openAuthenticator(machine: Machine): Promise<Authenticator>
  /** In place of `gateway.listen`: named on the command line, or where it listens already. */
  readonly listen?: ListenAddress
  /** Whether somebody is let in without a token. */
  readonly letsAnybodyIn: boolean
  /** For whom Contexts run that a trigger starts, where the config does not say. */
  readonly user: string
}

/** Throws `server.refused` where anybody could come in from elsewhere, and what reading credentials throws. */
export async function standingOn(machine: Machine, options: StandingOptions): Promise<Standing> {
  const wired = gatewaySettings(machine)
  const settings = { ...wired, listen: options.listen ?? wired.listen }
  const authenticator = await options.openAuthenticator(machine)
  try {
    const runs = await wiredRuns(machine, options.user)
    refuseOpenDoor(settings.listen, authenticator, { ...options, hasRuns: runs.length > 0 })
    const webhooks = await machine.webhooks()
    const approvers = approversOf(machine.config.layers)
    return {
      machine,
      authenticator,
      settings,
      front: frontOf(settings),
      webhooks,
      approvers,
      runs,
      runBounds: runBounds(machine),
    }
  } catch (cause) {
    await authenticator.close()
    throw cause
  }
}

function refuseOpenDoor(
  { host, port }: ListenAddress,
  { isEmpty }: Authenticator,
  { letsAnybodyIn, hasRuns }: Pick<StandingOptions, 'letsAnybodyIn'> & { readonly hasRuns: boolean },
): void {
  if (letsAnybodyIn && !isLoopback(host)) {
    const text = `\`${hostInUrl(host)}:${port}\` can be reached from elsewhere, and whoever comes without a token would be let in`
    throw new ServerError('server.refused', `${text}; give each client a token with \`ecp clients add\` instead`)
  }
  // Runs that start by themselves are reason enough to serve.
  if (isEmpty && !letsAnybodyIn && !hasRuns) {
    const text = 'nobody could connect: there is no client with a token yet'
    throw new ServerError(
      'server.refused',
      `${text}; make one with \`ecp clients add NAME --context FILE --executor NAME\``,
    )
  }
}
