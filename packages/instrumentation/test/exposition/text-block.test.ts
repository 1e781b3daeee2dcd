import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { TextBlock } from '../../src/exposition/text-block.js'

function textOf(block: TextBlock): string {
  const target = Buffer.alloc(block.length)
  block.copyTo(target, 0)
  return target.toString()
}

test('numbers start at 0, and the tail stays behind the last line', () => {
  expect(textOf(new TextBlock(['a{} ', 'größe{} '], '# tail\n'))).toBe('a{} 0\ngröße{} 0\n# tail\n')
})

test('numbers of any kind, rewritten in any order, stand where a fresh text has them', () => {
  const value = fc.oneof(
    fc.nat(),
    fc.maxSafeNat(),
    fc.double({ noNaN: true }),
    fc.constantFrom(0, -0, 9, 10, 999_999_999, 1_000_000_000, 1e21, 1e-7, -1.5),
  )
  const changes = fc.array(fc.tuple(fc.nat(2), value), { maxLength: 30 })
  fc.assert(
    fc.property(changes, (changed) => {
      const block = new TextBlock(['first{le="1"} ', 'mütze{} ', 'third '])
      const values = [0, 0, 0]
      for (const [line, number] of changed) {
        block.set(line, number)
        values[line] = number
      }
      const number = (each: number) => String(each).replace('Infinity', 'Inf').replace(/^Inf/, '+Inf')
      const [first, second, third] = values as [number, number, number]
      expect(textOf(block)).toBe(
        `first{le="1"} ${number(first)}\nmütze{} ${number(second)}\nthird ${number(third)}\n`,
      )
    }),
  )
})
