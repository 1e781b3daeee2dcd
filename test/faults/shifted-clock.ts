/**
 * Loaded before a process's own code (`node --import`): its clock is wrong by as many milliseconds as the file named
 * in FAULTS_CLOCK_FILE says, from one moment to the next. Timers and performance.now() go on evenly, as they do when
 * a system's clock is set. Node's code has no other way to the time of day than `Date`.
 */
import { readFileSync } from 'node:fs'

const file = process.env.FAULTS_CLOCK_FILE ?? ''
const TrueDate = Date
let offset = 0
let readAt = Number.NEGATIVE_INFINITY

function now() {
  if (performance.now() > readAt + 50) {
    readAt = performance.now()
    offset = Number(readFileSync(file, 'utf8')) || 0
  }
  return TrueDate.now() + offset
}

class ShiftedDate extends TrueDate {
  constructor(...given: readonly unknown[]) {
    super(...((given.length === 0 ? [now()] : given) as [number]))
  }

  static override now() {
    return now()
  }
}
globalThis.Date = ShiftedDate as DateConstructor
