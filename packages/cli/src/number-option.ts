import { MnemoscopeError } from '@mnemoscope/kpi'

/** A number option: refuses what is not one in the range. */
export function numberOption(name: string, min: number, max: number) {
  return (text: string): number => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isFinite(value) || value < min || value > max) {
      throw new MnemoscopeError(
        'USAGE',
        `${name}: ${JSON.stringify(text)}: expected a number from ${min} to ${max}`,
        {
          value: text,
          expected: `a number from ${min} to ${max}`,
          next: 'Run the command with --help for what it takes.',
        },
      )
    }
    return value
  }
}
