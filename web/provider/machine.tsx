import type { BreakerSettings, CircuitEntry, ShownState } from '../../server/core/circuit/types.ts';
import { stateColors, stateWords } from '../words.ts';
import { machineWords } from './machineWords.ts';

const boxes: Record<ShownState, { x: number; y: number; width: number }> = {
  closed: { x: 112, y: 8, width: 220 },
  open: { x: 112, y: 140, width: 220 },
  halfOpen: { x: 112, y: 272, width: 220 },
  tripped: { x: 8, y: 382, width: 168 },
  heldClosed: { x: 184, y: 382, width: 168 },
};
const boxHeight = 42;
const lineHeight = 16;

/** The circuit as a machine: its states, the present one lit, and what leads from one to the next with the true settings. */
export function Machine({ entry, breaker }: { entry: CircuitEntry; breaker: BreakerSettings }) {
  const words = machineWords(breaker);
  const { state, automatic, override } = entry;
  const lit = (one: ShownState) => one === state || (override !== 'none' && one === automatic);
  const label = `Now ${stateWords[state].toLowerCase()}${override === 'none' ? '' : `, ${stateWords[automatic].toLowerCase()} beneath`}. Opens after ${words.opens.join(' ')}; tried again ${words.cools.join(' ')}; ${words.tries}; ${words.closes.join(' ')}.`;
  return (
    <svg className="machine" viewBox="0 0 360 432" role="img" aria-label={label}>
      <defs>
        <marker id="machine-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0 0 8 4 0 8Z" fill="var(--muted)" />
        </marker>
      </defs>
      <g fill="none" stroke="var(--muted)" strokeWidth="1.3">
        <path d="M140 50V139" markerEnd="url(#machine-tip)" />
        <path d="M140 182V271" markerEnd="url(#machine-tip)" />
        <path d="M300 272V183" markerEnd="url(#machine-tip)" />
        <path d="M112 293H104Q96 293 96 285V37Q96 29 104 29H111" markerEnd="url(#machine-tip)" />
      </g>
      <Label x={150} y={72} lines={words.opens} />
      <Label x={150} y={middle(227, words.cools)} lines={words.cools} />
      <Label x={308} y={middle(227, words.failsAgain)} lines={words.failsAgain} />
      <Label x={88} y={middle(161, words.closes)} lines={words.closes} end />
      {(Object.keys(boxes) as ShownState[]).map((one) => (
        <Box key={one} state={one} lit={lit(one)} beneath={one !== state} />
      ))}
      <Label x={222} y={306} lines={[words.tries]} middle />
      <Label x={8} y={362} lines={['Laid over all of that by hand, until it ends or is released:']} />
    </svg>
  );
}

/** Where the first of lines begins, so that all of them are about a place. */
function middle(y: number, lines: readonly string[]): number {
  return y + 4 - ((lines.length - 1) * lineHeight) / 2;
}

function Box({ state, lit, beneath }: { state: ShownState; lit: boolean; beneath: boolean }) {
  const { x, y, width } = boxes[state];
  const color = stateColors[state];
  return (
    <g className={lit ? 'machine-lit' : undefined}>
      <rect
        {...{ x, y, width, height: boxHeight, rx: 8 }}
        fill={lit ? color : 'var(--raised)'}
        fillOpacity={lit ? 0.18 : 1}
        stroke={lit ? color : 'var(--line)'}
        strokeWidth={lit ? 2 : 1}
        strokeDasharray={lit && beneath ? '4 3' : undefined}
      />
      <text
        x={x + width / 2}
        y={y + (state === 'halfOpen' ? 18 : 26)}
        textAnchor="middle"
        fill={lit ? 'var(--text)' : 'var(--muted)'}
      >
        {stateWords[state]}
        {lit && (beneath ? ' (beneath)' : ' · now')}
      </text>
    </g>
  );
}

interface LabelProps {
  x: number;
  y: number;
  lines: string[];
  end?: boolean;
  middle?: boolean;
}

function Label({ x, y, lines, end = false, middle: isMiddle = false }: LabelProps) {
  const anchor = end ? 'end' : 'start';
  return (
    <text className="machine-label" textAnchor={isMiddle ? 'middle' : anchor}>
      {lines.map((line, place) => (
        <tspan key={line} x={x} y={y + place * lineHeight}>
          {line}
        </tspan>
      ))}
    </text>
  );
}
