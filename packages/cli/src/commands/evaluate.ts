import type { EvaluationProgress, NamedMeasure } from '@mnemoscope/evaluation'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import { Command } from 'commander'
import type { Threshold } from '../evaluate/compare-runs.js'
import type { Result } from '../evaluate/results-file.js'
import { numberOption } from '../options.js'
import { print, printable } from '../terminal.js'

interface EvaluateCommandOptions {
  dataset: string
  memory: string
  split?: string
  measures: string
  failBelow: readonly Threshold[]
  parallel: number
  timeout: number
  results: string
  keep?: true
  json?: true
}

/** Notes that are shown to people. All are in the JSON. */
const mostNotes = 10

/** `mnemoscope evaluate`: a memory against labelled questions. */
export const evaluateCommand = new Command('evaluate')
  .description('ask a memory the questions of a benchmark, and measure what it finds')
  .requiredOption('--dataset <path>', "file of LoCoMo or LongMemEval, or folder in BEIR's format")
  .requiredOption('--memory <module>', 'module whose default export is the memory: add, search, delete')
  .option('--split <name>', "judgements of BEIR's format: qrels/<name>.tsv (default: test, or the only ones)")
  .option('--measures <names>', 'what is measured', 'recall@5,recall@10,ndcg@10,mrr')
  .option(
    '--fail-below <measure=least>',
    'end with exit code 1 if the mean is lower; can be given several times',
    thresholdOption,
    [],
  )
  .option('--parallel <n>', 'searches at the same time', wholeNumber('--parallel', 1, 256), 1)
  .option('--timeout <seconds>', 'limit of one call', numberOption('--timeout', 0.001, 86_400), 60)
  .option('--results <file>', 'file that the results are added to', '.mnemoscope/evaluations.jsonl')
  .option('--keep', 'leave what was added in the memory')
  .option('--json', 'print the results as JSON')
  .addHelpText(
    'after',
    '\nMeasures: recall, precision, f1, hit, mrr, map, ndcg, each with @k or without; abstention comes with questions that' +
      '\ncannot be answered. The exit code is 1 if a measure is too low, or a call of the memory failed.',
  )
  .action(async (options: EvaluateCommandOptions) => {
    const { evaluate, openDataset, summariesOf } = await import('@mnemoscope/evaluation')
    const { loadMemory } = await import('../evaluate/load-memory.js')
    const { appendResults, evaluator, lastRun, readResults } = await import('../evaluate/results-file.js')
    const { changesSince, failuresOf } = await import('../evaluate/compare-runs.js')
    const { liveLine } = await import('../live-line.js')
    const { stopSignal } = await import('../up/stop-signal.js')
    const measures = await measuresOf(options)
    const limit = Math.max(10, ...measures.map(({ k = 0 }) => k))
    const dataset = await openDataset(options.dataset, { split: options.split })
    const earlier = readResults(options.results)
    const memory = await loadMemory(options.memory)
    const progress = liveLine(process.stderr)
    const signal = stopSignal(() => progress.note('Stopping: deleting what was added'))
    try {
      const evaluation = await evaluate(dataset, memory, {
        ...{ measures, limit, signal, parallel: options.parallel, timeoutSeconds: options.timeout },
        keep: options.keep === true,
        onProgress: (now) => progress.show(progressText(now)),
      })
      progress.end()
      const { name, format, version } = dataset
      const run = {
        time: new Date().toISOString(),
        dataset: name,
        format,
        version,
        evaluator,
        memory: options.memory,
      }
      const results = summariesOf(evaluation.answers).map(
        ({ category, ...summary }): Result => ({
          ...{ ...run, category: category ?? null, limit, ...summary },
        }),
      )
      const before = lastRun(earlier, run)
      const changes = changesSince(before, results)
      appendResults(options.results, results)
      const failures = failuresOf(results[0] as Result, options.failBelow, evaluation.failedEntries)
      if (options.json) {
        const since = before[0] === undefined ? null : { time: before[0].time, memory: before[0].memory }
        const { notes, entries, collections } = evaluation
        print(`${JSON.stringify({ results, since, changes, failures, notes, entries, collections })}\n`)
      } else {
        const { evaluationSections } = await import('../evaluate/text.js')
        const { reportText } = await import('../report/text.js')
        const heading = `${name} (${format} ${version})  ${options.memory}  ${evaluation.entries} entries`
        print(reportText({ heading, sections: evaluationSections(results, before, changes) }))
        print(
          [
            ...notesText(evaluation.notes),
            ...failures.map((failure) => `Failed: ${printable(failure)}\n`),
          ].join(''),
        )
        print(`Added to ${options.results}\n`)
      }
      if (failures.length > 0) process.exitCode = 1
    } catch (error) {
      progress.end()
      if (!signal.aborted) throw error
      print('Stopped: no result was written.\n', process.stderr)
      process.exitCode = 130
    } finally {
      await memory.close?.()
    }
  })

/** The measures that are wanted, and those that have a threshold. */
async function measuresOf({ measures, failBelow }: EvaluateCommandOptions): Promise<NamedMeasure[]> {
  const { abstention, namedMeasure } = await import('@mnemoscope/evaluation')
  const names = [...measures.split(','), ...failBelow.map(({ measure }) => measure)].map((name) =>
    name.trim(),
  )
  return [...new Set(names)].filter((name) => name !== abstention).map(namedMeasure)
}

function progressText({ collection, entries, questions }: EvaluationProgress): string {
  const counts = [entries, questions].map((count) => count.toLocaleString('en-US'))
  return `${collection}: ${counts[0]} entries added, ${counts[1]} questions asked`
}

function notesText(notes: readonly string[]): string[] {
  const more = notes.length - mostNotes
  const shown = notes.slice(0, mostNotes).map((note) => `Note: ${printable(note)}\n`)
  return more > 0 ? [...shown, `Note: ${more} more; --json prints all of them\n`] : shown
}

/** Reads `--fail-below recall@5=0.8`, which can be given several times. */
function thresholdOption(text: string, before: readonly Threshold[]): readonly Threshold[] {
  const [, measure, least] = /^([a-z0-9@]+)=(0(?:\.\d+)?|1(?:\.0+)?|\.\d+)$/.exec(text) ?? []
  if (measure !== undefined && least !== undefined) return [...before, { measure, least: Number(least) }]
  throw new MnemoscopeError('USAGE', `--fail-below: ${JSON.stringify(text)}`, {
    value: text,
    expected: 'a measure and a number from 0 to 1, such as recall@5=0.8',
    next: 'Correct the option.',
  })
}

function wholeNumber(name: string, min: number, max: number) {
  return (text: string): number => {
    const value = numberOption(name, min, max)(text)
    if (Number.isInteger(value)) return value
    const expected = `an integer from ${min} to ${max}`
    throw new MnemoscopeError('USAGE', `${name}: ${JSON.stringify(text)}: expected ${expected}`, {
      value: text,
      expected,
      next: 'Correct the option.',
    })
  }
}
