import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type InputHTMLAttributes, useId, useState } from 'react';
import type { ShownShare } from '../../server/core/savings/summary.ts';
import { client, noteError, trpc } from '../api.ts';
import { errorSentence } from '../errors.ts';
import { liveStore } from '../live/page.ts';
import { day } from '../time.ts';
import { useZone } from '../zone.tsx';
import { kinds } from './words.ts';

/** Empty: not known. */
function readShare(text: string): number | null {
  return text.trim() === '' ? null : Number(text) / 100;
}

/** Writes what is billed of one kind of failed call, with source, day and reason. */
export function ShareForm({ share, close }: { share: ShownShare; close: () => void }) {
  const cache = useQueryClient();
  const [problem, setProblem] = useState<string | null>(null);
  const [working, setWorking] = useState(false);
  const { provider, kind } = share;
  const act = async (done: () => Promise<unknown>) => {
    setWorking(true);
    try {
      await done();
      await cache.invalidateQueries({ queryKey: trpc.savings.shares.queryKey() });
      await cache.invalidateQueries({ queryKey: ['savings'] });
      close();
    } catch (error) {
      noteError(error);
      setProblem(errorSentence(error));
      setWorking(false);
    }
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const text = (name: string) => String(given.get(name) ?? '');
    void act(() =>
      client.savings.setShare.mutate({
        ...{ provider, kind, source: text('source'), dated: text('dated'), reason: text('reason') },
        promptShare: readShare(text('prompt')),
        outputShare: readShare(text('output')),
      }),
    );
  };
  const drop = () => {
    const reason = "back to the vendor's table";
    void act(() => client.savings.dropShare.mutate({ provider, kind, reason }));
  };
  return (
    <form className="access-form" onSubmit={submit} aria-label={`What ${provider} bills: ${kinds[kind]}`}>
      <strong className="savings-edited">
        {provider}, {kinds[kind]}
      </strong>
      <Fields share={share} />
      <div className="access-acts">
        <button type="button" className="button" onClick={close}>
          Cancel
        </button>
        {share.written && (
          <button type="button" className="button" disabled={working} onClick={drop}>
            Back to the vendor's table
          </button>
        )}
        <button type="submit" className="button" disabled={working}>
          {working ? 'A moment…' : 'Keep'}
        </button>
      </div>
      {problem !== null && <p role="alert">{problem}</p>}
    </form>
  );
}

function Fields({ share }: { share: ShownShare }) {
  const id = useId();
  const zone = useZone();
  const percentOf = (part: number | null) => (part === null ? '' : String(Math.round(part * 10_000) / 100));
  const bounds = { type: 'number', min: 0, max: 100, step: 'any' };
  const words = { required: true, maxLength: 500 };
  const today = day(liveStore.serverNow(), zone);
  const fields: [name: string, label: string, attributes: InputHTMLAttributes<HTMLInputElement>][] = [
    ['prompt', 'Prompt, % (empty: not known)', { ...bounds, defaultValue: percentOf(share.promptShare) }],
    ['output', 'Answer, % (empty: not known)', { ...bounds, defaultValue: percentOf(share.outputShare) }],
    ['source', 'Where that is written', { ...words, defaultValue: share.source ?? '' }],
    ['dated', 'Read there on', { type: 'date', required: true, defaultValue: share.dated ?? today }],
    ['reason', 'Why it is changed', words],
  ];
  return fields.map(([name, label, attributes]) => (
    <label key={name} htmlFor={`${id}-${name}`}>
      {label}
      <input id={`${id}-${name}`} name={name} {...attributes} />
    </label>
  ));
}
