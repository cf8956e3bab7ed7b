import type { BreakerSettings, CircuitEntry, ShownState } from '../../server/core/circuit/types.ts';
import { stateColors, stateWords } from '../words.ts';
import { machineWords } from './machineWords.ts';

const boxes: Record<ShownState, { x: number; y: number; width: number }> = {
  closed: { x: 104, y: 8, width: 152 },
  open: { x: 104, y: 150, width: 152 },
  halfOpen: { x: 104, y: 286, width: 152 },
  tripped: { x: 8, y: 362, width: 164 },
  heldClosed: { x: 188, y: 362, width: 164 },
};
const boxHeight = 38;
const lineHeight = 16;

/** The circuit as a machine: its states, the present one lit, and what leads from one to the next with the true settings. */
export function Machine({ entry, breaker }: { entry: CircuitEntry; breaker: BreakerSettings }) {
  const words = machineWords(breaker);
  const { state, automatic, override } = entry;
  const lit = (one: ShownState) => one === state || (override !== 'none' && one === automatic);
  const label = `Now ${stateWords[state].toLowerCase()}${override === 'none' ? '' : `, ${stateWords[automatic].toLowerCase()} beneath`}. Opens after ${words.opens.join(' ')}; tried again ${words.cools.join(' ')}; ${words.closes.join(', ')}.`;
  return (
    <svg className="machine" viewBox="0 0 360 408" role="img" aria-label={label}>
      <defs>
        <marker id="machine-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0 0 8 4 0 8Z" fill="var(--muted)" />
        </marker>
      </defs>
      <g fill="none" stroke="var(--muted)" strokeWidth="1.3" markerEnd="url(#machine-tip)">
        <path d="M160 46V149" markerEnd="url(#machine-tip)" />
        <path d="M160 188V285" markerEnd="url(#machine-tip)" />
        <path d="M226 286V189" markerEnd="url(#machine-tip)" />
        <path d="M104 305H92Q84 305 84 297V35Q84 27 92 27H103" markerEnd="url(#machine-tip)" />
      </g>
      <Label x={170} y={66} lines={words.opens} />
      <Label x={152} y={212} lines={words.cools} end />
      <Label x={234} y={240} lines={words.failsAgain} />
      <Label x={78} y={130} lines={words.closes} end narrow />
      {(Object.keys(boxes) as ShownState[]).map((one) => (
        <Box key={one} state={one} lit={lit(one)} beneath={one !== state} />
      ))}
    </svg>
  );
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
      <text x={x + width / 2} y={y + 24} textAnchor="middle" fill={lit ? 'var(--text)' : 'var(--muted)'}>
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
  narrow?: boolean;
}

function Label({ x, y, lines, end = false, narrow = false }: LabelProps) {
  const shown = narrow ? lines.flatMap((line) => halves(line)) : lines;
  return (
    <text className="machine-label" textAnchor={end ? 'end' : 'start'}>
      {shown.map((line, place) => (
        <tspan key={line} x={x} y={y + place * lineHeight}>
          {line}
        </tspan>
      ))}
    </text>
  );
}

/** In two lines where one has no room. */
function halves(line: string): string[] {
  const words = line.split(' ');
  const middle = Math.ceil(words.length / 2);
  return line.length <= 12 ? [line] : [words.slice(0, middle).join(' '), words.slice(middle).join(' ')];
}
