import { useRef, useState } from 'react';
import { errorSentence } from '../errors.ts';
import { type Cell, csvLines, maxExportRows, readAll } from '../exports.ts';
import { wholeNumber } from '../words.ts';
import './exportButtons.css';

interface ExportProps<Row> {
  /** First part of the file's name. */
  name: string;
  read: (page: { before: string | undefined; limit: number }) => Promise<{ rows: Row[]; next: string | null }>;
  columns: readonly (readonly [name: string, of: (row: Row) => Cell])[];
  /** How many rows there are, as far as that is known. */
  expected?: number | undefined;
  /** How its buttons look: as a panel's, or as the filters beside them. */
  look?: 'chip' | 'button';
}

type Kind = 'csv' | 'json';

/** The table as a file, as filtered, read page by page; it can be stopped on the way. */
export function ExportButtons<Row>({ name, read, columns, expected, look = 'button' }: ExportProps<Row>) {
  const [said, say] = useState('');
  const [working, setWorking] = useState(false);
  const stopped = useRef(false);
  const save = async (kind: Kind) => {
    stopped.current = false;
    setWorking(true);
    const file = fileOf(kind, columns);
    const take = (rows: Row[], before: number) => {
      file.add(rows, before);
      say(progress(before + rows.length, expected));
    };
    try {
      const { count, cut } = await readAll({ read, take, stopped: () => stopped.current });
      if (stopped.current) say('Stopped, nothing was saved.');
      else {
        download(`${name}.${kind}`, file.end());
        say(
          cut
            ? `Only the newest ${wholeNumber(maxExportRows)}: choose a shorter time.`
            : `${wholeNumber(count)} saved.`,
        );
      }
    } catch (error) {
      say(`Nothing was saved. ${errorSentence(error)}`);
    }
    setWorking(false);
  };
  return (
    <div className="export-buttons">
      <span role="status" className="muted">
        {said}
      </span>
      {working && (
        <button
          type="button"
          className={look}
          onClick={() => {
            stopped.current = true;
          }}
        >
          Stop
        </button>
      )}
      <button type="button" className={look} disabled={working} onClick={() => void save('csv')}>
        CSV
      </button>
      <button type="button" className={look} disabled={working} onClick={() => void save('json')}>
        JSON
      </button>
    </div>
  );
}

function progress(count: number, expected: number | undefined): string {
  const all = expected === undefined ? '' : ` of ${wholeNumber(Math.max(count, Math.min(expected, maxExportRows)))}`;
  return `Reading ${wholeNumber(count)}${all}…`;
}

/** Page after page goes into the file, so that no list of all rows is held. */
function fileOf<Row>(kind: Kind, columns: ExportProps<Row>['columns']) {
  const parts: Blob[] = [];
  const type = kind === 'csv' ? 'text/csv' : 'application/json';
  const put = (text: string) => void parts.push(new Blob([text], { type }));
  put(kind === 'csv' ? csvLines([columns.map(([column]) => column)]) : '[');
  return {
    add(rows: Row[], before: number): void {
      if (kind === 'csv') put(csvLines(rows.map((row) => columns.map(([, of]) => of(row)))));
      else put(rows.map((row, at) => `${before + at === 0 ? '\n' : ',\n'}${JSON.stringify(row)}`).join(''));
    },
    end(): Blob {
      if (kind === 'json') put('\n]\n');
      return new Blob(parts, { type });
    },
  };
}

/** Gives a file to the browser to keep. */
export function download(name: string, file: Blob): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
