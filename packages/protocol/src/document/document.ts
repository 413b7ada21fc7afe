import type { SourceRange } from '../range.ts'

export type Path = readonly (string | number)[]

/** A document that passed its checks: its value, and where each part of it stands. */
export interface Document<T> {
  readonly file: string
  readonly value: T
  /** Where the value at `path` stands; the nearest parent that exists when it does not. */
  at(path: Path): SourceRange
  /** Where the key at the end of `path` stands (its value's place for list items). */
  keyAt(path: Path): SourceRange
  /** Where a part of the text at `path` stands, in UTF-16 units of the text; the whole text where it is written with escapes or folded. */
  partAt(path: Path, offset: number, length: number): SourceRange
}
