import type { Delivery } from '../../server/core/alerts/types.ts';
import { becameOf } from './words.ts';

/** How a message stands, with its sign. */
export function BecameText({ delivery }: { delivery: Delivery }) {
  const { word, tone } = becameOf(delivery);
  return <span className={`became became-${tone}`}>{word}</span>;
}
