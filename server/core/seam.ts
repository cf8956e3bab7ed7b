/** What can be told from the place where two texts of an answer meet. */

/** Characters after which a capital may follow without a space: brackets, quotes, and the signs of formulas and mark-up. */
const opening = new Set('([{<"\'“‘„«‹`*_~/\\|-–—#=@$&+^%');
/** A heading or an item of a list: they stand at the beginning of a line. */
const markUp = /^(#{1,6} |[-*] |\d{1,3}[.)] )/;
const fence = '```';

/** The end of a text that a model is not shown when it is to go on: white space, and half a character of two. */
export function tailOf(sent: string): string {
  const whole = endsInHalf(sent) ? sent.slice(0, -1) : sent;
  return sent.slice(whole.trimEnd().length);
}

/**
 * Whether a text that should go on from `sent` looks like a new answer all the same: a model that does not heed a begun
 * one starts with a capital, a heading or a list, and no space before it, where going on would have needed one. In code,
 * capitals stand anywhere.
 */
export function beginsAfresh(sent: string, next: string): boolean {
  const shown = sent.slice(0, sent.length - tailOf(sent).length);
  const last = shown.slice(-1);
  const looksNew = /^\p{Lu}/u.test(next) || (markUp.test(next) && /\p{L}/u.test(last));
  return looksNew && !opening.has(last) && !isInCode(shown);
}

/** Whether a text ends between the two halves of a character. */
export function endsInHalf(text: string): boolean {
  const code = text.charCodeAt(text.length - 1);
  return code >= 0xd800 && code <= 0xdbff;
}

function isInCode(text: string): boolean {
  let fences = 0;
  for (let at = text.indexOf(fence); at !== -1; at = text.indexOf(fence, at + fence.length)) fences += 1;
  if (fences % 2 === 1) return true;
  // Between two single backquotes of one line.
  const line = text.slice(text.lastIndexOf('\n') + 1);
  return (line.split('`').length - 1) % 2 === 1;
}
