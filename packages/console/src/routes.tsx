import { type ComponentType, lazy } from 'react'

/** Every page by its address. Each is loaded when it is opened first, so that nobody waits for what they do not look at. */
export const routes: readonly { readonly path: string; readonly page: ComponentType<{ readonly id: string }> }[] = [
  { path: '/', page: lazy(() => import('./pages/inbox/inbox.tsx')) },
  { path: '/approvals/:id', page: lazy(() => import('./pages/approval/approval.tsx')) },
  { path: '/approvals/:id/grant', page: lazy(() => import('./pages/grant/grant.tsx')) },
  { path: '/grants', page: lazy(() => import('./pages/grants/grants.tsx')) },
  { path: '/runs', page: lazy(() => import('./pages/runs/runs.tsx')) },
  { path: '/runs/:id', page: lazy(() => import('./pages/run/run.tsx')) },
  { path: '/permissions', page: lazy(() => import('./pages/permissions/permissions.tsx')) },
  { path: '/clients', page: lazy(() => import('./pages/clients/clients.tsx')) },
  { path: '/chain', page: lazy(() => import('./pages/chain/chain.tsx')) },
]
