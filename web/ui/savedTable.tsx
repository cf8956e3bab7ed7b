import type { Cell } from '../exports.ts';
import { ExportButtons } from './exportButtons.tsx';

interface SavedProps<Row> {
  /** First part of the file's name. */
  name: string;
  columns: readonly (readonly [name: string, of: (row: Row) => Cell])[];
  rows: readonly Row[];
}

/** A table that is all there, as a file. */
export function SavedTable<Row>({ name, columns, rows }: SavedProps<Row>) {
  return <ExportButtons name={name} columns={columns} read={async () => ({ rows: [...rows], next: null })} />;
}
