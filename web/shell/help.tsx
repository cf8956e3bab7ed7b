import { Modal } from '@mantine/core';

const keys: [string, string][] = [
  ['?', 'this help'],
  ['⌘ K', 'commands (Ctrl K)'],
  ['g l', 'Live'],
  ['g r', 'Requests'],
  ['g i', 'Incidents'],
  ['g s', 'Savings'],
  ['g a', 'Audit'],
  ['j / k', 'next row, row before: on Live, Requests, Incidents, Audit'],
  ['Enter', 'open the row'],
  ['Esc', 'close what is open'],
  ['/', 'to the filters, or to the time shown'],
  ['p', 'pause what is shown, or go on'],
  ['t', 'on Live, trip the circuit of the row: opens the dialog'],
  ['r', 'on Live, reset the circuit of the row: opens the dialog'],
  ['n', 'on an incident, add a note'],
];

const marks =
  '● closed   ■ open   ▲ half-open   ■ with a lock: tripped by hand   ● with a pin: held closed   – no traffic';

/** What the keys do, and what the marks mean. */
export function Help({ close }: { close: () => void }) {
  return (
    <Modal opened onClose={close} title="Keys">
      <dl className="key-list">
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p className="muted key-marks">{marks}</p>
    </Modal>
  );
}
