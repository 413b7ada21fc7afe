/** What `GET /console/api/state` answers. */
export interface HostState {
  readonly version: string
  readonly user: string
  readonly frozen: boolean
  readonly open: number
}
