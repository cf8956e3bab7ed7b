/** What explains a target that is missed, and what was tried, by the key of the target. Figures stand in the tables beside it. */
export const notes: Record<string, string> = {};
