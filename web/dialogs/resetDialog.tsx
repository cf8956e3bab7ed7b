import { Modal } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { CircuitEntry } from '../../server/core/circuit/types.ts';
import { client, type Outputs } from '../api.ts';
import { errorSentence } from '../errors.ts';
import { showMs } from '../time.ts';
import { Money } from '../ui/figures.tsx';
import { stateWords, trailWord } from '../words.ts';
import './dialogs.css';
import { Choice, Footer, Moved, NotDurable, NowLine, Reason, StaleLine } from './parts.tsx';
import { tell } from './toasts.tsx';
import { type Intent, useAct } from './useAct.ts';
import { choiceWords, clearedWords, lastings, type ResetChoice, resetChoices, resetReasons } from './words.ts';

interface DialogProps {
  /** The circuit as it was when the dialog was asked for: its epoch goes with the act. */
  opened: CircuitEntry;
  onClose: () => void;
}

/** Brings a provider back, by one of the ways that make sense now; asking it first changes least. */
export function ResetDialog({ opened, onClose }: DialogProps) {
  const { provider } = opened;
  const [reason, setReason] = useState('');
  const [wish, setWish] = useState<ResetChoice | null>(null);
  const [lasting, setLasting] = useState('15m');
  const act = useAct(opened, (acted) => {
    tell(`${provider} is ${stateWords[acted.state].toLowerCase()}.`);
    onClose();
  });
  const probe = useMutation({
    mutationFn: () => client.circuits.probe.mutate({ provider, reason: reason.trim() }),
    // What its answer did to the circuit was asked for here: it is no surprise.
    onSuccess: ({ entry }) => act.sawEpoch(entry.epoch),
  });
  const choices = resetChoices(act.entry);
  // A trip may end, or another begin, while the dialog is open: what makes sense changes with it.
  const choice = wish !== null && choices.includes(wish) ? wish : (choices[0] ?? 'probe');
  const busy = act.working || probe.isPending;
  const ready = reason.trim() !== '' && !busy && (act.moved === null || probe.isPending);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!ready) return;
    if (choice === 'probe') probe.mutate();
    else act.act(intentOf(choice, reason.trim(), lasting));
  };
  const options = choices.map((value) => {
    return { value, label: choiceWords[value].label, about: choiceWords[value].about(act.entry) };
  });
  return (
    <Modal opened onClose={onClose} title={`Reset ${provider}`} size="lg">
      <form className="dialog" onSubmit={submit}>
        <StaleLine />
        <NowLine entry={act.entry} />
        <Choice legend="What to do" options={options} value={choice} onChange={setWish} />
        {choice === 'hold' && <Choice legend="Until" options={lastings} value={lasting} onChange={setLasting} />}
        {(choice === 'closed' || choice === 'halfOpen') && <p className="muted">{clearedWords(act.entry)}</p>}
        <Reason value={reason} picks={resetReasons} onChange={setReason} />
        <ProbeAnswer answer={probe.data ?? null} problem={probe.error} asking={probe.isPending} />
        {act.moved && !probe.isPending && <Moved entry={act.moved} onGoOn={act.goOn} />}
        {act.problem !== null && (
          <p className="dialog-danger" role="alert">
            {act.problem}
          </p>
        )}
        {act.notDurable && <NotDurable />}
        <Footer done={act.notDurable || probe.isSuccess} onClose={onClose}>
          {!act.notDurable && (
            <button type="submit" className="button" disabled={!ready}>
              {busy ? 'Working…' : choiceWords[choice].button}
            </button>
          )}
        </Footer>
      </form>
    </Modal>
  );
}

function intentOf(choice: Exclude<ResetChoice, 'probe'>, reason: string, lasting: string): Intent {
  switch (choice) {
    case 'halfOpen':
    case 'closed':
      return { type: 'reset', reason, to: choice };
    case 'hold':
      return { type: 'hold', reason, for: lasting };
    case 'release':
      return { type: 'release', reason };
  }
}

interface AnswerProps {
  answer: Outputs['circuits']['probe'] | null;
  problem: unknown;
  asking: boolean;
}

/** What the provider said when asked, how long it took and what it cost. */
function ProbeAnswer({ answer, problem, asking }: AnswerProps) {
  if (asking) return <p role="status">Asking it…</p>;
  if (problem) {
    return (
      <p className="dialog-danger" role="alert">
        {errorSentence(problem)}
      </p>
    );
  }
  if (!answer) return null;
  const { ok, word, status, ms, costNanoUsd } = answer;
  return (
    <p role="status" className={ok ? 'dialog-good' : 'dialog-danger'}>
      {ok
        ? '● It answered'
        : `■ It failed: ${trailWord(word)}${status === null || word === String(status) ? '' : ` (${status})`}`}{' '}
      in {showMs(ms)}
      {costNanoUsd !== null && (
        <>
          , for <Money nanoUsd={costNanoUsd} />
        </>
      )}
      . {ok ? 'Choose what to do now, or close.' : 'It is probably not back yet.'}
    </p>
  );
}
