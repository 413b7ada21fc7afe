import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * Names a process so that another one can tell later whether it still lives: host, pid and, where /proc has it, the
 * start time in clock ticks (proc(5), field 22), because pids are used again.
 */
export function ownerOf(pid: number): string {
  return `${hostname()}/${pid}/${startTime(pid) ?? '-'}`
}

/** False only when the owner surely is gone: it ran on this host, and its pid is free or belongs to a later process. */
export function isAlive(owner: string): boolean {
  const [host, pidText, started] = owner.split('/')
  const pid = Number(pidText)
  if (host !== hostname() || !Number.isInteger(pid) || pid <= 0) return true
  try {
    process.kill(pid, 0)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ESRCH') return false // reason: process.kill throws only system errors
  }
  const now = startTime(pid)
  return started === '-' || now === undefined || now === started
}

function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field, the command in brackets, may hold spaces and brackets: count from the last one.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
