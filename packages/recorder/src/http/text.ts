import { z } from 'zod'
import { isStorable } from '../database/text.js'

const error = 'expected text without NUL'

/** Text of a request that Postgres can hold, of at most so many characters. */
export const text = (most: number) => z.string().min(1).max(most).refine(isStorable, { error })

/** The same for what a person writes: without the space around it. */
export const writtenText = (most: number) => z.string().trim().min(1).max(most).refine(isStorable, { error })
