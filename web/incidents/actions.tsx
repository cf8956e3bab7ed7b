import { useState } from 'react';
import { client } from '../api.ts';
import { useCommands } from '../commands.ts';
import { errorSentence } from '../errors.ts';
import { download } from '../ui/exportButtons.tsx';

/** What can be done with an incident's page: a note, files, the report. */
export function IncidentActions({ id, addNote }: { id: number; addNote: (() => void) | null }) {
  const [said, say] = useState('');
  const run = async (act: () => Promise<string>) => {
    try {
      say(await act());
    } catch (error) {
      say(errorSentence(error));
    }
  };
  const copy = () =>
    run(async () => {
      const { name, type, text } = await client.incidents.export.query({ id, format: 'markdown' });
      if (await copied(text)) return 'Copied as Markdown';
      download(name, new Blob([text], { type }));
      return 'This browser does not let pages copy here: saved as a file';
    });
  const save = (format: 'csv' | 'json') =>
    run(async () => {
      const { name, type, text } = await client.incidents.export.query({ id, format });
      download(name, new Blob([text], { type }));
      return `Saved ${name}`;
    });
  useCommands(
    () => [
      { label: `Copy incident ${id} as Markdown`, run: () => void copy() },
      { label: `Print incident ${id}`, run: () => window.print() },
      ...(addNote ? [{ label: `Add a note to incident ${id}…`, keys: 'n', run: addNote }] : []),
    ],
    [id, addNote === null],
  );
  return (
    <div className="incident-actions">
      <span role="status" className="muted">
        {said}
      </span>
      <button type="button" className="button" disabled={addNote === null} onClick={() => addNote?.()}>
        Add note
      </button>
      <button type="button" className="button" onClick={() => void save('csv')}>
        CSV
      </button>
      <button type="button" className="button" onClick={() => void save('json')}>
        JSON
      </button>
      <button type="button" className="button button-primary" onClick={() => void copy()}>
        Copy as Markdown
      </button>
    </div>
  );
}

/** Pages that came over plain HTTP from elsewhere may not. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
