import { createAdapter } from '../adaptation/adapter.js'
import { tokensOf } from '../context.js'
import type { Question, Section } from '../corpus.js'
import type { Answer, Memory } from '../memory.js'
import { type Model, type ModelId, models } from '../models.js'
import type { AdaptationResult, AdaptationStrategy } from '../results.js'
import { createSession } from '../session.js'

/** Questions after which a conversation ends and another begins. */
const questionsPerSession = 24

/** Tokens that a lane keeps of all its sessions, for the fault `tokens`. */
const transcriptLimit = 48_000

/** Answers that count as recent when a model is judged by its performance. */
const recentAnswers = 20

/** Seconds between two changes of model in one lane. Sessions are short here, so this is too. */
const cooldown = 3

/** One conversation after another with the memory, each beginning with something to read. */
export interface Lane {
  /** Asks the next question. Resolves when it is answered. */
  step(): Promise<void>
}

export interface LaneOptions {
  /** 0, 1, 2 …: lanes begin with dossiers of different sizes, so that together they keep every model busy. */
  readonly position: number
  readonly memory: Memory
  readonly sections: readonly Section[]
  readonly strategy: AdaptationStrategy
  readonly nextQuestion: (model: ModelId) => Question
  readonly onAnswer: (answer: Answer) => void
  readonly onAdaptation: (result: AdaptationResult) => void
  /** The adapter's clock, in milliseconds. Default: its own. */
  readonly now?: () => number
}

export function createLane(options: LaneOptions): Lane {
  const { position, memory, sections } = options
  const session = createSession(transcriptLimit)
  const adapter = createAdapter({
    model: modelBefore(position),
    strategy: options.strategy,
    cooldown,
    ...(options.now && { now: options.now }),
  })
  let asked = 0
  let recent: Answer[] = []

  function beginSession(number: number): void {
    session.clear()
    const tokens = dossierSizes[(position + number) % dossierSizes.length] ?? dossierSizes[0]
    session.attach(dossier(sections, tokens, position + number))
    const adaptation = adapter.adapt({ contextSize: tokensOf(session.history), ...performanceOf(recent) })
    if (adaptation) options.onAdaptation(adaptation)
    if (adaptation?.success) recent = []
  }

  return {
    async step() {
      if (asked % questionsPerSession === 0) beginSession(asked / questionsPerSession)
      asked++
      const { model } = adapter
      const answer = await memory.ask(options.nextQuestion(model.id), session, model)
      recent = [...recent, answer].slice(-recentAnswers)
      options.onAnswer(answer)
    },
  }
}

/** A lane starts on the model it does not need first, so that its first session adapts. */
function modelBefore(position: number): Model {
  const model = models[(position + models.length - 1) % models.length]
  if (!model) throw new RangeError(`there is no lane ${position}: positions are integers from 0`)
  return model
}

function performanceOf(answers: readonly Answer[]): { f1Score?: number; latency?: number } {
  if (answers.length === 0) return {}
  const mean = (read: (answer: Answer) => number) =>
    answers.reduce((sum, answer) => sum + read(answer), 0) / answers.length
  return {
    f1Score: mean((answer) => answer.benchmark.accuracy),
    latency: mean((answer) => answer.benchmark.latency),
  }
}

/** Tokens of what sessions are given to read when they begin: one for each model that adaptation by size knows. */
export const dossierSizes = [1_500, 7_000, 18_000] as const

/**
 * Consecutive sections for a session to begin with: at least `tokens` of them (or all there
 * are), beginning at a place that moves on with `turn`, so that sessions read different parts of the library.
 */
export function dossier(sections: readonly Section[], tokens: number, turn: number): Section[] {
  const start = (turn * 29) % sections.length
  const order = [...sections.slice(start), ...sections.slice(0, start)]
  const taken: Section[] = []
  for (const section of order) {
    if (taken.reduce((sum, each) => sum + each.tokens, 0) >= tokens) break
    taken.push(section)
  }
  return taken
}
