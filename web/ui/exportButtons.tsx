import { useState } from 'react';
import { errorSentence } from '../errors.ts';
import { type Cell, maxExportRows, readAll, toCsv } from '../exports.ts';
import { wholeNumber } from '../words.ts';

interface ExportProps<Row> {
  /** First part of the file's name. */
  name: string;
  read: (page: { before: string | undefined; limit: number }) => Promise<{ rows: Row[]; next: string | null }>;
  columns: readonly (readonly [name: string, of: (row: Row) => Cell])[];
}

/** The table as a file, as filtered. */
export function ExportButtons<Row>({ name, read, columns }: ExportProps<Row>) {
  const [said, say] = useState('');
  const [working, setWorking] = useState(false);
  const save = async (kind: 'csv' | 'json') => {
    setWorking(true);
    say('');
    try {
      const { rows, cut } = await readAll(read);
      if (kind === 'json') download(`${name}.json`, 'application/json', JSON.stringify(rows, null, 2));
      else {
        const cells = rows.map((row) => columns.map(([, of]) => of(row)));
        download(
          `${name}.csv`,
          'text/csv',
          toCsv(
            columns.map(([column]) => column),
            cells,
          ),
        );
      }
      if (cut) say(`Only the newest ${wholeNumber(maxExportRows)}: choose a shorter time.`);
    } catch (error) {
      say(errorSentence(error));
    }
    setWorking(false);
  };
  return (
    <div className="export-buttons">
      <span role="status" className="muted">
        {said}
      </span>
      <button type="button" className="chip" disabled={working} onClick={() => void save('csv')}>
        CSV
      </button>
      <button type="button" className="chip" disabled={working} onClick={() => void save('json')}>
        JSON
      </button>
    </div>
  );
}

function download(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
