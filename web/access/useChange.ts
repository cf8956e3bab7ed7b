import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { noteError } from '../api.ts';
import { errorSentence } from '../errors.ts';

/** One act at a time on who may come in: what it says when it is refused, and what it told when it was done. */
export function useChange<Told>() {
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
      await cache.invalidateQueries({ queryKey: [['access']] });
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
