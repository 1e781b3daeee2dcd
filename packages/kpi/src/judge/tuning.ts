/**
 * Constants of the judge. They were found by measuring it (`npm run truth`). All are numbers of operations, seconds, or
 * standard errors, so they hold for every KPI. The generated rules have the same ones.
 */
export const tuning = {
  mean: {
    /** Operations that the middle lane remembers by default. */
    operations: 20,
    /** Operations that each lane remembers, as a multiple of the middle lane's. */
    lanes: [0.3, 1, 6],
    secondsAnOperation: 7.5,
    secondsOfQuiet: 110,
    /** Standard errors by which a lane must be beyond a threshold to prove a breach, and better than it to end one. */
    provenBy: 3,
    overBy: 2.4,
    /** A new place: the slow mean has a margin of so many standard errors, less with each of its first operations. */
    coldOperations: 30,
    coldBy: 2,
    /** The assumed deviation counts like so many evaluations. */
    assumedEvaluations: 3,
    /** A jump of the mean is not noise: one evaluation counts at most so many times the variance. */
    mostVariances: 9,
  },
  share: {
    operations: 60,
    lanes: [1 / 6, 1, 20 / 3],
    secondsAnOperation: 2.5,
    secondsOfQuiet: 60,
    provenBy: 2.5,
    /** Operations beyond the threshold that the middle lane must remember, or middle and slow lane prove nothing together. */
    leastBeyond: 2,
    /** Part of the allowed share below which the middle lane ends a breach, and below which middle and slow lane do. */
    overAlone: 0.5,
    overTogether: 0.8,
  },
} as const
