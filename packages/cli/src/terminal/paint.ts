import { styleText } from 'node:util'

const styles = {
  good: 'green',
  bad: 'red',
  warn: 'yellow',
  quiet: 'dim',
  strong: 'bold',
  name: 'cyan',
} as const
export type Style = keyof typeof styles
/** Gives a text a meaning's colour, or leaves it as it is where there are no colours. */
export type Paint = (style: Style, text: string) => string

export const plain: Paint = (_style, text) => text
export const coloured: Paint = (style, text) => styleText(styles[style], text, { validateStream: false })
