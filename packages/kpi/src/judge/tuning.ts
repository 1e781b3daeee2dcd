/**
 * Constants of the judge. They were found by measuring it (`npm run truth`). All are numbers of operations, seconds, or
 * standard errors, so they hold for every KPI. The generated rules have the same ones.
 */
export const tuning = {
  mean: {
    /** Operations that the middle lane remembers by default. */
    operations: 20,
    /** Operations that each lane remembers, as a multiple of the middle lane's. */
    lanes: [0.3, 1, 8],
    secondsAnOperation: 10,
    secondsOfQuiet: 105,
    /** Standard errors by which a lane must be beyond a threshold to prove a breach, and better than it to end one. */
    provenBy: { fast: 3.4, middle: 1.9 },
    overBy: { fast: 2.6, middle: 1.4 },
    /** A new place: the slow mean has a margin of so many standard errors, less with each of its first operations. */
    coldOperations: 58,
    coldBy: 2.9,
    /** The assumed deviation counts like so many evaluations. */
    assumedEvaluations: 1.25,
    /** A jump of the mean is not noise: one evaluation counts at most so many times the variance. */
    mostVariances: 8,
  },
  share: {
    /** The same of a quantile, which needs more of them. */
    operations: 60,
    lanes: [0.45, 1, 5.5],
    secondsAnOperation: 3.3,
    secondsOfQuiet: 120,
    /** Standard errors by which a lane's share must be more than the allowed one to prove a breach. */
    provenBy: { fast: 2.37, middle: 2.15 },
    /** The skew of a share adds a margin of the squared standard errors, divided by so many operations. */
    skew: 5,
    /** Operations beyond the threshold that the middle lane must remember, or middle and slow lane prove nothing together. */
    leastBeyond: 2,
    /** Part of the allowed share below which the middle lane ends a breach, and below which middle and slow lane do. */
    overAlone: 0.5,
    overTogether: 0.62,
  },
} as const
