import { Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { client } from '../api.ts';
import { Footer } from '../dialogs/parts.tsx';
import { errorSentence } from '../errors.ts';
import { liveStore } from '../live/page.ts';
import { zoneName } from '../time.ts';
import { MomentField } from '../ui/momentField.tsx';
import { momentOf, wallOf } from '../ui/wall.ts';
import { useZone } from '../zone.tsx';
import '../dialogs/dialogs.css';
import { type Incident, incidentQuery } from './queries.ts';

const maxCharacters = 2_000;

/** Writes on an incident, also afterwards: the time it is about and the time of writing are both kept. */
export function NoteDialog({ incident, at, onClose }: { incident: Incident; at: number; onClose: () => void }) {
  const zone = useZone();
  const id = useId();
  const [text, setText] = useState('');
  const [wall, setWall] = useState(() => wallOf(at, zone));
  const [starred, setStarred] = useState(true);
  const queries = useQueryClient();
  const moment = momentOf(wall, zone);
  const write = useMutation({
    mutationFn: (about: number) => client.incidents.annotate.mutate({ id: incident.id, text, at: about, starred }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: incidentQuery(incident.id).queryKey });
      onClose();
    },
  });
  const isAhead = moment !== null && moment > liveStore.serverNow() + 60_000;
  const ready = text.trim() !== '' && moment !== null && !isAhead && !write.isPending;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) write.mutate(moment);
  };
  return (
    <Modal opened onClose={onClose} title={`Note on incident ${incident.id}`}>
      <form className="dialog" onSubmit={submit}>
        <div className="dialog-field">
          <label htmlFor={`${id}text`}>What is to be kept</label>
          <textarea
            id={`${id}text`}
            className="dialog-input"
            rows={4}
            required
            maxLength={maxCharacters}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        </div>
        <MomentField
          label="When it was"
          hint={`${zoneName(zone, at)}; the time of writing is kept beside it`}
          wall={wall}
          setWall={setWall}
          problem={isAhead ? 'A note is about something that has happened.' : null}
        />
        <label className="dialog-plain">
          <input type="checkbox" checked={starred} onChange={(event) => setStarred(event.currentTarget.checked)} /> ★ It
          goes into the report
        </label>
        {write.error && (
          <p className="dialog-danger" role="alert">
            ■ {errorSentence(write.error)}
          </p>
        )}
        <Footer done={false} onClose={onClose}>
          <button type="submit" className="button button-primary" disabled={!ready}>
            {write.isPending ? 'Writing…' : 'Add note'}
          </button>
        </Footer>
      </form>
    </Modal>
  );
}
