import type { MnemoscopeError } from '@mnemoscope/kpi'
import type { ConfigProblem, ConfigSource } from '@mnemoscope/recorder'

/** What keeps the configuration as it is written from being in force, and who wants to hear of it. */
export interface ProblemState extends Pick<ConfigSource, 'problem' | 'onProblem'> {
  /** @param error undefined once what is written is in force, or may yet be */
  set(error: unknown): void
}

/** No problem at first. Listeners hear of another problem, and of its end; not of the same one again. */
export function problemState(): ProblemState {
  const listeners = new Set<(problem: ConfigProblem | undefined) => void>()
  let problem: ConfigProblem | undefined
  return {
    problem: () => problem,
    onProblem: (listener) => heard(listeners, listener),
    set(error) {
      const previous = problem
      problem = error === undefined ? undefined : problemOf(error)
      if (previous?.message === problem?.message) return
      for (const listener of listeners) listener(problem)
    },
  }
}

/** Adds a listener. @returns how to stop hearing */
export function heard<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

function problemOf(error: unknown): ConfigProblem {
  const { code, message, next } = error as Partial<MnemoscopeError>
  return {
    at: new Date(),
    code: code ?? 'UNEXPECTED',
    message: message ?? String(error),
    next: next ?? 'The log of this process says more.',
  }
}
