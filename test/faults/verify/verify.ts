import type { Pool } from 'pg'
import type { FaultStack } from '../stack.js'
import { verifyDeliveries } from './deliveries.js'
import { verifyEpisodes } from './episodes.js'
import { verifyInstants } from './instants.js'

/** A figure of the run. Its value has to be `goal`, or `atLeast` so much; without either it only describes the run. */
export interface Measured {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly goal?: number
  readonly atLeast?: number
}

export interface Verdict {
  readonly figures: readonly Measured[]
  /** A line for each single thing that is wrong. */
  readonly examples: readonly string[]
}

/**
 * Compares what is stored and delivered with what Prometheus knows. The goal is 0 for what must never happen.
 * @param time Unix ms
 */
export async function verify(
  stack: FaultStack,
  pool: Pool,
  { from, until }: { from: number; until: number },
): Promise<Verdict> {
  const { prometheusUrl, servers, handlerFile } = stack
  const instants = await verifyInstants(pool, prometheusUrl, until)
  const prometheusStarts = servers.prometheus.starts
  const episodes = await verifyEpisodes(pool, prometheusUrl, { from, until, prometheusStarts })
  const deliveries = await verifyDeliveries(pool, handlerFile)
  const never = 0
  return {
    figures: [
      { name: 'instants', value: instants.instants, unit: 'instants' },
      { name: 'instants with their snapshot', value: instants.complete, unit: 'instants' },
      {
        name: 'instants that Prometheus does not know, recorded as gaps',
        value: instants.gaps,
        unit: 'instants',
      },
      { name: 'instants missing', value: instants.missing, unit: 'instants', goal: never },
      { name: 'gaps that Prometheus could fill', value: instants.falseGaps, unit: 'instants', goal: never },
      { name: 'values compared', value: instants.values, unit: 'values' },
      { name: 'values missing', value: instants.missingValues, unit: 'values', goal: never },
      { name: 'values other than by now', value: instants.otherValues, unit: 'values', goal: never },
      {
        name: 'values of before rules were evaluated',
        value: instants.oldValues,
        unit: 'values',
        goal: never,
      },
      { name: 'evaluations at which an alert fired', value: episodes.evaluations, unit: 'evaluations' },
      { name: 'breaches', value: episodes.breaches, unit: 'breaches' },
      { name: 'episodes', value: episodes.episodes, unit: 'episodes' },
      { name: 'episodes that became part of the one before', value: episodes.joined, unit: 'episodes' },
      {
        name: 'firing evaluations without an episode',
        value: episodes.lost,
        unit: 'evaluations',
        goal: never,
      },
      {
        name: 'firing evaluations with two episodes',
        value: episodes.doubled,
        unit: 'evaluations',
        goal: never,
      },
      { name: 'breaches with more than one episode', value: episodes.split, unit: 'breaches', goal: never },
      { name: 'breaches that share an episode', value: episodes.merged, unit: 'breaches', goal: never },
      {
        name: 'episodes that overlap another of the same alert',
        value: episodes.overlapping,
        unit: 'episodes',
        goal: never,
      },
      { name: 'episodes that Prometheus lost in a crash', value: episodes.unseen, unit: 'episodes' },
      { name: 'episodes of nothing that fired', value: episodes.unfounded, unit: 'episodes', goal: never },
      { name: 'transitions', value: deliveries.transitions, unit: 'transitions' },
      {
        name: 'transitions never delivered',
        value: deliveries.undelivered,
        unit: 'transitions',
        goal: never,
      },
      {
        name: 'transitions delivered out of order',
        value: deliveries.outOfOrder,
        unit: 'transitions',
        goal: never,
      },
      { name: 'transitions delivered again', value: deliveries.again, unit: 'deliveries' },
      { name: 'deliveries given up', value: deliveries.dead, unit: 'deliveries', goal: never },
    ],
    examples: [...instants.examples, ...episodes.examples, ...deliveries.examples],
  }
}

export const isComplete = ({ figures }: Verdict) =>
  figures.every(({ value, goal }) => goal === undefined || value === goal)
