import type { ReadStream, WriteStream } from 'node:tty'
import { stripVTControlCharacters } from 'node:util'
import { CliError } from '../error.ts'
import { coloured, type Paint, plain } from './paint.ts'
import { columnsOf } from './visible.ts'

/** Where a command prints: data on `out` (stdout), everything that is said about it on `err` (stderr). */
export interface Terminal {
  /** Writes a text and a line end to stdout. */
  out(text: string): void
  /** Writes a text and a line end to stderr. */
  err(text: string): void
  /**
   * Shows a line or several on stderr that the next ones replace; nothing where stderr is no terminal, or while a question is open.
   * '' removes them. Lines are to be narrower than the terminal.
   */
  progress(lines: string | readonly string[]): void
  /** The size of the terminal that stderr is, now; undefined where it is none, or one that cannot move its cursor. */
  screen(): Screen | undefined
  readonly paint: Paint
  readonly paintErr: Paint
  /** Columns of the terminal that stdout is; undefined when it is a pipe or a file. */
  readonly columns: number | undefined
  /** Whether somebody is there to answer a question. */
  readonly interactive: boolean
  /** Asks on the terminal, with no as what a mere Enter means. Throws `cli.interrupted` on Ctrl-C. */
  confirm(question: string): Promise<boolean>
  /** Asks for something that nobody is to see. Throws `cli.interrupted` on Ctrl-C. */
  secret(question: string): Promise<string>
  /**
   * Asks which; the first is what a mere Enter means. `hints`: what each means. Throws `cli.interrupted` on Ctrl-C, and when `over`
   * aborts, which takes the question away. What is said while a question is open is shown after it.
   */
  choose<T extends string>(question: string, answers: readonly T[], hints?: Hints<T>, over?: AbortSignal): Promise<T>
  /** Asks which of them, `initial` being what a mere Enter means. Throws `cli.interrupted` on Ctrl-C. */
  chooseMany<T extends string>(
    question: string,
    answers: readonly T[],
    initial: readonly T[],
    hints?: Hints<T>,
  ): Promise<readonly T[]>
  /** Asks for a text, again as long as there is something wrong with it. Throws as {@link choose} does. */
  text(question: string, asked: TextQuestion): Promise<string>
}

type Hints<T extends string> = Readonly<Partial<Record<T, string>>>

export interface TextQuestion {
  /** What a mere Enter means. */
  readonly initial: string
  readonly over?: AbortSignal
  /** What is wrong with an answer. */
  problem?(answer: string): string | undefined
}

export interface Screen {
  readonly columns: number
  readonly rows: number
}

export interface Streams {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly stdin: ReadStream | (NodeJS.ReadStream & { readonly isTTY?: boolean })
  readonly stdout: WriteStream | (NodeJS.WriteStream & { readonly isTTY?: boolean })
  readonly stderr: WriteStream | (NodeJS.WriteStream & { readonly isTTY?: boolean })
}

