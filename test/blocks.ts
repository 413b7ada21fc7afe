/** A fenced block of a Markdown page, in order of appearance. */
export interface Block {
  readonly language: string
  /** What follows the language: `background` of a shell block that goes on in a terminal of its own. */
  readonly more: string
  readonly text: string
  readonly line: number
}

/** A shell block, and the `text` block right after it: what it must print, `…` standing for anything. */
export interface Step {
  readonly commands: string
  /** Whether it goes on, in a terminal of its own, once it has printed that. */
  readonly isBackground: boolean
  readonly prints: readonly string[]
  readonly line: number
}

export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = []
  let open: { language: string; more: string; lines: string[]; line: number } | undefined
  markdown.split('\n').forEach((line, index) => {
    const fence = /^ *```(\w*) *(\w*)/.exec(line)
    if (!fence) open?.lines.push(line)
    else if (open) {
      const { language, more, line } = open
      blocks.push({ language, more, text: open.lines.join('\n'), line })
      open = undefined
    } else open = { language: fence[1] ?? '', more: fence[2] ?? '', lines: [], line: index + 1 }
  })
  return blocks
}

export function stepsOf(blocks: readonly Block[]): Step[] {
  return blocks.flatMap((block, index) => {
    if (block.language !== 'sh') return []
    const next = blocks[index + 1]
    const prints = next?.language === 'text' ? next.text.split('\n').filter((line) => line.trim() !== '') : []
    return [{ commands: block.text, isBackground: block.more === 'background', prints, line: block.line }]
  })
}

/** Whether some line of the output is this one, with `…` for anything and any run of spaces for another. */
export function isPrinted(wanted: string, output: string): boolean {
  const squeeze = (text: string) => text.replaceAll(/\s+/g, ' ').trim()
  const pattern = new RegExp(squeeze(wanted).split('…').map(RegExp.escape).join('.*'))
  return output.split('\n').some((line) => pattern.test(squeeze(line)))
}
