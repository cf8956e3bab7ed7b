import { Box } from '@mantine/core';
import type { ProviderPage, ProviderPoint } from '../../server/core/providerPage.ts';
import type { Cell } from '../exports.ts';
import { ZoneWord } from '../ui/figures.tsx';
import { SavedTable } from '../ui/savedTable.tsx';
import { useZone } from '../zone.tsx';
import { axisWord } from './range.ts';

export interface StepColumn {
  label: string;
  /** The name in a file. */
  name: string;
  of: (point: ProviderPoint) => number | null;
  shown: (value: number | null) => string;
}

interface StepTableProps {
  title: string;
  /** First part of the file's name. */
  file: string;
  page: ProviderPage;
  columns: readonly StepColumn[];
}

/** The rows behind a chart: a step each, newest first; one that is not finished says so. */
export function StepTable({ title, file, page, columns }: StepTableProps) {
  const zone = useZone();
  const { points, now, stepMs } = page;
  const exported: (readonly [string, (point: ProviderPoint) => Cell])[] = [
    ['from', ({ at }) => new Date(at).toISOString()],
    ...columns.map(({ name, of }) => [name, of] as const),
  ];
  return (
    <>
      <div className="chart-exports">
        <SavedTable name={file} columns={exported} rows={points} />
      </div>
      <Box component="section" className="chart-table" aria-label={`${title}, as a table`} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">
                From, <ZoneWord at={now} />
              </th>
              {columns.map(({ label }) => (
                <th key={label} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {points.toReversed().map((point) => (
              <tr key={point.at}>
                <th scope="row">
                  {axisWord(point.at, zone, page)}
                  {now < point.at + stepMs ? ' … not finished' : ''}
                </th>
                {columns.map(({ label, of, shown }) => (
                  <td key={label}>{shown(of(point))}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Box>
    </>
  );
}
