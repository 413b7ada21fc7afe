import { columnsOf } from '../src/terminal/visible.ts'

/** What somebody sees of what was written to a terminal: as much of ECMA-48 as a progress display may use, and no more. */
export class Screen {
  readonly #columns: number
  readonly #lines: string[][] = [[]]
  #row = 0
  #column = 0

  constructor(columns: number) {
    this.#columns = columns
  }

  /** The lines, without what is empty at their ends. */
  lines(): string[] {
    return this.#lines.map((line) => line.join('').trimEnd())
  }

  write(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are what is looked for
    for (const [part] of text.matchAll(/\u001b\[[0-9;?]*[A-Za-z]|[^\u001b]/gu)) this.#take(part)
  }

  #take(part: string): void {
    if (part === '\r') this.#column = 0
    else if (part === '\n') this.#row++
    else if (part.startsWith('\u001b')) this.#control(part.slice(2, -1), part.at(-1))
    else this.#print(part)
    while (this.#lines.length <= this.#row) this.#lines.push([])
  }

  #control(parameter: string, final: string | undefined): void {
    if (final === 'A') this.#row = Math.max(0, this.#row - Number(parameter || 1))
    else if (final === 'J') {
      this.#lines.length = this.#row + 1
      this.#lines[this.#row]?.splice(this.#column)
    } else if (final !== 'm') throw new TypeError(`this screen knows no \`CSI ${parameter} ${final}\``)
  }

  #print(character: string): void {
    if (this.#column + columnsOf(character) > this.#columns) {
      this.#row++
      this.#column = 0
      while (this.#lines.length <= this.#row) this.#lines.push([])
    }
    const line = this.#lines[this.#row] ?? []
    while (line.length < this.#column) line.push(' ')
    line[this.#column] = character
    this.#column += columnsOf(character)
  }
}
