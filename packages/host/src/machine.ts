import type { Ledger } from '@ecp/ledger'
import type { Catalogue, Context, Document, Json, SecretReference, StartedBy } from '@ecp/protocol'
import type { LoadedConfig } from './config/load-config.ts'
import type { Explained } from './explained.ts'
import type { Host } from './host.ts'
import type { ModelOverride } from './models/chosen-model.ts'
import type { WebhookEndpoint } from './webhooks/endpoint.ts'
import type { WebhookKey } from './webhooks/webhook-key.ts'

/** One client of a machine: as what it acts, and for whom. */
export interface Admission {
  readonly contextFile: string
  readonly inputs: Readonly<Record<string, Json>>
  /** Who connects, for runs and budgets: named by the operator, never by the agent. */
  readonly client: string
  readonly principal: string
  /**
   * The run that all actions belong to, whichever executor asks: one that `ecp run` starts or goes on with. Missing: a run for
   * each executor, which a client finds again within `gateway.runWindow`.
   */
  readonly run?: string
  /** A dry run: everything is decided and recorded, and only reads and model turns are performed. */
  readonly rehearsal?: boolean
  /** What started that run, for the record. */
  readonly startedBy?: StartedBy
  /** With `run`: model turns are played from a recording, for the record. */
  readonly recorded?: boolean
  /** With `run`: the model that is asked for in place of what the Context says. */
  readonly override?: ModelOverride
}

/** Who goes on with which run. */
export interface Resumption {
  readonly run: string
  /** The person who says so. */
  readonly by: string
  /** Where its Context is now; missing: where it was when the run started. */
  readonly contextFile?: string
}

/**
 * This machine's side of the boundary, shared by all who connect: config, ledger, connections to servers, pins and
 * secrets, each once.
 */
export interface Machine {
  readonly config: LoadedConfig
  readonly ledger: Ledger
  /** Where the ledger is, an absolute path. */
  readonly ledgerFile: string
  /**
   * The boundary of a Context for a client. A Context that is open already with the same inputs is not read again: another
   * machine is opened for a changed one. `Host.close` leaves the machine open. Throws `HostError` with what to do.
   */
  admit(admission: Admission): Promise<Host>
  /**
   * The boundary of a run that is paused or was cut off, for its principal, with its inputs. Its Context has to be what it was; the
   * host's policy is today's. Nothing is written before `Host.begin`. Throws `LedgerError` (`ledger.run-unknown`,
   * `ledger.run-ended`), `host.refused` with what has changed, and as {@link admit} does.
   */
  resume(resumption: Resumption): Promise<Host>
  /**
   * The value of a secret now, known to the redactor before it is given. Throws `secret.missing`, `secret.provider-not-allowed`,
   * or `host.refused` for a provider of a later version.
   */
  secret(reference: SecretReference): Promise<string>
  /** The value with every secret that the servers' wiring names, and every other one that is known here, as its name. */
  redacted<T extends Json>(value: T): Promise<T>
  /** The endpoints that `gateway.approvals.webhooks` wires. Throws what is wrong with a key, and as {@link secret} does. */
  webhooks(): Promise<readonly WebhookEndpoint[]>
  /** The key that messages of others are signed with. `of`: whose it is, for errors. Throws as {@link webhooks} does. */
  webhookKey(reference: SecretReference, of: string): Promise<WebhookKey>
  /** A Context as it is now, opened for nobody: its file is among {@link files} from then on. Throws `host.document-invalid`. */
  context(contextFile: string): Promise<Document<Context>>
  /** What every tool of the wired servers is pinned as. */
  catalogue(): Catalogue
  /** The effective permissions of a Context, as it is now. Throws `host.document-invalid`. */
  explain(contextFile: string): Promise<Explained>
  /** Every file that was read for what is open now: when one changes, this machine should be renewed. */
  files(): readonly string[]
  /**
   * Opens the machine that follows this one: the config as it is now, these Contexts first, on the same ledger, which is closed
   * with the last of them. This one stays open, for what is in flight. Throws as `openMachine` does, and where the config has
   * moved the ledger; then everything stays as it was.
   */
  renew(contexts: readonly Pick<Admission, 'contextFile' | 'inputs'>[]): Promise<Machine>
  /** Ends all hosts, servers, and the ledger if this machine, or the one that it follows, opened it. */
  close(): Promise<void>
}
