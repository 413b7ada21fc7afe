import type { Json } from '@ecp/protocol'

/**
 * Whether any string of a value, keys included, holds a marker `[secret:provider:key]`: what the Gate puts where a secret's
 * value stood. A caller that writes the marker itself is refused as well: it would store the marker where a value was meant.
 * Linear, and without recursion, so that no nesting is too deep for it.
 */
export function holdsSecretMarker(value: Json): boolean {
  const open: Json[] = [value]
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    if (typeof item === 'string') {
      if (isMarked(item)) return true
    } else if (typeof item === 'object' && item !== null) {
      if (Array.isArray(item)) for (const part of item) open.push(part)
      else
        for (const [key, part] of Object.entries(item)) {
          if (isMarked(key)) return true
          open.push(part)
        }
    }
  }
  return false
}

function isMarked(text: string): boolean {
  const start = text.indexOf('[secret:')
  return start >= 0 && text.indexOf(']', start) >= 0
}
