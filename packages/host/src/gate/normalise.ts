import { sha256 } from '@ecp/ledger'
import {
  type Action,
  type ActionKind,
  canonical,
  type Json,
  type JsonObject,
  maxArgumentBytes,
  ProtocolError,
} from '@ecp/protocol'
import type { Redactor } from '../secrets/redactor.ts'
import { nestsDeeperThan } from '../servers/nesting.ts'
import type { ActionRequest } from './request.ts'

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
export function normalise(request: ActionRequest<ActionKind>, place: Place, redactor: Redactor): Action {
  const target = redactor.text(wellFormed(request.target).slice(0, maxTarget))
  const redacted = redact(request.arguments, redactor)
  const canonicalText = canonicalOrNull(redacted)
  const bytes = Buffer.from(canonicalText)
  const extra = extraOf(request, redactor)
  const size = bytes.length + (extra?.size ?? 0)
  const fits = size <= maxArgumentBytes(request.kind)
  const text = nestsDeeperThan(maxDepth, bytes) ? 'null' : canonicalText
  return {
    id: place.id,
    key: request.key ?? place.id,
    kind: request.kind,
    target,
    // A copy of its own: what the caller does to its objects from now on changes nothing that is decided or performed.
    arguments: fits ? (JSON.parse(text) as Json) : null, // reason: canonical JSON parses to Json
    ...(extra && fits ? { extra: extra.value } : {}),
    size,
    digest: actionDigest(request.kind, target, text, extra?.text),
    attempt: request.attempt ?? 1,
    origin: request.origin,
    run: place.run,
    executor: wellFormed(request.executor).slice(0, maxTarget),
    principal: place.principal,
    context: place.context,
    at: place.at,
  }
}

/**
 * sha-256 over the RFC 8785 form of `{kind, target, arguments}`, with `extra` where there is any, from parts that are
 * canonical already.
 */
export function actionDigest(
  kind: string,
  target: string,
  canonicalArguments: string,
  canonicalExtra?: string,
): string {
  const extra = canonicalExtra === undefined ? '' : `"extra":${canonicalExtra},`
  return sha256(
    `{"arguments":${canonicalArguments},${extra}"kind":${JSON.stringify(kind)},"target":${JSON.stringify(target)}}`,
  )
}

interface Extra {
  readonly value: JsonObject
  readonly text: string
  /** Bytes (UTF-8). */
  readonly size: number
}

/** What stands in `extra`, canonical. What has no such form, or nests without reason, counts as too large: a deny. */
function extraOf({ kind, extra }: ActionRequest<ActionKind>, redactor: Redactor): Extra | undefined {
  if (extra === undefined || Object.keys(extra).length === 0) return undefined
  const text = canonicalOrNull(redact(extra, redactor))
  const bytes = Buffer.from(text)
  if (text === 'null' || nestsDeeperThan(maxDepth, bytes))
    return { value: {}, text: '{}', size: maxArgumentBytes(kind) + 1 }
  return { value: JSON.parse(text) as JsonObject, text, size: bytes.length } // reason: canonical JSON of an object
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
