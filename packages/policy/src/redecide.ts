import type { Catalogue, Decision, RecordBodies } from '@ecp/protocol'
import type { PolicyData } from './data.ts'
import { decide } from './decide.ts'
import { load, type Policy } from './policy.ts'

/**
 * Makes a recorded decision again from what was recorded with it: the texts of the policy and catalogue blobs, the action,
 * the counters, who was to do it, and what people had said of it. Equal to the recorded one, or something was changed. Throws for texts that hold no policy.
 */
export function redecide(
  policyText: string,
  catalogueText: string,
  digest: string,
  decided: Pick<RecordBodies['action.decided'], 'action' | 'counters' | 'enforcement' | 'answers'>,
): Decision {
  const { policy, catalogue } = read(policyText, catalogueText, digest)
  const { action, counters, enforcement, answers = [] } = decided
  return decide(policy, catalogue, counters, action, { enforcement, answers })
}

type Read = {
  readonly policy: Policy
  readonly catalogue: Catalogue
  readonly texts: readonly [string, string, string]
}

/** The last texts read: a run's decisions mostly come from the same ones. It only saves time. */
let last: Read | undefined

function read(policyText: string, catalogueText: string, digest: string): Read {
  const [policy, catalogue, of] = last?.texts ?? []
  if (last && policy === policyText && catalogue === catalogueText && of === digest) return last
  // reason: the blobs' digests are checked by whoever verifies; what has another form fails in `load` or denies
  const data = JSON.parse(policyText) as PolicyData
  const pins = JSON.parse(catalogueText) as Catalogue // reason: see above
  last = { policy: load(data, digest), catalogue: pins, texts: [policyText, catalogueText, digest] }
  return last
}
