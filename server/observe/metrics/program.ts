import type { GatewayLoad } from '../../core/usage.ts';
import { bit } from './circuits.ts';
import type { Family, Moment } from './family.ts';

const messageOutcomes = ['delivered', 'failed', 'dropped'] as const;

/** The program itself: what it holds against its limits, and how its record does. */
export const programFamilies: readonly Family[] = [
  {
    type: 'gauge',
    name: 'recloser_build_info',
    help: 'Always 1: which version runs where.',
    labels: ['version', 'environment', 'node'],
    read: ({ about: { version, environment, node } }) => [[{ version, environment, node }, 1]],
  },
  ...held('requests', 'Requests of callers'),
  ...held('streams', 'Streams to callers'),
  ...held('connections', 'Connections of callers'),
  ...held('bodiesBytes', 'Bytes of request bodies'),
  ...held('answersBytes', 'Bytes of answers'),
  {
    type: 'counter',
    name: 'recloser_gateway_refusals_total',
    help: 'Requests that the gateway turned away itself, before any provider was asked, by the code that callers heard.',
    labels: ['reason'],
    read: ({ refusals }) => [...refusals].map(([reason, count]) => [{ reason }, count] as const),
  },
  {
    type: 'counter',
    name: 'recloser_alert_messages_total',
    help: 'Messages of alerts that are done with: delivered; failed (given up); dropped (the destination is in the config no more).',
    labels: ['destination', 'outcome'],
    read: ({ alerts }) =>
      alerts.flatMap(({ destination, ...sums }) =>
        messageOutcomes.map((outcome) => [{ destination, outcome }, sums[outcome]] as const),
      ),
  },
  {
    type: 'gauge',
    name: 'recloser_alert_messages_waiting',
    help: 'Messages of alerts that have not arrived yet.',
    labels: ['destination'],
    read: ({ alerts }) => alerts.map(({ destination, waiting }) => [{ destination }, waiting] as const),
  },
  plain({
    type: 'gauge',
    name: 'recloser_storage_degraded',
    help: 'Whether the database cannot be written: 1; the gateway answers on.',
    of: ({ storage }) => bit(storage.state === 'degraded'),
  }),
  plain({
    type: 'gauge',
    name: 'recloser_record_waiting',
    help: 'Records that are not on the disk yet.',
    of: ({ record }) => record.buffered,
  }),
  plain({
    type: 'counter',
    name: 'recloser_record_written_total',
    help: 'Records written.',
    of: ({ record }) => record.written,
  }),
  plain({
    type: 'counter',
    name: 'recloser_record_lost_total',
    help: 'Records given up because the database did not take them.',
    of: ({ record }) => record.lost,
  }),
];

/** What it takes of the machine, where that is known. */
export const processFamilies: readonly Family[] = [
  plain({
    type: 'gauge',
    name: 'process_start_time_seconds',
    help: 'When this run began, seconds since 1970.',
    of: ({ about }) => about.startedAt / 1_000,
  }),
  plain({
    type: 'counter',
    name: 'process_cpu_seconds_total',
    help: 'Processor time used.',
    of: ({ process }) => process?.cpuSeconds,
  }),
  plain({
    type: 'gauge',
    name: 'process_resident_memory_bytes',
    help: 'Memory that the process has.',
    of: ({ process }) => process?.residentBytes,
  }),
  plain({
    type: 'gauge',
    name: 'nodejs_heap_size_used_bytes',
    help: 'Memory of that which JavaScript uses.',
    of: ({ process }) => process?.heapUsedBytes,
  }),
  plain({
    type: 'counter',
    name: 'nodejs_eventloop_active_seconds_total',
    help: 'How long the event loop was at work: its rate is 1 when it has no time left.',
    of: ({ process }) => process?.loopActiveSeconds,
  }),
];

/** What is in flight, and what there may be of it. */
function held(what: keyof GatewayLoad, help: string): Family[] {
  const name = `recloser_gateway_${what.replace(/[A-Z]/, (capital) => `_${capital.toLowerCase()}`)}`;
  return [
    plain({ type: 'gauge', name, help: `${help} now.`, of: ({ load }) => load[what].now }),
    plain({ type: 'gauge', name: `${name}_limit`, help: `${help} at most.`, of: ({ load }) => load[what].limit }),
  ];
}

interface Plain {
  type: 'gauge' | 'counter';
  name: string;
  help: string;
  /** Undefined: not known here. */
  of: (moment: Moment) => number | undefined;
}

function plain({ of, ...named }: Plain): Family {
  return {
    ...named,
    labels: [],
    read: (moment) => {
      const value = of(moment);
      return value === undefined ? [] : [[{}, value]];
    },
  };
}
