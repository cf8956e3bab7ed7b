import { Modal } from '@mantine/core';

const keys: [string, string][] = [
  ['?', 'this help'],
  ['⌘ K', 'commands (Ctrl K)'],
  ['g l', 'Live'],
  ['g r', 'Requests'],
  ['g i', 'Incidents'],
  ['g s', 'Savings'],
  ['g a', 'Audit'],
  ['j / k', 'next row, row before'],
  ['Enter', 'open the row'],
  ['Esc', 'close what is open'],
  ['/', 'filter'],
  ['p', 'pause what is shown, or go on'],
  ['t', 'trip the circuit of the row: opens the dialog'],
  ['r', 'reset the circuit of the row: opens the dialog'],
];

const marks =
  '● closed   ■ open   ▲ half-open   ■ with a lock: tripped by hand   ● with a pin: held closed   – no traffic';

/** What the keys do, and what the marks mean. */
export function Help({ close }: { close: () => void }) {
  return (
    <Modal
      opened
      onClose={close}
      title="Keys"
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
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
