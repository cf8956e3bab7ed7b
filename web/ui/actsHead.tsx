/** The head of a column of buttons: named for screen readers, for the eye the buttons speak. */
export function ActsHead() {
  return (
    <th>
      <span className="visually-hidden">acts</span>
    </th>
  );
}
