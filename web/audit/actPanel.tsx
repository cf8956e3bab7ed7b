import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { type Outputs, trpc } from '../api.ts';
import { codeOf, errorSentence } from '../errors.ts';
import { useLive } from '../live/useLive.ts';
import { TimeText } from '../ui/figures.tsx';
import { ProviderLink } from '../ui/providerLink.tsx';
import { actWord, type Changed, changedOf, isTime, textOf } from './words.ts';
import '../requests/explain.css';

type Act = Outputs['audit']['get'];

/** The chosen act: what it changed, thing by thing. */
export function ActPanel() {
  const { id } = useParams({ from: '/audit/$id' });
  const { data, error, isPending } = useQuery(
    trpc.audit.get.queryOptions({ id }, { staleTime: Number.POSITIVE_INFINITY, retry: false }),
  );
  return (
    <section className="panel explain" aria-label="What this act was">
      <Link to="/audit" search className="explain-close button" aria-label="Close (Esc)">
        <span className="explain-back">← Back to the list</span>
        <span className="explain-x" aria-hidden="true">
          ×
        </span>
      </Link>
      {isPending && <p className="muted">Reading the record…</p>}
      {error && !data && (
        <p role="alert">{codeOf(error) === 'NOT_FOUND' ? 'This act is not in the audit.' : errorSentence(error)}</p>
      )}
      {data && <Said act={data} />}
    </section>
  );
}

function Said({ act }: { act: Act }) {
  const { id, at, who, what, subject, outcome, reason, from, before, after } = act;
  const changed = after === null ? [] : changedOf(before, after);
  return (
    <>
      <h2 tabIndex={-1}>
        {who}: {actWord(what)}
        {outcome === 'refused' && ', refused'}
      </h2>
      <p className="explain-id">
        act {id} · <TimeText at={at} millis />
      </p>
      <dl className="bill act-bill">
        <dt>What</dt>
        <dd>
          <code>{what}</code>
        </dd>
        <dt>On</dt>
        <dd>
          <Subject name={subject} />
        </dd>
        <dt>{outcome === 'refused' ? 'Said' : 'Why'}</dt>
        <dd>{reason ?? 'no reason was asked for'}</dd>
        <dt>From</dt>
        <dd>{from ?? 'the program itself'}</dd>
        <dt>Outcome</dt>
        <dd>{outcome === 'refused' ? 'refused: nothing was changed' : 'done'}</dd>
      </dl>
      {changed.length > 0 && <ChangeTable changed={changed} />}
    </>
  );
}

function Subject({ name }: { name: string | null }) {
  const { circuits } = useLive();
  if (name === null) return 'nothing in particular';
  return circuits.some(({ provider }) => provider === name) ? <ProviderLink name={name} /> : name;
}

function ChangeTable({ changed }: { changed: Changed[] }) {
  return (
    <table className="change-table">
      <caption>What it changed</caption>
      <thead>
        <tr>
          <th scope="col">of it</th>
          <th scope="col">before</th>
          <th scope="col">after</th>
        </tr>
      </thead>
      <tbody>
        {changed.map(({ name, before, after }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <Value name={name} value={before} />
            </td>
            <td>
              <Value name={name} value={after} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Value({ name, value }: { name: string; value: unknown }) {
  return isTime(name, value) ? <TimeText at={value} /> : textOf(value);
}
