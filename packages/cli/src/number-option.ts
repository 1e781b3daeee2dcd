import { MnemoscopeError } from '@mnemoscope/kpi'

/** A number option: refuses what is not one in the range. */
export function numberOption(name: string, min: number, max: number) {
  return (text: string): number => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isFinite(value) || value < min || value > max) {
      throw refused(name, text, `a number from ${min} to ${max}`)
    }
    return value
  }
}

/** An option that is a port: a whole number, 0 for a free one. */
export function portOption(text: string): number {
  const port = numberOption('--port', 0, 65_535)(text)
  if (Number.isInteger(port)) return port
  throw refused('--port', text, 'a whole number from 0 to 65535')
}

function refused(name: string, text: string, expected: string): MnemoscopeError {
  return new MnemoscopeError('USAGE', `${name}: ${JSON.stringify(text)}: expected ${expected}`, {
    value: text,
    expected,
    next: 'Run the command with --help for what it takes.',
  })
}
