/** The mark: a contact about to close. */
export function Logo() {
  return (
    <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
      <path d="M1 11h6M15 11h6" stroke="var(--closed)" strokeWidth="2.4" />
      <path d="M7 11 14.4 5.6" stroke="var(--half)" strokeWidth="2.4" strokeLinecap="round" />
      <circle cx="7" cy="11" r="2" fill="var(--text)" />
      <circle cx="15" cy="11" r="2" fill="var(--text)" />
    </svg>
  );
}
