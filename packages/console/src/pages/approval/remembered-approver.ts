const key = 'ecp.approver'

/** Who answered from this browser last: offered first. Anybody may be chosen, and only a passkey makes it theirs. */
export const rememberedApprover = (): string | null => localStorage.getItem(key)
export const rememberApprover = (name: string): void => localStorage.setItem(key, name)
