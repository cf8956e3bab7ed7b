import type { ReactNode } from 'react';
import type { ChainOverview, Hour } from '../../server/core/overview.ts';
import { Panel } from '../ui/panel.tsx';
import './diagram.css';
import './diagramNarrow.css';
import { type Fed, type Known, layoutChain } from './geometry.ts';
import { Callers, Line } from './line.tsx';
import { type AskFor, RowCells } from './row.tsx';
import { chainWords } from './sentences.ts';
import { stripOf } from './strip.ts';
import { Survival } from './survival.tsx';

export interface DiagramProps {
  known: Known;
  /** Null: not read yet. */
  hour: Hour | null;
  /** The provider chosen by keyboard or click, or null. */
  selected: string | null;
  onAct: AskFor;
}

/** A chain as a one-line diagram: callers, busbar, a line a provider, and whether it would survive the next loss. */
export function ChainDiagram({ chain, ...props }: DiagramProps & { chain: ChainOverview }) {
  const perSecond = chain.requestsPerSecond;
  const rate = perSecond < 10 ? Number(perSecond.toFixed(1)) : Math.round(perSecond);
  return (
    <Panel title={chain.chain} note={`${rate} requests a second · ${chainWords(chain)}`} className="chain-panel">
      <Rows chain={chain} name={chain.chain} {...props} />
      <Survival chain={chain} />
    </Panel>
  );
}

/** Providers without a chain around them: those that stand in none, or all of them until chains are known. */
export function LooseDiagram({
  title,
  note,
  providers,
  ...props
}: DiagramProps & { title: string; note?: ReactNode; providers: string[] }) {
  return (
    <Panel title={title} note={note} className="chain-panel">
      <Rows chain={{ providers, requestsPerSecond: 0 }} name={null} {...props} />
    </Panel>
  );
}

function Rows({ chain, name, known, hour, selected, onAct }: DiagramProps & { chain: Fed; name: string | null }) {
  const { callers, lines } = layoutChain(chain, known);
  return (
    <ol className={`rows ${name === null ? 'rows-loose' : ''}`}>
      {lines.map((line) => (
        <li key={line.provider} className="row" data-provider={line.provider} aria-current={line.provider === selected}>
          <Callers callers={callers} place={line.place} />
          <Line line={line} />
          <RowCells
            line={line}
            entry={known.circuits.get(line.provider) ?? null}
            overview={known.overviews.get(line.provider)}
            strip={hour && stripOf(hour, line.provider)}
            chain={name}
            onAct={onAct}
          />
        </li>
      ))}
    </ol>
  );
}
