import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { noteError } from '../api.ts';
import { errorSentence } from '../errors.ts';

/**
 * One act at a time of a page: what it says when it is refused, and what it told when it was done. After it everything of
 * that noun (the first part of its procedures' names) is read again.
 */
export function useChange<Told>(noun: string) {
  const [told, setTold] = useState<Told | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [working, setWorking] = useState(false);
  const cache = useQueryClient();
  const run = async (act: () => Promise<Told>): Promise<boolean> => {
    setWorking(true);
    setProblem(null);
    setTold(null);
    try {
      setTold(await act());
      await cache.invalidateQueries({ queryKey: [[noun]] });
      return true;
    } catch (error) {
      noteError(error);
      setProblem(errorSentence(error));
      return false;
    } finally {
      setWorking(false);
    }
  };
  return { told, problem, working, run };
}
