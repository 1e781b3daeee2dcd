/** Parts of queries on `alert_episodes`. */

/** Condition for episodes that touch the time range; an open one lasts until now. */
export const inTimeRangeSql =
  'starts_at <= $__timeTo()::timestamptz\n  AND coalesce(ends_at, now()) >= $__timeFrom()::timestamptz'

/** Seconds of an episode that lie in the time range. */
export const firingSecondsSql =
  'extract(epoch FROM least(coalesce(ends_at, now()), $__timeTo()::timestamptz) - greatest(starts_at, $__timeFrom()::timestamptz))'

/** Seconds from an episode's start to its end. */
export const durationSql = 'extract(epoch FROM ends_at - starts_at)'

/** Condition for episodes that ended because the value recovered: not replaced, and not without their rule. */
export const recoveredSql = "closed_how IN ('resolved', 'reconciled')"

/** Rank of an episode's level; unknown ones are the mildest. */
export const severityRankSql =
  "coalesce(array_position(ARRAY['info', 'warning', 'error', 'critical'], severity), 0)"
