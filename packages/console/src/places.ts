/** Where one can go from every page. */
interface Place {
  readonly name: string
  readonly href: string
  /** Pages that belong to this one, by the start of their address. */
  readonly under: readonly string[]
}

export const places: readonly Place[] = [
  { name: 'Inbox', href: '/', under: ['/approvals/'] },
  { name: 'Grants', href: '/grants', under: [] },
  { name: 'Runs', href: '/runs', under: ['/runs/'] },
  { name: 'Permissions', href: '/permissions', under: [] },
  { name: 'Clients', href: '/clients', under: [] },
  { name: 'Chain', href: '/chain', under: [] },
]
