/**
 * Constants of the judge. They were found by measuring it (`npm run truth`). All are numbers of operations, seconds, or
 * standard errors, so they hold for every KPI. The generated rules have the same ones.
 */
export const tuning = {
  mean: {
    /** Operations that the middle lane remembers by default. */
    operations: 20,
    /** Operations that each lane remembers, as a multiple of the middle lane's. */
    lanes: [0.4, 1, 6],
    secondsAnOperation: 8.5,
    secondsOfQuiet: 120,
    /** Standard errors by which a lane must be beyond a threshold to prove a breach, and better than it to end one. */
    provenBy: { fast: 3, middle: 2.9 },
    overBy: { fast: 1.7, middle: 1.8 },
    /** A new place: the slow mean has a margin of so many standard errors, less with each of its first operations. */
    coldOperations: 50,
    coldBy: 1.5,
    /** The assumed deviation counts like so many evaluations. */
    assumedEvaluations: 2,
    /** A jump of the mean is not noise: one evaluation counts at most so many times the variance. */
    mostVariances: 6.5,
  },
  share: {
    /** The same of a quantile, which needs more of them. */
    operations: 60,
    lanes: [0.38, 1, 5.7],
    secondsAnOperation: 3.7,
    secondsOfQuiet: 113,
    /** Standard errors by which a lane's share must be more than the allowed one to prove a breach. */
    provenBy: { fast: 2.37, middle: 2.02 },
    /** The skew of a share adds a margin of the squared standard errors, divided by so many operations. */
    skew: 5,
    /** Operations beyond the threshold that the middle lane must remember, or middle and slow lane prove nothing together. */
    leastBeyond: 2,
    /** Part of the allowed share below which the middle lane ends a breach, and below which middle and slow lane do. */
    overAlone: 0.54,
    overTogether: 0.68,
  },
} as const
