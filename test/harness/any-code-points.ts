import fc from 'fast-check'

const codePoint = fc.oneof(
  fc.integer({ min: 0, max: 0x7f }),
  fc.integer({ min: 0, max: 0xd7ff }),
  fc.integer({ min: 0xe000, max: 0x10ffff }),
)

/**
 * Text of any code points, but for lone surrogates. It is what fast-check's unit `binary` is, whose table of all code points takes
 * each test file more than a second.
 */
export function anyCodePoints(maxLength = 40): fc.Arbitrary<string> {
  return fc.string({ unit: codePoint.map((code) => String.fromCodePoint(code)), maxLength })
}
