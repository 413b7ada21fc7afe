/** A counter of this run and executor that a condition looks at, known before it is evaluated. */
export type UsageReference =
  | { readonly kind: 'calls'; readonly tool: string }
  | { readonly kind: 'sum'; readonly tool: string; readonly field: string }
  | { readonly kind: 'toolCalls' | 'tokens' | 'denials' }

/** A name for a reference that no other one has. */
export function usageName(reference: UsageReference): string {
  switch (reference.kind) {
    case 'calls':
      return `usage.calls:${reference.tool}`
    case 'sum':
      return `usage.sum:${reference.tool} ${reference.field}`
    default:
      return `usage.${reference.kind}`
  }
}

/** What `usage` is in a condition: reads counters by {@link usageName}. */
export class Usage {
  readonly #read: (name: string) => number
  constructor(read: (name: string) => number) {
    this.#read = read
  }
  calls(tool: string): number {
    return this.#read(usageName({ kind: 'calls', tool }))
  }
  sum(tool: string, field: string): number {
    return this.#read(usageName({ kind: 'sum', tool, field }))
  }
  get toolCalls(): bigint {
    return BigInt(this.#read('usage.toolCalls'))
  }
  get tokens(): bigint {
    return BigInt(this.#read('usage.tokens'))
  }
  get denials(): bigint {
    return BigInt(this.#read('usage.denials'))
  }
}
