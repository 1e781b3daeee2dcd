import { z } from 'zod'
import { hours } from './inputs.js'
import { type Tool, tool, utcTime } from './tool.js'

/** More alerts of one kind are counted. */
const mostShown = 20

/** What a change would do. None of them makes one. */
export const changeTools: readonly Tool[] = [
  tool({
    name: 'backtest',
    title: 'Backtest a change',
    description:
      'What would other thresholds have done to the alerts of the past? It replays a change of the configuration over the metrics of Prometheus, and ' +
      'changes nothing. The verdict is "no worse", "worse" (with reasons) or "not known"; with it the alerts a week, and the urgent alerts and incidents ' +
      'that would be missed, or come later or earlier. Ask it before you propose a threshold. It takes up to a minute for two weeks.',
    input: z.object({
      change: z
        .record(z.string(), z.unknown())
        .describe(
          'Settings as a patch has them, for example {"kpis": {"f1_score": {"thresholds": {"warning": 0.85}}}}: numbers, durations and switches only.',
        ),
      hours: hours(168).describe('How much of the past.').pipe(z.number().max(336)),
    }),
    isPossible: ({ backtest }) => backtest !== undefined,
    async answer({ backtest }, { change, hours: past }) {
      const { verdict, coveredHours } = await (backtest as NonNullable<typeof backtest>)(change, past)
      const { isWorse, unknown, reasons, alertsAWeek, missed, later, incidents } = verdict
      const timed = <At extends { readonly from: number }>(all: readonly At[]) => ({
        count: all.length,
        first: all.slice(0, mostShown).map(({ from, ...rest }) => ({ at: utcTime(from), ...rest })),
      })
      const ofIncidents = (all: typeof incidents.added) =>
        timed(all.map(({ span, ...rest }) => ({ from: span.from, ...rest })))
      const movedBy = (is: (seconds: number) => boolean) =>
        ofIncidents(incidents.today.filter(({ laterBy }) => laterBy !== undefined && is(laterBy)))
      return {
        verdict: isWorse ? 'worse' : unknown.length > 0 ? 'not known' : 'no worse',
        reasons,
        not_known: unknown,
        hours_of_history: coveredHours,
        alerts_a_week: alertsAWeek,
        urgent_alerts_missed: timed(missed),
        urgent_alerts_later: timed(later),
        incidents: {
          today: incidents.today.length,
          missed: ofIncidents(incidents.today.filter(({ laterBy }) => laterBy === undefined)),
          later: movedBy((seconds) => seconds > 0),
          earlier: movedBy((seconds) => seconds < 0),
          only_with_the_change: ofIncidents(incidents.added),
        },
      }
    },
  }),
]
