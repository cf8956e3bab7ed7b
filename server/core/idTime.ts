const characters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** When an id of ours was drawn, ms since 1970: its first ten characters (a ULID). Null: it is none. */
export function timeOfId(id: string): number | null {
  if (!/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id)) return null;
  return [...id.slice(0, 10)].reduce((time, character) => time * characters.length + characters.indexOf(character), 0);
}
