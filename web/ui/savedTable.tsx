import type { Cell } from '../exports.ts';
import { ExportButtons } from './exportButtons.tsx';

interface SavedProps<Row> {
  /** First part of the file's name. */
  name: string;
  columns: readonly (readonly [name: string, of: (row: Row) => Cell])[];
  rows: readonly Row[];
}

/** A table that is all there, as a file; of an empty one there is none. */
export function SavedTable<Row>({ name, columns, rows }: SavedProps<Row>) {
  if (rows.length === 0) return null;
  return <ExportButtons name={name} columns={columns} read={async () => ({ rows: [...rows], next: null })} />;
}
