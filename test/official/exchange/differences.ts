import type { Json } from '@ecp/protocol'

/** Where two answers to the same step differ. `at` is the path to it; what is not there is `(absent)`. */
export interface Difference {
  readonly at: string
  readonly direct: Json
  readonly gated: Json
}
const absent = '(absent)'

export function differences(direct: Json | undefined, gated: Json | undefined, at = ''): readonly Difference[] {
  if (direct === undefined || gated === undefined) {
    return direct === gated ? [] : [{ at, direct: direct ?? absent, gated: gated ?? absent }]
  }
  if (typeof direct === 'object' && typeof gated === 'object' && direct !== null && gated !== null) {
    const [one, two] = [entries(direct), entries(gated)]
    return [...new Set([...one.keys(), ...two.keys()])].flatMap((key) =>
      differences(one.get(key), two.get(key), at === '' ? key : `${at}/${key}`),
    )
  }
  return direct === gated ? [] : [{ at, direct, gated }]
}

const entries = (value: object): ReadonlyMap<string, Json> => new Map(Object.entries(value))
