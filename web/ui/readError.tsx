import { errorSentence } from '../errors.ts';

interface Props {
  error: Parameters<typeof errorSentence>[0];
  /** Something was read before it. */
  isKept: boolean;
}

/** The record could not be read: what was read before stays; and where that is nothing, nothing is known, which is not none. */
export function ReadError({ error, isKept }: Props) {
  return (
    <p className="note note-open" role="alert">
      ■ {errorSentence(error)} {isKept ? 'What was read before stays.' : 'Nothing is known until it can be read.'}
    </p>
  );
}
