import { spawn } from 'node:child_process'

/** Node's arguments for a script of this folder: sources, without the notices that would count as noise. */
export function nodeArguments(script: string, ...args: string[]): string[] {
  return ['--conditions=ecp-source', '--disable-warning=ExperimentalWarning', '--expose-gc', script, ...args]
}

/**
 * Runs a script in a process of its own, so that no round profits or suffers from what was compiled for another, and
 * gives the JSON that it prints.
 */
export async function measureInChild<T>(script: string, ...args: string[]): Promise<T> {
  const child = spawn(process.execPath, nodeArguments(script, ...args), { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`\`${script} ${args.join(' ')}\` ended with ${code}`)
  return JSON.parse(output) as T // reason: the script is ours and prints this type
}
