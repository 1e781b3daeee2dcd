import type { Context } from './context.js'
import type { Model } from './models.js'
import { type Allowance, fit } from './overflow/fit.js'
import { summarise } from './overflow/summarise.js'
import type { Question } from './questions.js'
import type { BenchmarkResult, OverflowResult } from './results.js'
import { cutOff } from './retrieve.js'
import { score } from './score.js'
import { type Session, sectionPiece, textPiece } from './session.js'
import type { Store } from './store.js'

/** How the memory deals with what it may send. `normal` unless a fault says otherwise. */
export type Economy = 'normal' | 'unlimited' | 'starved'

/** A memory that answers questions from a store, within what a model can take. */
export interface Memory {
  readonly store: Store
  /** Takes effect with the next question. */
  economy: Economy
  /** Answers a question in a session: search, fit, answer, score. Ids in `question` are those of the store's sections. */
  ask(question: Question, session: Session, model: Model): Promise<Answer>
}

/** An answer and what is to be said about how it came about. */
export interface Answer {
  readonly text: string
  readonly context: Context
  readonly benchmark: BenchmarkResult
  readonly overflow: OverflowResult
}

const answerTokens = 80

export function createMemory(store: Store): Memory {
  const memory: Memory = {
    store,
    economy: 'normal',
    async ask(question, session, model) {
      const started = performance.now()
      const sections = cutOff(await store.search(question.text))

      // Nothing below waits, so questions of one session that are asked at once still see each other's turns whole.
      const asked: Context = {
        history: memory.economy === 'unlimited' ? session.transcript : session.history,
        passages: sections.map(sectionPiece),
        question: textPiece(question.id, `Answer from the passages alone. Question: ${question.text}`),
      }
      const allowance = allowanceOf(model, memory.economy)
      const fitted = fit(asked, allowance)
      const { context } = fitted
      const text = answer(context, question)
      const latency = (performance.now() - started) / 1000

      if (fitted.strategy !== 'none' && memory.economy !== 'unlimited') session.shrinkTo(context.history)
      session.record(textPiece(question.id, `${question.text}\n${text}`), context.passages)

      const before = score(question, asked.passages).f1
      const after = score(question, context.passages).f1
      const wholeBefore = asked.history.length + asked.passages.length
      const left = [...context.history, ...context.passages]
      return {
        text,
        context,
        benchmark: {
          structure: 'sections',
          model: model.id,
          accuracy: after,
          latency,
          input_tokens: fitted.tokens,
          output_tokens: textPiece(question.id, text).tokens,
          context_efficiency: after / (fitted.tokens / 1000),
          timestamp: new Date().toISOString(),
          model_availability: true,
          context_utilization: fitted.tokens / model.window,
        },
        overflow: {
          original_tokens: fitted.originalTokens,
          compressed_tokens: fitted.tokens,
          compression_ratio: fitted.tokens / fitted.originalTokens,
          f1_score: after,
          degradation: before - after,
          strategy_used: fitted.strategy,
          metadata: {
            budget: allowance.budget,
            summarised: left.filter((piece) => piece.summary).length,
            left_out: wholeBefore - left.length,
          },
        },
      }
    },
  }
  return memory
}

/** What a question may cost a model. Pure. Even without a budget, no model takes more than its window. */
export function allowanceOf(model: Model, economy: Economy): Allowance {
  switch (economy) {
    case 'normal':
      return { budget: model.budget, target: model.budget * 0.7 }
    case 'unlimited':
      return { budget: model.window, target: model.window }
    case 'starved':
      return { budget: 64, target: 64 }
  }
}

/** The sentences of the passages that are nearest to the question: what a model would be led to say. */
function answer(context: Context, question: Question): string {
  const best = context.passages[0]
  return (best && summarise(best, question.text, answerTokens)?.text) ?? 'Nothing is known about this.'
}
