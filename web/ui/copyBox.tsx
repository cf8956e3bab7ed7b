import { useClipboard } from '@mantine/hooks';
import './copyBox.css';

/** A command or a link to take along. */
export function CopyBox({ text, label }: { text: string; label: string }) {
  const { copy, copied } = useClipboard({ timeout: 2_000 });
  return (
    <div className="copy-box">
      <pre>{text}</pre>
      <button type="button" className="button" aria-label={`Copy ${label}`} onClick={() => copy(text)}>
        {copied ? 'Copied' : 'Copy'}
      </button>
      <span className="visually-hidden" role="status">
        {copied ? 'Copied' : ''}
      </span>
    </div>
  );
}
