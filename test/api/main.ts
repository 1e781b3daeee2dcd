/** `npm run api`: whether the HTTP API is what its contract says; with `--json` a line for each figure. */
import { backUp, outsideContract, pageTypeErrors, withoutSchema } from './figures.js'

const isJson = process.argv.includes('--json')
const figures = [withoutSchema(), await outsideContract(), pageTypeErrors(), backUp()]

for (const { name, found } of figures) {
  const value = found.length
  const ok = value === 0
  if (isJson) console.log(JSON.stringify({ name, value, unit: '', goal: 0, ok }))
  else
    console.log(
      [`${ok ? 'ok    ' : 'FAILED'} ${name}: ${value}`, ...found.map((each) => `         ${each}`)].join(
        '\n',
      ),
    )
}
process.exitCode = figures.every(({ found }) => found.length === 0) ? 0 : 1
