import { Box } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Figures } from '../../server/core/savings/types.ts';
import type { Cell } from '../exports.ts';
import { nothing } from '../time.ts';
import { RangeText } from '../ui/figures.tsx';
import { SavedTable } from '../ui/savedTable.tsx';
import { wholeNumber } from '../words.ts';
import { shownOf, showRange } from './words.ts';

export interface GroupRow {
  /** What it is called in a file. */
  key: string;
  label: ReactNode;
  figures: Figures;
}

interface SavedGroupsProps {
  /** First part of the file's name. */
  name: string;
  /** Over the first column. */
  head: string;
  rows: readonly GroupRow[];
}

/** The figures of each group, as files. */
export function SavedGroups({ name, head, rows }: SavedGroupsProps) {
  const saved = rows.map(({ key, figures }) => ({ key, figures }));
  return <SavedTable name={name} columns={columnsOf(head)} rows={saved} />;
}

const figureHeads = ['skips', 'would have failed', 'waiting avoided', 'spend avoided', 'premium', 'net'];

interface GroupsProps {
  label: string;
  /** Over the first column. */
  head: string;
  rows: readonly GroupRow[];
  total?: Figures;
}

/** The figures of each group, and their sum. */
export function Groups({ label, head, rows, total }: GroupsProps) {
  return (
    <Box component="section" className="chart-table savings-groups" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{head}</th>
            {figureHeads.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.key} label={row.label} figures={row.figures} />
          ))}
        </tbody>
        {total && (
          <tfoot>
            <Row label="all" figures={total} />
          </tfoot>
        )}
      </table>
    </Box>
  );
}

function Row({ label, figures }: { label: ReactNode; figures: Figures }) {
  const { skips, attempts, probes } = figures;
  const none = skips === 0 && probes.probes === 0;
  const { waitingMs, spend, premium, net } = shownOf(figures);
  const cells = none
    ? [wholeNumber(skips), nothing, nothing, nothing, nothing, nothing]
    : [wholeNumber(skips), showRange(attempts, wholeNumber), waitingMs, spend, premium, net];
  return (
    <tr>
      <th scope="row">{label}</th>
      {cells.map((text, index) => (
        <td key={figureHeads[index]} data-head={figureHeads[index]}>
          <RangeText text={text} />
        </td>
      ))}
    </tr>
  );
}

function columnsOf(head: string): readonly (readonly [string, (row: Pick<GroupRow, 'key' | 'figures'>) => Cell])[] {
  return [
    [head, ({ key }) => key],
    ['skips', ({ figures }) => figures.skips],
    ['attempts_low', ({ figures }) => figures.attempts.low],
    ['attempts_high', ({ figures }) => figures.attempts.high],
    ['waiting_ms_low', ({ figures }) => figures.waitingMs.low],
    ['waiting_ms_high', ({ figures }) => figures.waitingMs.high],
    ['spend_nano_usd_low', ({ figures }) => figures.spend.low],
    ['spend_nano_usd_high', ({ figures }) => figures.spend.high],
    ['premium_nano_usd_low', ({ figures }) => figures.premium.low],
    ['premium_nano_usd_high', ({ figures }) => figures.premium.high],
    ['probes_nano_usd', ({ figures }) => figures.probes.nanoUsd],
    ['probes_unpriced', ({ figures }) => figures.probes.unpriced],
    ['net_nano_usd_low', ({ figures }) => figures.net.low],
    ['net_nano_usd_high', ({ figures }) => figures.net.high],
  ];
}
