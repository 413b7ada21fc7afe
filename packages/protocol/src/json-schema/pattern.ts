import { LinearPattern } from '../condition/linear.ts'

/**
 * What keeps a regular expression from being matched in linear time (RE2), undefined when nothing does. What needs
 * backtracking is named: a person who wrote it knows it by its name, not by its syntax error.
 */
export function patternProblem(source: string): string | undefined {
  const backtracking = needsBacktracking(source)
  if (backtracking) return `${backtracking} cannot be matched in linear time and is refused`
  try {
    new LinearPattern(source)
    return undefined
  } catch (error) {
    const message = error instanceof Error ? error.message : 'it cannot be read'
    return message.charAt(0).toLowerCase() + message.slice(1)
  }
}

function needsBacktracking(source: string): string | undefined {
  let inClass = false
  for (let i = 0; i < source.length; i++) {
    const rest = source.slice(i, i + 4)
    if (rest.startsWith('\\')) {
      if (!inClass && /^\\(?:[1-9]|k<)/.test(rest)) return 'a backreference'
      i++
    } else if (inClass) inClass = !rest.startsWith(']')
    else if (rest.startsWith('[')) inClass = true
    else if (/^\(\?[=!]/.test(rest)) return 'a lookahead'
    else if (/^\(\?<[=!]/.test(rest)) return 'a lookbehind'
  }
  return undefined
}
