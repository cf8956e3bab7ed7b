/** Of the filters of a page, or of what chooses its time, the first that is in sight gets the focus. */
export function toFilters(): void {
  const fields = document.querySelectorAll<HTMLElement>(':is(.filters, .times) :is(select, input, button)');
  [...fields].find((field) => field.checkVisibility())?.focus();
}
