import { sha256 } from '@ecp/ledger'
import { type Action, canonical, type Json, maxArgumentBytes, ProtocolError } from '@ecp/protocol'
import type { Redactor } from '../secrets/redactor.ts'
import { nestsDeeperThan } from '../servers/nesting.ts'
import type { ToolCallRequest } from './request.ts'

/** Who and where, beside the request itself. */
export interface Place {
  readonly id: string
  readonly run: string
  readonly principal: string
  readonly context: Action['context']
  readonly at: number
}

/** The longest target that is kept; a longer one is cut, and then names nothing that exists. */
const maxTarget = 400
/** Arguments that nest deeper become `null`: whatever looks at them later does so recursively. */
const maxDepth = 100

/**
 * Step 1: the request as it is decided and recorded. Secret values become their names before the digest is taken, so that
 * what is recorded is what was decided (and the policy denies whatever names one). Never throws: arguments that have no
 * canonical JSON form (RFC 8785) or nest without reason become `null`, which no tool's schema takes.
 */
export function normalise(request: ToolCallRequest, place: Place, redactor: Redactor): Action {
  const target = redactor.text(wellFormed(request.target).slice(0, maxTarget))
  const redacted = redact(request.arguments, redactor)
  const canonicalText = canonicalOrNull(redacted)
  const bytes = Buffer.from(canonicalText)
  const size = bytes.length
  const text = nestsDeeperThan(maxDepth, bytes) ? 'null' : canonicalText
  return {
    id: place.id,
    key: request.key ?? place.id,
    kind: request.kind,
    target,
    // A copy of its own: what the caller does to its objects from now on changes nothing that is decided or performed.
    arguments: size > maxArgumentBytes ? null : (JSON.parse(text) as Json), // reason: canonical JSON parses to Json
    size,
    digest: actionDigest(request.kind, target, text),
    attempt: 1,
    origin: request.origin,
    run: place.run,
    executor: wellFormed(request.executor).slice(0, maxTarget),
    principal: place.principal,
    context: place.context,
    at: place.at,
  }
}

/** sha-256 over the RFC 8785 form of `{kind, target, arguments}`, from arguments that are canonical already. */
export function actionDigest(kind: string, target: string, canonicalArguments: string): string {
  return sha256(`{"arguments":${canonicalArguments},"kind":${JSON.stringify(kind)},"target":${JSON.stringify(target)}}`)
}

function wellFormed(text: string): string {
  return text.toWellFormed()
}

function redact(value: Json, redactor: Redactor): Json {
  try {
    return redactor.json(value)
  } catch {
    return null // too deep to search is too deep to pass on
  }
}

function canonicalOrNull(value: Json): string {
  try {
    return canonical(value)
  } catch (cause) {
    if (cause instanceof ProtocolError || cause instanceof RangeError) return 'null'
    throw cause
  }
}
