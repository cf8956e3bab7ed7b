/** What all drawings of the chart library have in common. It is given as props: the library wants its parts as direct children. */

export const tickStyle = { fill: 'var(--muted)', fontSize: 11 };

/** The library sets its own where it is given none. */
export const tipStyle = {
  padding: '6px 10px',
  border: '1px solid var(--line)',
  borderRadius: 7,
  background: 'var(--raised)',
  fontSize: 12,
};

/** An axis of values: about four round numbers. */
export const valueAxis = {
  niceTicks: 'snap125',
  tick: tickStyle,
  tickLine: false,
  axisLine: false,
  tickCount: 4,
} as const;
