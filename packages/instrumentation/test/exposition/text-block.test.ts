import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { TextBlock } from '../../src/exposition/text-block.js'

const textOf = (block: TextBlock) => block.view().toString()

test('numbers start at 0, and the tail stays after the last line', () => {
  expect(textOf(new TextBlock(['a{} ', 'größe{} '], '# tail\n'))).toBe('a{} 0\ngröße{} 0\n# tail\n')
  expect(textOf(new TextBlock([]))).toBe('')
})

const value = fc.oneof(
  fc.nat(),
  fc.maxSafeNat(),
  fc.double({ noNaN: true }),
  fc.constantFrom(0, -0, 9, 10, 999_999_999, 1_000_000_000, 1e21, 1e-7, -1.5),
)
/** A new text for any of three lines. */
const change = fc.tuple(...[0, 1, 2].map(() => fc.option(fc.oneof(value, fc.constant('1 # {a="b"} 2')))))

test('numbers and other texts of any length, rewritten any number of times, equal a new text', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      const block = new TextBlock(['first{le="1"} ', 'mütze{} ', 'third '], '# tail\n')
      const texts = ['0', '0', '0']
      for (const changed of changes) {
        for (const [line, to] of changed.entries()) {
          if (to === null) continue
          if (typeof to === 'string') block.setText(line, to)
          else block.set(line, to)
          texts[line] = String(to).replace(/^(-?)Infinity/, (_, sign) => `${sign || '+'}Inf`)
        }
        block.settle()
      }
      const [first, second, third] = texts
      expect(textOf(block)).toBe(`first{le="1"} ${first}\nmütze{} ${second}\nthird ${third}\n# tail\n`)
    }),
  )
})

test('bytes that are held do not change with later writes', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 10 }), (changes) => {
      const block = new TextBlock(['first ', 'second ', 'third '])
      const held: { view: Buffer; text: string; release: () => void }[] = []
      for (const [round, changed] of changes.entries()) {
        held.push({ view: block.view(), text: textOf(block), release: block.hold() })
        for (const [line, to] of changed.entries()) if (typeof to === 'number') block.set(line, to)
        block.settle()
        for (const { view, text } of held) expect(view.toString()).toBe(text)
        if (round % 3 === 2) for (const { release } of held.splice(0, 2)) release()
      }
    }),
  )
})
