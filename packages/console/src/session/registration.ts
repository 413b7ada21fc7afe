/** Where the links of `ecp approvers add NAME --passkey` lead: `/passkey#code=...`. */
export const passkeyPath = '/passkey'

const listeners = new Set<() => void>()
let code: string | undefined

/** The code of the link to make a passkey with, which was in the address. It is no session: it makes one passkey, once. */
export const registration = {
  code: (): string | undefined => code,
  subscribe(listener: () => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
  begin(found: string): void {
    code = found
    for (const listener of listeners) listener()
  },
}
