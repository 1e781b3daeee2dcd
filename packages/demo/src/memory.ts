import type { Context } from './context.js'
import type { Question } from './corpus.js'
import type { Model } from './models.js'
import { type Allowance, type Fitted, fit } from './overflow/fit.js'
import { summarise } from './overflow/summarise.js'
import type { BenchmarkResult, OverflowResult } from './results.js'
import { cutOff } from './retrieve.js'
import { score } from './score.js'
import { type Session, sectionPiece, textPiece } from './session.js'
import type { Store } from './store.js'
import { countTokens } from './text.js'

/**
 * How the memory deals with what it may send: `normal` within the model's budget, `unlimited` with everything the session has
 * received, `starved` with almost nothing. `normal` unless a fault says otherwise.
 */
export type Economy = 'normal' | 'unlimited' | 'starved'

/** A memory that answers questions from a store, within what a model can take. */
export interface Memory {
  readonly store: Store
  /** Takes effect with the next question. */
  economy: Economy
  /** Answers a question in a session: search, fit, answer, score. Ids in `question` are those of the store's sections. */
  ask(question: Question, session: Session, model: Model): Promise<Answer>
}

/** An answer, with the measurements of how it was made. */
export interface Answer {
  /** Id of the question. */
  readonly question: string
  readonly text: string
  readonly context: Context
  readonly benchmark: BenchmarkResult
  readonly overflow: OverflowResult
}

/** An answer is at most this long, in tokens. */
const answerTokens = 80

/** A memory over a store. Sessions are the caller's: one memory serves many. */
export function createMemory(store: Store): Memory {
  const memory: Memory = {
    store,
    economy: 'normal',
    async ask(question, session, model) {
      const started = performance.now()
      const sections = cutOff(await store.search(question.text))

      // Nothing below waits, so questions that one session asks at the same time still see each other's complete turns.
      const unlimited = memory.economy === 'unlimited'
      const asked: Context = {
        history: unlimited ? session.transcript : session.history,
        passages: sections.map(sectionPiece),
        question: textPiece(question.id, `Answer from the passages alone. Question: ${question.text}`),
      }
      const allowance = allowanceOf(model, memory.economy)
      const fitted = fit(asked, allowance)
      const text = answer(fitted.context, question)
      const latency = (performance.now() - started) / 1000

      if (fitted.strategy !== 'none' && !unlimited) session.shrinkTo(fitted.context.history)
      session.record(textPiece(question.id, `${question.text}\n${text}`), fitted.context.passages)

      const overflow = overflowResult(question, asked, fitted, allowance)
      return {
        question: question.id,
        text,
        context: fitted.context,
        overflow,
        benchmark: {
          structure: 'sections',
          model: model.id,
          accuracy: overflow.f1_score,
          latency,
          input_tokens: fitted.tokens,
          output_tokens: countTokens(text),
          context_efficiency: overflow.f1_score / (fitted.tokens / 1000),
          timestamp: new Date().toISOString(),
          model_availability: true,
          context_utilization: fitted.tokens / model.window,
        },
      }
    },
  }
  return memory
}

/** What fitting did to a context and what it cost. Pure. */
function overflowResult(
  question: Question,
  asked: Context,
  { context, tokens, originalTokens, strategy }: Fitted,
  { budget }: Allowance,
): OverflowResult {
  const before = score(question, asked.passages).f1
  const after = score(question, context.passages).f1
  const given = [...asked.history, ...asked.passages]
  const kept = [...context.history, ...context.passages]
  return {
    original_tokens: originalTokens,
    compressed_tokens: tokens,
    compression_ratio: tokens / originalTokens,
    f1_score: after,
    degradation: before - after,
    strategy_used: strategy,
    metadata: {
      budget,
      summarised: kept.filter((piece) => piece.summary).length,
      left_out: given.length - kept.length,
    },
  }
}

/** What an overflowing context is brought down to, as a share of the budget. */
const targetShare = 0.7

/** Tokens that the fault `overflow` leaves: less than the shortest section has. */
const starvedBudget = 64

/** What a question may cost a model. Pure. Even without a budget, no model takes more than its window. */
export function allowanceOf(model: Model, economy: Economy): Allowance {
  switch (economy) {
    case 'normal':
      return { budget: model.budget, target: model.budget * targetShare }
    case 'unlimited':
      return { budget: model.window, target: model.window }
    case 'starved':
      return { budget: starvedBudget, target: starvedBudget }
  }
}

/** The sentences of the passages that are nearest to the question: what a model would be led to say. */
function answer(context: Context, question: Question): string {
  const best = context.passages[0]
  return (best && summarise(best, question.text, answerTokens)?.text) ?? 'Nothing is known about this.'
}
