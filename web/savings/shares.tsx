import { Box } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ShownShare } from '../../server/core/savings/summary.ts';
import { aboutQuery, trpc } from '../api.ts';
import type { Cell } from '../exports.ts';
import { nothing } from '../time.ts';
import { TimeText } from '../ui/figures.tsx';
import { Panel } from '../ui/panel.tsx';
import { ReadError } from '../ui/readError.tsx';
import { SavedTable } from '../ui/savedTable.tsx';
import { percent } from '../words.ts';
import { ShareForm } from './shareForm.tsx';
import { kinds } from './words.ts';

const columns: readonly (readonly [string, (share: ShownShare) => Cell])[] = [
  ['provider', ({ provider }) => provider],
  ['kind', ({ kind }) => kind],
  ['prompt_share', ({ promptShare }) => promptShare],
  ['output_share', ({ outputShare }) => outputShare],
  ['source', ({ source }) => source],
  ['dated', ({ dated }) => dated],
  ['by', ({ written }) => written?.by ?? null],
];

function shareText(share: number | null): string {
  return share === null ? 'not known' : share === 0 ? '0 %' : percent(share);
}

/** What is billed of a call that fails, with where that is written; operators write what they know better. */
export function Shares() {
  const { data, error } = useQuery(trpc.savings.shares.queryOptions());
  const { data: about } = useQuery(aboutQuery);
  const [editing, edit] = useState<string | null>(null);
  const mayAct = about !== undefined && about.role !== 'viewer';
  const rows = data ?? [];
  const edited = rows.find(({ provider, kind }) => `${provider} ${kind}` === editing);
  return (
    <Panel
      title="What is billed of a failed call"
      note="of the prompt and of the answer; not known counts as 0 in the low and as all in the high"
      actions={rows.length > 0 && <SavedTable name="billing-shares" columns={columns} rows={rows} />}
    >
      {error && <ReadError error={error} isKept={data !== undefined} />}
      {edited && <ShareForm key={editing} share={edited} close={() => edit(null)} />}
      <Box component="section" className="chart-table savings-shares" aria-label="Billing shares" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">provider</th>
              <th scope="col">when</th>
              <th scope="col">prompt</th>
              <th scope="col">answer</th>
              <th scope="col">source</th>
              {mayAct && (
                <th scope="col">
                  <span className="visually-hidden">change</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((share) => (
              <tr key={`${share.provider} ${share.kind}`}>
                <th scope="row">{share.provider}</th>
                <td className="words">{kinds[share.kind]}</td>
                <td data-head="prompt">{shareText(share.promptShare)}</td>
                <td data-head="answer">{shareText(share.outputShare)}</td>
                <td className="savings-source words">
                  <Source share={share} />
                </td>
                {mayAct && (
                  <td>
                    <button
                      type="button"
                      className="button"
                      aria-label={`Change what is billed by ${share.provider}: ${kinds[share.kind]}`}
                      onClick={() => edit(`${share.provider} ${share.kind}`)}
                    >
                      Change…
                    </button>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </Box>
    </Panel>
  );
}

function Source({ share: { source, dated, written } }: { share: ShownShare }) {
  return (
    <>
      {source ?? nothing}
      {dated !== null && `, read ${dated}`}
      {written && (
        <small>
          {' '}
          · written by {written.by} <TimeText at={written.at} />: {written.reason}
        </small>
      )}
    </>
  );
}
