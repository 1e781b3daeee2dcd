import type { ConfigPatch } from '@mnemoscope/kpi'
import type { z } from 'zod'
import type { Verdict } from '../backtest/verdict.js'

/** What tools ask. */
export interface Sources {
  /** Address of the recorder. */
  readonly recorder: string
  /** Rows of one statement through the role that only reads; undefined where no such role is known here. */
  readonly query: ((sql: string, most: number) => Promise<QueryAnswer>) | undefined
  /** Explains an alert by the rules of Prometheus and the configuration; undefined where no configuration is known here. */
  readonly explain: ((alert: string) => Promise<object>) | undefined
  /** Replays a change over so many hours; undefined where no configuration is known here. */
  readonly backtest:
    | ((
        change: ConfigPatch,
        hours: number,
      ) => Promise<{ readonly verdict: Verdict; readonly coveredHours: number }>)
    | undefined
}

export interface QueryAnswer {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  /** Whether there are more. */
  readonly isCut: boolean
}

/** A question that an assistant may ask. It changes nothing. */
export interface Tool<Input extends z.ZodObject = z.ZodObject> {
  readonly name: string
  readonly title: string
  /** When to ask it and what the answer has, for a model that chooses. */
  readonly description: string
  readonly input: Input
  /** Whether it can be asked with these sources. */
  readonly isPossible?: (sources: Sources) => boolean
  /** @throws MnemoscopeError that the assistant gets as the answer */
  readonly answer: (sources: Sources, input: z.output<Input>) => Promise<object>
}

/** Checks a tool by the types of its own input. */
export function tool<Input extends z.ZodObject>(given: Tool<Input>): Tool {
  return given as unknown as Tool
}

/** A time as people and models read it; null stays null. */
export function utcTime(seconds: number | null): string | null {
  return seconds === null ? null : new Date(seconds * 1_000).toISOString()
}
