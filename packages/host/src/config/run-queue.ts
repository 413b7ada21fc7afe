/** How many runs of `gateway.runs` go on at a time, and wait for their turn, where the config does not say. */
export const defaultRunQueue = { maxRunning: 4, maxWaiting: 100 } as const
