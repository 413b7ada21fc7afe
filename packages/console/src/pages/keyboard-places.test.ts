import { expect, test } from 'vitest'
import { cellAfter } from './permissions/cell-after.ts'
import { rowAfter } from './run/timeline/row-after.ts'

test('keys go from row to row of a timeline, and not beyond its ends', () => {
  const from = (row: number) =>
    ['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End'].map((key) => rowAfter(key, row, 30))
  expect(from(15)).toEqual([14, 16, 5, 25, 0, 29])
  expect(from(0)).toEqual([0, 1, 0, 10, 0, 29])
  expect(from(29)).toEqual([28, 29, 19, 29, 0, 29])
  expect(rowAfter('Enter', 3, 30)).toBeUndefined()
})

test('keys go from cell to cell of a matrix, and not beyond its edges', () => {
  const from = (row: number, column: number) =>
    ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End'].map((key) => {
      const place = cellAfter(key, { row, column }, 3, 2)
      return place && [place.row, place.column]
    })
  expect(from(1, 0)).toEqual([
    [0, 0],
    [2, 0],
    [1, 0],
    [1, 1],
    [1, 0],
    [1, 1],
  ])
  expect(from(2, 1)).toEqual([
    [1, 1],
    [2, 1],
    [2, 0],
    [2, 1],
    [2, 0],
    [2, 1],
  ])
  expect(cellAfter('Tab', { row: 0, column: 0 }, 3, 2)).toBeUndefined()
})