/** The terminal of a process. Colours as `WriteStream.hasColors` finds them, which honours NO_COLOR and TERM=dumb. */
export function terminalOf({ stdin, stdout, stderr, env = {} }: Streams): Terminal {
  const paintOf = (stream: Streams['stdout']): Paint => (stream.isTTY && stream.hasColors() ? coloured : plain)
  const screen = (): Screen | undefined => {
    if (!stderr.isTTY || env.TERM === 'dumb') return undefined
    // 0 where a terminal does not know its own size.
    return { columns: stderr.columns || 80, rows: stderr.rows || 24 }
  }
  let drawn: readonly string[] = []
  let isAsking = false
  // Nothing else may be written between the lines of a question.
  const held: string[] = []
  /** What removes the lines that were drawn, wherever they ended up when the terminal was made narrower. */
  const erasure = () => {
    if (drawn.length === 0) return ''
    const { columns } = screen() ?? { columns: 80 }
    const rows = drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(columnsOf(stripVTControlCharacters(line)) / columns)),
      0,
    )
    return `\r${rows > 1 ? `\u001b[${rows - 1}A` : ''}\u001b[0J`
  }
  const clear = () => {
    if (drawn.length > 0) stderr.write(erasure())
    drawn = []
  }
  const asking = async <T>(ask: () => Promise<T>): Promise<T> => {
    clear()
    isAsking = true
    try {
      return await ask()
    } finally {
      isAsking = false
      for (const text of held.splice(0)) stderr.write(`${text}\n`)
    }
  }
  return {
    out: (text) => {
      // Also where stdout is a file: what is drawn next to it would be torn otherwise.
      clear()
      stdout.write(`${text}\n`)
    },
    err: (text) => {
      if (isAsking) {
        held.push(text)
        return
      }
      clear()
      stderr.write(`${text}\n`)
    },
    progress: (shown) => {
      if (!screen() || isAsking) return
      const lines = typeof shown === 'string' ? (shown === '' ? [] : [shown]) : shown
      if (drawn.length === 0 && lines.length === 0) return
      // In one piece, so that nothing flickers.
      stderr.write(`${erasure()}${lines.join('\n')}`)
      drawn = lines
    },
    screen,
    paint: paintOf(stdout),
    paintErr: paintOf(stderr),
    // 0 where a terminal does not know its own size.
    columns: stdout.isTTY ? stdout.columns || 80 : undefined,
    interactive: stdin.isTTY === true && stderr.isTTY === true,
    confirm: (question) =>
      asking(async () => {
        const { confirm, isCancel } = await import('@clack/prompts')
        const answer = await confirm({ message: question, initialValue: false, input: stdin, output: stderr })
        if (isCancel(answer)) throw new CliError('cli.interrupted', 'interrupted')
        return answer
      }),
    secret: (question) =>
      asking(async () => {
        const { password, isCancel } = await import('@clack/prompts')
        const answer = await password({ message: question, input: stdin, output: stderr })
        if (isCancel(answer)) throw new CliError('cli.interrupted', 'interrupted')
        return answer
      }),
    choose: (question, answers, hints, over) =>
      asking(async () => {
        const { select, isCancel } = await import('@clack/prompts')
        const chosen = await select({
          message: question,
          options: optionsOf(answers, hints),
          input: stdin,
          output: stderr,
          ...untilOver(over),
        })
        if (isCancel(chosen)) throw new CliError('cli.interrupted', 'interrupted')
        const answer = answers.find((one) => one === chosen)
        if (answer === undefined) throw new CliError('cli.interrupted', 'nothing was chosen')
        return answer
      }),
    chooseMany: (question, answers, initial, hints) =>
      asking(async () => {
        const { multiselect, isCancel } = await import('@clack/prompts')
        const chosen = await multiselect({
          message: question,
          options: optionsOf(answers, hints),
          initialValues: initial.map(String),
          required: false,
          input: stdin,
          output: stderr,
        })
        if (isCancel(chosen)) throw new CliError('cli.interrupted', 'interrupted')
        return answers.filter((one) => chosen.includes(one))
      }),
    text: (question, { initial, over, problem }) =>
      asking(async () => {
        const { isCancel, multiline, text } = await import('@clack/prompts')
        const answer = await (initial.includes('\n') ? multiline : text)({
          message: question,
          initialValue: initial,
          validate: (value = '') => problem?.(value),
          input: stdin,
          output: stderr,
          ...untilOver(over),
        })
        if (isCancel(answer)) throw new CliError('cli.interrupted', 'interrupted')
        return answer
      }),
  }
}

const untilOver = (over: AbortSignal | undefined) => (over ? { signal: over } : {})

function optionsOf<T extends string>(answers: readonly T[], hints: Hints<T> | undefined) {
  return answers.map((value) => {
    const hint = hints?.[value]
    return { value: String(value), label: value, ...(hint === undefined ? {} : { hint }) }
  })
}
