import { Box } from '@mantine/core';
import type { Hour } from '../../server/core/overview.ts';
import { nothing, timeOfDay } from '../time.ts';
import { ZoneWord } from '../ui/figures.tsx';
import { wholeNumber } from '../words.ts';
import { useZone } from '../zone.tsx';
import { csvOf, wasRunning } from './series.ts';

/** The table behind "Who answered": requests a minute, newest first. */
export function AnsweredTable({ hour, order }: { hour: Hour; order: string[] }) {
  const zone = useZone();
  const columns = order.filter((provider) => hour.minutes.some(({ answered }) => (answered[provider] ?? 0) > 0));
  return (
    <>
      <div className="chart-exports">
        <a className="button" download="who-answered.csv" href={fileOf(csvOf(hour, order), 'text/csv')}>
          CSV
        </a>
        <a
          className="button"
          download="who-answered.json"
          href={fileOf(JSON.stringify(hour.minutes), 'application/json')}
        >
          JSON
        </a>
      </div>
      {/* What scrolls has to be reachable by keyboard. */}
      <Box component="section" className="chart-table" aria-label="Requests a minute" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">
                Minute, <ZoneWord at={hour.now} />
              </th>
              {columns.map((provider) => (
                <th key={provider} scope="col">
                  {provider}
                </th>
              ))}
              <th scope="col">nobody</th>
            </tr>
          </thead>
          <tbody>
            {hour.minutes.toReversed().map((minute, index) => (
              <tr key={minute.at}>
                <th scope="row">
                  {timeOfDay(minute.at, zone).slice(0, 5)}
                  {index === 0 && hour.now < minute.at + 60_000 ? ' …' : ''}
                </th>
                {[...columns.map((provider) => minute.answered[provider] ?? 0), minute.errors].map((count, column) => (
                  <td key={columns[column] ?? ''}>{wasRunning(minute) ? wholeNumber(count) : nothing}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Box>
    </>
  );
}

function fileOf(text: string, type: string): string {
  return `data:${type};charset=utf-8,${encodeURIComponent(text)}`;
}
