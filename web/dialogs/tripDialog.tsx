import { Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import type { CircuitEntry } from '../../server/core/circuit/types.ts';
import { previewQuery } from '../api.ts';
import { TimeText } from '../ui/figures.tsx';
import { useServerNow } from '../ui/useServerNow.ts';
import './dialogs.css';
import { Choice, Footer, Moved, NotDurable, NowLine, Reason, StaleLine } from './parts.tsx';
import { Preview } from './preview.tsx';
import { offerUndo } from './toasts.tsx';
import { useAct } from './useAct.ts';
import { lastings, tripReasons, untilReset } from './words.ts';

/** The preview is counted anew so often while the dialog is open. */
const previewAgainMs = 10_000;
const choices = [...lastings, untilReset];

interface DialogProps {
  /** The circuit as it was when the dialog was asked for: its epoch goes with the act. */
  opened: CircuitEntry;
  onClose: () => void;
}

/** Takes a provider out: why, for how long, what follows, and what it would have done to the last requests. */
export function TripDialog({ opened, onClose }: DialogProps) {
  const { provider } = opened;
  const [reason, setReason] = useState('');
  const [lasting, setLasting] = useState('15m');
  const [typed, setTyped] = useState('');
  const act = useAct(opened, (acted) => {
    offerUndo(acted, opened);
    onClose();
  });
  const preview = useQuery({ ...previewQuery(provider), staleTime: 0, refetchInterval: previewAgainMs, retry: 1 });
  const someLeftAlone = preview.data ? preview.data.nobody > 0 : preview.isError;
  const ready = reason.trim() !== '' && !preview.isPending && (!someLeftAlone || typed === provider);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!ready || act.working || act.moved) return;
    act.act({ type: 'trip', reason: reason.trim(), for: lasting === '' ? null : lasting });
  };
  return (
    <Modal opened onClose={onClose} title={`Trip ${provider}`} size="lg">
      <form className="dialog" onSubmit={submit}>
        <StaleLine />
        <NowLine entry={act.entry} />
        {opened.override === 'tripped' && (
          <p className="muted">It is tripped already: this sets its reason and end anew.</p>
        )}
        <Reason value={reason} picks={tripReasons} onChange={setReason} />
        <Choice legend="For how long" options={choices} value={lasting} onChange={setLasting} />
        <Follows lasting={lasting} />
        <Preview preview={preview.data ?? null} problem={preview.error} />
        {someLeftAlone && <Confirm provider={provider} value={typed} onChange={setTyped} />}
        {act.moved && <Moved entry={act.moved} onGoOn={act.goOn} />}
        {act.problem !== null && (
          <p className="dialog-danger" role="alert">
            {act.problem}
          </p>
        )}
        {act.notDurable && <NotDurable />}
        <Footer done={act.notDurable} onClose={onClose}>
          {!act.notDurable && (
            <button
              type="submit"
              className="button dialog-dangerous"
              disabled={!ready || act.working || act.moved !== null}
            >
              {act.working ? 'Working…' : `Trip ${provider}`}
            </button>
          )}
        </Footer>
      </form>
    </Modal>
  );
}

function Follows({ lasting }: { lasting: string }) {
  const now = useServerNow();
  const chosen = choices.find(({ value }) => value === lasting);
  if (!chosen || chosen.ms === null) {
    return <p className="muted">It stays out until somebody resets or releases it.</p>;
  }
  return (
    <p className="muted">
      After {chosen.label}, at <TimeText at={now + chosen.ms} />, it is tried again with one call, never straight to
      closed.
    </p>
  );
}

interface ConfirmProps {
  provider: string;
  value: string;
  onChange: (typed: string) => void;
}

function Confirm({ provider, value, onChange }: ConfirmProps) {
  const id = useId();
  return (
    <div className="dialog-field">
      <label htmlFor={id} className="dialog-plain">
        Some callers may get errors. Type <b>{provider}</b> to go on
      </label>
      <input
        id={id}
        className="dialog-input"
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </div>
  );
}
